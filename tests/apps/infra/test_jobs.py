# SPDX-License-Identifier: EUPL-1.2
"""What failed is tried again, never in a hot loop; an operator sees it in words and need not wait."""

import argparse
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from procrastinate.jobs import Job

from bierger.infra import jobs, outbox
from bierger.infra.principal import SYSTEM, acting_as
from bierger.infra.relay import relay
from bierger.site.commands import jobs as command
from tests.jobs import an_hour_later, drain

TOPIC = "documents.act-logged"


def queue(how_many):
    """As worker: jobs about acts that do not exist; their handler finds nothing to do."""
    with acting_as(SYSTEM):
        for _ in range(how_many):
            outbox.send(TOPIC, act=str(uuid4()))
    relay()


def set_states(*states):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_jobs ORDER BY id")
        for (job,), state in zip(cursor.fetchall(), states, strict=True):
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status, attempts = 12 WHERE id = %s", [state, job]
            )


def states():
    return [job.state for job in sorted(jobs.unfinished(10), key=lambda job: job.id)]


def test_a_failing_job_has_twelve_attempts_over_two_hours_and_then_one_an_hour():
    def after(attempts):
        job = Job(id=1, queue="bierger", lock=None, queueing_lock=None, task_name="bierger.handle", attempts=attempts)
        return jobs.RETRY.get_retry_decision(exception=ValueError(), job=job)

    pauses = [after(attempts).retry_at for attempts in range(jobs.ATTEMPTS)]
    assert pauses == sorted(pauses)
    assert timedelta(hours=2) < pauses[-1] - pauses[0] + timedelta(seconds=2**12) < timedelta(hours=3)
    assert after(jobs.ATTEMPTS) is None
    assert after(jobs.ATTEMPTS + 1) is None  # put back by the hour: one attempt


def test_what_failed_is_put_back_after_an_hour_and_not_before(as_worker):
    with as_worker():
        queue(3)
        set_states("failed", "failed", "todo")
        assert jobs.try_failed_again() == 0
        an_hour_later()
        with connection.cursor() as cursor:  # one of them failed again meanwhile
            cursor.execute("INSERT INTO procrastinate_events (job_id, type) SELECT min(id), 'failed' FROM procrastinate_jobs")
        assert jobs.try_failed_again() == 1
        assert states() == ["failed", "todo", "todo"]
        assert [job.attempts for job in jobs.unfinished(10)] == [12, 12, 12]
        assert jobs.try_failed_again() == 0


def test_a_poisoned_job_keeps_no_other_from_its_turn(as_worker, monkeypatch):
    monkeypatch.setattr(jobs, "_AT_A_TIME", 1)
    with as_worker():
        queue(2)
        set_states("failed", "failed")
        turns = []
        for _ in range(4):
            an_hour_later()
            assert jobs.try_failed_again() == 1
            (tried,) = [job.id for job in jobs.unfinished(10) if job.state == "todo"]
            turns.append(tried)
            with connection.cursor() as cursor:
                cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [tried])
                cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [tried])
        assert turns[:2] == turns[2:]
        assert turns[0] != turns[1]


def test_a_topic_is_sent_again_for_what_nobody_stands_for(as_worker):
    waiting, lost, twice = ({"act": str(uuid4())} for _ in range(3))
    with as_worker(), acting_as(SYSTEM):
        outbox.send(TOPIC, **waiting)
        assert outbox.send_again(TOPIC, [waiting, lost]) == 1
        assert outbox.send_again(TOPIC, [waiting, lost]) == 0
        assert outbox.send_again("documents.act-ready", [lost]) == 1  # another topic
        assert outbox.send_again(TOPIC, []) == 0
        assert outbox.send_again(TOPIC, [{"act": str(uuid4())} for _ in range(1_001)] + [twice]) == 1_002


@pytest.fixture
def listed(as_owner, capsys):
    """The command, as its operator calls it: the words it prints, and its status."""

    def call(*words):
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        with as_owner():
            status = command.run(parser.parse_args(words))
        said = capsys.readouterr()
        return status, said.out + said.err

    return call


def test_the_list_says_in_words_what_waits_and_what_failed(as_worker, listed):
    with as_worker():
        queue(3)
        set_states("todo", "doing", "failed")
    status, said = listed()
    assert status == 0
    first, second, third, last = said.splitlines()
    assert "failed 12 times, tried every hour" in first
    assert re.search(r"render an act +\(act [0-9a-f-]{36}\)", first)
    assert "waits, failed 12 times" in second
    assert "under way" in third
    assert last == "3 jobs not done."


def test_an_operator_need_not_wait(as_worker, listed):
    with as_worker():
        queue(3)
        set_states("failed", "failed", "doing")
        (one, two, running) = sorted(job.id for job in jobs.unfinished(10))
    assert listed("retry", str(one)) == (0, "1 job at once, as soon as a worker is free.\n")
    assert listed("retry", str(running))[0] == 1
    assert listed("retry", "999999") == (1, "No job 999999 waits or failed; ./bierger jobs lists them.\n")
    with as_worker():
        assert {job.id: (job.state, job.attempts) for job in jobs.unfinished(10)}[one] == ("todo", 0)
    assert listed("retry", "--all")[1].startswith("2 jobs")
    with as_worker():
        assert {job.id: job.state for job in jobs.unfinished(10)}[two] == "todo"
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'todo'")
        drain()
    assert listed() == (0, "0 jobs not done.\n")


@pytest.mark.parametrize("words", [["retry"], ["retry", "7", "--all"], ["--all"]])
def test_half_a_command_says_how_it_goes(listed, words):
    assert listed(*words) == (2, "Write ./bierger jobs retry and one ID, or --all.\n")


def test_acts_that_stand_still_are_told_with_the_jobs(as_worker, as_owner, listed, frozen):
    from bierger.documents.models import Act
    from bierger.infra import clock
    from tests.apps.documents.story import decide, make_commune

    with as_owner():
        commune = make_commune()
    with as_worker():
        decide(commune, None)
        decide(commune, None)
        with acting_as(SYSTEM):
            Act.objects.filter(number__endswith="2").update(problem="render-template")
    assert "hour ago" not in listed()[1]
    frozen(clock.now() + timedelta(hours=2))
    said = listed()[1]
    assert "1 act decided over an hour ago: not in the log yet." in said
    assert "1 act decided over an hour ago: failed last with render-template." in said
