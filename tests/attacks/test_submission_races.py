# SPDX-License-Identifier: EUPL-1.2
"""Two at once: each race is shown with its guard off, then with the guard on."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.db.models import QuerySet

from bierger.cases import selectors as case_selectors
from bierger.cases import services as cases
from bierger.cases.errors import ChainBroken
from bierger.cases.services import desk
from bierger.cases.services.writer import CaseWriter
from bierger.documents.services import waiting as waiting_files
from bierger.filings import selectors as filing_selectors
from bierger.filings import services as filings
from bierger.filings.models import Draft
from bierger.filings.services import drafts, submission
from bierger.filings.types import Receipt
from bierger.flows import services as flows
from bierger.flows.errors import TaskClosed, TaskNotYours
from bierger.flows.models import Task
from bierger.flows.services import moves
from bierger.flows.types import TaskView
from bierger.infra.principal import Principal, acting_as
from tests import story
from tests.attacks.together import PATIENCE, at_once, behind, count, race, superuser, without_trigger, without_uniqueness
from tests.clients import client_of

FILINGS = "filings_filing"
CHAIN = ("cases_event", "cases_event_payload")
PROCESS = ("flows_token", "flows_task", "flows_timer", "cases_work")


@pytest.fixture
def draft(town) -> UUID:
    made = story.begin(town.applicant, "residence-certificate")
    story.fill(town.applicant, made, story.RESIDENCE)
    return made


@dataclass(frozen=True)
class Waiting:
    """A case whose first task waits for an officer."""

    case: UUID
    task: UUID


@pytest.fixture
def waiting(town) -> Waiting:
    receipt = story.request(town.applicant, "building-permit", story.PERMIT)
    return Waiting(receipt.cases[0], story.open_task(town.clerk, receipt.cases[0], "check"))


def filed(draft: UUID) -> tuple[int, int]:
    """Filings made from a draft, and all cases there are."""
    return count("SELECT count(*) FROM filings_filing WHERE draft = %s", draft), count("SELECT count(*) FROM cases_case")


def kinds(results: list[object]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


# -- submitting ---------------------------------------------------------------------------------------------------------


def test_without_lock_and_constraint_a_double_click_files_twice(town, draft, monkeypatch):
    without_uniqueness(FILINGS)
    both = [lambda: story.submit(town.applicant, draft)] * 2
    results = race(monkeypatch, submission, "check_levels", both, guarded=False)
    assert kinds(results) == ["Receipt", "Receipt"], results
    assert filed(draft) == (2, 2)


def test_without_lock_the_constraint_alone_stops_the_second(town, draft, monkeypatch):
    both = [lambda: story.submit(town.applicant, draft)] * 2
    results = race(monkeypatch, submission, "check_levels", both, guarded=False)
    assert kinds(results) == ["IntegrityError", "Receipt"], results
    assert filed(draft) == (1, 1)  # the loser's case went with its transaction


def test_a_double_click_files_once_and_both_get_the_receipt(town, draft, monkeypatch):
    both = [lambda: story.submit(town.applicant, draft)] * 2
    results = race(monkeypatch, submission, "check_levels", both, guarded=True)
    assert kinds(results) == ["Receipt", "Receipt"], results
    one, two = results
    assert isinstance(one, Receipt)
    assert isinstance(two, Receipt)
    assert (one.id, one.number, one.code, one.event_hash, one.cases) == (two.id, two.number, two.code, two.event_hash, two.cases)
    assert sorted([one.again, two.again]) == [False, True]
    assert filed(draft) == (1, 1)


def test_six_clicks_over_http_and_a_replay_lead_to_one_receipt(town, draft):
    def click() -> str:
        return client_of(town.applicant).post(f"/drafts/{draft}/submit", {"declaration": "yes"})["Location"]

    addresses = at_once([click] * 6)
    assert len(set(addresses)) == 1, addresses
    assert str(addresses[0]).startswith("/filings/")
    assert click() == addresses[0]  # the same POST again, after the answer had come
    assert client_of(town.applicant).get(f"/drafts/{draft}/check")["Location"] == addresses[0]
    assert filed(draft) == (1, 1)


def discard(who: Principal, draft: UUID) -> str:
    with acting_as(who):
        filings.discard(draft=draft)
    return "discarded"


def test_without_the_lock_a_draft_is_filed_and_discarded(town, draft, monkeypatch):
    """Both have read the draft; the person hears that it is filed, and that it is deleted."""
    both = threading.Barrier(2, timeout=PATIENCE)

    def meeting(real: Callable[..., object]) -> Callable[..., object]:
        def line(*args: object, **kwargs: object) -> object:
            both.wait()
            return real(*args, **kwargs)

        return line

    monkeypatch.setattr(submission, "check_levels", meeting(submission.check_levels))
    monkeypatch.setattr(drafts, "delete_draft", meeting(drafts.delete_draft))
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *_args, **_kwargs: self.all())
    results = at_once([lambda: story.submit(town.applicant, draft), lambda: discard(town.applicant, draft)])
    assert kinds(results) == ["Receipt", "str"], results
    assert filed(draft) == (1, 1)


def test_discarding_while_submitting_comes_too_late(town, draft, monkeypatch):
    submit, throw_away = (lambda: story.submit(town.applicant, draft)), (lambda: discard(town.applicant, draft))
    results = behind(monkeypatch, submission, "check_levels", submit, throw_away)
    assert [type(result).__name__ for result in results] == ["Receipt", "DraftUnknown"], results
    assert filed(draft) == (1, 1)
    assert count("SELECT count(*) FROM filings_draft") == 0


def test_submitting_while_discarding_comes_too_late(town, draft, monkeypatch):
    submit, throw_away = (lambda: story.submit(town.applicant, draft)), (lambda: discard(town.applicant, draft))
    results = behind(monkeypatch, drafts, "delete_draft", throw_away, submit)
    assert [type(result).__name__ for result in results] == ["str", "DraftUnknown"], results
    assert filed(draft) == (0, 0)
    assert count("SELECT count(*) FROM filings_draft") == 0


# -- several requests as one ----------------------------------------------------------------------------------------------


@pytest.fixture
def bundle(town) -> UUID:
    with acting_as(town.applicant):
        made = filings.begin_bundle(procedures=["commune/building-permit", "commune/residence-certificate"], language="en")
        found = filing_selectors.bundle(made.bundle).drafts
    for draft in found:
        story.fill(town.applicant, draft.id, {**story.PERMIT, **story.RESIDENCE, "commune": "mersch"})
    return made.bundle


def submit_bundle(who: Principal, bundle: UUID) -> Receipt:
    with acting_as(who):
        return filings.submit_bundle(bundle=bundle, declaration=True)


@pytest.mark.parametrize("guarded", [False, True])
def test_a_double_click_on_several_requests(town, bundle, monkeypatch, guarded):
    """Without lock and constraint there are two filings of two cases each; with them one, and both get its receipt."""
    if not guarded:
        without_uniqueness(FILINGS)
    both = [lambda: submit_bundle(town.applicant, bundle)] * 2
    one, two = race(monkeypatch, submission, "check_levels", both, guarded=guarded)
    assert isinstance(one, Receipt), one
    assert isinstance(two, Receipt), two
    assert filed(bundle) == ((1, 2) if guarded else (2, 4))
    assert (one.number == two.number) is guarded
    assert count("SELECT count(*) FROM filings_draft") == 0


def test_six_clicks_over_http_on_several_requests_and_a_replay_lead_to_one_receipt(town, bundle):
    def click() -> str:
        return client_of(town.applicant).post(f"/bundles/{bundle}/submit", {"declaration": "yes"})["Location"]

    addresses = at_once([click] * 6)
    assert len(set(addresses)) == 1, addresses
    assert click() == addresses[0]
    assert client_of(town.applicant).get(f"/bundles/{bundle}/check")["Location"] == addresses[0]
    assert filed(bundle) == (1, 2)


def test_one_is_taken_out_while_all_are_submitted(town, bundle, monkeypatch):
    """It comes too late: what was submitted was whole."""
    with acting_as(town.applicant):
        draft = filing_selectors.bundle(bundle).drafts[0].id

    def take_out() -> object:
        with acting_as(town.applicant):
            return filings.take_out(draft=draft)

    results = behind(monkeypatch, submission, "check_levels", lambda: submit_bundle(town.applicant, bundle), take_out)
    assert [type(result).__name__ for result in results] == ["Receipt", "DraftUnknown"], results
    assert filed(bundle) == (1, 2)


def renew_then_meet(real: Callable[[Draft], None]) -> Callable[[Draft], None]:
    """Both meet when each has written in the other's draft and not yet in its own: met earlier, one may end before the other writes."""

    def renew(row: Draft) -> None:
        real(row)
        between()

    return renew


