# SPDX-License-Identifier: EUPL-1.2
"""Whatever failed, and for however long: what was acknowledged is done in the end, once."""

import argparse
import shutil
import threading
from datetime import timedelta
from threading import BrokenBarrierError

import pytest
from django.db import DatabaseError, connection

from bierger.cases import selectors, tasks
from bierger.cases.errors import CaseError
from bierger.cases.models import ServiceJob
from bierger.delivery import selectors as delivery
from bierger.documents import selectors as documents
from bierger.documents import tasks as document_tasks
from bierger.documents.models import Act, Blob
from bierger.documents.services import verify_upload
from bierger.flows import services as flows
from bierger.flows.models import Timer
from bierger.infra import clock, jobs
from bierger.infra.models import Outbox
from bierger.infra.principal import SYSTEM, acting_as
from bierger.infra.relay import relay
from bierger.ledger import services as ledger_services
from bierger.ledger import tasks as ledger
from bierger.site.commands import rebuild_log
from bierger_core.merkle import TileMissingError
from bierger_core.values import Kind
from tests import story
from tests.clients import client_of
from tests.conftest import _as_role
from tests.jobs import an_hour_later, drain

TOPICS = ("flows.task-ready", "ledger.logged", "documents.act-logged", "documents.act-ready", "delivery.act-delivered")


SAID = {
    "fr": "Il n’a pas encore pu être produit\u202f; un nouvel essai",
    "de": "Es konnte bisher nicht erstellt werden",
    "en": "It could not be produced so far; it is tried again by itself",
    "lb": "Et konnt bis elo net gemaach ginn",
}


@pytest.fixture
def town(transactional):
    from tests.story_people import town as make

    return make()


@pytest.fixture
def case(town):
    """The mayor refused: the act is to be issued, and that is the end."""
    case = story.request(town.applicant, "building-permit", story.PERMIT).cases[0]
    story.do(town.clerk, case, "check", completeness="complete")
    story.do(town.urbanism, case, "opinion-urbanism", urbanism_opinion="unfavourable", urbanism_remarks="Too high.")
    story.do(town.technical, case, "opinion-technical", technical_opinion="favourable")
    story.do(town.mayor, case, "decide", decision="refused", decision_reasons="Too high.")
    return case


def stands_still(town, case):
    with acting_as(town.applicant):
        assert selectors.request(case).status == "open"


def issued_once(town, case, as_worker):
    with acting_as(town.applicant):
        assert selectors.request(case).status == "ended"
        (act,) = documents.my_acts(case=case)
        assert act.state == "delivered"
        assert act.problem == ""
        assert [one.act_id for one in delivery.mailbox()].count(act.id) == 1
        codes = [entry.code for entry in selectors.timeline(case)]
        assert [codes.count(code) for code in ("act-decided", "act-delivered", "case-ended")] == [1, 1, 1]
        pdf = documents.act_pdf(act.id)
        assert verify_upload(data=pdf.data, file_name=pdf.file_name).authentic == "yes"
    with as_worker(), acting_as(SYSTEM):
        assert Act.objects.filter(case_id=case).count() == ServiceJob.objects.filter(case=case).count() == 1
        assert Blob.objects.filter(media_type="application/pdf", file_name__startswith="building-refusal").count() == 1


@pytest.mark.parametrize("topic", TOPICS)
def test_a_job_that_was_lost_is_sent_again_after_an_hour(town, case, as_worker, frozen, topic):
    frozen(clock.now())
    with as_worker():
        drain(lost=topic)
    stands_still(town, case)
    frozen(clock.now() + timedelta(minutes=59))
    with as_worker():
        drain()
    stands_still(town, case)
    frozen(clock.now() + timedelta(minutes=2))
    with as_worker():
        drain()
    issued_once(town, case, as_worker)


def test_an_outage_longer_than_all_attempts_ends_by_itself(town, case, as_worker, frozen, data_folder):
    """The disk of the attachments is gone for days: rendering fails past all attempts."""
    blobs, away = data_folder / "blobs", data_folder / "away"
    blobs.rename(away)
    blobs.write_text("in the way")
    with as_worker():
        drain(outage=True)
        for _ in range(3):  # hours
            an_hour_later()
            drain(outage=True)
        (failed,) = jobs.unfinished(10)
        assert (failed.topic, failed.state) == ("documents.act-logged", "failed")
        with acting_as(SYSTEM):
            assert Act.objects.get().problem.startswith("blob-store-")
    stands_still(town, case)
    for language, said in SAID.items():
        assert said in client_of(town.mayor, language=language).get(f"/desk/cases/{case}").content.decode()
    blobs.unlink()
    away.rename(blobs)
    frozen(clock.now() + timedelta(days=3))
    with as_worker():
        drain()  # not an hour after the last attempt yet
    stands_still(town, case)
    with as_worker():
        an_hour_later()
        drain()
        assert jobs.unfinished(10) == ()
    issued_once(town, case, as_worker)


