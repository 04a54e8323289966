# SPDX-License-Identifier: EUPL-1.2
"""From "I open a café with a terrace" to one receipt for all requests: asked without a sign-in, prepared together, sent once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from bierger.catalogue import selectors as catalogue
from bierger.filings import selectors as filings
from bierger.infra.principal import Principal, acting_as
from bierger_core.interview import Type, show_raw
from tests import story
from tests.filling import answers_of
from tests.journeys.inside import Examiner, drawn, served
from tests.journeys.visitor import Visitor
from tests.mandates import firm_of
from tests.people import person

pytestmark = pytest.mark.browser
# What is answered; the rest is "I do not know yet", or the first choice.
PASSES = [
    pytest.param("cafe-terrace", "fr", {"premises_before": "other", "works": "yes", "capacity": "60", "alcohol": "yes", "closing": "two", "terrace": "public", "music": "outside", "building_zone": "no", "protection": "national"}, id="cafe-french", marks=pytest.mark.slow),
    pytest.param("hire", "de", {}, id="hire-german", marks=pytest.mark.slow),
    pytest.param("move", "lb", {}, id="move-luxembourgish"),
    pytest.param("build", "en", {"works_kind": "extension", "area": "40", "height": "4"}, id="build-english", marks=pytest.mark.slow),
]  # fmt: skip
MOST_PAGES = 80


@pytest.fixture
def base(transactional: None) -> Iterator[str]:
    with served() as address:
        yield address


@pytest.mark.parametrize(("name", "language", "answers"), PASSES)
def test_a_situation_to_its_receipt(base: str, browser: Browser, tmp_path: Path, name: str, language: str, answers: dict[str, str]) -> None:
    with drawn() as names:
        site = Examiner(browser, base, language, names)
        try:
            plan = interview(site.visitor(), name, answers)
            who = firm_of("nina.esempio") if name in ("cafe-terrace", "hire") else person("lea.beispill")
            applicant = site.visitor(who).open(plan)
            prepare(applicant)
            fill(applicant, who, tmp_path)
            send(applicant, tmp_path)
        finally:
            site.leave()


def interview(who: Visitor, name: str, answers: dict[str, str]) -> str:
    """Without a sign-in and without a row anywhere; gives the address of the plan."""
    who.open(f"/situations/{name}").press('main form[method="get"] .ds-button')
    for _ in range(MOST_PAGES):
        if who.path.endswith("/plan"):
            break
        asked = [one.get_attribute("value") or "" for one in who.page.locator('main input[name="page"]').all()]
        said = {one: answers.get(one, "") or first_choice(who, one) for one in asked}
        if all(said.values()):
            who.fill(**said).go_on()
        else:
            who.press('button[name="unknown"]')
    assert who.page.locator("[data-procedure]").count() >= 5
    assert who.page.locator('[data-state="needed"]').count() > 0
    return who.page.url.removeprefix(who.base)


def first_choice(who: Visitor, name: str) -> str:
    """The first radio or the first entry of a list; '' for what has to be typed."""
    choices = who.page.locator(f'main input[type="radio"][name="{name}"]')
    if choices.count():
        return choices.first.get_attribute("value") or ""
    options = who.page.locator(f'main select[name="{name}"] option:not([value=""])')
    return (options.first.get_attribute("value") or "") if options.count() else ""


def prepare(who: Visitor) -> None:
    boxes = who.page.locator('input[name="procedure"]')
    assert boxes.count() > 0
    for box in boxes.all():
        box.check()
    who.press('form[action$="/prepare"] .ds-button')


def fill(who: Visitor, principal: Principal, folder: Path) -> None:
    """Page after page, with answers of each procedure's own scenarios; what was answered before is shown and not asked."""
    plan = folder / "plan.pdf"
    plan.write_bytes(story.PDF)
    for _ in range(MOST_PAGES):
        if who.path.endswith("/check"):
            return
        _empty, _drafts, draft, step = who.path.split("/")
        with acting_as(principal):
            package = filings.draft(UUID(draft)).package
        answers = answers_of(package)
        for question in package.form.step(step).questions:
            if question.type is Type.FILE and who.page.locator(f'input[type="file"][name="{question.name}"]').count():
                who.page.locator(f'input[type="file"][name="{question.name}"]').set_input_files(plan)
                continue
            raw = show_raw(question, answers[question.name]) if question.name in answers else {}
            shown = {field: values[0] for field, values in raw.items() if who.page.locator(f'main [name="{field}"]:not([type="hidden"])').count()}
            if question.type is Type.CHOICES:
                for value in raw.get(question.name, ()):
                    who.page.locator(f'main [name="{question.name}"][value="{value}"]').check()
            else:
                who.fill(**shown)
        before = who.page.url
        who.go_on()
        assert who.page.url != before, who.text()
    raise AssertionError(f"The forms never end: {who.path}")


def send(who: Visitor, folder: Path) -> None:
    who.press(".submit-form .ds-button")
    assert who.page.locator("#f-declaration-error").count() == 1
    who.fill(declaration="yes").press(".submit-form .ds-button")
    assert who.path.startswith("/filings/")
    sent = who.page.locator('.slip-cases a[href^="/requests/"]')
    assert sent.count() > 1
    receipt = PdfReader(who.download('a[href$="/receipt.pdf"]', folder, "receipt.pdf")).pages[0].extract_text()
    assert who.text(".slip-number") in receipt
    count = sent.count()
    who.press(".slip-cases a")
    assert who.page.locator('.together a[href^="/requests/"]').count() == count - 1
    who.open("/requests")
    assert who.page.locator('.row a[href^="/requests/"]').count() == count


def test_every_situation_is_walked(db) -> None:
    assert {one.values[0] for one in PASSES} == {one.name for one in catalogue.situations()}
