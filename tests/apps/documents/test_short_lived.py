# SPDX-License-Identifier: EUPL-1.2
"""Short-lived acts: they end by themselves, everywhere at the same instant, have no place in a list and are never taken back."""

from __future__ import annotations

import dataclasses
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from bierger.documents import selectors, services
from bierger.documents.errors import EndsByItself
from bierger.documents.models import Act, Revocation, StatusCounter
from bierger.infra.principal import ANONYMOUS, SYSTEM, acting_as
from bierger.portal.selectors import verdict_of
from bierger.ui.words import NOT_CHECKED
from bierger_core.seals import RegisteredType, load_registry, open_seal
from tests.apps.documents.story import FACTS, TEMPLATE, decide, officer_of, typed

ISSUED = datetime(2026, 11, 30, 9, 30, 20, tzinfo=UTC)
END = ISSUED + timedelta(hours=24)
SHOWING = TEMPLATE + b"\n#sys.inputs.valid_until\n"


def short() -> RegisteredType:
    return typed(FACTS, code="residence-proof", valid_for="PT24H")


@pytest.fixture
def issued(commune, applicant, as_worker, run_jobs, frozen):
    """A short-lived act that reached its holder, and one that did not end."""
    frozen(ISSUED)
    with as_worker():
        act = decide(commune, applicant, document_type=short(), template=SHOWING)
        other = decide(commune, applicant)
    run_jobs()
    return act, other


def row(act) -> Act:
    with acting_as(SYSTEM):
        return Act.objects.get(id=act)


def test_it_takes_no_place_and_ends_at_an_instant(issued, as_worker, commune):
    with as_worker():
        act, other = row(issued[0]), row(issued[1])
        with acting_as(SYSTEM):
            assert StatusCounter.objects.get(issuer=commune.code).places == 1, "Only the other act took one."
    assert (act.status_place, act.ends_at, str(act.valid_until), act.state) == (None, END, "2026-12-01", "delivered")
    assert (other.status_place, other.ends_at, other.valid_until) == (0, None, None)
    served = Client().get("/log/types.json").content
    assert open_seal(act.seal, load_registry(served)).status is None


def test_every_check_says_until_when_and_then_that_it_expired(issued, as_worker, applicant, frozen):
    with as_worker():
        code = row(issued[0]).seal
    with acting_as(applicant.principal):
        pdf = selectors.act_pdf(issued[0]).data
    for now, is_over in ((END - timedelta(seconds=1), False), (END, True), (END + timedelta(days=400), True)):
        frozen(now)
        with acting_as(ANONYMOUS):
            seen, whole = selectors.verify_text(code), services.verify_upload(data=pdf, file_name="x.pdf")
        assert (seen.authentic, whole.authentic, seen.is_over, whole.is_over) == ("facts-only", "yes", is_over, is_over)
        assert {(one.ends_at, one.short_lived) for one in (seen, whole)} == {(END, True)}
        asked = next(step for step in whole.steps if step.name == "revocation")
        assert (asked.outcome, asked.code) == ("not_checked", "short-lived")
        answer = Client().post("/api/verify", {"code": code}).json()["results"][0]
        assert (answer["ends_at"], answer["is_over"], answer["short_lived"]) == ("2026-12-01T09:30:20Z", is_over, True)
        with translation.override("en"):
            said = verdict_of(whole, "", "en")
        until = "It expired on 1 December 2026, 10:30 (time in Luxembourg)." if is_over else "cannot be revoked before then"
        assert until in said.text
        assert (said.kind, said.title) == (("facts", "Genuine, but no longer valid") if is_over else ("yes", "Authentic"))
        assert NOT_CHECKED["short-lived"] in {one.answer for one in said.steps}


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "expiré le 1 décembre 2026, 10:30"), ("de", "am 1. Dezember 2026, 10:30"), ("lb", "den 1. Dezember 2026, 10:30")],
)
def test_the_page_says_so_in_every_language(issued, as_worker, frozen, language, words):
    with as_worker():
        code = row(issued[0]).seal
    frozen(END)
    page = Client().post("/verify", {"code": code}, headers={"Accept-Language": language}).content.decode()
    assert words in page


def test_the_letter_prints_its_end(issued, applicant):
    with acting_as(applicant.principal):
        pdf = selectors.act_pdf(issued[0]).data
    assert "1 December 2026, 10:30" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def test_nobody_takes_it_back_nor_puts_another_in_its_place(issued, commune, as_worker, as_owner):
    act, other = issued
    with acting_as(officer_of(commune, "decider")), pytest.raises(EndsByItself) as refused:
        services.revoke_act(act=act, reason="error", note="No.")
    assert refused.value.data["at"] == END
    with acting_as(officer_of(commune, "decider")), pytest.raises(EndsByItself):
        services.replace_act(act=act, facts=FACTS, fields={}, template=TEMPLATE, title="x", note="No.")
    with as_owner():
        assert Revocation.objects.count() == 0
    # Also not past the service: neither a place nor a revocation, nor another end.
    for change in ("status_place = 7", "revoked_at = now(), revocation_reason = 'error'", "ends_at = NULL", "ends_at = now()"):
        with as_owner(), pytest.raises(IntegrityError), connection.cursor() as cursor:
            cursor.execute(f"UPDATE documents_act SET {change} WHERE id = %s", [act])
    with as_owner(), pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("UPDATE documents_act SET ends_at = now() WHERE id = %s", [other])


def test_the_same_words_without_hours_are_another_type():
    assert dataclasses.replace(short(), valid_for=None).digest != short().digest