@pytest.mark.parametrize("guarded", [False, True])
def test_two_tabs_answer_two_drafts_of_a_bundle(town, monkeypatch, guarded):
    """Each tells the other something. Without the order of locks they wait for each other; with it, both answers are in both."""
    with acting_as(town.applicant):
        made = filings.begin_bundle(procedures=["commune/building-permit", "commune/problem-report"], language="en")
    first, second = made.drafts

    def save(draft: UUID, step: str, raw: dict[str, list[str]]) -> object:
        with acting_as(town.applicant):
            return dict(filings.save_step(draft=draft, step=step, raw=raw).errors)

    works = [lambda: save(first, "contact", {"email": ["a@example.org"]}), lambda: save(second, "commune", {"commune": ["mersch"]})]
    if not guarded:
        monkeypatch.setattr(drafts, "renew", renew_then_meet(drafts.renew))
        results = race(monkeypatch, sys.modules[__name__], "between", works, guarded=False)
        assert any("deadlock" in str(one) for one in results), results
        return
    assert race(monkeypatch, drafts, "with_copies", works, guarded=True) == [{}, {}]
    with acting_as(town.applicant):
        found = [filing_selectors.draft(draft).answers for draft in made.drafts]
    assert [(one["commune"], one["email"]) for one in found] == [("mersch", "a@example.org")] * 2


