# SPDX-License-Identifier: EUPL-1.2
"""From a word in the catalogue to a certificate that anybody verifies: at once when the register confirms, else by an officer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.journeys.demonstration import Demonstration
from tests.journeys.steps import anybody_verifies, find, sign_in_twice, submit
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser
Arrive = Callable[..., Visitor]
WORDS = {"fr": "domicile", "de": "Wohnsitz", "en": "proof of address", "lb": "Wunnsëtz"}
TITLES = {"fr": "Certificat de résidence", "de": "Wohnsitzbescheinigung", "en": "Residence certificate", "lb": "Residenzcertificat"}
SHEET = "/procedures/commune/residence-certificate"
PASSES = [  # each language once; the three journeys together have each language on the desk and on the telephone, with and without JavaScript
    pytest.param("fr", False, False, id="french-phone-without-javascript"),
    pytest.param("en", False, True, id="english-desk-without-javascript", marks=pytest.mark.slow),
    pytest.param("de", True, False, id="german-phone-with-javascript", marks=pytest.mark.slow),
    pytest.param("lb", True, True, id="luxembourgish-desk-with-javascript", marks=pytest.mark.slow),
]


def fill_in(who: Visitor, name: str = "Beispill") -> None:
    """Every step; one error on the way, said at the field and in the summary."""
    assert who.page.locator('select[name="commune"] option:checked').get_attribute("value") == "mersch"
    who.go_on()  # and not to the names: they are known from the sign-in
    who.go_on()  # since when: optional
    who.go_on()  # purpose: nothing chosen
    assert who.page.locator('a[href^="#f-purpose"]').count() == 1
    assert who.page.locator("#f-purpose-error").count() == 1
    who.fill(purpose="bank").go_on()
    who.fill(document_language=who.language).go_on()
    who.fill(delivery="mailbox").go_on()
    assert who.path.endswith("/check")
    assert name in who.text()


@pytest.mark.parametrize(("language", "script", "wide"), PASSES)
def test_certificate(visitor: Arrive, demo: Demonstration, tmp_path: Path, language: str, *, script: bool, wide: bool) -> None:
    lea = visitor(language, script=script, wide=wide)
    find(lea, SHEET, WORDS[language], "identity", TITLES[language])
    sign_in_twice(lea, "lea.beispill", SHEET)
    fill_in(lea)
    request = submit(lea, tmp_path)
    receipt_page, number = lea.path, lea.text(".slip-number")
    lea.open(request).until(request, 'a[href^="/acts/"][href$=".pdf"]')
    assert lea.page.locator("main .timeline li").count() >= 3
    lea.open("/requests").open("/mailbox")
    act = lea.download('a[href^="/acts/"][href$=".pdf"]', tmp_path, "certificate.pdf")
    proof = lea.download('a[href$=".tlog-proof"]', tmp_path, "certificate.pdf.tlog-proof")
    assert proof.stat().st_size > 0
    assert "Beispill" in PdfReader(act).pages[0].extract_text()
    anybody_verifies(visitor(language, script=script, wide=wide), demo, tmp_path, act, "Beispill")
    strangers_learn_nothing(visitor, demo, language, [request, receipt_page, "/acts/" + act_id(lea) + ".pdf"], number)
    lea.open("/readings")


def act_id(who: Visitor) -> str:
    """The identifier in the address of the first document on the page."""
    href = who.page.locator('a[href^="/acts/"][href$=".pdf"]').first.get_attribute("href") or ""
    return href.removeprefix("/acts/").removesuffix(".pdf")


def strangers_learn_nothing(visitor: Arrive, demo: Demonstration, language: str, addresses: list[str], number: str) -> None:
    """Whoever signed in as somebody else: 404, as for what does not exist. Whoever did not: the sign-in, or 404 for a file."""
    other = visitor(language)
    other.open("/sign-in?next=/requests").sign_in("alice.exemple")
    nobody = visitor(language)
    for address in addresses:
        assert other.context.request.get(demo.url + address).status == 404, address
        answer = nobody.context.request.get(demo.url + address, max_redirects=0)
        if address.endswith(".pdf"):
            assert answer.status == 404, address
        else:
            assert answer.status == 302, address
            assert answer.headers["location"].startswith("/sign-in?next="), address
        assert number not in answer.text()


@pytest.mark.parametrize(
    ("language", "script", "wide"),
    [
        pytest.param("de", False, False, id="german-phone-without-javascript", marks=pytest.mark.slow),
        pytest.param("fr", True, True, id="french-desk-with-javascript", marks=pytest.mark.slow),
    ],
)
def test_an_address_that_the_register_does_not_know(
    visitor: Arrive, demo: Demonstration, tmp_path: Path, language: str, *, script: bool, wide: bool
) -> None:
    """The request waits for an officer, who confirms the address; the certificate says what the officer wrote."""
    emma = visitor(language, script=script, wide=wide)
    emma.open(f"/sign-in?level=substantial&next={SHEET}").sign_in("emma.primjer")
    emma.fill(administration="mersch").press("#start button")
    fill_in(emma, "Primjer")
    request = submit(emma, tmp_path)
    case = request.replace("/requests/", "/desk/cases/")
    claire = visitor(language, script=script, wide=wide).as_officer("claire.muster")
    claire.until("/desk", f'main a[href="{case}"]').press(f'main a[href="{case}"]')
    assert emma.open(request).page.locator('a[href^="/acts/"]').count() == 0  # nothing was issued by itself
    claire.press('form[action$="/take"] button')
    claire.fill(review_outcome="issue").press(".desk-form .form .ds-button")
    assert claire.page.locator('[aria-invalid="true"]').count() >= 3  # an address is needed
    claire.fill(
        confirmed_street="3, rue du Test", confirmed_postal_code="7520", confirmed_locality="Mersch",
        **{"confirmed_since.day": "1", "confirmed_since.month": "2", "confirmed_since.year": "2020"},
    ).press(".desk-form .form .ds-button")  # fmt: skip
    assert claire.path.endswith("/done")
    emma.until(request, 'a[href^="/acts/"][href$=".pdf"]')
    act = emma.download('a[href^="/acts/"][href$=".pdf"]', tmp_path, "emma.pdf")
    says = PdfReader(act).pages[0].extract_text()
    assert "Primjer" in says
    assert "3, rue du Test" in says
    assert demo.verify(act).returncode == 0
    claire.open(case)
    emma.open("/mailbox").open("/readings")
