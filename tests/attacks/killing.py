# SPDX-License-Identifier: EUPL-1.2
"""A process of its own in which something is killed (SIGKILL) before its n-th step: itself, or the database under it.

A step is a statement, what comes before or after a commit, a file synced, a file renamed. Steps are counted, not listed: a new
one is covered by itself.
"""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from bierger.administrations import selectors as administrations
from bierger.infra.postgres import EmbeddedPostgres
from bierger.infra.postgres.folder import living
from tests.attacks.together import superuser

DONE, FAILED, STRUCK, ANSWERED = 0, 3, 4, 5
Work = Callable[[], object]


class Step(NamedTuple):
    """The number-th (from 0) step of these names, or of all where none is given.

    Statements may differ from one run to the next (a process reads once what it then knows); commits do not.
    """

    number: int
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fate:
    """struck: the step was reached, and somebody killed there. answered: the work came to its end nevertheless."""

    struck: bool
    answered: bool


Killer = Callable[[Step, Work], Fate]


def killed_before(step: Step, work: Work) -> Fate:
    """Run `work` in a forked process that kills itself before its n-th step."""
    status = _forked(step, work, lambda: os.kill(os.getpid(), signal.SIGKILL))
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        _until_its_connections_are_gone()
        return Fate(struck=True, answered=False)
    assert os.WEXITSTATUS(status) == DONE, "The child failed by itself; its traceback stands in the output."
    return Fate(struck=False, answered=True)


def database_killed(server: EmbeddedPostgres) -> Killer:
    """Run work in a forked process; before its n-th step the whole of `server` is killed, and is started again afterwards."""

    def killed(step: Step, work: Work) -> Fate:
        code = os.WEXITSTATUS(_forked(step, work, lambda: kill_database(server)))
        assert code in (DONE, STRUCK, ANSWERED), "The child failed by itself; its traceback stands in the output."
        if code != DONE:
            revive_database(server)
        return Fate(struck=code != DONE, answered=code != STRUCK)

    return killed


def kill_database(server: EmbeddedPostgres) -> None:
    """The postmaster and every process of its own, at once: nobody can finish what was begun."""
    found = server._pid_file()  # not pid(): a forked process cannot wait for what is its parent's child
    assert found, "The database does not run."
    os.kill(found[0], signal.SIGKILL)  # before its children: it would start new ones
    for pid in living(server.data_folder) or ():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def revive_database(server: EmbeddedPostgres) -> None:
    """What a supervisor does. Only the process that started it the first time can."""
    process = server._process
    assert process is not None
    process.wait(60)
    server.start()


def _forked(step: Step, work: Work, strike: Callable[[], object]) -> int:
    """The wait status of a child that runs `work`, in which `strike` is called once, before the n-th step."""
    connections.close_all()  # a connection must not be shared with the child
    parents = connections["default"]
    child = os.fork()
    if child == 0:
        struck: list[bool] = []
        try:
            # Beside a browser's event loop connections belong to the loop, and a child has none: it would make one of its own,
            # of another role or to another server than its parent's.
            connections["default"] = parents
            _each_step(_Countdown(step, strike, struck))
            work()
            os._exit(ANSWERED if struck else DONE)
        except BaseException:  # noqa: BLE001 - a forked process must never come back into the test runner
            if not struck:
                traceback.print_exc()
            os._exit(STRUCK if struck else FAILED)
    return os.waitpid(child, 0)[1]


class _Countdown:
    def __init__(self, step: Step, strike: Callable[[], object], struck: list[bool]) -> None:
        (self.left, self.of), self.strike, self.struck = step, strike, struck

    def __call__(self, name: str) -> None:
        if self.of and name not in self.of:
            return
        if self.left == 0:
            self.struck.append(True)
            self.strike()
        self.left -= 1


def steps_of(work: Work) -> list[str]:
    """Run `work` here; gives the names of its steps: statement, commit, committed, synced, renamed."""
    names: list[str] = []
    with _steps(names.append):
        work()
    return names


@contextmanager
def _steps(step: Callable[[str], None]) -> Iterator[None]:
    undo = _each_step(step)
    connections.close_all()  # so that the next one counts
    try:
        yield
    finally:
        undo()
        connections.close_all()


def _each_step(step: Callable[[str], None]) -> Callable[[], None]:
    """From here on `step(name)` is called at each step, on whichever connection; gives back what ends it."""
    administrations.forget()  # what is remembered for a while is asked for again: by everybody, or the steps would differ

    def execute(go_on: Callable[..., Any], *rest: object) -> object:
        step("statement")
        return go_on(*rest)

    real_connect, real_commit = BaseDatabaseWrapper.connect, BaseDatabaseWrapper._commit
    real_fsync, real_replace = os.fsync, os.replace

    def connect(self: BaseDatabaseWrapper) -> None:
        real_connect(self)
        if execute not in self.execute_wrappers:
            self.execute_wrappers.append(execute)

    def commit(self: BaseDatabaseWrapper) -> None:
        step("commit")
        real_commit(self)
        step("committed")

    def fsync(descriptor: int) -> None:
        step("synced")
        real_fsync(descriptor)

    def replace(*paths: Any, **folders: Any) -> None:
        step("renamed")
        real_replace(*paths, **folders)

    def put(connect: object, commit: object, fsync: object, replace: object) -> None:
        BaseDatabaseWrapper.connect, BaseDatabaseWrapper._commit = connect, commit  # type: ignore[method-assign]  # put back below
        os.fsync, os.replace = fsync, replace  # type: ignore[assignment]  # put back below

    def undo() -> None:
        put(real_connect, real_commit, real_fsync, real_replace)
        for one in connections.all(initialized_only=True):
            one.execute_wrappers[:] = [wrapper for wrapper in one.execute_wrappers if wrapper is not execute]

    put(connect, commit, fsync, replace)
    return undo


def _until_its_connections_are_gone() -> None:
    """The server notices within moments that nobody is there any more, and rolls back."""
    name = connection.settings_dict["NAME"]
    with superuser() as seen:
        while seen.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
            [name],
        ).fetchone()[0]:  # fmt: skip
            time.sleep(0.01)


def table_counts() -> dict[str, int]:
    """How many rows each table of the product has, as the superuser sees it."""
    with superuser() as seen:
        names = [row[0] for row in seen.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        return {name: seen.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in sorted(names)}
