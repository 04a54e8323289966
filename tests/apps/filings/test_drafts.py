# SPDX-License-Identifier: EUPL-1.2
"""Drafts: kept at every step, whose they are, how they end."""

from datetime import timedelta
from uuid import uuid4

import pytest

from bierger.cases import selectors as cases
from bierger.documents.models import Blob
from bierger.filings import selectors, services
from bierger.filings.errors import (
    AdministrationRefused,
    DeclarationMissing,
    DraftUnknown,
    LevelTooLow,
    NotComplete,
    ProcedureUnknown,
    SignInNeeded,
)
from bierger.filings.models import Draft
from bierger.infra import clock
from bierger.infra.principal import ANONYMOUS, Principal, acting_as
from tests import story
from tests.people import person


@pytest.fixture
def lea(transactional) -> Principal:
    return person("lea.beispill")


def link() -> tuple[Principal, str]:
    token = services.new_token()
    return Principal(kind="link", link=services.link_of(token)), token


def test_what_was_typed_is_kept_beside_what_was_valid(lea):
    draft = story.begin(lea, "building-permit")
    with acting_as(lea):
        assert not services.save_step(draft=draft, step="cost", raw={"works_cost": ["5000"]}).errors
        saved = services.save_step(draft=draft, step="cost", raw={"works_cost": ["a lot"]})
        assert saved.errors["works_cost"].code == "not-a-number"
        view = selectors.draft(draft)
        assert view.answers["works_cost"] == "5000.00"
        assert view.raw["works_cost"] == ["a lot"]
        assert [line.id for line in selectors.drafts()] == [draft]


def test_sign_in_prefills_and_locked_answers_cannot_be_overwritten(lea):
    draft = story.begin(lea, "residence-certificate")
    with acting_as(lea):
        assert selectors.draft(draft).answers["family_name"] == "Beispill"
        services.save_step(draft=draft, step="identity", raw={"family_name": ["Somebody-Else"], "given_name": ["X"]})
        assert selectors.draft(draft).answers["family_name"] == "Beispill"


def test_a_level_too_low_and_no_sign_in_are_refused_by_name(transactional):
    low = person("lea.beispill", level="low")
    with acting_as(low), pytest.raises(LevelTooLow) as refused:
        services.start_draft(owner="commune", name="building-permit", administration="mersch", language="en")
    assert refused.value.needed == "substantial"
    with acting_as(ANONYMOUS), pytest.raises(SignInNeeded):
        services.start_draft(owner="commune", name="building-permit", administration="mersch", language="en")


def test_unknown_procedures_and_administrations_are_refused_by_name(lea):
    with acting_as(lea), pytest.raises(ProcedureUnknown):
        services.start_draft(owner="commune", name="no-such", administration="mersch", language="en")
    with acting_as(lea), pytest.raises(AdministrationRefused):
        services.start_draft(owner="commune", name="building-permit", administration="atlantis", language="en")
    with acting_as(lea), pytest.raises(AdministrationRefused):
        services.start_draft(owner="commune", name="building-permit", administration="nature", language="en")


def test_nobody_else_finds_a_draft_or_a_filing(lea):
    draft = story.begin(lea, "residence-certificate")
    stranger, _ = link()
    for other in (person("emma.primjer"), stranger, ANONYMOUS):
        with acting_as(other), pytest.raises(DraftUnknown):
            selectors.draft(draft)
        with acting_as(other), pytest.raises(DraftUnknown):
            services.submit(draft=draft, declaration=True)
    with acting_as(lea), pytest.raises(DraftUnknown):
        selectors.draft(uuid4())


def test_an_anonymous_draft_is_held_by_its_link_alone(transactional):
    somebody, token = link()
    assert len(token) >= 22  # 128 bits
    receipt = story.request(somebody, "problem-report", story.REPORT, token=token)
    with acting_as(somebody):
        assert selectors.receipt(receipt.id).number == receipt.number
        assert [request.id for request in cases.requests()] == list(receipt.cases)
        assert not Draft.objects.exists()
    other, _ = link()
    with acting_as(other):
        assert cases.requests() == ()


def test_discarding_deletes_answers_and_attachments_for_good(lea, as_owner):
    draft = story.begin(lea, "building-permit")
    with acting_as(lea):
        assert services.attach(draft=draft, question="plans", file_name="plan.pdf", data=story.PDF) is None
    with acting_as(lea):
        services.discard(draft=draft)
    with as_owner():
        assert not Draft.objects.exists()
        assert not Blob.objects.exclude(key=None).exists()


def test_a_draft_expires_and_is_deleted_by_the_worker(lea, run_jobs, frozen, as_owner):
    story.begin(lea, "residence-certificate")
    frozen(clock.now() + timedelta(days=61))
    run_jobs()
    with as_owner():
        assert not Draft.objects.exists()


def test_submission_names_the_step_that_is_not_complete_and_the_declaration(lea):
    draft = story.begin(lea, "residence-certificate")
    with acting_as(lea), pytest.raises(NotComplete) as refused:
        services.submit(draft=draft, declaration=True)
    assert refused.value.step == "since"  # the first page that was not seen yet
    story.fill(lea, draft, story.RESIDENCE)
    with acting_as(lea), pytest.raises(DeclarationMissing):
        services.submit(draft=draft, declaration=False)
    story.submit(lea, draft)


def test_a_second_submission_gives_the_first_receipt(lea, as_owner):
    draft = story.begin(lea, "residence-certificate")
    story.fill(lea, draft, story.RESIDENCE)
    first, second = story.submit(lea, draft), story.submit(lea, draft)
    assert (second.number, second.event_hash, second.again) == (first.number, first.event_hash, True)
    with as_owner():
        from bierger.cases.models import Case

        assert Case.objects.count() == 1


def test_the_receipt_shows_the_hash_of_the_opening_event(lea):
    receipt = story.request(lea, "residence-certificate", story.RESIDENCE)
    with acting_as(lea):
        assert cases.opening_event(receipt.cases[0]).hex() == receipt.event_hash
