# SPDX-License-Identifier: EUPL-1.2
"""Acting for somebody else: whose request it is, who did it, by which right; and what a narrow mandate does not open."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from bierger.cases import selectors as cases
from bierger.cases import services as case_services
from bierger.cases.errors import CaseUnknown
from bierger.cases.models import Case, Event, EventPayload, Party
from bierger.delivery import selectors as delivery
from bierger.disclosures.selectors import readings
from bierger.disclosures.services import purpose_of_case
from bierger.documents import selectors as documents
from bierger.filings import selectors, services
from bierger.filings.errors import FilingUnknown, OutOfMandate
from bierger.flows.models import Instance, Task
from bierger.identity import selectors as identity
from bierger.infra.errors import SpaceLost
from bierger.infra.principal import SYSTEM, Principal, acting_as
from bierger.simulators.country import country
from bierger_core.interview import SOURCES
from tests import mandates, story
from tests.clients import client_of
from tests.people import officer, person

FATHER, DAUGHTER = "hugo.exemplo", "lea.beispill"  # she lives in Mersch, he elsewhere
NAME = {"given_name": "Hugo", "family_name": "Exemplo"}
PERMIT_ONLY, CERTIFICATE_ONLY = "commune/building-permit", "commune/residence-certificate"


@pytest.fixture
def father(transactional: None) -> Principal:
    return person(FATHER)


@pytest.fixture
def daughter(father: Principal) -> Principal:
    """Léa in the space of Hugo."""
    return mandates.representative(father, DAUGHTER)


def certificate(who: Principal) -> UUID:
    """What the mandate does not tell, she types."""
    father = country().by_handle[FATHER]
    typed = {**NAME, "birth_date": father.birth_date.isoformat(), "matricule": father.matricule}
    return story.request(who, "residence-certificate", story.RESIDENCE | typed).cases[0]


def parties(as_owner: Callable, case: UUID) -> list[tuple[str, UUID | None, str, list[UUID]]]:
    with as_owner():
        return [(one.kind, one.space, one.name, one.subjects) for one in Party.objects.filter(case=case).order_by("id")]


def headers(as_owner: Callable, case: UUID) -> list[tuple[str, UUID | None, UUID | None, UUID | None]]:
    with as_owner():
        return list(Event.objects.filter(case=case).order_by("sequence").values_list("type", "actor", "on_behalf_of", "mandate"))


def look_at(case: UUID, clerk: str = "claire.muster") -> None:
    with acting_as(officer(clerk)):
        cases.case_view(case, purpose=purpose_of_case(case))


def purposes(who: Principal) -> list[tuple[str, UUID | None]]:
    with acting_as(who):
        return [(one.purpose, one.case) for one in readings()]


# -- whose request it is ----------------------------------------------------------------------------------------------


def test_nothing_of_the_representative_gets_into_the_request_of_the_represented(father, daughter):
    with acting_as(daughter):
        assert identity.known_answers() == {}
    draft = story.begin(daughter, "residence-certificate")
    with acting_as(daughter):
        view = selectors.draft(draft)
        assert (dict(view.known), set(view.answers)) == ({}, {"commune"})
        answered = services.save_step(draft=draft, step="identity", raw={"given_name": ["Hugo"], "family_name": ["Exemplo"]})
        assert set(answered.errors) == {"birth_date", "matricule"}  # asked, since nobody told it
        assert selectors.draft(draft).answers["given_name"] == "Hugo"


def test_an_organisations_representative_takes_over_the_organisation_and_no_person(transactional: None):
    nina = mandates.firm_of("nina.esempio")
    accountant = mandates.representative(nina, "hugo.exemplo")
    with acting_as(accountant):
        assert set(identity.known_answers()) == {"organisation.name", "organisation.number"}
        assert identity.label_of_space().kind == "professional"
    with acting_as(nina):
        known = identity.known_answers()
    # Whatever a package may name is filled: by the sign-in, or by the administration chosen on the sheet.
    assert {*known, "administration.code"} == set(SOURCES)
    assert known["organisation.name"].startswith("Boulangerie")
    assert known["person.given_name"] == "Nina"


def test_the_case_has_the_represented_as_applicant_and_the_representative_beside(father, daughter, as_owner):
    case = certificate(daughter)
    assert parties(as_owner, case) == [
        ("applicant", father.space, "Hugo Exemplo", [father.person]),
        ("representative", father.space, "Léa Beispill", [daughter.person]),
    ]


def test_every_event_says_by_which_mandate_and_on_whose_behalf(father, daughter, as_owner):
    case = certificate(daughter)
    assert {one[1:] for one in headers(as_owner, case)} == {(daughter.person, father.space, daughter.mandate)}
    permit = story.request(daughter, "building-permit", story.PERMIT | NAME).cases[0]
    with acting_as(officer("tom.beispill")):
        case_services.ask_applicant(case=permit, text="Which roof?")
    with acting_as(daughter):
        asked = cases.request(permit).open_question
        case_services.answer_question(case=permit, question=asked, text="A flat one.")
    asked, answered = headers(as_owner, permit)[-2:]
    assert (asked[0], asked[2:]) == ("question-asked", (None, None))
    assert answered == ("question-answered", daughter.person, father.space, daughter.mandate)
    with as_owner(), acting_as(SYSTEM):
        assert cases.verify_chain(permit) == len(headers(as_owner, permit))


def test_in_ones_own_space_and_as_a_member_no_mandate_is_named(transactional: None, as_owner):
    own = person(DAUGHTER)
    case = story.request(own, "residence-certificate", story.RESIDENCE).cases[0]
    assert {one[1:] for one in headers(as_owner, case)} == {(own.person, own.space, None)}
    assert parties(as_owner, case) == [("applicant", own.space, "Léa Beispill", [own.person])]
    nina = mandates.firm_of("nina.esempio")
    permit = story.request(nina, "building-permit", story.PERMIT).cases[0]
    assert {one[1:] for one in headers(as_owner, permit)} == {(nina.person, nina.space, None)}
    ((kind, space, _name, subjects),) = parties(as_owner, permit)
    assert (kind, space, subjects) == ("applicant", nina.space, [nina.space, nina.person])


def test_the_register_is_asked_about_the_represented(father, daughter, as_owner, register, run_jobs):
    case = certificate(daughter)
    run_jobs()
    assert ("register-check", case) in purposes(father)
    assert purposes(person(DAUGHTER)) == []
    assert "register-asked" in [one[0] for one in headers(as_owner, case)]


# -- who reads about it -----------------------------------------------------------------------------------------------


def test_both_read_who_looked_the_representative_for_their_own_name(father, daughter, register, run_jobs):
    case = certificate(daughter)
    run_jobs()
    look_at(case)
    assert ("case-handling", case) in purposes(father)
    assert purposes(person(DAUGHTER)) == [("case-handling", case)]
    # In the space represented a representative reads about themselves too, not about the person represented.
    assert purposes(daughter) == [("case-handling", case)]


def test_the_officers_list_shows_the_applicant_and_concerns_the_applicant(father, daughter):
    story.request(daughter, "building-permit", story.PERMIT | NAME)
    from bierger.cases.types import WorkFilters

    with acting_as(officer("tom.beispill")):
        (row,) = cases.worklist(filters=WorkFilters(), purpose=purpose_of_case(None, purpose="worklist")).rows
        assert row.applicant == "Hugo Exemplo"
    assert [one[0] for one in purposes(father)] == ["worklist"]
    assert purposes(person(DAUGHTER)) == []


def test_members_read_who_looked_at_the_requests_of_their_firm(transactional: None):
    nina = mandates.firm_of("nina.esempio")
    case = story.request(nina, "building-permit", story.PERMIT).cases[0]
    look_at(case, "tom.beispill")
    accountant = mandates.representative(nina, "hugo.exemplo")
    assert purposes(nina) == [("case-handling", case)]
    assert client_of(nina).get("/readings").content.decode().count(str(case)) == 1
    assert purposes(person("nina.esempio")) == [("case-handling", case)]  # she wrote it
    assert purposes(accountant) == []
    assert purposes(person("lea.beispill")) == []


# -- the request, afterwards ------------------------------------------------------------------------------------------


def test_the_represented_finds_the_request_and_the_representative_only_there(father, daughter):
    case = certificate(daughter)
    for who in (father, daughter):
        with acting_as(who):
            assert [one.id for one in cases.requests()] == [case]
    with acting_as(person(DAUGHTER)):
        assert cases.requests() == ()
        with pytest.raises(CaseUnknown):
            cases.request(case)
    mandates.end(father, daughter.mandate)
    with pytest.raises(SpaceLost), acting_as(daughter):
        cases.request(case)


def test_the_timeline_says_who_did_it_to_whoever_reads(father, daughter):
    case = certificate(daughter)

    def actors(who: Principal) -> set[str]:
        page = client_of(who).get(f"/requests/{case}").content.decode()
        return set(re.findall(r'moment-by">([^<]+)<', page))

    assert actors(father) == {"Representative"}
    assert actors(daughter) == {"You"}


# -- a mandate for one procedure --------------------------------------------------------------------------------------


@pytest.fixture
def narrow(father: Principal) -> Principal:
    return mandates.representative(father, DAUGHTER, scope=PERMIT_ONLY)


def test_another_procedure_is_refused_by_name(narrow):
    with acting_as(narrow), pytest.raises(OutOfMandate) as refused:
        services.start_draft(owner="commune", name="residence-certificate", administration="mersch", language="en")
    assert refused.value.scope == PERMIT_ONLY
    assert story.request(narrow, "building-permit", story.PERMIT | NAME).cases


def test_a_draft_of_another_procedure_is_not_there_and_the_refusal_names_the_mandate(father, narrow):
    theirs = story.begin(father, "residence-certificate")
    mine = story.begin(narrow, "building-permit")
    with acting_as(narrow):
        assert [one.id for one in selectors.drafts()] == [mine]
    for draft in (theirs, uuid4()):
        for attempt in (
            lambda draft=draft: selectors.draft(draft),
            lambda draft=draft: services.save_step(draft=draft, step="purpose", raw={"purpose": ["bank"]}),
            lambda draft=draft: services.submit(draft=draft, declaration=True),
            lambda draft=draft: services.discard(draft=draft),
        ):
            with acting_as(narrow), pytest.raises(OutOfMandate):
                attempt()
    with acting_as(father):
        assert selectors.draft(theirs).id == theirs


def test_requests_documents_and_letters_of_another_procedure_are_not_there(father, narrow, register, run_jobs):
    receipt = story.request(father, "residence-certificate", story.RESIDENCE)
    permit = story.request(father, "building-permit", story.PERMIT).cases[0]
    run_jobs()
    wide = mandates.representative(father, "jonas.muster", scope=CERTIFICATE_ONLY)
    hidden = receipt.cases[0]
    with acting_as(narrow):
        assert [one.id for one in cases.requests()] == [permit]
        with pytest.raises(CaseUnknown):
            cases.request(hidden)
        with pytest.raises(FilingUnknown):
            selectors.receipt(receipt.id)
        assert cases.timeline(hidden) == ()
        for model in (Case, Event, EventPayload, Party, Task, Instance):
            name = {"Case": "id", "Task": "instance_id", "Instance": "subject"}.get(model.__name__, "case_id")
            assert set(model.objects.values_list(name, flat=True)) == {permit}, model
        assert delivery.mailbox() == ()
        assert documents.my_acts() == ()
    with acting_as(wide):
        assert [one.id for one in cases.requests()] == [hidden]
        assert selectors.receipt(receipt.id).id == receipt.id


def test_the_page_says_what_the_mandate_covers(father, narrow):
    browser = client_of(narrow)
    answers = [
        browser.post("/procedures/commune/residence-certificate/start", {"administration": "mersch"}),
        browser.get(f"/drafts/{story.begin(father, 'residence-certificate')}/purpose"),
        browser.post(f"/drafts/{story.begin(father, 'residence-certificate')}/submit", {"declaration": "yes"}),
    ]
    for answer in answers:
        page = answer.content.decode()
        assert answer.status_code == 403, page
        assert 'data-code="out-of-mandate"' in page
        assert "Building permit" in page
