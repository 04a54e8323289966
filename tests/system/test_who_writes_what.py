# SPDX-License-Identifier: EUPL-1.2
"""What each kind of principal may write of each protected table, row by row, in a country where something has happened.

The table is written out, as in test_who_sees_what.py. Everything here is attempted out of turn: nobody opens a case or does a task of
their own in these transactions. What a turn opens, and that it opens nothing else, is told at the end with the attacks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from bierger.cases import services as cases
from bierger.flows.models import Task
from bierger.infra.principal import ANONYMOUS, Principal, acting_as
from tests import story
from tests.attacks.together import count, superuser
from tests.conftest import _as_role
from tests.story_people import Town
from tests.story_people import town as make_town
from tests.system.populated import Populated
from tests.system.test_row_security import protected_tables
from tests.system.test_who_sees_what import (
    ALL,
    ALONE,
    EVERYBODY,
    ISSUED,
    MERSCH,
    NOBODY,
    OF_A_CASE,
    OFFICES,
    OWNERS,
    PARTIES,
    PRETENDERS,
    SYSTEM,
    WORKERS,
    Seen,
    country,
    inside,
    looking,
    to_all,
)
from tests.system.written import attempts, stored_rows, written

__all__ = ["country"]  # a fixture
Written = dict[str, Seen]

# -- what is expected: by table and attempt, who writes which rows; what is not named is refused to everybody -----------------

# Tasks in the worklist of somebody, open: the first of `permit` is done, its opinions wait for two advisers.
AT_HAND: Seen = {"citizens": {"review"}, "urbanism": {"firm"}, "adviser": {"firm", "permit"}, "technical": {"permit"}, "esch": {"esch"}}
MARKED: Seen = {
    "link": {"report handle"}, "Léa": {"permit check", "permit opinion-urbanism", "permit opinion-technical"},
    "Emma": {"review review", "esch check"}, "firm": {"firm check"}, "representative": {"firm check"}, "citizens": {"review review"},
    "urbanism": {"permit check", "firm check"}, "adviser": {"permit check", "permit opinion-urbanism", "firm check"},
    "technical": {"permit opinion-technical"}, "esch": {"esch check"},
}  # fmt: skip
HELD = {
    "urbanism": {"permit shared", "firm shared"}, "adviser": {"permit shared", "firm shared", "adviser"}, "technical": {"permit shared"},
    "mayor": {"certificate shared", "nina shared"}, "esch": {"esch shared"},
}  # fmt: skip
DRAFTS = {name: found for name, found in OWNERS.items() if name != "Nina"}
WAITING = {"firm": {"firm"}, "representative": {"firm"}, "adviser": {"adviser"}}
EXPECTED: dict[str, Written] = {
    "administrations_administration": {},
    "administrations_officer": {},
    "administrations_officer_role": {},
    "administrations_service": {},
    # `lock` changes nothing: whoever adds an event holds the row. `answer` finds no question open here and changes nothing either;
    # `take over` writes what stands there already, except for who stands in no space.
    "cases_case": {
        "lock": OF_A_CASE, "answer": OF_A_CASE, "ask": {**OFFICES, **ALONE}, "end": ALONE, "take over": PARTIES, "keep": ALONE,
    },
    "cases_case_grant": {},
    "cases_deletion": {},
    "cases_erasure_failure": {},
    "cases_event": {"insert as oneself": inside({**OFFICES, **ALONE})},
    "cases_event_payload": {},
    "cases_party": {},
    "cases_service_job": {},
    # `done` is what the task of that row says already.
    "cases_work": {"mark": MARKED, "done": {name: {"permit check"} for name in ("Léa", "urbanism", "adviser")}},
    "delivery_message": {"update": {"Léa": {"Léa"}, "Nina": {"Nina"}}},
    "disclosures_aside": {},
    # Their own reading, once more.
    "disclosures_disclosure": {"insert": {"urbanism": {"Léa", "Léa later"}, "esch": {"Emma"}}},
    "disclosures_batch": {},
    "disclosures_chain": {},
    "disclosures_delay": {"insert": {"mayor": {"Mersch"}}},
    "disclosures_entry": {},
    "disclosures_gone": {},
    "disclosures_held": {},
    "documents_act": {"update": {"mayor": ISSUED}},
    "documents_act_counter": {"update": to_all(*MERSCH, "no officer", *WORKERS), "delete": to_all(*WORKERS)},
    # One more file, of one's own; what waits or stands in a draft is taken out again.
    "documents_blob": {
        "insert": to_all(*(name for name in EVERYBODY if name not in ("anonymous", SYSTEM))), "update": ALONE,
        "delete": {
            "Léa": {"Léa draft"}, "Emma": {"Emma draft"}, "firm": {"firm waiting"}, "representative": {"firm waiting"}, "adviser": {"adviser waiting"},
        },
    },
    "documents_blob_holder": {"update": to_all(*WORKERS), "delete": OWNERS | HELD | to_all(*WORKERS)},
    "documents_revocation": {},
    "documents_status_counter": {
        "insert": to_all(*MERSCH, "no officer", *WORKERS), "update": to_all(*MERSCH, "no officer", *WORKERS), "delete": to_all(*WORKERS),
    },
    "documents_submission": {},
    "documents_waiting": {"delete": WAITING},
    "filings_deletion": {},
    "filings_erasure_failure": {},
    "filings_draft": {"insert": DRAFTS, "update": DRAFTS, "delete": DRAFTS},
    "filings_filing": {},
    "filings_filing_case": {},
    "flows_instance": {"lock": ALONE, "end": ALONE},
    "flows_task": {
        "insert": ALONE, "lock": {**AT_HAND, **ALONE}, "take": AT_HAND, "reopen": {**AT_HAND, **ALONE},
        "done": ALONE, "done as holder": ALONE, "cancel": ALONE, "show": ALONE,
    },
    "flows_timer": {},
    "flows_token": {"insert": ALONE, "move": ALONE, "delete": ALONE},
    "flows_variables": {},
    "identity_login": {},
    "identity_mandate": {"update": {
        "Léa": {"firm for Léa Beispill"}, "Emma": {"firm for Emma Primjer"}, "representative": {"firm for Emma Primjer"},
        "firm": {"firm for Léa Beispill", "firm for Emma Primjer"},
    }},
    "identity_membership": {},
    "identity_organisation": {},
    "identity_person": {},
    "identity_space": {},
}  # fmt: skip
# The worker that acts as the system carries out what the outbox brings: every row, except what a trigger or a key refuses to
# everybody. History is not rewritten and an event names who wrote it, for the system too.
WORKING = frozenset({"report", "review", "permit", "firm", "esch"})
BY_SYSTEM: dict[str, dict[str, frozenset[str] | set[str]]] = {
    "cases_case": {"lock": ALL, "answer": ALL, "ask": ALL, "end": ALL, "take over": {"report"}, "delete": ALL, "hold": ALL, "keep": WORKING},
    "cases_deletion": {},
    "cases_case_grant": {"insert for the whole house": ALL, "prolong": ALL, "delete": ALL},
    "cases_event": {"insert as oneself": ALL},
    "cases_event_payload": {"insert": ALL, "rewrite": ALL, "delete": ALL},
    "cases_party": {"rename": ALL, "delete": ALL},
    "cases_service_job": {"insert": ALL, "update": ALL, "delete": ALL},
    "cases_work": {"insert": ALL, "mark": ALL, "done": {"permit check"}, "rename": ALL, "delete": ALL},
    "disclosures_disclosure": {"insert": {"Emma", "Léa", "Nina"}},  # in its own name: nobody says that an officer read
    "disclosures_aside": {"insert": ALL, "update": ALL, "delete": ALL},
    "disclosures_batch": {"insert": ALL},
    "disclosures_delay": {"insert": ALL},
    "disclosures_entry": {"insert": ALL},
    "documents_blob": {
        "insert": ALL, "update": ALL, "delete": {"Emma draft", "Léa draft", "adviser waiting", "firm waiting"},
    },
    "documents_status_counter": {"insert": ALL, "update": ALL, "delete": ALL},
    "filings_draft": {"insert": ALL, "update": ALL, "delete": ALL},
    "filings_erasure_failure": {"insert": ALL, "update": ALL, "delete": ALL},
    "flows_instance": {"lock": ALL, "end": ALL, "delete": ALL},
    "flows_task": {
        "insert": ALL, "show": ALL, "delete": ALL, **dict.fromkeys(("lock", "done", "done as holder", "cancel", "reopen"), WORKING),
    },
    "flows_timer": {"insert": ALL, "delay": ALL, "stop": ALL, "delete": ALL},
    "flows_token": {"insert": ALL, "move": ALL, "delete": ALL},
    "identity_mandate": {"insert": ALL, "update": ALL, "delete": ALL},
}  # fmt: skip
EVERY_ROW = {"update": ALL, "delete": ALL}


# -- the tests ------------------------------------------------------------------------------------------------------------


def test_every_protected_table_is_judged(country: Populated) -> None:
    assert set(EXPECTED) == set(protected_tables())
    unknown = {table: set(tried) - set(attempts(table)) for table, tried in EXPECTED.items()}
    assert not any(unknown.values()), unknown


def due(country: Populated, name: str, table: str) -> dict[str, set[str]]:
    """What somebody is expected to write of a table, with the names of the rows written out."""
    tried = BY_SYSTEM.get(table, EVERY_ROW) if name == SYSTEM else {one: seen.get(name, set()) for one, seen in EXPECTED[table].items()}
    rows = {one: set(country.all(table)) if names == ALL else set(names) for one, names in tried.items()}
    return {one: names for one, names in rows.items() if names}


@pytest.mark.parametrize("name", [NOBODY, *PRETENDERS, *EVERYBODY])
def test_what_somebody_writes(country: Populated, name: str) -> None:
    role, transaction_of = looking(country, name)
    who = country.people.get(name.removesuffix(", by the web"), ANONYMOUS)
    rows, wrong = stored_rows(), {}
    with _as_role(role), transaction_of:
        for table in EXPECTED:
            found, expected = written(country, rows, who, table), due(country, name, table)
            if found != expected:
                wrong[table] = {one: (found.get(one), expected.get(one)) for one in {*found, *expected} if found.get(one) != expected.get(one)}
    assert not wrong


# -- the attacks ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def mersch(transactional: None) -> Town:
    return make_town()


@pytest.fixture
def case(mersch: Town) -> UUID:
    return story.request(mersch.applicant, "building-permit", story.PERMIT).cases[0]


@contextmanager
def refused() -> Iterator[None]:
    """By a policy or by a trigger, and the transaction goes on."""
    with pytest.raises(DatabaseError, match=r"row-level security|only|does not become|stays|follows|moves|permission denied"), transaction.atomic():
        yield


def tell(statement: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


GRANT = (
    "INSERT INTO cases_case_grant (case_id, administration_id, service_id, role, since)"
    " SELECT %s, s.administration_id, s.id, %s, now() FROM administrations_service s JOIN administrations_administration a"
    " ON a.id = s.administration_id WHERE a.code = %s AND s.code = %s"
)
EVENT = (
    "INSERT INTO cases_event (case_id, sequence, previous, type, actor_kind, actor, on_behalf_of, channel, at, definition, commitment,"
    " hash, audience) VALUES (%s, 99, '', 'note-added', %s, %s, %s, 'desk', now(), '', '', '', 'administration')"
)


def test_an_applicant_does_not_do_an_officers_task(mersch: Town, case: UUID) -> None:
    with acting_as(mersch.applicant):
        with refused():
            tell("UPDATE flows_task SET state = 'done' WHERE subject = %s AND role = 'clerk'", case)
        with refused():
            tell("UPDATE flows_task SET state = 'done', role = 'applicant' WHERE subject = %s", case)
    assert count("SELECT count(*) FROM flows_task WHERE subject = %s AND state = 'open'", case) == 1


def test_an_applicant_grants_no_service_a_right(mersch: Town, case: UUID) -> None:
    with acting_as(mersch.applicant):
        for role, place, service in (("adviser", "mersch", "technical"), ("clerk", "mersch", "urbanism"), ("clerk", "esch-sur-alzette", "urbanism")):
            with refused():
                tell(GRANT, case, role, place, service)
    assert count("SELECT count(*) FROM cases_case_grant WHERE case_id = %s", case) == 1


def test_an_applicant_writes_no_event_in_an_officers_name(mersch: Town, case: UUID) -> None:
    own = (mersch.applicant.person, mersch.applicant.space)
    with acting_as(mersch.applicant):
        for kind, actor, space in (("officer", mersch.clerk.officer, None), ("person", mersch.neighbour.person, own[1]), ("system", None, None)):
            with refused():
                tell(EVENT, case, kind, actor, space)
        with refused():  # nor in their own, unasked
            tell(EVENT, case, "person", *own)
    assert count("SELECT count(*) FROM cases_event WHERE case_id = %s AND sequence = 99", case) == 0


def test_an_officer_writes_in_no_colleagues_name_and_does_no_colleagues_task(mersch: Town, case: UUID) -> None:
    task = story.open_task(mersch.clerk, case, "check")
    with acting_as(mersch.other_clerk):
        cases.take(task=task)
    with acting_as(mersch.clerk):
        with refused():
            tell(EVENT, case, "officer", mersch.other_clerk.officer, None)
        for change in ("state = 'done'", "state = 'open', officer = NULL", f"state = 'claimed', officer = '{mersch.clerk.officer}'"):
            with refused():
                tell(f"UPDATE flows_task SET {change} WHERE id = %s", task)
    for stranger in (mersch.technical, mersch.stranger):  # of the house without a grant, and of another one
        with acting_as(stranger):
            assert tell("UPDATE flows_task SET state = 'cancelled' WHERE subject = %s", case) == 0
            assert tell("UPDATE cases_case SET state = 'end.final' WHERE id = %s", case) == 0
            with refused():
                tell(EVENT, case, "officer", stranger.officer, None)
            with refused():
                tell(GRANT, case, "adviser", "mersch", "technical")


def supply(mersch: Town, case: UUID) -> UUID:
    """The applicant's own task, which waits."""
    story.do(mersch.clerk, case, "check", completeness="missing-piece", piece_wanted="The section drawing.")
    return story.open_task(mersch.applicant, case, "supply")


