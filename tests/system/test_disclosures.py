# SPDX-License-Identifier: EUPL-1.2
"""No selector shows somebody's data without saying why: it takes a Purpose, or shows people their own (@own_data).

1. The selectors of every application are walked and the types they give back followed; tried on planted faults first.
2. Every type with text in it is marked, or stands in a list with the reason why it is nobody's data.
3. Every selector that takes a Purpose is called in a story and leaves one row, which names the right people.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from types import ModuleType
from uuid import UUID

import pytest
from django.conf import settings

from bierger.cases import selectors as cases
from bierger.cases.errors import CaseUnknown
from bierger.cases.types import WorkFilters
from bierger.catalogue import selectors as catalogue
from bierger.disclosures.errors import NotOwnData
from bierger.disclosures.services import purpose_of_case
from bierger.disclosures.types import MARK, OWN, Purpose, own_data, personal_data
from bierger.documents import selectors as documents
from bierger.documents.errors import ActNotFound, BlobNotFound
from bierger.filings import selectors as filings
from bierger.identity import selectors as identity
from bierger.infra.principal import Principal, acting_as, worker_on
from bierger_core.procedures import LegalBasis
from tests import mandates, story
from tests.apps.simulators.running import Simulators
from tests.attacks.together import superuser
from tests.people import officer, person
from tests.registers import register, simulators

__all__ = ["register", "simulators"]


@personal_data
@dataclass(frozen=True)
class Somebody:
    name: str


@dataclass(frozen=True)
class Row:
    who: Somebody | None


@dataclass(frozen=True)
class Page:
    rows: tuple[Row, ...]
    next: int | None


def bare(space: UUID) -> Somebody:
    return Somebody("x")


def inside_a_list(after: int) -> Sequence[Somebody | None]:
    return []


def inside_a_type() -> Page:
    return Page((), None)


def inside_a_mapping(purpose: str) -> Mapping[UUID, Row]:
    return {}


def with_a_purpose(space: UUID, *, purpose: Purpose) -> Page:
    return Page((), None)


@own_data("The policy lets people see themselves only.")
def one_s_own() -> Somebody:
    return Somebody("x")


def without_a_person() -> tuple[int, str]:
    return 1, ""


@pytest.mark.parametrize("selector", [bare, inside_a_list, inside_a_type, inside_a_mapping])
def test_a_planted_fault_is_found(selector: Callable):
    assert owes_a_purpose(selector)


@pytest.mark.parametrize("selector", [with_a_purpose, one_s_own, without_a_person])
def test_a_sound_selector_passes(selector: Callable):
    assert not owes_a_purpose(selector)


def test_every_selector_says_why():
    selectors = list(public_selectors())
    assert len(selectors) > 20, "The walk found too few selectors to be trusted."
    guilty = sorted(f"{selector.__module__}.{selector.__qualname__}" for selector in selectors if owes_a_purpose(selector))
    assert guilty == [], "These give personal data back: take `purpose: Purpose` and record it, or decorate with @own_data."


def test_every_own_data_selector_gives_its_reason():
    reasons = [getattr(selector, OWN) for selector in public_selectors() if hasattr(selector, OWN)]
    assert len(reasons) >= 4
    assert all(len(reason) > 20 for reason in reasons)


# The core's JSON type speaks of itself, in a text that is read where it is used.
RECURSIVE = {"JSON": object, "Sequence": Sequence, "Mapping": Mapping}


def owes_a_purpose(selector: Callable) -> bool:
    if hasattr(selector, OWN):
        return False
    hints = typing.get_type_hints(inspect.unwrap(selector), localns=RECURSIVE)
    gives = hints.pop("return", None)
    return any(getattr(part, MARK, False) for part in parts_of(gives)) and Purpose not in hints.values()


def parts_of(hint: object, *, deep: bool = True) -> set[type]:
    """The classes in an annotation: arguments of generics and unions; `deep`: fields of dataclasses too, however deep."""
    found: set[type] = set()
    waiting, seen = [hint], set()
    while waiting:
        one = waiting.pop()
        if repr(one) in seen:
            continue
        seen.add(repr(one))
        waiting += [*typing.get_args(one), typing.get_origin(one)]
        if inspect.isclass(one):
            found.add(one)
            if deep and dataclasses.is_dataclass(one):
                waiting += typing.get_type_hints(one, localns=RECURSIVE).values()
    return found


def public_selectors() -> Iterator[Callable]:
    for app in settings.DOMAIN_APPS:
        for module in modules_of(app, "selectors"):
            for name, found in vars(module).items():
                if not name.startswith("_") and inspect.isfunction(found) and found.__module__ == module.__name__:
                    yield found


def modules_of(app: str, kind: str) -> Iterator[ModuleType]:
    name = f"bierger.{app}.{kind}"
    if importlib.util.find_spec(f"bierger.{app}") is None or importlib.util.find_spec(name) is None:
        return
    module = pkgutil.resolve_name(name)
    yield module
    for inner in pkgutil.iter_modules(getattr(module, "__path__", [])):
        yield pkgutil.resolve_name(f"{name}.{inner.name}")


# -- what is personal ---------------------------------------------------------------------------------------------------

TRIED = "what an officer typed or sent to try rules with, given back to them; no selector gives it back"
PUBLIC = "published: names and texts of administrations, services and procedures"
SCREEN = "a row of a screen, made of what a selector gave its reader"
CODES = "identifiers, codes and times of a process; what people said stands elsewhere"
LOG = "salted commitments and signatures: the log holds no personal data"
HELD_PAPER = "what a seal says to whoever holds the document that it is on: no more than they hold"

# Types with text in them that were judged not to be somebody's data, each with the reason. Everything else is marked.
NOT_PERSONAL = {
    "administrations.AdministrationView": PUBLIC,
    "administrations.ServiceView": PUBLIC,
    "administrations.Assignment": PUBLIC,
    "administrations.OfficerView": "an officer in office, shown to colleagues of the house and to the login itself; the policy says so",
    "disclosures.Law": PUBLIC,
    "filings.NotEnded": "an account that could not be erased, by its id and the code of the error: for the operator, no word of who it is",
    "studio.Outside": "a decision of a file that somebody looks at, and why it cannot be proved: nobody stands in it",
    "disclosures.BatchView": LOG,
    "disclosures.Delay": "why somebody was told later, given to them with their reading; no selector gives it back",
    "disclosures.Order": "an order of one's own house, for who orders and who watches: a case by its id, numbers, nobody who is concerned",
    "disclosures.OrderRow": "who ordered when and why, in the officer's words, for the same",
    "disclosures.Purpose": "why somebody reads, not what was read",
    "ledger.LoggedEntry": LOG,
    "ledger.CheckpointView": LOG,
    "ledger.KeyView": LOG,
    "ledger.EarlierLogView": LOG,
    "documents.Attachment": "a file that we make ourselves, inside a PDF: a seal or a code",
    "documents.SubmissionCode": "number, hash and salt of a submission: says that it is there, not what is in it",
    "documents.ActOrigin": CODES,
    "documents.ActNumber": "number and instant of an act, and nothing of what it says",
    "documents.ActTerm": "until when an act is kept, and nothing of what it says",
    "documents.StepView": HELD_PAPER,
    "documents.FactView": HELD_PAPER,
    "documents.VerificationView": HELD_PAPER,
    "documents.SignatureView": HELD_PAPER,
    "catalogue.PackageFolder": PUBLIC,
    "catalogue.Published": PUBLIC,
    "catalogue.SearchHit": PUBLIC,
    "catalogue.Sheet": PUBLIC,
    "catalogue.VersionRow": PUBLIC,
    "flows.TaskView": CODES,
    "flows.Decided": "what a step of a process gives to the service that moves it; no selector gives it back",
    "flows.Moved": "what a step of a process gives to the service that moves it; no selector gives it back",
    "cases.Header": "what is chained: ids and a salted commitment, never a word of content",
    "cases.Opened": CODES,
    "cases.ActKept": "number and kind of an act, and until when it is kept",
    "cases.DeletionView": "how much of which kind was erased, not what it said",
    "cases.RetentionView": "until when a case is kept, and why longer: what its applicant is told",
    "cases.Overdue": "number and days of a case that is held or late, for the operator",
    "cases.WorkFilters": "what an officer looks for, not what is found",
    "cases.RequestFilters": "what an applicant looks for, not what is found",
    "filings.DraftStarted": "the secret of a new draft, given once to who began it; no selector gives it back",
    "filings.StepState": CODES,
    "filings.Saved": "what is wrong with what was typed, given to who typed it; no selector gives it back",
    "portal.CardView": PUBLIC,
    "filings.BundleStarted": "the secret of new drafts, given once to who began them; no selector gives it back",
    "portal.SituationCard": PUBLIC, "portal.OpenQuestion": PUBLIC, "portal.PlanLine": PUBLIC, "portal.PlanPage": PUBLIC,
    "portal.BundlePart": SCREEN,
    **dict.fromkeys(("studio.DecisionShown", "studio.RuleRow", "studio.RulesPage", "studio.Said", "studio.Trial"), TRIED),
    "portal.ThemeLink": PUBLIC,
    "portal.StepPage": SCREEN,
    "portal.RequestRow": SCREEN,
    "portal.DraftRow": SCREEN,
    "portal.CheckRow": SCREEN,
    "portal.ActRow": SCREEN,
    "portal.MailRow": SCREEN,
    "portal.MandateRow": SCREEN,
    "portal.ReadingRow": SCREEN,
    "portal.ReadingDay": SCREEN,
    "portal.Verdict": SCREEN,
}
# Selectors that give text back without a type of ours, judged in the same way.
BARE = {
    "catalogue.active": PUBLIC,
    "catalogue.in_force": PUBLIC,
    "catalogue.situation": PUBLIC,
    "disclosures.batch_commitment": LOG,
    "ledger.published_tile": LOG,
    "ledger.published_note": LOG,
    "ledger.key_list_json": LOG,
    "ledger.key_list_proof": LOG,
    "ledger.origin": LOG,
    "ledger.proof": LOG,
    "ledger.proofs": LOG,
    "ledger.key_list": LOG,
    "ledger.log_keys": LOG,
    "ledger.policy": LOG,
    "ledger.policy_text": LOG,
    "ledger.every_log_key": LOG,
    "ledger.leaves_between": LOG,
    "ledger.earlier_checkpoint": LOG,
    "ledger.earlier_tile": LOG,
    "ledger.earlier_json": LOG,
    "ledger.origins": LOG,
    "ledger.key_entries": LOG,
    "ledger.key_place": LOG,
    "documents.act_proof": LOG,
    "documents.status_list": LOG,
    "documents.type_registry": PUBLIC,
    "documents.types_json": PUBLIC,
    "documents.read_type": PUBLIC,
    "documents.seal_of": "a seal that the caller holds, taken apart",
    "cases.issued_value": "number and day of an act that the caller holds",
    "cases.as_acts_stand": "variables that the caller holds, with the numbers of acts as they stand",
    "cases.shown_as_acts_stand": "what a task of the caller's shows, with the numbers of acts as they stand",
    "documents.numbers_waiting": "numbers of acts that stand in no log, for the operator who has them issued again",
    "documents.numbers_refused": "numbers of acts that a revoked key sealed, for the operator who has them issued again",
    "cases.document_made": "an act that the caller read, with a purpose, in the shape in which the core corrects it",
    "documents.revocations": LOG,
    "documents.waiting_files": "names of files that the reader gave, and has not sent: the policy shows them to nobody else",
    "cases.number_under_oversight": "the number of a case, for who orders and who watches delays",
    "cases.deletion_certificate": "what was erased, in kinds and numbers, and commitments that nothing opens any more",
    "filings.deletion_certificate": "the record of an account or an office that was erased, which names nobody",
    "portal.described": "a reading that its own selector gave, in one line for a question about it",
    "cases.replay": "the events folded again, by tests and the system, to be compared with the rows",
    "flows.state_of": "the state of a process for the system; screens read the case (cases.case_view), which records",
    "flows.as_state": "rows that the caller read, in another shape",
    "flows.variables_of": "behind cases.case_view, which records, and the worker's; empty for parties",
    "portal.scope_title": PUBLIC,
    "portal.bundle_title": PUBLIC,
    "portal.state_text": SCREEN,
    "portal.titled": PUBLIC,
}


def test_every_type_with_text_is_marked_or_judged():
    found = {name for name, one in types_with_text() if not getattr(one, MARK, False)}
    assert found - set(NOT_PERSONAL) == set(), "Mark these @personal_data, or say here why they are nobody's data."
    assert set(NOT_PERSONAL) - found == set(), "These are gone, or marked: take them out of the list."


def test_every_selector_without_a_type_is_judged():
    found = set()
    for selector in public_selectors():
        parts = parts_of(typing.get_type_hints(inspect.unwrap(selector), localns=RECURSIVE).get("return"))
        ours = any(dataclasses.is_dataclass(part) and part.__module__.startswith("bierger.") for part in parts)
        if parts & TEXT and not ours and not hasattr(selector, OWN):
            found.add(f"{selector.__module__.split('.')[1]}.{selector.__name__}")
    assert found == set(BARE)


TEXT = {str, bytes, object}


def types_with_text() -> Iterator[tuple[str, type]]:
    for app in settings.DOMAIN_APPS:
        for module in modules_of(app, "types"):
            for name, found in vars(module).items():
                if inspect.isclass(found) and dataclasses.is_dataclass(found) and found.__module__ == module.__name__:
                    hints = typing.get_type_hints(found, localns=RECURSIVE)
                    if any(parts_of(hints[one.name], deep=False) & TEXT or one.name == "rows" for one in dataclasses.fields(found)):
                        yield f"{app}.{name}", found


# -- what is recorded -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Story:
    """A certificate of the applicant, issued and delivered, and a permit that a representative asked for, with a plan."""

    applicant: Principal
    representative: Principal
    certificate: UUID
    permit: UUID
    plan: UUID
    act: UUID


@pytest.fixture
def told(transactional: None, register: Simulators, run_jobs: Callable[[], None]) -> Story:
    lea = person("lea.beispill")
    certificate = story.request(lea, "residence-certificate", story.RESIDENCE).cases[0]
    run_jobs()
    emma = mandates.representative(lea, "emma.primjer")
    permit = story.request(emma, "building-permit", story.PERMIT | {"given_name": "Léa", "family_name": "Beispill"}).cases[0]
    with acting_as(lea):
        (act,) = documents.my_acts()
        plan = next(entry for entry in cases.timeline(permit) if entry.code == "case-opened").params["files"][0]
    return Story(lea, emma, certificate, permit, UUID(str(plan)), act.id)


Reader = Callable[[Story], Principal]
Subjects = Callable[[Story], set[UUID]]


@dataclass(frozen=True)
class Case:
    """Who calls a selector, how, and whom the one row is to name; it names the laws of this procedure, all of them."""

    reader: Reader
    call: Callable[[Story], object]
    subjects: Subjects
    procedure: str = "residence-certificate"


def laws(procedure: str) -> tuple[LegalBasis, ...]:
    return catalogue.package(catalogue.active("commune", procedure)).legal_basis


def of_certificate(told: Story) -> Purpose:
    """The mayor may not open the case itself (see `mayor`), so nor ask it for its laws."""
    return purpose_of_case(told.certificate, legal_basis=laws("residence-certificate"))


def of_applicant(told: Story) -> set[UUID]:
    return {told.applicant.person}


def of_both(told: Story) -> set[UUID]:
    return {told.applicant.person, told.representative.person}


def building(_told: Story) -> Principal:
    return officer("tom.beispill")


def mayor(_told: Story) -> Principal:
    """A decider opens acts of the house without their cases: nobody at the desk had a hand in this one."""
    return officer("nora.beispiel")


CALLS = {
    "identity.holder": Case(
        lambda told: worker_on(told.certificate),
        lambda told: identity.holder(told.applicant.space, purpose=cases.purpose_of(told.certificate, purpose="register-check")),
        of_applicant,
    ),
    "documents.acts_of_case": Case(
        mayor, lambda told: documents.acts_of_case(told.certificate, purpose=of_certificate(told)), of_applicant
    ),
    "documents.act_source": Case(
        mayor, lambda told: documents.act_source(told.act, purpose=of_certificate(told)), of_applicant
    ),
    "cases.issued_act": Case(
        mayor, lambda told: cases.issued_act(told.act, purpose=cases.purpose_of_act(told.act)), of_applicant
    ),
    "cases.issued_file": Case(
        mayor, lambda told: cases.issued_file(told.act, purpose=cases.purpose_of_act(told.act)), of_applicant
    ),
    "documents.act_file": Case(
        mayor, lambda told: documents.act_file(told.act, purpose=of_certificate(told)), of_applicant
    ),
    "documents.read_attachment": Case(
        building,
        lambda told: documents.read_attachment(told.plan, purpose=cases.purpose_of(told.permit), subjects=of_both(told)),
        of_both,
        "building-permit",
    ),
    "cases.worklist": Case(
        building,
        lambda told: cases.worklist(filters=WorkFilters(), purpose=purpose_of_case(None, purpose="worklist")),
        of_applicant,
        "building-permit",
    ),
    "cases.headings": Case(
        building, lambda told: cases.headings([told.permit], purpose=cases.purpose_of(told.permit)), of_both, "building-permit"
    ),
    "cases.case_view": Case(
        building, lambda told: cases.case_view(told.permit, purpose=purpose_of_case(told.permit)), of_both, "building-permit"
    ),
}


def test_every_selector_with_a_purpose_is_called_below():
    takes = {
        f"{selector.__module__.split('.')[1]}.{selector.__name__}"
        for selector in public_selectors()
        if Purpose in takes_of(selector)
    }
    assert takes == set(CALLS)


def takes_of(selector: Callable) -> set[object]:
    hints = typing.get_type_hints(inspect.unwrap(selector), localns=RECURSIVE)
    return {hint for name, hint in hints.items() if name != "return"}


def test_each_writes_one_row_that_names_the_right_people_and_every_law(told: Story, as_worker: Callable):
    for name, case in CALLS.items():
        before = recorded()
        reader = case.reader(told)
        with as_worker() if reader.kind == "worker" else nullcontext(), acting_as(reader):
            assert case.call(told), name
        rows = recorded()[len(before) :]
        assert [(kind, set(subjects)) for kind, subjects, _facts, _laws in rows] == [(reader.kind, case.subjects(told))], name
        named = [{"title": law.title, "eli": law.eli, "articles": list(law.articles)} for law in laws(case.procedure)]
        assert named, name
        assert all(facts and said == named for _kind, _subjects, facts, said in rows), name


def test_the_register_check_names_every_law(told: Story):
    """The worker read, too: what it recorded names all laws of the certificate, of which there are two."""
    said = [named for kind, _subjects, facts, named in recorded() if kind in ("worker", "system") and "act" not in facts]
    assert len(laws("residence-certificate")) == 2
    assert said
    assert all([law["title"] for law in named] == [law.title for law in laws("residence-certificate")] for named in said)


def test_a_reading_that_finds_nothing_records_nothing(told: Story):
    before = recorded()
    stranger = officer("dan.muster")  # of another commune
    for call, refusal in (
        (lambda: cases.case_view(told.permit, purpose=purpose_of_case(told.permit)), CaseUnknown),
        (lambda: documents.act_file(told.act, purpose=purpose_of_case(told.certificate)), ActNotFound),
        (lambda: documents.read_attachment(told.plan, purpose=purpose_of_case(told.permit), subjects=of_both(told)), BlobNotFound),
    ):
        with acting_as(stranger), pytest.raises(refusal):
            call()
    with acting_as(officer("claire.muster")), pytest.raises(ActNotFound):
        documents.act_file(told.act, purpose=purpose_of_case(told.permit))  # an act of another case
    assert recorded() == before


def test_officers_do_not_read_by_the_way_of_the_applicant(told: Story):
    for own in (
        lambda: cases.timeline(told.permit), lambda: cases.request(told.permit), cases.requests, filings.drafts,
        lambda: documents.read_blob(told.plan), lambda: documents.act_pdf(told.act),
    ):  # fmt: skip
        with acting_as(officer("tom.beispill")), pytest.raises(NotOwnData):
            own()


def recorded() -> list[tuple[str, list[UUID], list[str], list[dict[str, object]]]]:
    with superuser() as seen:
        return seen.execute("SELECT actor_kind, subjects, facts, legal_basis FROM disclosures_disclosure ORDER BY id").fetchall()
