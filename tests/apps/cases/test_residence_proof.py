# SPDX-License-Identifier: EUPL-1.2
"""The proof of residence for one day: from the form to the mailbox, and what it is worth a day later."""

import html
from datetime import timedelta

import pytest

from bierger.cases import selectors
from bierger.delivery import selectors as delivery
from bierger.documents import selectors as documents
from bierger.documents.errors import EndsByItself
from bierger.documents.services import verify_upload
from bierger.infra import clock
from bierger.infra.principal import acting_as
from bierger.ui import formats
from tests import story
from tests.clients import client_of
from tests.people import person

ASKED = {"document_language": "en"}


@pytest.fixture
def town(transactional):
    from tests.story_people import town as make

    return make()


def test_a_resident_has_it_at_once_and_it_ends_by_itself_a_day_later(town, run_jobs, register, frozen):
    frozen(clock.now())
    receipt = story.request(town.applicant, "residence-proof", ASKED)
    run_jobs()
    with acting_as(town.applicant):
        assert selectors.request(receipt.cases[0]).status == "ended"
        act = documents.act(delivery.mailbox()[0].act_id)
        pdf = documents.act_pdf(act.id)
        verdict = verify_upload(data=pdf.data, file_name=pdf.file_name)
    assert (verdict.authentic, verdict.short_lived, verdict.is_over) == ("yes", True, False)
    assert act.ends_at == verdict.ends_at == act.decided_at + timedelta(hours=24)
    assert {fact.code for fact in verdict.facts} == {"number", "family-name", "given-name", "birth-date", "locality"}
    holder, pages = client_of(town.applicant), ("/mailbox", f"/requests/{receipt.cases[0]}")

    def said(page, language):
        holder.cookies["bierger_language"] = language
        return html.unescape(holder.get(page).content.decode())

    for page in pages:
        for language, words in (("fr", "Valable jusqu’au"), ("de", "Gültig bis"), ("en", "Valid until"), ("lb", "Gülteg bis")):
            assert f"{words} {formats.instant(act.ends_at, language)}" in said(page, language)
        assert "/procedures/commune/residence-proof" not in said(page, "en")
    frozen(verdict.ends_at)
    for page in pages:
        for language, words in (("fr", "Il a expiré"), ("de", "abgelaufen"), ("en", "It expired on"), ("lb", "ofgelaf")):
            assert words in said(page, language)
            assert '<a href="/procedures/commune/residence-proof">' in said(page, language)
    with acting_as(town.applicant):
        over = verify_upload(data=pdf.data, file_name=pdf.file_name)
    assert (over.authentic, over.is_over) == ("yes", True)


def test_the_desk_says_why_nobody_revokes_it(town, run_jobs, register):
    story.request(town.applicant, "residence-proof", ASKED)
    run_jobs()
    with acting_as(town.applicant):
        act = delivery.mailbox()[0].act_id
    decider = client_of(town.mayor)
    page = decider.get(f"/desk/acts/{act}", headers={"accept-language": "en"}).content.decode()
    assert "ends by itself. It cannot be revoked or corrected" in page
    assert f"/desk/acts/{act}/revoke" not in page
    for path, sent in (("revoke", {"reason": "error", "note": "No.", "confirm": "yes"}), ("correct", {"note": "No.", "confirm": "yes"})):
        for answer in (decider.get(f"/desk/acts/{act}/{path}"), decider.post(f"/desk/acts/{act}/{path}", sent)):
            assert answer.url == f"/desk/acts/{act}?said={EndsByItself.code}"
    said = decider.get(answer.url, headers={"accept-language": "en"}).content.decode()
    assert "cannot be revoked. You changed nothing." in said


def test_who_is_registered_elsewhere_is_told_what_to_do(town, run_jobs, register):
    moved = person("hugo.exemplo")
    receipt = story.request(moved, "residence-proof", ASKED)
    run_jobs()
    with acting_as(moved):
        assert selectors.request(receipt.cases[0]).status == "ended"
        assert documents.my_acts() == ()
        assert [one.subject_code for one in delivery.mailbox()] == ["notified"]
