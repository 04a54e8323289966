# SPDX-License-Identifier: EUPL-1.2
"""Somebody at a browser. Every page they see is examined: no violation of WCAG 2.2 AA, no error on the console, no fault.

Without JavaScript the examiner could not run in the visitor's own page. The very bytes that page got are then shown to a
second page, which runs JavaScript for the examiner but none of ours.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, Route

_SPEC = find_spec("axe_playwright_python")
assert _SPEC is not None
assert _SPEC.origin is not None
AXE = (Path(_SPEC.origin).parent / "axe.min.js").read_text("utf-8")
EXAMINE = """axe.run(document, {resultTypes: ['violations'], runOnly: {type: 'tag', values:
  ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']}})
  .then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.any.map(a => a.message).join(' ')).join(' | ')))"""
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PASSWORD = "moien"
RAW = re.compile(r"(?<![/\w.-])(?:state|end|label|step|task|option|fact|outcome)\.[a-z][\w.-]+")
"""Keys of package texts that reached a screen instead of the words they stand for."""
_NUMBERS = re.compile(r"\d{4}-\d{7}-\d")
_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|/l/[\w-]+")


class Visitor:
    """One browser context: cookies, language, width, JavaScript or not."""

    def __init__(self, browser: Browser, base: str, seen: set[str], *, language: str, script: bool, wide: bool) -> None:
        self.base, self.language, self.script, self.seen = base, language, script, seen
        self.width = (WIDE if wide else PHONE)["width"]
        size = WIDE if wide else PHONE
        self.context: BrowserContext = browser.new_context(
            base_url=base, locale=language, java_script_enabled=script, viewport=size, accept_downloads=True  # type: ignore[arg-type]  # a dict stands for a ViewportSize
        )
        self.context.set_default_timeout(60_000)
        self.page: Page = self.context.new_page()
        self._examiner: Page | None = None
        self._open_examiner: Callable[[], Page] = lambda: browser.new_context(viewport=size, bypass_csp=True).new_page()  # type: ignore[arg-type]  # a dict stands for a ViewportSize
        self._last: Response | None = None
        self.expected = 0
        """A status >= 500 that this visitor is about to be answered with; any other one is a complaint."""
        self.complaints: list[str] = []
        self.page.on("console", self._on_console)
        self.page.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        # The browser reports a page answered with 4xx as a console error; tests that expect one look at the status.
        expected = ("the server responded with a status of 4", f"the server responded with a status of {self.expected or 4} ")
        if message.type == "error" and not any(one in message.text for one in expected):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500 and response.status != self.expected:
            self.complaints.append(f"{response.url} answered {response.status}")
        if response.request.is_navigation_request() and not 300 <= response.status < 400:
            self._last = response

    # What a visitor does

    def open(self, path: str) -> Visitor:
        self.page.goto(path if path.startswith("http") else self.base + path)
        return self.look()

    def press(self, selector: str) -> Visitor:
        """Press a button or a link and read the page that comes."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        return self.look()

    def fill(self, **values: str) -> Visitor:
        """Fields by their HTML names; radio buttons and boxes by name and value."""
        for name, value in values.items():
            field = self.page.locator(f'main [name="{name}"]:not([type="hidden"])')
            if field.first.get_attribute("type") in ("radio", "checkbox"):
                self.page.locator(f'main [name="{name}"][value="{value}"]').check()
            elif self._is_select(name):
                field.first.select_option(value)
            else:
                field.first.fill(value)
        return self

    def _is_select(self, name: str) -> bool:
        return self.page.locator(f'main select[name="{name}"]').count() > 0

    def go_on(self) -> Visitor:
        """The one big button of a step of a form."""
        return self.press("form.form .actions .ds-button")

    def download(self, selector: str, folder: Path, name: str) -> Path:
        """The file behind a link, with the visitor's cookies."""
        href = self.page.locator(selector).first.get_attribute("href")
        assert href, selector
        answer = self.context.request.get(href)
        assert answer.status == 200, (href, answer.status)
        (folder / name).write_bytes(answer.body())
        return folder / name

    def until(self, path: str, selector: str, seconds: float = 120.0) -> Visitor:
        """Load the page again until something is there; the worker delivers within seconds."""
        deadline = time.monotonic() + seconds
        while True:
            self.page.goto(self.base + path)
            if self.page.locator(selector).count():
                return self.look()
            assert time.monotonic() < deadline, f"{selector} did not appear on {path}:\n{self.text()}"
            time.sleep(0.5)

    def sign_in(self, handle: str, level: str = "substantial") -> Visitor:
        """On the page of the sign-in service: pick somebody, say how strongly."""
        here = self.page.url
        if "person=" not in here:
            self.press(f'a[href*="person={handle}"]') if self.page.locator(f'a[href*="person={handle}"]').count() else self.open(
                here + f"&person={handle}"
            )
        self.page.locator(f'input[name="level"][value="{level}"]').check()
        self.page.locator('input[name="password"]').fill(PASSWORD)
        return self.press("form button.button >> nth=0")

    def as_officer(self, handle: str) -> Visitor:
        """Sign in, choose the office, arrive at the desk."""
        self.open("/sign-in?next=/desk")
        self.sign_in(handle)
        if urlsplit(self.page.url).path == "/spaces":
            self.press('button[name="office"]')
        return self

    # What a visitor reads

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def status(self) -> int:
        assert self._last is not None
        return self._last.status

    def text(self, selector: str = "main") -> str:
        return self.page.locator(selector).first.inner_text()

    def look(self, *, always: bool = False) -> Visitor:
        """Examine the page in front of us, once for each kind of page, language and width; `always`: whatever was seen before."""
        assert not self.complaints, self.complaints
        page = self.page
        wrong = page.locator('[aria-invalid="true"]').count() > 0
        parts = [page.locator(part).count() for part in ("main form", ".act:nth-of-type(1)")]
        told = _NUMBERS.sub("", page.title()) + "".join(page.locator(".verdict h2").all_inner_texts())
        if self.path == "/authorize":  # the same two pages for everybody who signs in
            told = str(page.locator('[name="password"]').count())
        kind = f"{self.width} {self.language} {self.script} {_IDS.sub('X', urlsplit(page.url).path)} {told} {wrong} {parts}"
        shown = self.text("body")
        assert not RAW.search(shown), (page.url, RAW.findall(shown))
        if always:
            kind = f"{kind} {len(self.seen)}"
        if kind not in self.seen:
            self.seen.add(kind)
            self._examine(kind)
        return self

    def _examine(self, kind: str) -> None:
        page = self.page if self.script else self._twin()
        page.evaluate(AXE)
        found: list[str] = page.evaluate(EXAMINE)
        assert not found, f"{kind}: {found}"
        assert page.evaluate("document.documentElement.lang") == self.language, kind
        wider: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{kind}: the page is {wider} px wider than the window."
        if folder := os.environ.get("BIERGER_SHOTS"):
            name = re.sub(r"[^\w-]+", "-", kind.replace(" ", "_"))[:110]
            number = len(self.seen)
            self.page.screenshot(path=f"{folder}/{number:03d}-{name}.png", full_page=True)

    def _twin(self) -> Page:
        """The same bytes at the same address, in a page where the examiner can run."""
        response = self._last
        assert response is not None
        body, headers = response.body(), response.headers
        if self._examiner is None:
            self._examiner = self._open_examiner()
        page, address = self._examiner, self.page.url

        def serve(route: Route) -> None:
            if route.request.is_navigation_request():
                route.fulfill(body=body, content_type=headers.get("content-type", "text/html"))
            elif route.request.resource_type == "script":
                route.abort()
            else:
                route.continue_()

        page.unroute_all()
        page.route("**/*", serve)
        page.goto(address)
        return page

    def leave(self) -> None:
        assert not self.complaints, self.complaints
        self.context.close()
        if self._examiner is not None:
            self._examiner.context.close()


def chromium_arguments() -> dict[str, Any]:
    """A quiet browser: no sandbox (root has none in a container), nothing looked up in the background."""
    quiet = ("gpu", "quic", "background-networking", "component-update", "sync")
    return {"args": ["--no-sandbox", "--no-first-run", *(f"--disable-{one}" for one in quiet)]}
