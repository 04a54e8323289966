# SPDX-License-Identifier: EUPL-1.2
"""A case asks a register that keeps silent: nothing is locked meanwhile, and whoever it concerns reads that it was asked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction
from django.test import override_settings

from bierger.cases import selectors as cases
from bierger.cases.tasks import on_task_ready
from bierger.disclosures.selectors import readings
from bierger.flows.services import moves
from bierger.infra.principal import SYSTEM, acting_as
from bierger.registry import services
from bierger.registry.errors import AskedInTransaction, RegisterUnavailable
from tests import story
from tests.apps.simulators.running import Simulators, running
from tests.attacks.together import PATIENCE, count, race, superuser, without_trigger, without_uniqueness

ASKED = "register-population-residence"
Role = Callable[[], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def simulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    with running(tmp_path_factory.mktemp("registers")) as started:
        yield started


@pytest.fixture
def register(simulators: Simulators) -> Iterator[Simulators]:
    with override_settings(BIERGER_REGISTER_URL=f"{simulators.issuer}/register", BIERGER_REGISTER_SECRET="local-only"):
        yield simulators


@pytest.fixture
def town(transactional: None) -> object:
    from tests.story_people import town as make

    return make()


@pytest.fixture
def job(town) -> dict[str, str]:
    """The question of a request that was just submitted, as the queue gives it to the worker."""
    case = story.request(town.applicant, "residence-certificate", story.RESIDENCE).cases[0]
    with superuser() as seen:
        (task,) = seen.execute("SELECT id FROM flows_task WHERE subject = %s AND action = 'ask-register'", [case]).fetchone()
    return {"subject": str(case), "task": str(task)}


@contextmanager
def silent() -> Iterator[tuple[str, threading.Event]]:
    """A register that takes the question and says nothing until the block ends; its address, and whether it was asked."""
    asked, over = threading.Event(), threading.Event()

    def listen(server: socket.socket) -> None:
        client, _ = server.accept()
        with client:
            client.recv(1)
            asked.set()
            over.wait(PATIENCE)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=listen, args=(server,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
        finally:
            over.set()


def recorded(who) -> int:
    with acting_as(who):
        return sum(ASKED in one.facts for one in readings())


def events(case: str, kind: str) -> int:
    return count("SELECT count(*) FROM cases_event WHERE case_id = %s AND type = %s", UUID(case), kind)


def held_by_the_worker() -> list[str]:
    """The tables on which the worker holds a lock, and its open transactions."""
    with superuser() as seen:
        locks = seen.execute(
            "SELECT DISTINCT coalesce(l.relation::regclass::text, l.locktype) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE a.usename = 'bierger_worker' AND a.datname = current_database() UNION SELECT state FROM pg_stat_activity"
            " WHERE usename = 'bierger_worker' AND datname = current_database() AND xact_start IS NOT NULL"
        )
        return [name for (name,) in locks]


def test_while_it_keeps_silent_nothing_is_locked_and_the_asking_is_told(
    register: Simulators, job: dict[str, str], town, as_worker: Role
) -> None:
    ended: list[BaseException | None] = []

    def work() -> None:
        try:
            with as_worker():
                on_task_ready(job)
            ended.append(None)
        except RegisterUnavailable as silent:
            ended.append(silent)
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    with silent() as (address, asked), override_settings(BIERGER_REGISTER_URL=address):
        worker.start()
        assert asked.wait(PATIENCE), f"The register is not asked: {ended}"
        # Committed before the first byte left: an officer's page and this test see it.
        assert recorded(town.applicant) == 1, "That the register is asked is not told while it is asked."
        assert held_by_the_worker() == []
        with superuser() as other, other.transaction():
            other.execute("SELECT 1 FROM cases_case WHERE id = %s FOR UPDATE NOWAIT", [UUID(job["subject"])])
        assert not ended, "It was not silent while this was looked at."
    worker.join(PATIENCE)
    assert isinstance(ended[0], RegisterUnavailable)
    assert recorded(town.applicant) == 1, "The number left the house; that it was not answered is no reason to hide it."
    assert events(job["subject"], "register-asked") == 0


def test_the_lock_would_be_seen(job: dict[str, str], as_worker: Role) -> None:
    """The control of the test above."""
    case = UUID(job["subject"])
    with as_worker(), acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM cases_case WHERE id = %s FOR UPDATE", [case])
        assert {"cases_case", "idle in transaction"} <= set(held_by_the_worker())
        with superuser() as other, other.transaction(), pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute("SELECT 1 FROM cases_case WHERE id = %s FOR UPDATE NOWAIT", [case])


def test_it_is_asked_again_and_the_case_goes_on_once(register: Simulators, job: dict[str, str], town, as_worker: Role) -> None:
    with register.fault(population={"status": 503}), as_worker(), pytest.raises(RegisterUnavailable):
        on_task_ready(job)
    with as_worker():
        for _ in range(3):
            on_task_ready(job)
    assert recorded(town.applicant) == 2  # asked twice; the replays of a finished task ask nobody
    assert events(job["subject"], "register-asked") == 1
    with as_worker(), acting_as(SYSTEM):
        cases.verify_chain(UUID(job["subject"]))


@pytest.mark.parametrize("guarded", [False, True])
def test_two_workers_at_once_both_ask_and_one_goes_on(
    register: Simulators, job: dict[str, str], town, as_worker: Role, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """Without the case's lock, and the constraints behind it, the answer is noted twice and the task completed twice."""
    if not guarded:
        without_uniqueness("cases_event", "cases_event_payload", "flows_token", "flows_task", "flows_timer", "cases_work")
        without_trigger("flows_task", "flows_task_forward")

    def work() -> None:
        with as_worker():
            on_task_ready(job)

    both_asked = threading.Barrier(2, timeout=PATIENCE)
    ask = services.ask

    def asks(**question: object) -> object:
        answer = ask(**question)
        both_asked.wait()  # before either writes
        return answer

    monkeypatch.setattr(services, "ask", asks)
    assert race(monkeypatch, moves, "step", [work, work], guarded=guarded) == [None, None]
    assert recorded(town.applicant) == 2
    times = 1 if guarded else 2
    assert events(job["subject"], "register-asked") == events(job["subject"], "task-completed") == times
    assert events(job["subject"], "act-decided") == 0  # the next task's


def test_nobody_asks_while_a_transaction_is_open(register: Simulators, town, as_worker: Role) -> None:
    from tests.apps.registry.test_registry import PURPOSE

    with as_worker(), transaction.atomic(), pytest.raises(AskedInTransaction):
        services.ask(principal=SYSTEM, register="population", question="residence", number="1900010100152", purpose=PURPOSE)