def test_a_lost_folder_of_the_log_is_rebuilt_and_what_waited_is_issued(town, case, as_worker, data_folder, capsys):
    with as_worker():
        ledger.sequence()
        with acting_as(SYSTEM):
            ledger_services.queue(commitment=bytes([Kind.ACCESS]) * 33, kind=Kind.ACCESS)
        ledger.sequence()  # of the last batch alone the sequencer would make the files again by itself
        shutil.rmtree(data_folder / "log")
        with acting_as(SYSTEM):
            ids = Outbox.objects.get(topic="flows.task-ready").ids
        tasks.on_task_ready(ids)  # the act is decided meanwhile
        with pytest.raises(TileMissingError):  # the worker logs it and tries again twice a second
            drain()
        assert rebuild_log.run(argparse.Namespace()) == 0
        assert "leaves again" in capsys.readouterr().out
        assert {"checkpoint", "keys.json"} <= {path.name for path in (data_folder / "log").iterdir()}
        drain()
    issued_once(town, case, as_worker)


def test_a_log_whose_leaves_are_not_those_of_its_checkpoint_is_not_rebuilt(town, case, run_jobs, as_owner, data_folder, capsys):
    run_jobs()
    with as_owner():
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE ledger_queue DISABLE TRIGGER USER; UPDATE ledger_queue SET commitment = sha256('x') WHERE leaf_index = 0"
            )
        shutil.rmtree(data_folder / "log")
        assert rebuild_log.run(argparse.Namespace()) == 1
    assert "do not make the tree" in capsys.readouterr().err
    assert not (data_folder / "log" / "checkpoint").exists()


def test_a_timer_that_was_announced_and_lost_fires(town, as_worker, frozen):
    case = story.request(town.applicant, "building-permit", story.PERMIT).cases[0]
    story.do(town.clerk, case, "check", completeness="missing-piece", piece_wanted="The section drawing.")
    frozen(clock.now() + timedelta(days=190))
    with as_worker():
        assert flows.poll_timers() == 1
        with acting_as(SYSTEM):
            Outbox.objects.filter(topic="flows.timer-due").delete()
            assert Timer.objects.get(state="due").due_at < clock.now() - timedelta(hours=1)
        assert flows.poll_timers() == 0
        drain()
    with acting_as(town.applicant):
        assert (selectors.request(case).status, selectors.request(case).state) == ("ended", "end.lapsed")
        assert len([one for one in delivery.mailbox() if one.params.get("node") == "tell-lapsed"]) == 1


def test_sweeps_leave_alone_what_a_job_stands_for(town, case, as_worker, frozen):
    """However often they run: no second job beside one that waits, runs, failed, or lies in the outbox."""
    frozen(clock.now() + timedelta(hours=2))
    with as_worker():
        assert tasks.move_on() == 0  # in the outbox
        relay()
        for state in ("todo", "doing", "failed"):
            with connection.cursor() as cursor:
                cursor.execute("UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status", [state])
            assert tasks.move_on() == 0
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'cancelled'")
        assert tasks.move_on() == 1
        assert tasks.move_on() == 0
        assert Outbox.objects.count() == 1


def test_the_old_job_and_the_sweeps_at_the_same_time(town, case, as_worker, frozen, monkeypatch):
    """Both render the same act; one keeps its file. Without the comparison of the state both would."""
    from bierger.documents.services import steps

    with as_worker():
        drain(lost="documents.act-logged")
        with acting_as(SYSTEM):
            act = Act.objects.get()
    together = threading.Barrier(2)
    render = steps.render_parts

    def rendered_together(**given):
        pdf = render(**given)
        together.wait(60)
        return pdf

    monkeypatch.setattr(steps, "render_parts", rendered_together)

    def run():
        with _as_role("worker"):
            document_tasks.on_act_logged({"act": str(act.id)})

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    assert together.n_waiting == 0
    frozen(clock.now() + timedelta(hours=2))
    with as_worker():
        document_tasks.move_on()
        drain()
    issued_once(town, case, as_worker)


def test_two_runs_of_the_same_task_meet_at_the_lock_of_the_case(town, case, as_worker, monkeypatch):
    """Show the race with the guard off: the second run would put the head of the chain back. The database refuses."""
    from bierger.cases.models import Case
    from bierger.cases.services.writer import CaseWriter

    with as_worker(), acting_as(SYSTEM):
        ids = Outbox.objects.get(topic="flows.task-ready").ids
    both = threading.Barrier(2)

    def unlocked(_cls, wanted):
        writer = CaseWriter(Case.objects.get(id=wanted))
        both.wait(30)
        return writer

    with monkeypatch.context() as without:
        without.setattr(CaseWriter, "lock", classmethod(unlocked))
        (refused,) = twice(ids)
    assert "the head of a chain is one of its events" in str(refused)
    with acting_as(town.mayor):
        selectors.verify_chain(case)


def test_two_runs_of_the_same_task_do_it_once(town, case, as_worker):
    with as_worker(), acting_as(SYSTEM):
        ids = Outbox.objects.get(topic="flows.task-ready").ids
    assert twice(ids) == []
    with as_worker():
        drain()
    issued_once(town, case, as_worker)
    with acting_as(town.mayor):
        selectors.verify_chain(case)


def twice(ids):
    failed = []

    def run():
        with _as_role("worker"):
            try:
                tasks.on_task_ready(ids)
            except (DatabaseError, CaseError, BrokenBarrierError) as error:
                failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failed
