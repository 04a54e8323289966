# SPDX-License-Identifier: EUPL-1.2
"""The reader of codes that the browser has at `/verify`, asked from Python: its own modules, in a real Chromium.

A page of a small site gets the modules of web/ and nothing else; each picture is handed to `readPhoto` as a file is.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.journeys.verify_site import serving
from tests.journeys.visitor import chromium_arguments

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
THREAD = b'import "/static/js/verify/reading-thread.js";'  # what bierger.portal answers there
_READ = """async () => {
  const { readPhoto } = await import("/static/js/verify/scan.js");
  const blob = await (await fetch("/picture.png")).blob();
  return (await readPhoto(new File([blob], "picture.png", { type: "image/png" }))).texts;
}"""


def program() -> str | None:
    """The Chromium of this machine."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


@contextmanager
def reader() -> Iterator[Callable[[bytes], list[str]]]:
    """A function from a PNG to the texts that the page finds in it. One that the browser cannot open is an error, not a share."""
    from playwright.sync_api import sync_playwright

    with serving() as site, sync_playwright() as playwright:
        site.put("/", b"<!doctype html><title>-</title>", Content_Type="text/html", Content_Security_Policy=POLICY)
        site.put("/verify/reader.js", THREAD, Content_Type="text/javascript", Content_Security_Policy=POLICY)
        started = playwright.chromium.launch(executable_path=program(), **chromium_arguments())
        page = started.new_context(base_url=site.url).new_page()
        page.goto("/")

        def read(png: bytes) -> list[str]:
            site.put("/picture.png", png, Content_Type="image/png", Cache_Control="no-store")
            texts: list[str] = page.evaluate(_READ)
            return texts

        try:
            yield read
        finally:
            started.close()
