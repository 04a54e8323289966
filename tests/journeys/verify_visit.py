# SPDX-License-Identifier: EUPL-1.2
"""A visitor of the verification page, what they do there, and the lists of the log behind it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bierger.documents.plugins.revocations import RevocationList, format_revocations
from bierger_core.merkle import Note, format_note, sign_note
from bierger_core.seals import (
    Claims,
    KeyList,
    RegisteredType,
    Revocation,
    StatusList,
    StatusListToken,
    TypeRegistry,
    base45,
    dump_key_list,
    dump_registry,
    open_seal,
    seal,
    sign_status_list,
)
from bierger_core.values import Term
from tests.core.seals.acts import CHECKPOINT, LOG_KEY, LOG_SIGNER, ORIGIN, OTHER_SIGNER, SALT, SIGNER, entry_of
from tests.core.seals.residence import HOLDER, RESIDENCE_1
from tests.journeys.verify_site import Site, serving
from tests.journeys.visitor import AXE, EXAMINE, PHONE, WIDE, chromium_arguments
from tests.tools import required_program

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "v0.1"
NEWEST = SAMPLES.with_name("v0.2")
"""Compact seals of registered types, on acts that are signed as PDFs."""
BASE_URL = "http://localhost:8000"  # what the settings of the tests say; status lists name it
ISSUED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
FOR_EVER, SHORT = replace(RESIDENCE_1, valid_for=None), replace(RESIDENCE_1, version=2, valid_for=Term(1, "days"))
PASS = replace(RESIDENCE_1, version=3, valid_for=Term(24, "hours"))
"""Short-lived: it ends by itself."""
LOG_ENTRY = entry_of(LOG_SIGNER, owner=ORIGIN, purpose="log", valid_to=None)
KEYS = KeyList(ISSUED, (entry_of(valid_to=None), entry_of(OTHER_SIGNER, owner="redange", valid_to=None), LOG_ENTRY))
RESULT = ".result .verdict"
EXPECTED = re.compile(r"(404|503)")
"""What a browser says of a file that is not there, or not now."""
expect.set_options(timeout=20_000)  # a loaded machine is no reason to fail

VOICE = """
window.spoken = [];
class Speech extends EventTarget { constructor(text) { super(); this.text = text; } }
Object.defineProperty(window, "SpeechSynthesisUtterance", { value: Speech });
Object.defineProperty(window, "speechSynthesis", { value: {
  speaking: false, getVoices: () => [{ lang: "de-DE" }, { lang: "en-GB" }], cancel() { this.speaking = false; },
  speak(speech) { this.speaking = true; window.said = speech; window.spoken.push([speech.lang, speech.text]); },
} });
"""


def code_of(place: int | None = 412, kind=FOR_EVER, at: datetime = ISSUED, **facts: str) -> str:
    claims = Claims("bettborn", at, "residence-certificate", HOLDER | facts)
    return seal(claims, document_type=kind, salt=SALT, log_origin=ORIGIN, signer=SIGNER, status=place)


def forged(code: str) -> str:
    """The same signature over another name."""
    content = base45.decode(code[5:])
    return code[:5] + base45.encode(content.replace(b"Weber", b"Gates"))


@pytest.fixture(scope="module")
def drawn() -> dict[str, tuple[bytes, dict[str, str]]]:
    """Pages as the product draws them, by address; drawn once."""
    return {}


@pytest.fixture
def site(db: None, drawn: dict[str, tuple[bytes, dict[str, str]]]) -> Iterator[Site]:
    if not drawn:
        client = Client()
        languages = [f"/verify/app/{code}" for code in ("fr", "de", "en", "lb")]
        for path in ("/verify", "/verify/worker.js", "/verify/reader.js", *languages, *(f"{one}{ending}" for one in languages for ending in (".json", ".webmanifest"))):
            answer = client.get(path, headers={"accept-language": "en"})
            assert answer.status_code == 200, path
            names = ("Content-Type", "Content-Security-Policy", "Permissions-Policy", "Service-Worker-Allowed")
            drawn[path] = answer.content, {name: answer.headers[name] for name in names if name in answer.headers}
    with serving() as served:
        for path, (body, headers) in drawn.items():
            served.put(path, body, **headers)
        yield served


def signed(text: str, key=LOG_KEY, signer=LOG_SIGNER) -> bytes:
    return format_note(Note(text, (sign_note(text, key, signer),)))


def put_log(site: Site, *, keys: KeyList = KEYS, revoked: tuple[str, ...] = (), status: dict[int, int] | None = None, kinds: tuple[RegisteredType, ...] = (FOR_EVER, SHORT, PASS)) -> None:
    """A log as of now."""
    now = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the browser's clock is the real one
    types = TypeRegistry(kinds)
    marks = {open_seal(code, types).commitment: Revocation(ISSUED + timedelta(hours=1), "error") for code in revoked}
    site.put("/log/keys.json", dump_key_list(keys, LOG_KEY, LOG_SIGNER))
    site.put("/log/types.json", dump_registry(types))
    site.put("/log/checkpoint", CHECKPOINT)
    site.put("/log/revocations", signed(format_revocations(RevocationList(ORIGIN, now, marks))))
    if status is not None:
        token = StatusListToken(f"{BASE_URL}/log/status/bettborn", now, now + timedelta(days=1), timedelta(hours=1), StatusList.of(1000, status))
        site.put("/log/status/bettborn", sign_status_list(token, SIGNER))


def put_samples(site: Site, samples: Path = SAMPLES) -> None:
    """The log of a release, whose acts are printed."""
    for path in (samples / "log").iterdir():
        if path.is_file():
            site.put(f"/log/{path.name}", path.read_bytes())


@contextmanager
def somebody(browser: Browser, site: Site, *, wide: bool = False) -> Iterator[Page]:
    """A page of somebody new; at the end it had no fault."""
    context = browser.new_context(base_url=site.url, locale="en", viewport=WIDE if wide else PHONE, permissions=["camera"])
    context.set_default_timeout(20_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" and "net::ERR" not in message.text and not EXPECTED.search(message.text) else None)
    yield page
    context.close()
    assert not faults


def opened(page: Page, path: str = "/verify/app/en", ready: str = "renewed") -> Page:
    page.goto(path)
    page.wait_for_selector(f'#verifier[data-ready="{ready}"]', state="attached")
    return page


def installed(page: Page) -> Page:
    """The service worker has everything and is in charge of the page."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until(page, "navigator.serviceWorker.controller !== null")
    return page


