# SPDX-License-Identifier: EUPL-1.2
"""Drafts: kept at every step, whose they are, how they end."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from bierger.administrations.models import Officer
from bierger.administrations.selectors import administration
from bierger.cases import selectors as cases
from bierger.catalogue import selectors as catalogue
from bierger.catalogue import services as publishing
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
from bierger.infra.principal import ANONYMOUS, SYSTEM, Principal, acting_as
from tests import story
from tests.clients import client_of
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


def test_an_administration_without_officers_is_refused_at_start_and_at_the_question(lea):
    with acting_as(lea), pytest.raises(AdministrationRefused):
        services.start_draft(owner="commune", name="residence-certificate", administration="beaufort", language="en")
    draft = story.begin(lea, "residence-certificate")
    with acting_as(lea):
        before = selectors.draft(draft).administration
        saved = services.save_step(draft=draft, step="commune", raw={"commune": ["beaufort"]})
        view = selectors.draft(draft)
        assert {name: one.code for name, one in saved.errors.items()} == {"commune": "administration-refused"}
        assert (view.answers["commune"], view.administration, view.raw["commune"]) == ("mersch", before, ["beaufort"])
        assert not services.save_step(draft=draft, step="commune", raw={"commune": ["esch-sur-alzette"]}).errors
        assert selectors.draft(draft).administration != before


def test_the_form_offers_the_administrations_that_take_requests_and_says_why_it_refuses_others(lea):
    path, said = f"/drafts/{story.begin(lea, 'residence-certificate')}/commune", []
    for language in ("en", "fr", "de", "lb"):
        browser = client_of(lea, language=language)
        page = browser.get(path).content.decode()
        assert set(re.findall(r'<option value="([^"]+)"', page)) == {"mersch", "esch-sur-alzette", "echternach"}
        refused = browser.post(path, {"commune": "beaufort"})
        assert refused.status_code == 422
        said.append(re.search(r'href="#f-commune">([^<]+)<', refused.content.decode())[1])
    assert said[0] == "This administration does not offer the procedure"
    assert len(set(said)) == 4
    with acting_as(lea):
        assert selectors.draft(UUID(path.split("/")[2])).answers["commune"] == "mersch"


def only_in(as_owner: Callable, code: str) -> None:
    """From now on the certificate is in force in one commune only."""
    with as_owner(), acting_as(SYSTEM):
        digest = catalogue.active("commune", "residence-certificate")
        publishing.withdraw(owner="commune", name="residence-certificate")
        publishing.activate(digest=digest, administration=administration(code=code).id)


def test_where_the_procedure_is_not_in_force_nobody_takes_a_request(lea, as_owner):
    draft = story.begin(lea, "residence-certificate")
    story.fill(lea, draft, story.RESIDENCE)
    only_in(as_owner, "echternach")
    with acting_as(lea), pytest.raises(ProcedureUnknown):
        services.start_draft(owner="commune", name="residence-certificate", administration="mersch", language="en")
    with acting_as(lea), pytest.raises(NotComplete) as refused:
        services.submit(draft=draft, declaration=True)
    assert refused.value.step == "commune"
    assert refused.value.errors["commune"].code == "administration-refused"
    page = client_of(lea).post(f"/drafts/{draft}/submit", {"declaration": "yes"})
    assert page.status_code == 422
    assert "This administration does not offer the procedure" in page.content.decode()
    with acting_as(lea):
        assert services.save_step(draft=draft, step="commune", raw={"commune": ["mersch"]}).errors
        assert not services.save_step(draft=draft, step="commune", raw={"commune": ["echternach"]}).errors
    story.submit(lea, draft)


def test_an_administration_whose_officers_have_left_receives_nothing_more(lea, as_owner):
    draft = story.begin(lea, "residence-certificate")
    story.fill(lea, draft, story.RESIDENCE)
    with as_owner():
        Officer.objects.filter(administration__code="mersch").update(active=False)
    with acting_as(lea), pytest.raises(NotComplete) as refused:
        services.submit(draft=draft, declaration=True)
    assert set(refused.value.errors) == {"commune"}


def test_a_procedure_withdrawn_meanwhile_is_refused_by_name_and_the_draft_stays(lea, as_owner):
    draft = story.begin(lea, "residence-certificate")
    story.fill(lea, draft, story.RESIDENCE)
    with as_owner(), acting_as(SYSTEM):
        publishing.withdraw(owner="commune", name="residence-certificate")
    with acting_as(lea), pytest.raises(ProcedureUnknown):
        services.submit(draft=draft, declaration=True)
    for language, title in (("en", "not offered"), ("fr", "pas proposée"), ("de", "nicht angeboten"), ("lb", "net ugebueden")):
        page = client_of(lea, language=language).post(f"/drafts/{draft}/submit", {"declaration": "yes"})
        assert page.status_code == 409
        assert 'data-code="procedure-unknown"' in page.content.decode()
        assert title in page.content.decode()
    with acting_as(lea):
        assert selectors.draft(draft).answers["purpose"] == "bank"


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
    draft = story.begin(lea, "building-permit")
    with acting_as(lea):
        assert services.attach(draft=draft, question="plans", file_name="plan.pdf", data=story.PDF) is None
    frozen(clock.now() + timedelta(days=59))
    run_jobs()
    with as_owner():
        assert (Draft.objects.count(), Blob.objects.count()) == (2, 1)
    frozen(clock.now() + timedelta(days=2))
    run_jobs()
    with as_owner():
        assert not Draft.objects.exists()
        assert not Blob.objects.exists()  # with its key


def test_a_file_given_or_taken_out_is_a_change_that_keeps_the_draft(lea, run_jobs, frozen, as_owner):
    draft = story.begin(lea, "building-permit")
    began = clock.now()
    frozen(began + timedelta(days=59))
    with acting_as(lea):
        assert services.attach(draft=draft, question="plans", file_name="plan.pdf", data=story.PDF) is None
    frozen(began + timedelta(days=118))
    run_jobs()
    with acting_as(lea):
        (file,) = selectors.draft(draft).answers["plans"]
        services.remove_file(draft=draft, question="plans", file=file["id"])
    frozen(began + timedelta(days=177))
    run_jobs()
    with as_owner():
        assert Draft.objects.count() == 1


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
    from bierger.cases.models import Event

    with acting_as(lea):
        assert bytes(Event.objects.get(case_id=receipt.cases[0], sequence=1).hash).hex() == receipt.event_hash
