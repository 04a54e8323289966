# SPDX-License-Identifier: EUPL-1.2
"""A decider takes back what was issued, or corrects it: from the case, or by the number alone; nobody else does."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from django.utils.translation import override

from bierger.backoffice.views.shown import _revoked
from bierger.cases import selectors as cases
from bierger.delivery import selectors as delivery
from bierger.documents import selectors as documents
from bierger.documents import services
from bierger.documents.models import Act, Revocation
from bierger.infra import clock
from bierger.infra.principal import ANONYMOUS, Principal, acting_as
from bierger.ui import formats
from tests import story
from tests.apps.backoffice.test_desk import readings, text
from tests.clients import client_of
from tests.registers import register, simulators
from tests.story_people import Town
from tests.story_people import town as make_town

__all__ = ["register", "simulators"]
NOTE = "Your street was written wrongly. Please use the new certificate."


@pytest.fixture
def mersch(transactional) -> Town:
    return make_town()


@pytest.fixture
def certificate(mersch: Town, run_jobs, register) -> UUID:
    """Issued by the process alone: no officer may open the request."""
    story.request(mersch.applicant, "residence-certificate", story.RESIDENCE)
    run_jobs()
    with acting_as(mersch.applicant):
        return documents.my_acts()[0].id


@pytest.fixture
def permit(mersch: Town, run_jobs) -> UUID:
    """A granted building permit, delivered; the case goes on."""
    case = story.request(mersch.applicant, "building-permit", story.PERMIT).cases[0]
    story.do(mersch.clerk, case, "check", completeness="complete")
    story.do(mersch.urbanism, case, "opinion-urbanism", urbanism_opinion="favourable")
    story.do(mersch.technical, case, "opinion-technical", technical_opinion="favourable")
    story.do(mersch.mayor, case, "decide", decision="granted", decision_reasons="In line with the plan.")
    run_jobs()
    return case


def number_of(act: UUID, who: Principal) -> str:
    with acting_as(who):
        return documents.act(act).number


def verdict(who: Principal, act: UUID) -> tuple[str, bool, str]:
    with acting_as(who):
        pdf = documents.act_pdf(act)
    with acting_as(ANONYMOUS):
        seen = services.verify_upload(data=pdf.data, file_name="x.pdf")
    return seen.authentic, seen.revoked, seen.revocation_reason


def hidden(page: str) -> dict[str, str]:
    """What the confirming page sends again."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def typed(page: str) -> dict[str, str]:
    """What stands in the fields of the form."""
    found = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
    found |= dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', page))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        found[name] = next(iter(re.findall(r'value="([^"]*)" selected', options)), "")
    for name, value in re.findall(r'<input[^>]*type="radio"[^>]*name="([^"]+)"[^>]*value="([^"]*)"[^>]*checked', page):
        found[name] = value
    return {name: html.unescape(value) for name, value in found.items() if name not in ("csrfmiddlewaretoken", "q")}


