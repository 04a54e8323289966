# SPDX-License-Identifier: EUPL-1.2
"""The database killed (SIGKILL, all of its processes) between any two steps of a submission, a decision, an act, the sequencer.

It is a PostgreSQL of this file alone. Whoever worked on it sees its connection break; it is started again and recovers; the same
stories as in test_kill_9.py must end the same way.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bierger.infra.postgres import EmbeddedPostgres
from tests import databases
from tests.attacks import killed_stories
from tests.attacks.killed_stories import around_commits, every_step
from tests.attacks.killing import Killer, database_killed
from tests.conftest import DATABASE, _as_role


@pytest.fixture(scope="module")
def mortal(_database: None) -> Iterator[EmbeddedPostgres]:
    """A server that may be killed, with a copy of this process's database as its template."""
    living, server = databases.server(), EmbeddedPostgres.temporary()
    server.start()
    try:
        server.create_database(databases.TEMPLATE)
        dump = _program(living, "pg_dump", DATABASE, "--format=custom")
        _program(server, "pg_restore", databases.TEMPLATE, "--exit-on-error", data=dump)
        yield server
    finally:
        server.stop()


def _program(server: EmbeddedPostgres, name: str, database: str, *options: str, data: bytes = b"") -> bytes:
    parts = server.parameters("super", database)
    where = ("--host", parts["host"], "--port", parts["port"], "--username", parts["user"], "--dbname", database)
    environment = {**os.environ, "PGPASSWORD": parts["password"]}
    return subprocess.run([server.binary(name), *where, *options], input=data, env=environment, stdout=subprocess.PIPE, check=True).stdout


@pytest.fixture
def transactional(mortal: EmbeddedPostgres, _data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As everywhere, on the server that may be killed."""
    mortal.drop_database(DATABASE)
    mortal.create_database(DATABASE, template=databases.TEMPLATE)
    monkeypatch.setenv("BIERGER_TEST_POSTGRES", str(mortal.folder))
    with _as_role("web"):
        yield


@pytest.fixture
def killed(mortal: EmbeddedPostgres) -> Killer:
    return database_killed(mortal)


def test_around_the_commits_of_a_submission(town, killed):
    assert killed_stories.submission(town, killed, around_commits) >= 2


@pytest.mark.slow
def test_at_every_step_of_a_submission(town, killed):
    assert killed_stories.submission(town, killed, every_step) >= 10  # its messages, at least


@pytest.mark.slow
def test_at_every_step_of_a_decision(town, killed, run_jobs):
    assert killed_stories.decision(town, killed, every_step, run_jobs) > 10


@pytest.mark.slow
def test_at_every_step_of_an_act(town, killed, register, as_worker, data_folder):
    assert killed_stories.act(town, killed, as_worker, data_folder).total() > 100


@pytest.mark.slow
def test_at_every_step_of_an_answer_with_a_file(town, killed):
    assert killed_stories.answer(town, killed, every_step) > 10


@pytest.mark.slow
def test_at_every_step_of_a_sweep(town, killed, as_worker, data_folder):
    assert killed_stories.sweeps(town, killed, as_worker, data_folder).total() > 10