def test_the_sweep_leaves_a_bundle_alone_that_somebody_is_working_on(town, bundle, monkeypatch, as_worker):
    with superuser() as owner:
        owner.execute("UPDATE filings_draft SET expires_at = now() - interval '1 day'")

    def sweep() -> int:
        with as_worker():
            return filings.expire_drafts()

    with acting_as(town.applicant):
        first = filing_selectors.bundle(bundle).drafts[0].id

    def save() -> str:
        with acting_as(town.applicant):
            filings.save_step(draft=first, step="commune", raw={"commune": ["mersch"]})
        return "saved"

    assert behind(monkeypatch, drafts, "with_copies", save, sweep, passes=True) == ["saved", 0]
    assert count("SELECT count(*) FROM filings_draft") == 2


# -- two tabs -----------------------------------------------------------------------------------------------------------


def saves(who: Principal, draft: UUID) -> list[object]:
    def save(step: str, raw: dict[str, list[str]]) -> object:
        with acting_as(who):
            return dict(filings.save_step(draft=draft, step=step, raw=raw).errors)

    return [
        lambda: save("purpose", {"purpose": ["bank"]}),
        lambda: save("delivery", {"delivery": ["mailbox"]}),
    ]


def answered(who: Principal, draft: UUID) -> set[str]:
    with acting_as(who):
        return {name for name, value in filing_selectors.draft(draft).answers.items() if value} & {"purpose", "delivery"}


@pytest.mark.parametrize(("guarded", "kept"), [(False, 1), (True, 2)])
def test_two_tabs_save_different_steps(town, monkeypatch, guarded, kept):
    """Without the lock, the tab that writes last overwrites the other one's answer; with it, both answers are there."""
    draft = story.begin(town.applicant, "residence-certificate")
    results = race(monkeypatch, drafts, "setting_of", saves(town.applicant, draft), guarded=guarded)
    assert results == [{}, {}]
    assert len(answered(town.applicant, draft)) == kept


# -- tasks --------------------------------------------------------------------------------------------------------------


def take(who: Principal, task: UUID) -> str:
    with acting_as(who):
        cases.take(task=task)
    return "taken"


def colleagues(town) -> tuple[Principal, Principal]:
    """Two officers who hold the role of the first task."""
    second = Principal(
        **{**vars(town.clerk), "officer": town.urbanism.officer, "person": town.urbanism.person}  # Marc lends a hand as clerk
    )
    return town.clerk, second


def between() -> None:
    """The line between looking and writing, where both meet. It reads nothing: who is late must not see the other's work."""


def read_then_write(*, task: UUID, officer: UUID) -> None:
    """Taking without compare-and-swap: looks first, then writes."""
    row = Task.objects.get(id=task)
    if row.state != "open":
        raise TaskNotYours("Somebody was quicker.")
    between()
    Task.objects.filter(id=task).update(state="claimed", officer=officer)


def taken(case: UUID) -> int:
    return count("SELECT count(*) FROM cases_event WHERE case_id = %s AND type = 'task-taken'", case)


