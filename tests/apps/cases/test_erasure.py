# SPDX-License-Identifier: EUPL-1.2
"""What was erased stands nowhere in the database any more: every table is read, as whoever may see everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from bierger.cases import selectors, services
from bierger.cases.errors import CaseUnknown, NotAllowed
from bierger.cases.models import Event, EventPayload
from bierger.cases.types import of_task
from bierger.disclosures.services import purpose_of_case
from bierger.documents import services as documents
from bierger.documents.types import Upload
from bierger.infra.erasures import registered
from bierger.infra.principal import SYSTEM, Principal, acting_as
from tests import story
from tests.attacks.together import superuser
from tests.story_people import Town
from tests.story_people import town as make_town

Role = Callable[[], AbstractContextManager[None]]


def planted(place: str) -> str:
    """A text that stands in one answer and nowhere else in the country."""
    return f"Planted in {place} zq7x."


ANSWERS = {
    **story.PERMIT, "site": planted("site"), "works_description": planted("description, at some length"), "works_cost": "987123.45",
    "parcel": {"section": "C", "number": "7351/9284"}, "architect_name": planted("architect"), "architect_number": "zq7x-4711",
    "email": "zq7x@example.org",
}  # fmt: skip
GIVEN = ["zq7x", "987123.45", "7351/9284"]
# Where a text of an answer may stay, and why.
KEPT = {"documents_act": "an act that was issued is a public document, with a retention of its own"}


@pytest.fixture
def mersch(transactional: None) -> Town:
    return make_town()


def tables_with(texts: list[str], connection: psycopg.Connection | None = None) -> dict[str, list[str]]:
    """The tables in which one of the texts stands, in any row and column, with the texts."""
    found: dict[str, list[str]] = {}
    with nullcontext(connection) if connection else superuser() as seen:
        names = seen.execute("SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
        for schema, table in names.fetchall():
            question = sql.SQL("SELECT DISTINCT s FROM {} t, unnest(%s::text[]) s WHERE position(s IN t::text) > 0")
            rows = seen.execute(question.format(sql.Identifier(schema, table)), [texts]).fetchall()
            if rows:
                found[table] = sorted(text for (text,) in rows)
    return found


@contextmanager
def system(as_worker: Role) -> Iterator[None]:
    with as_worker(), acting_as(SYSTEM):
        yield


def erase(as_worker: Role, case: UUID, *kinds: str) -> None:
    """Every event of these kinds that still says something; all kinds when none is named."""
    with system(as_worker):
        rows = Event.objects.filter(case_id=case, **({"type__in": kinds} if kinds else {})).order_by("sequence")
        for sequence in rows.values_list("sequence", flat=True):
            services.erase_payload(case=case, sequence=sequence)
            assert not services.erase_payload(case=case, sequence=sequence)
            assert (registered()[-1].kind, registered()[-1].id, registered()[-1].sequence) == ("event", case, sequence)
            assert selectors.retention(case).deletions[-1].destroyed["event-contents"] >= 1


def supply(town: Town, case: UUID) -> None:
    task = story.open_task(town.applicant, case, "supply")
    with acting_as(town.applicant):
        upload = Upload(data=b"a plan", media_type="application/pdf", file_name="section.pdf", size=6)
        documents.keep_waiting(about=of_task(task), question="piece", procedure="commune/building-permit", administration=uuid4(), upload=upload)
        assert not services.complete(task=task, raw={"piece_note": [planted("note")]}).errors


def decided(town: Town, run_jobs: Callable[[], None]) -> UUID:
    """A permit with something of everybody in it, up to the decision."""
    case = story.request(town.applicant, "building-permit", ANSWERS).cases[0]
    story.do(town.clerk, case, "check", completeness="missing-piece", piece_wanted=planted("wish"))
    with acting_as(town.clerk):
        services.add_note(case=case, text=planted("internal note"))
    with acting_as(town.clerk):
        services.ask_applicant(case=case, text=planted("question"))
    with acting_as(town.applicant):
        asked = selectors.request(case).open_question
        services.answer_question(case=case, question=asked, text=planted("answer"))
    supply(town, case)
    story.do(town.clerk, case, "check", completeness="complete")
    story.do(town.urbanism, case, "opinion-urbanism", urbanism_opinion="reserved", urbanism_remarks=planted("urbanism"))
    story.do(town.technical, case, "opinion-technical", technical_opinion="reserved", technical_remarks=planted("technical"))
    story.do(town.mayor, case, "decide", decision="granted", decision_reasons=planted("reasons"), conditions=planted("conditions"))
    run_jobs()
    return case


def test_what_was_said_stands_in_no_table_after_it_was_erased(mersch: Town, run_jobs: Callable[[], None], as_worker: Role) -> None:
    case = decided(mersch, run_jobs)
    assert {"cases_event_payload", "flows_variables", "flows_task"} <= set(tables_with(GIVEN))
    erase(as_worker, case)
    assert set(tables_with(GIVEN)) == set(KEPT)
    with acting_as(mersch.mayor):
        assert selectors.verify_chain(case) > 10
        assert selectors.replay(case) == "erased"


def test_of_the_answers_alone_the_rest_stays(mersch: Town, run_jobs: Callable[[], None], as_worker: Role) -> None:
    case = decided(mersch, run_jobs)
    erase(as_worker, case, "case-opened")
    answers = [text for text in GIVEN if text != "zq7x"] + [planted("site"), planted("architect"), "zq7x@example.org", "zq7x-4711"]
    assert set(tables_with(answers)) == set(KEPT)
    with acting_as(mersch.clerk):
        view = selectors.case_view(case, purpose=purpose_of_case(case))
        assert (view.answers, {party.name for party in view.parties}) == ("erased", {""})
        assert view.variables["site"] is None
        assert view.variables["technical_remarks"] == planted("technical")
        assert selectors.verify_chain(case) > 10
    assert {row.applicant for row in worklist(mersch.clerk)} <= {""}


def worklist(who: Principal) -> list[object]:
    from bierger.cases.models import Work

    with acting_as(who):
        return list(Work.objects.all())


def test_a_wish_that_was_erased_is_no_longer_shown_with_the_task(mersch: Town, as_worker: Role) -> None:
    case = story.request(mersch.applicant, "building-permit", story.PERMIT).cases[0]
    story.do(mersch.clerk, case, "check", completeness="missing-piece", piece_wanted=planted("wish"))
    assert set(tables_with([planted("wish")])) == {"cases_event_payload", "flows_variables", "flows_task"}
    erase(as_worker, case, "task-completed")
    assert tables_with([planted("wish")]) == {}
    supply(mersch, case)  # the process goes on


def test_what_a_rule_wrote_out_of_an_answer_goes_with_it(mersch: Town, run_jobs: Callable[[], None], as_worker: Role) -> None:
    """The derivation of the routing quotes the answer; the notice that tells the outcome quotes the officer."""
    case = story.request(mersch.applicant, "problem-report", {**story.REPORT, "description": planted("description")}).cases[0]
    with superuser() as seen:
        (code,) = seen.execute("SELECT s.code FROM cases_work w JOIN administrations_service s ON s.id = w.service_id").fetchone()
    assert code
    with system(as_worker):
        quoted = EventPayload.objects.filter(case_id=case, sequence__in=Event.objects.filter(case_id=case, type="decided-by-rule").values("sequence"))
        assert "bin-not-emptied" in str(list(quoted.values_list("payload", flat=True)))
    erase(as_worker, case, "case-opened")
    assert tables_with([planted("description")]) == {}
    with system(as_worker):
        assert not quoted.exists()


def test_only_the_system_erases(mersch: Town, as_worker: Role) -> None:
    case = story.request(mersch.applicant, "building-permit", story.PERMIT).cases[0]
    for who in (mersch.applicant, mersch.clerk):
        with acting_as(who), pytest.raises(NotAllowed):
            services.erase_payload(case=case, sequence=1)
    with system(as_worker), pytest.raises(CaseUnknown):
        services.erase_payload(case=uuid4(), sequence=1)