def test_a_move_of_ones_own_opens_what_the_move_needs_and_no_more(mersch: Town, case: UUID) -> None:
    """In the transaction in which the applicant does their task, work goes where an open task of the case sends it."""
    own = supply(mersch, case)
    new = "INSERT INTO flows_token (subject, number, node, flow, scope) VALUES (%s, 99, 'check', 'f7', 0)"
    ended = "UPDATE cases_case SET status = 'ended' WHERE id = %s"
    with acting_as(mersch.applicant), transaction.atomic():
        for statement in (new, ended):
            with refused():
                tell(statement, case)
        assert tell("UPDATE flows_task SET state = 'done' WHERE id = %s", own) == 1
        assert tell(new, case) == 1
        with refused():
            tell(GRANT, case, "adviser", "mersch", "technical")  # no open task names it
        with refused():
            tell("UPDATE flows_task SET state = 'open' WHERE id = %s", own)
        with refused():
            tell("UPDATE cases_case SET number = 'x' WHERE id = %s", case)
        transaction.set_rollback(True)


def test_nobody_takes_a_right_from_a_move_that_is_over(mersch: Town, case: UUID) -> None:
    supply(mersch, case)
    with superuser() as seen:
        assert seen.execute("SELECT count(*) FROM flows_task WHERE subject = %s AND done_in IS NOT NULL", [case]).fetchone() == (1,)
    for who in (mersch.applicant, mersch.clerk):
        with acting_as(who), refused():
            tell("UPDATE flows_instance SET serial = 99 WHERE subject = %s", case)


def test_a_party_reads_no_variables_and_the_engine_only_those_of_a_process_that_waits_for_it(mersch: Town, case: UUID) -> None:
    def read(who: Principal) -> tuple[int, bool]:
        with acting_as(who), connection.cursor() as cursor:
            cursor.execute("SELECT (SELECT count(*) FROM flows_variables), flows_variables_to_move(%s) IS NOT NULL", [case])
            return cursor.fetchone()

    assert [read(who) for who in (mersch.applicant, mersch.neighbour, mersch.clerk, mersch.stranger)] == [
        (0, False), (0, False), (1, True), (0, False)
    ]  # fmt: skip
    supply(mersch, case)
    assert read(mersch.applicant) == (0, True)
    with acting_as(mersch.applicant):
        tasks = {task.node: task.shown for task in Task.objects.filter(instance_id=case)}
        assert tell("SELECT 1 WHERE flows_variables_moved(%s, '{}')", case) == 0
    assert tasks == {"check": {}, "supply": {"piece_wanted": "The section drawing."}}