def test_two_officers_take_one_task_when_taking_is_look_then_write(town, waiting, monkeypatch):
    without_uniqueness(*CHAIN)
    without_trigger("flows_task", "flows_task_forward")
    monkeypatch.setattr(flows, "take", read_then_write)
    works = [lambda who=who: take(who, waiting.task) for who in colleagues(town)]
    assert race(monkeypatch, sys.modules[__name__], "between", works, guarded=False) == ["taken", "taken"]
    assert taken(waiting.case) == 2


def test_of_two_officers_one_takes_the_task(town, waiting):
    results = at_once([lambda who=who: take(who, waiting.task) for who in colleagues(town)])
    assert kinds(results) == ["TaskNotYours", "str"], results
    assert taken(waiting.case) == 1


def complete(who: Principal, task: UUID) -> object:
    with acting_as(who):
        return dict(cases.complete(task=task, raw={"completeness": ["complete"]}).errors)


def completed(case: UUID) -> int:
    return count("SELECT count(*) FROM cases_event WHERE case_id = %s AND type = 'task-completed'", case)


def test_without_locks_and_constraints_a_task_is_completed_twice(town, waiting, monkeypatch):
    take(town.clerk, waiting.task)
    without_uniqueness(*CHAIN, *PROCESS)
    without_trigger("flows_task", "flows_task_forward")
    monkeypatch.setattr(waiting_files, "_lock", lambda _name, _value: None)  # the giver's, which one officer takes for their files
    both = [lambda: complete(town.clerk, waiting.task)] * 2
    # They meet after the last reading: who is late must not see what the other has committed.
    assert race(monkeypatch, moves, "step", both, guarded=False) == [{}, {}]
    assert completed(waiting.case) == 2
    with acting_as(town.clerk), pytest.raises(ChainBroken):
        case_selectors.verify_chain(waiting.case)


def test_a_task_is_completed_once(town, waiting, monkeypatch):
    take(town.clerk, waiting.task)
    both = [lambda: complete(town.clerk, waiting.task)] * 2
    results = race(monkeypatch, desk, "finish_task", both, guarded=True)
    assert sorted(map(repr, results)) == sorted(["{}", repr(next(r for r in results if isinstance(r, TaskClosed)))])
    assert completed(waiting.case) == 1
    next_tasks = "SELECT count(*) FROM flows_task WHERE subject = %s AND state = 'open'"
    assert count(next_tasks, waiting.case) == 2  # both opinions, each once
    with acting_as(town.clerk):
        case_selectors.verify_chain(waiting.case)


def test_completing_is_for_who_took_it(town, waiting):
    take(town.clerk, waiting.task)
    second = colleagues(town)[1]
    results = at_once([lambda: complete(town.clerk, waiting.task), lambda: complete(second, waiting.task)])
    assert results[0] == {}
    assert isinstance(results[1], TaskNotYours | TaskClosed), results
    assert completed(waiting.case) == 1


def give_back(who: Principal, task: UUID) -> str:
    with acting_as(who):
        cases.give_back(task=task)
    return "given back"


def locked_the_wrong_way(monkeypatch) -> None:
    """Giving back locks the task first, then the case; it begins when completing holds the case."""
    holds_the_case = threading.Event()
    may_complete = desk._may_complete

    def after_the_lock(who: Principal, view: TaskView) -> None:
        holds_the_case.set()
        may_complete(who, view)

    def task_before_case(*, task: UUID) -> None:
        assert holds_the_case.wait(PATIENCE)
        officer, view = desk._officer_task(task)
        flows.give_back(task=task, officer=officer)
        CaseWriter.lock(view.subject)

    monkeypatch.setattr(desk, "_may_complete", after_the_lock)
    monkeypatch.setattr(cases, "give_back", task_before_case)


@pytest.mark.parametrize("guarded", [False, True])
def test_giving_back_while_completing(town, waiting, monkeypatch, guarded):
    """Two tabs of one officer. The guard is the order of locks: the case before the task, always."""
    take(town.clerk, waiting.task)
    if not guarded:
        locked_the_wrong_way(monkeypatch)
    works = [lambda: complete(town.clerk, waiting.task), lambda: give_back(town.clerk, waiting.task)]
    results = race(monkeypatch, desk, "finish_task", works, guarded=True)
    if guarded:
        assert results in ([{}, results[1]], [results[0], "given back"])
        assert kinds(results) in (["TaskClosed", "dict"], ["TaskNotYours", "str"]), results
    else:
        assert any("deadlock" in str(one) for one in results), results
    with acting_as(town.clerk):
        case_selectors.verify_chain(waiting.case)