def until(page: Page, expression: str) -> None:
    """Wait for something to be so. Playwright's own waiting evaluates a text inside the page, which our policy forbids."""
    deadline = time.monotonic() + 20
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, expression
        time.sleep(0.05)


def cut(page: Page, site: Site) -> None:
    """No network, and nobody behind it."""
    context: BrowserContext = page.context
    site.stop()
    context.set_offline(True)


def choose(page: Page, *files: Path | tuple[str, str, bytes]) -> None:
    """Choose files, by path or as name, kind and content."""
    payloads = [str(one) if isinstance(one, Path) else {"name": one[0], "mimeType": one[1], "buffer": one[2]} for one in files]
    again(page)
    page.locator("#verify-file").set_input_files(payloads)  # type: ignore[arg-type]  # names or payloads, never mixed


def give(page: Page, *files: Path | tuple[str, str, bytes]) -> str:
    """Choose files; the kind of the answer."""
    choose(page, *files)
    return kind(page)


def type_in(page: Page, text: str) -> str:
    again(page)
    page.locator("#verify-text").fill(text)
    page.locator("#verify-form button").click()
    return kind(page)


def again(page: Page) -> None:
    if page.locator(RESULT).count():
        page.locator("#verify-again").click()
        page.locator(RESULT).wait_for(state="detached")


def kind(page: Page) -> str:
    return page.locator(RESULT).get_attribute("data-kind") or ""


def examine(page: Page) -> None:
    """axe finds nothing; the page is no wider than the window."""
    page.evaluate(AXE)
    assert page.evaluate(EXAMINE) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@contextmanager
def camera(browser: Browser, film: Path) -> Iterator[Browser]:
    """A browser whose camera shows a film."""
    given = chromium_arguments()
    fake = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    # The program of the browser that runs already; a second one, since the film is an argument of its start.
    started = browser.browser_type.launch(executable_path=required_program("chromium", "chromium-browser", "google-chrome", package="chromium"), args=[*given["args"], *fake])
    yield started
    started.close()
