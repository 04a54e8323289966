# SPDX-License-Identifier: EUPL-1.2
"""A building permit: plans, a missing piece, opinions of two services, the mayor's decision, permit and red dot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from tests.journeys.demonstration import Demonstration
from tests.journeys.steps import anybody_verifies, come_back_to_draft, find, sign_in_twice, submit
from tests.journeys.story import photo, plan
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser
Arrive = Callable[..., Visitor]
SHEET = "/procedures/commune/building-permit"
WORDS = {"fr": "construire", "de": "Bauantrag", "en": "planning permission", "lb": "bauen"}
TITLES = {
    "fr": ("Autorisation de construire", "Certificat d’autorisation de construire"),
    "de": ("Baugenehmigung", "Bescheinigung der Baugenehmigung"),
    "en": ("Building permit", "Certificate of building permit"),
    "lb": ("Baugenehmegung", "Certificat vun der Baugenehmegung"),
}
APPEAL = {
    "fr": "Le délai de recours court.",
    "de": "Die Klagefrist läuft.",
    "en": "The appeal period is running.",
    "lb": "Den Delai fir e Recours leeft.",
}
PASSES = [  # each language once; the three journeys together have each language on the desk and on the telephone, with and without JavaScript
    pytest.param("de", False, True, id="german-desk-without-javascript", marks=pytest.mark.slow),
    pytest.param("lb", True, False, id="luxembourgish-phone-with-javascript", marks=pytest.mark.slow),
    pytest.param("fr", False, False, id="french-phone-without-javascript", marks=pytest.mark.slow),
    pytest.param("en", True, True, id="english-desk-with-javascript", marks=pytest.mark.slow),
]
COMPLETE = ".desk-form .form .ds-button"


def apply(who: Visitor, folder: Path) -> str:
    """Steps 1 to 3, with what goes wrong on the way; gives back the address of the request."""
    find(who, SHEET, WORDS[who.language], "building", TITLES[who.language][0])
    sign_in_twice(who, "jonas.muster", SHEET)
    for _ in range(3):  # commune, applicant and contact are known or optional
        if who.path.endswith("/parcel"):
            break
        who.go_on()
    who.fill(**{"parcel.section": "C", "parcel.number": "1234/567", "site": "12, rue de l’Exemple, 7500 Mersch"}).go_on()
    come_back_to_draft(who)
    who.fill(works_kind="extension").go_on()
    who.fill(works_description="Garden").go_on()
    assert who.page.locator("#f-works_description-error").count() == 1  # too short, and still in the field
    assert who.page.locator("#f-works_description").input_value() == "Garden"
    who.fill(works_description="A winter garden behind the house, 18 square metres.").go_on()
    who.fill(works_cost="5000").go_on()
    attach(who, folder)
    who.fill(sole_owner="true" if who.page.locator('[name="sole_owner"][value="true"]').count() else "yes").go_on()
    assert who.path.endswith("/check")
    who.press('.summary-action a[href*="/cost"]').fill(works_cost="6000").go_on()  # one answer is changed
    assert who.path.endswith("/check")
    assert "plan.pdf" in who.text()
    return submit(who, folder)


def attach(who: Visitor, folder: Path) -> None:
    """A text that says it is a plan is refused; a plan too many is taken away again."""
    (folder / "notes.pdf").write_text("Not a plan.")
    for file in (folder / "notes.pdf", plan(folder), plan(folder, "other.pdf")):
        who.page.locator('input[name="plans"]').set_input_files(file)
        who.press('button[name="attach"]')
        assert who.page.locator("#f-plans-error").count() == (file.name == "notes.pdf")
    who.press('button[name="remove"] >> nth=1')
    assert "plan.pdf" in who.text(".files")
    assert "other.pdf" not in who.text(".files")
    who.go_on()


def work(officer: Visitor, case: str, node: str, **answers: str) -> None:
    """Open the case from the worklist, take the task with this form, complete it."""
    officer.open("/desk").press(f'main a[href="{case}"]')
    first = next(iter(answers))
    for button in range(officer.page.locator('form[action$="/take"] button').count()):
        officer.page.locator('form[action$="/take"] button').nth(button).click()
        officer.look()
        if officer.page.locator(f'main [name="{first}"]').count():
            break
        officer.press('form[action$="/give-back"] button')
    officer.fill(**answers).press(COMPLETE)
    assert officer.path.endswith("/done"), (node, officer.text())


def ask_and_answer(officer: Visitor, applicant: Visitor, case: str, request: str) -> None:
    """A question outside the process: the request goes on, the answer stands in the file."""
    officer.open(case)
    officer.page.locator('details:has(form[action$="/question"]) summary').click()
    officer.fill(question="Which colour will the roof have?").press('form[action$="/question"] button')
    applicant.until(request, "text=Which colour will the roof have?")
    applicant.press(f'form[action="{request}/answer"] .actions .ds-button')
    assert applicant.page.locator("#f-text-error").count() == 1  # an empty answer is none
    applicant.fill(text="Grey, like the house.").press(f'form[action="{request}/answer"] .actions .ds-button')
    assert applicant.page.locator(f'form[action="{request}/answer"]').count() == 0
    officer.until(case, "text=Grey, like the house.")


def documents(who: Visitor, folder: Path, language: str) -> tuple[str, str]:
    """The text of the permit and of the certificate to be posted, told apart by their titles on the page and on paper."""
    found: dict[str, str] = {}
    for number in range(2):
        act = who.page.locator(".act").nth(number)
        title = act.locator(".act-title").inner_text()
        href = act.locator('a[href$=".pdf"]').get_attribute("href") or ""
        file = who.download(f'a[href="{href}"]', folder, f"act-{number}.pdf")
        found[title] = "\n".join(page.extract_text() for page in PdfReader(file).pages)
        assert " ".join(title.split()) in " ".join(found[title].split()), title
    assert set(found) == set(TITLES[language])
    return found[TITLES[language][0]], found[TITLES[language][1]]


def post(who: Visitor, request: str, folder: Path) -> None:
    """Red dot on the fence: the day and a photo; a file alone sends nothing; then the period for appeals runs."""
    who.open(request)
    who.page.locator('input[name="posting_photo"]').set_input_files(photo(folder, "posted.png"))
    who.press('button[name="attach"]')
    assert "posted.png" in who.text(".files")
    send = ".needs .actions .ds-button"
    who.press(send)
    assert who.page.locator("#f-posted_on-error").count() == 1
    today = datetime.now(ZoneInfo("Europe/Luxembourg")).date()  # noqa: TID251  # the demonstration runs by itself, on the true clock
    parts = {"day": today.day, "month": today.month, "year": today.year}
    who.fill(**{f"posted_on.{part}": str(value) for part, value in parts.items()}).press(send)
    assert who.page.locator(".needs").count() == 0
    assert APPEAL[who.language] in who.text(".state")


@pytest.mark.parametrize(("language", "script", "wide"), PASSES)
def test_permit(visitor: Arrive, demo: Demonstration, tmp_path: Path, language: str, *, script: bool, wide: bool) -> None:
    def office(handle: str) -> Visitor:
        return visitor(language, script=script, wide=wide).as_officer(handle)

    jonas = visitor(language, script=script, wide=wide)
    request = apply(jonas, tmp_path)
    case = request.replace("/requests/", "/desk/cases/")
    tom = office("tom.beispill")
    work(tom, case, "check", completeness="missing-piece", piece_wanted="The drainage plan is missing.")
    jonas.until(request, 'input[name="piece"]')
    assert "The drainage plan is missing." in jonas.text()
    jonas.page.locator('input[name="piece"]').set_input_files(plan(tmp_path, "drainage.pdf"))
    jonas.press(".needs .actions .ds-button")
    foreign = office("dan.muster")  # the same task in another commune
    foreign.page.goto(foreign.base + case)
    assert foreign.status == 404
    tom.until(case, "text=drainage.pdf")
    ask_and_answer(tom, jonas, case, request)
    work(tom, case, "check", completeness="complete")
    marc, laura = office("marc.esempio"), office("laura.exemplo")
    work(marc, case, "opinion-urbanism", urbanism_opinion="favourable", urbanism_remarks="It fits the plan.")
    work(laura, case, "opinion-technical", technical_opinion="reserved", technical_remarks="Connect to the storm drain.")
    nora = office("nora.beispiel")
    nora.open("/desk").press(f'main a[href="{case}"]')
    assert "Connect to the storm drain." in nora.text()
    work(nora, case, "decide", decision="granted", decision_reasons="It agrees with the plan.", conditions="Storm drain first.")
    jonas.until(request, 'a[href^="/acts/"][href$=".pdf"] >> nth=1')
    permit, red_dot = documents(jonas, tmp_path, language)
    assert "1234/567" in permit
    assert "Storm drain first." in permit
    assert "1234/567" in red_dot
    assert "Storm drain first." not in red_dot  # it hangs in the street: conditions and reasons are not for everybody
    files = sorted(tmp_path.glob("act-*.pdf"))
    assert len(files) == 2
    for file in files:
        assert demo.verify(file).returncode == 0, file.name
    assert jonas.open("/mailbox").page.locator(".act").count() >= 2
    act = next(file for file in files if "Storm drain" in PdfReader(file).pages[0].extract_text())
    anybody_verifies(visitor(language, script=script, wide=wide), demo, tmp_path, act, "1234/567")
    post(jonas, request, tmp_path)
    tom.until(case, "text=posted.png")
    tom.press('form[action$="/take"] button')
    assert tom.page.locator('main [name="appeal"]').count() == 2  # an appeal, or an irregular posting
    jonas.open("/readings")
    nora.open(case)
    marc.open("/desk?state=done")
