# SPDX-License-Identifier: EUPL-1.2
"""The building permit from request to the end of the appeal period: officers, applicant, worker, events."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from bierger.cases import selectors, services, tasks
from bierger.cases.errors import CaseUnknown, ChainBroken, NotAllowed
from bierger.cases.models import EventPayload
from bierger.cases.types import of_task
from bierger.disclosures.services import purpose_of_case
from bierger.disclosures.types import Purpose
from bierger.documents import selectors as issued
from bierger.documents import services as documents
from bierger.documents.types import Upload
from bierger.flows import selectors as flows
from bierger.flows.errors import TaskClosed, TaskNotYours
from bierger.infra import clock
from bierger.infra.principal import ANONYMOUS, SYSTEM, acting_as
from tests import story
from tests.clients import client_of
from tests.jobs import an_hour_later, drain


def purpose_of(who):
    return Purpose(actor=who.officer, administration=who.administration, legal_basis="test", purpose="case-handling")


@pytest.fixture
def town(transactional):
    """The people of the story; `clerk`, `urbanism`, `technical`, `mayor` are officers of Mersch."""
    from tests.story_people import town as make

    return make()


@pytest.fixture
def case(town):
    receipt = story.request(town.applicant, "building-permit", story.PERMIT)
    return receipt.cases[0]


def give(who, case, task, question, file_name):
    """A file that waits for a task."""
    with acting_as(who):
        documents.keep_waiting(
            about=of_task(task), question=question, procedure="commune/building-permit", administration=uuid4(),
            upload=Upload(data=b"a plan", media_type="application/pdf", file_name=file_name, size=6),
        )  # fmt: skip


def opinions(town, case):
    story.do(town.clerk, case, "check", completeness="complete")
    story.do(town.urbanism, case, "opinion-urbanism", urbanism_opinion="favourable")
    story.do(town.technical, case, "opinion-technical", technical_opinion="reserved", technical_remarks="Mind the sewer.")


def test_from_request_to_permit_and_the_end_of_the_appeal_period(town, case, run_jobs, frozen):
    opinions(town, case)
    story.do(town.mayor, case, "decide", decision="granted", decision_reasons="In line with the plan.")
    run_jobs()
    with acting_as(town.applicant):
        request = selectors.request(case)
        assert request.waiting_for_me
        assert [entry.code for entry in selectors.timeline(case)].count("act-delivered") == 2
    task = story.open_task(town.applicant, case, "post-certificate")
    give(town.applicant, case, task, "posting_photo", "photo.jpg")
    with acting_as(town.applicant):
        today = clock.today()
        result = services.complete(
            task=task,
            raw={"posted_on.day": [str(today.day)], "posted_on.month": [str(today.month)], "posted_on.year": [str(today.year)]},
        )
        assert not result.errors
    frozen(clock.now() + timedelta(days=100))
    run_jobs()
    with acting_as(town.applicant):
        assert selectors.request(case).status == "ended"
        assert selectors.request(case).state == "end.final"


def test_a_missing_piece_goes_to_the_applicant_and_back(town, case):
    story.do(town.clerk, case, "check", completeness="missing-piece", piece_wanted="The section drawing.")
    with acting_as(town.applicant):
        assert selectors.request(case).waiting_for_me
    task = story.open_task(town.applicant, case, "supply")
    with acting_as(town.applicant):
        refused = services.complete(task=task, raw={})
        assert refused.errors
    give(town.applicant, case, task, "piece", "section.pdf")
    with acting_as(town.applicant):
        assert not services.complete(task=task, raw={}).errors
    assert story.open_task(town.clerk, case, "check")
    with acting_as(town.applicant), pytest.raises(TaskClosed):
        services.complete(task=task, raw={})


def test_a_file_given_by_somebody_else_completes_no_task(town, case):
    """Of another person, of another task: neither is the piece that is missing."""
    story.do(town.clerk, case, "check", completeness="missing-piece", piece_wanted="The section drawing.")
    task = story.open_task(town.applicant, case, "supply")
    give(town.neighbour, case, task, "piece", "section.pdf")
    give(town.applicant, case, uuid4(), "piece", "section.pdf")
    with acting_as(town.applicant):
        assert services.complete(task=task, raw={}).errors["piece"].code == "required"


def test_the_worklist_shows_each_officer_their_own_work(town, case):
    assert [node for _, node in story.worklist_of(town.clerk)] == ["check"]
    assert story.worklist_of(town.mayor) == []
    assert story.worklist_of(town.stranger) == []
    story.do(town.clerk, case, "check", completeness="complete")
    assert "opinion-technical" in [node for _, node in story.worklist_of(town.technical)]
    assert "opinion-technical" not in [node for _, node in story.worklist_of(town.urbanism)]


def test_officers_of_another_commune_and_other_people_find_nothing(town, case):
    for nobody in (town.stranger, town.neighbour):
        with acting_as(nobody):
            assert flows.tasks_of(case) == ()
            with pytest.raises(CaseUnknown):
                selectors.case_view(case, purpose=purpose_of_case(case))
            with pytest.raises(CaseUnknown):
                services.add_note(case=case, text="x") if nobody.kind == "officer" else selectors.request(case)
    with acting_as(town.neighbour):
        assert selectors.timeline(case) == ()


def test_of_two_officers_one_gets_the_task(town, case):
    task = story.open_task(town.clerk, case, "check")
    with acting_as(town.clerk):
        services.take(task=task)
    with acting_as(town.other_clerk), pytest.raises(TaskNotYours):
        services.take(task=task)
    with acting_as(town.other_clerk), pytest.raises(TaskNotYours):
        services.complete(task=task, raw={"completeness": ["complete"]})
    with acting_as(town.clerk):
        services.give_back(task=task)
    with acting_as(town.other_clerk):
        services.take(task=task)


def test_a_role_is_not_exceeded(town, case):
    task = story.open_task(town.clerk, case, "check")
    with acting_as(town.applicant), pytest.raises(NotAllowed):
        services.complete(task=task, raw={"completeness": ["complete"]})
    with acting_as(town.applicant), pytest.raises(NotAllowed):
        services.add_note(case=case, text="I may not.")


def test_the_applicant_does_not_read_what_officers_write_among_themselves(town, case):
    with acting_as(town.clerk):
        services.add_note(case=case, text="Ask the neighbour.")
    opinions(town, case)
    with acting_as(town.clerk):
        view = selectors.case_view(case, purpose=purpose_of_case(case))
        assert {"note-added", "task-completed"} <= {entry.code for entry in view.timeline}
    with acting_as(town.applicant):
        codes = {entry.code for entry in selectors.timeline(case)}
    assert "case-opened" in codes
    assert not {"note-added", "task-taken", "task-completed"} & codes


def test_a_question_to_the_applicant_is_answered_once(town, case):
    with acting_as(town.clerk):
        services.ask_applicant(case=case, text="Which tree will be felled?")
    with acting_as(town.applicant):
        found = selectors.request(case)
        assert found.waiting_for_me
        services.answer_question(case=case, question=found.open_question, text="None.")
    with acting_as(town.applicant), pytest.raises(NotAllowed):
        services.answer_question(case=case, question=found.open_question, text="None, again.")


def test_an_officers_reading_is_written_down(town, case):
    from bierger.disclosures.selectors import readings

    with acting_as(town.clerk):
        view = selectors.case_view(case, purpose=purpose_of(town.clerk))
        assert view.answers["works_kind"] == "extension"
    with acting_as(town.applicant):
        read = readings()
    assert any("answers" in reading.facts for reading in read)


def test_the_chain_verifies_and_replays_to_the_rows(town, case, run_jobs):
    opinions(town, case)
    story.do(town.mayor, case, "decide", decision="granted", decision_reasons="Good.")
    run_jobs()
    with acting_as(town.mayor):
        assert selectors.verify_chain(case) > 8
        assert selectors.replay(case) == flows.state_of(case)


def test_an_erased_payload_leaves_the_chain_whole(town, case, as_worker):
    opinions(town, case)
    with as_worker(), acting_as(SYSTEM):
        assert services.erase_payload(case=case, sequence=1)
        assert not services.erase_payload(case=case, sequence=1)
    with acting_as(town.clerk):
        events = selectors.verify_chain(case)
        assert events >= 6
        assert selectors.replay(case) == "erased"
        view = selectors.case_view(case, purpose=purpose_of(town.clerk))
        assert view.answers == "erased"
        assert [entry.erased for entry in view.timeline].count(True) == 1


def test_history_cannot_be_rewritten_even_by_the_owner(town, case, as_owner):
    with as_owner(), pytest.raises(IntegrityError, match="history"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_event SET type = 'other'")
    with as_owner(), pytest.raises(IntegrityError, match="history"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_event")


def test_a_changed_payload_or_header_breaks_the_chain(town, case, as_owner):
    with as_owner():
        row = EventPayload.objects.get(case_id=case, sequence=1)
        row.payload = {**row.payload, "answers": {}}
        row.save()
    with acting_as(town.clerk), pytest.raises(ChainBroken) as broken:
        selectors.verify_chain(case)
    assert broken.value.sequence == 1


def events_of(case):
    return f"DELETE FROM cases_event WHERE case_id = '{case}'"


def head_of(case, changed):
    return f"UPDATE cases_case SET {changed} WHERE id = '{case}'"


@pytest.mark.parametrize(
    ("planted", "broken_at"),
    [
        (lambda case: f"{events_of(case)} AND sequence = 2", 2),
        (lambda case: f"{events_of(case)} AND sequence = 1", 1),
        (lambda case: f"{events_of(case)} AND sequence = (SELECT max(sequence) FROM cases_event)", "last"),
        (lambda case: f"{events_of(case)} AND sequence > 1", 2),
        (events_of, 1),
        (lambda case: head_of(case, "last_sequence = last_sequence - 1"), "last"),
        (lambda case: head_of(case, "last_sequence = last_sequence + 1"), "after"),
        (lambda case: head_of(case, "last_hash = sha256('x')"), "after"),
        (lambda case: head_of(case, "last_hash = (SELECT previous FROM cases_event ORDER BY sequence DESC LIMIT 1)"), "after"),
    ],
    ids=[
        "middle gone", "first gone", "last gone", "tail gone", "all gone", "head one less", "head one more", "head of another hash",
        "head of the event before",
    ],
)  # fmt: skip
def test_each_planted_fault_is_found(town, case, as_owner, planted, broken_at):
    """The faults of somebody who may do everything in the database: triggers off, rows taken out, the head changed."""
    with acting_as(town.clerk):
        last = selectors.verify_chain(case)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cases_event DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE cases_case NO FORCE ROW LEVEL SECURITY")
        cursor.execute("ALTER TABLE cases_event NO FORCE ROW LEVEL SECURITY")
        cursor.execute(planted(case))
        assert cursor.rowcount
        cursor.execute("ALTER TABLE cases_event FORCE ROW LEVEL SECURITY")
        cursor.execute("ALTER TABLE cases_case FORCE ROW LEVEL SECURITY")
        cursor.execute("ALTER TABLE cases_event ENABLE TRIGGER USER")
    with acting_as(town.clerk), pytest.raises(ChainBroken) as broken:
        selectors.verify_chain(case)
    assert broken.value.sequence == {"last": last, "after": last + 1}.get(broken_at, broken_at)


def test_the_chain_of_a_case_that_is_not_theirs_is_unknown(town, case):
    for who in (town.neighbour, ANONYMOUS):
        with acting_as(who), pytest.raises(CaseUnknown):
            selectors.verify_chain(case)


def test_nobody_makes_themselves_a_party_of_an_open_case(town, case):
    from django.db import ProgrammingError

    from bierger.cases.models import Party

    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(town.neighbour):
        Party.objects.bulk_create([Party(case_id=case, kind="applicant", space=town.neighbour.space)])
    with acting_as(town.neighbour), pytest.raises(CaseUnknown):
        selectors.case_view(case, purpose=purpose_of_case(case))


def test_a_certificate_names_the_permit_that_holds_not_the_one_that_was_replaced(town, case, run_jobs, as_worker, as_owner, monkeypatch):
    story.do(town.clerk, case, "check", completeness="complete")
    story.do(town.urbanism, case, "opinion-urbanism", urbanism_opinion="favourable")
    story.do(town.technical, case, "opinion-technical", technical_opinion="favourable")
    story.do(town.mayor, case, "decide", decision="granted", decision_reasons="In line with the plan.")
    usual = tasks._ACTIONS["issue-act"]

    def no_red_dot(writer, task, package):
        if task.document == "red-dot":
            raise RuntimeError("The worker dies here.")
        usual(writer, task, package)

    monkeypatch.setitem(tasks._ACTIONS, "issue-act", no_red_dot)
    with as_worker():
        drain(outage=True)
    monkeypatch.setitem(tasks._ACTIONS, "issue-act", usual)
    with acting_as(town.applicant):
        (wrong,) = issued.my_acts()
    for number in ("1234/568", "1234/569"):  # the corrected one is corrected again
        with acting_as(town.mayor):
            read = selectors.issued_act(wrong.id, purpose=selectors.purpose_of_act(wrong.id))
            raw = {one.path: [str(one.answer or "")] for one in read.values if one.path != "parcel"}
            corrected = {"parcel.section": ["C"], "parcel.number": [number]}
            done = services.correct_act(act=wrong.id, raw=raw | corrected, note="Another parcel.")
            assert done.issued, done.errors
        with acting_as(town.applicant):
            wrong = issued.act(done.issued)
    with as_owner():
        an_hour_later()
    run_jobs()
    with acting_as(town.applicant):
        numbered = issued.my_acts()
        acts = {(act.document_type, act.revoked_at is None): act for act in numbered}
    permit, certificate = acts["building-permit", True], acts["red-dot", True]
    assert certificate.facts["permit-number"] == permit.number == wrong.number
    with acting_as(town.mayor):
        desk = selectors.case_view(case, purpose=purpose_of_case(case))
    assert desk.variables["permit"]["number"] == permit.number
    page = client_of(town.applicant).get(f"/requests/{case}").content.decode()
    task = page[page.index("/tasks/") - 2000 : page.index("/tasks/")]
    first = min(one.number for one in numbered if one.document_type == "building-permit")
    assert permit.number in task
    assert first not in task
    assert permit.facts["reference"] == "C 1234/569"