def test_by_its_number_alone_a_certificate_is_found_revoked_and_everybody_is_told(mersch, certificate, run_jobs, as_owner):
    number, nora = number_of(certificate, mersch.applicant), client_of(mersch.mayor)
    assert nora.get("/desk/acts", {"number": f" {number} "})["Location"] == f"/desk/acts/{certificate}"
    page = text(nora.get(f"/desk/acts/{certificate}"))
    assert "Beispill" in page
    assert "hired" not in page, "Its family name is that of another type: of whoever is employed."
    assert "<dt>Family name</dt>" in page or ">Family name<" in page
    assert f"/desk/acts/{certificate}/revoke" in page
    assert nora.get(f"/desk/acts/{certificate}.pdf").content.startswith(b"%PDF-")
    with as_owner():
        told = readings(mersch.applicant.person)[-2:]
    assert [(purpose, facts) for purpose, _, facts, _ in told] == [("act-revocation", ["act"])] * 2
    assert all(len(laws) == 2 for *_, laws in told)
    wrong = nora.post(f"/desk/acts/{certificate}/revoke", {"note": " ", "check": "yes"})
    assert 'href="#f-reason"' in text(wrong)
    assert 'href="#f-note"' in text(wrong)
    assert "Why is it revoked? Choose one" in text(wrong), "no colon after a question"
    asked = text(nora.post(f"/desk/acts/{certificate}/revoke", {"reason": "fraud", "note": NOTE, "check": "yes"}))
    assert "This cannot be undone." in asked
    assert "obtained by false statements" in asked
    with acting_as(ANONYMOUS):
        assert Revocation.objects.count() == 0
    back = text(nora.post(f"/desk/acts/{certificate}/revoke", {**hidden(asked), "change": "yes"}))
    assert 'value="fraud" checked' in back
    assert NOTE in back
    done = nora.post(f"/desk/acts/{certificate}/revoke", {**hidden(asked), "confirm": "yes"})
    shown = text(nora.get(done["Location"]))
    assert "The document is revoked." in shown
    assert "Nora Beispiel" in shown
    assert NOTE in shown
    assert f"/desk/acts/{certificate}/revoke" not in shown
    run_jobs()
    assert verdict(mersch.applicant, certificate) == ("no", True, "fraud")
    with acting_as(mersch.applicant):
        letter = next(one for one in delivery.mailbox() if one.subject_code == "act-revoked")
        entry = cases.timeline(letter.case_id)[-1]
    assert (letter.params["note"], letter.act_id) == (NOTE, certificate)
    assert (entry.code, entry.actor_kind, entry.params["reason"]) == ("act-revoked", "officer", "fraud")
    again = nora.post(f"/desk/acts/{certificate}/revoke", {"reason": "error", "note": "x", "confirm": "yes"})
    assert "was revoked already" in text(nora.get(again["Location"]))
    assert nora.get(f"/desk/acts/{certificate}/revoke")["Location"].endswith("said=act-already-revoked")
    assert nora.get(f"/desk/acts/{certificate}/correct")["Location"].endswith("said=act-already-revoked")


def test_its_page_speaks_to_the_officer_and_says_until_when_it_holds(mersch, certificate, run_jobs, frozen):
    """Written in its holder's language, named in the officer's: over without being taken back, it says so."""
    story.request(mersch.applicant, "residence-proof", {"document_language": "en"})
    run_jobs()
    nora = client_of(mersch.mayor)
    nora.cookies["bierger_language"] = "fr"
    with acting_as(mersch.applicant):
        proof = next(one for one in documents.my_acts() if one.ends_at)
        until = documents.act(certificate).valid_until

    def page(act: UUID) -> str:
        return html.unescape(text(nora.get(f"/desk/acts/{act}")))

    for act, name, last in ((certificate, "Certificat de résidence", formats.day(until, "fr")), (proof.id, "Preuve de résidence pour un jour", formats.instant(proof.ends_at, "fr"))):
        assert f"<h1>{name} " in page(act)
        assert f"Valable jusqu’au {last}" in page(act)
        assert "Expiré" not in page(act)
    assert "Certificat de résidence ·" in text(nora.get(f"/desk/acts/{certificate}/revoke"))
    assert 'href="/desk/acts" aria-current="true"' in page(certificate)
    frozen(proof.ends_at)
    assert "Expiré" in page(proof.id)
    assert "a pris fin de lui-même" in page(proof.id)
    assert "ne peut être ni révoqué" not in page(proof.id)
    frozen(datetime.combine(until + timedelta(days=1), time(12), UTC))
    assert "Expiré" in page(certificate)


def test_what_is_left_of_an_erased_one_is_said(mersch, certificate, run_jobs, frozen):
    with acting_as(mersch.mayor):
        services.revoke_act(act=certificate, reason="error", note=NOTE)
    with acting_as(mersch.applicant):
        case = documents.act(certificate).case_id
    run_jobs()
    frozen(clock.now() + timedelta(days=500))
    run_jobs()
    page = text(client_of(mersch.mayor).get(f"/desk/acts/{certificate}", HTTP_ACCEPT_LANGUAGE="en"))
    assert "What it said was erased, and its file with it." in page
    assert "Beispill" not in page
    mine = " ".join(text(client_of(mersch.applicant).get(f"/requests/{case}", HTTP_ACCEPT_LANGUAGE="en")).split())
    assert re.search(r">Revoked</span> · erased</p>", mine)


