# SPDX-License-Identifier: EUPL-1.2
"""The steps that every journey shares: find the procedure, sign in twice, submit, take the receipt, let anybody verify the act."""

from __future__ import annotations

import re
from pathlib import Path

from pypdf import PdfReader

from tests.journeys.demonstration import Demonstration
from tests.journeys.story import photographed, sealed_code, tampered
from tests.journeys.visitor import Visitor

COMMUNE = "mersch"


def find(who: Visitor, sheet: str, word: str, theme: str, title: str) -> None:
    """1. By a word from the front page, then by theme and administration alone; the sheet says what it is and under which law."""
    who.open("/")
    who.page.locator("main .find input").fill(word)
    who.press("main .find button")
    assert who.page.locator(f'.hit a[href^="{sheet}"]').count() == 1, who.text()
    who.fill(q="", theme=theme, administration=COMMUNE).press(".filters .ds-button")
    who.press(f'.hit a[href="{sheet}?administration={COMMUNE}"]')
    assert title in who.text("h1")
    law = who.page.locator(".law a").first.get_attribute("href") or ""
    assert law.startswith("http://legilux.public.lu/eli/")


def sign_in_twice(who: Visitor, handle: str, sheet: str) -> None:
    """2. A weak sign-in is not enough, nor is asking again and coming back as weak; the strong one leads back to the sheet."""
    who.open(f"/sign-in?level=low&next={sheet}").sign_in(handle, "low")
    assert who.page.locator(f'form[action="{sheet}/start"]').count() == 0
    who.press('#start a[href^="/sign-in?level=substantial"]').sign_in(handle, "low")
    assert who.page.locator('[data-code="level-too-low"]').count() == 1
    who.press('main a[href^="/sign-in"]').sign_in(handle, "substantial")
    assert who.path == sheet
    who.fill(administration=COMMUNE).press("#start button")


def come_back_to_draft(who: Visitor) -> None:
    """3. The form is left and continued from the list of requests: what was answered is still there."""
    draft = who.path.split("/")[2]
    who.open("/requests").press(f'main a[href^="/drafts/{draft}/"]:not([href$="/discard"])')
    assert who.path.startswith(f"/drafts/{draft}/")


def submit(who: Visitor, folder: Path) -> str:
    """3. Not without the declaration; then the receipt, on the page and as PDF. Gives back the address of the request."""
    who.press(".submit-form .ds-button")
    assert who.page.locator("#f-declaration-error").count() == 1
    who.fill(declaration="yes").press(".submit-form .ds-button")
    assert who.path.startswith("/filings/")
    assert len(who.text("#hash").replace(" ", "")) == 64
    receipt = who.download('a[href$="/receipt.pdf"]', folder, "receipt.pdf")
    assert who.text(".slip-number") in PdfReader(receipt).pages[0].extract_text()
    return who.page.locator('a[href^="/requests/"].ds-button').get_attribute("href") or ""


def anybody_verifies(anybody: Visitor, demo: Demonstration, folder: Path, act: Path, fact: str) -> None:
    """6. The file, a photo of it, its typed code, the receipt; a changed file is refused; the command line agrees."""
    picture = photographed(act, folder, page=len(PdfReader(act).pages))  # the code stands on the last page
    checks = ((act, "yes"), (folder / "receipt.pdf", "facts"), (tampered(act, folder), "no"), (picture, "facts"))
    for file, verdict in checks:
        on_server(anybody).page.locator('#verify-server input[type="file"]').set_input_files(file)
        anybody.press("form:has(input[type=file]) .ds-button")
        assert anybody.page.locator(f".verdict-{verdict}").count() == 1, (file.name, anybody.text())
    on_server(anybody).fill(code=sealed_code(picture)).press("form:has([name=code]) .ds-button")
    assert anybody.page.locator(".verdict-facts").count() == 1, anybody.text()
    assert fact in anybody.text()
    if anybody.script:
        in_the_browser(anybody, act, picture, folder / "tampered.pdf", fact)
    said = demo.verify(act)
    assert said.returncode == 0, said.stdout + said.stderr
    assert re.search("authentic", said.stdout, re.IGNORECASE)
    assert demo.verify(folder / "tampered.pdf").returncode != 0


def on_server(who: Visitor) -> Visitor:
    """The form that needs no JavaScript; with it, the browser checks by itself and the form stands behind a line."""
    return unfolded(who.open("/verify"))


def unfolded(who: Visitor) -> Visitor:
    """The page to verify, with the server's form unfolded."""
    if who.script:
        who.page.wait_for_selector("#verifier[data-ready]", state="attached")
        if who.page.locator("#verify-server[open]").count() == 0:
            who.page.locator("#verify-server > summary").click()
    return who


def in_the_browser(who: Visitor, act: Path, picture: Path, tampered_act: Path, fact: str) -> None:
    """The same file and the same photo, checked by the browser; the log is asked about the file only when told to."""
    for file, kind in ((picture, "facts"), (act, "facts"), (tampered_act, "facts")):
        who.open("/verify").page.wait_for_selector('#verifier[data-ready="renewed"]', state="attached")
        who.page.locator("#verify-file").set_input_files(file)
        who.page.wait_for_selector(f'.verdict[data-kind="{kind}"]')
        assert fact in who.text(".sealed-facts")
        who.look(always=True)
        if file != picture:
            who.page.locator(".result .actions button").nth(1).click()  # the log knows the file as it was issued, and no other
            who.page.wait_for_selector(f'.verdict[data-kind="{"yes" if file == act else "no"}"]')