def test_a_corrected_permit_takes_the_place_of_the_wrong_one(mersch, permit, run_jobs):
    nora = client_of(mersch.mayor)
    page = text(nora.get(f"/desk/cases/{permit}"))
    old = UUID(re.search(r"/desk/acts/([0-9a-f-]+)/correct", page)[1])
    form = text(nora.get(f"/desk/acts/{old}/correct"))
    assert "Works" in form or "works" in form
    values = typed(form)
    assert (values["parcel.section"], values["parcel.number"]) == ("C", "1234/567")
    same = text(nora.post(f"/desk/acts/{old}/correct", {**values, "note": NOTE, "check": "yes"}))
    assert "Nothing is different" in same
    empty = text(nora.post(f"/desk/acts/{old}/correct", {**values, "family_name": "", "note": NOTE, "check": "yes"}))
    assert 'href="#f-family_name"' in empty
    asked = text(nora.post(f"/desk/acts/{old}/correct", {**values, "parcel.number": "1234/568", "note": NOTE, "check": "yes"}))
    assert "1234/568" in asked
    assert "This cannot be undone." in asked
    done = nora.post(f"/desk/acts/{old}/correct", {**hidden(asked), "confirm": "yes"})
    new = UUID(re.search(r"/desk/acts/([0-9a-f-]+)\?did=corrected", done["Location"])[1])
    twice = nora.post(f"/desk/acts/{old}/correct", {**hidden(asked), "confirm": "yes"})
    assert twice["Location"] == f"/desk/acts/{old}?said=act-already-revoked"
    run_jobs()
    with acting_as(mersch.applicant):
        before, after = documents.act(old), documents.act(new)
        entries = [(one.code, one.params.get("number")) for one in cases.timeline(permit)]
    assert (before.successor, before.revocation_reason, after.state, after.replaces) == (new, "replaced", "delivered", old)
    assert after.facts["reference"] == "C 1234/568"
    assert {name: value for name, value in after.facts.items() if name not in ("number", "reference")} == {
        name: value for name, value in before.facts.items() if name not in ("number", "reference")
    }
    assert entries.count(("act-revoked", before.number)) == entries.count(("act-delivered", after.number)) == 1
    assert (verdict(mersch.applicant, old), verdict(mersch.applicant, new)) == (("no", True, "replaced"), ("yes", False, ""))
    page = text(nora.get(f"/desk/cases/{permit}"))
    assert "Replaced" in page
    assert f"Corrected document: {after.number}." in page
    assert before.number in text(nora.get(f"/desk/acts/{new}"))


def test_only_deciders_of_the_house_come_in(mersch, certificate):
    addresses = ["/desk/acts", f"/desk/acts/{certificate}", f"/desk/acts/{certificate}.pdf", f"/desk/acts/{certificate}/revoke", f"/desk/acts/{certificate}/correct"]
    for who in (mersch.clerk, mersch.urbanism, mersch.stranger, mersch.applicant):
        browser = client_of(who)
        assert [browser.get(one).status_code for one in addresses] == [404] * len(addresses)
        sent = {"reason": "error", "note": "x", "confirm": "yes"}
        assert [browser.post(one, sent).status_code for one in addresses[3:]] == [404, 404]
    for one in addresses:
        assert client_of(ANONYMOUS).get(one)["Location"].startswith("/sign-in?next=%2Fdesk")
    nora = client_of(mersch.mayor)
    for number in ("", "2026-999999", "x" * 500, "\0"):
        assert 'href="#f-number"' in text(nora.get("/desk/acts", {"number": number}))
    assert nora.get(f"/desk/acts/{uuid4()}").status_code == 404
    assert nora.post(f"/desk/acts/{uuid4()}/revoke", {"reason": "error", "note": "x", "confirm": "yes"}).status_code == 404
    assert "/desk/acts" in text(nora.get("/desk"))
    assert "/desk/acts" not in text(client_of(mersch.clerk).get("/desk"))
    with acting_as(mersch.mayor):
        assert Act.objects.filter(revoked_at__isnull=False).count() == 0
        assert cases.issued_act(certificate, purpose=cases.purpose_of_act(certificate)).case_open is False


def test_a_reason_keeps_its_capitals():
    with override("de"):
        assert _revoked({"reason": "replaced", "text": ""}) == "Durch ein neueres Dokument ersetzt."
