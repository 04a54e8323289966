# SPDX-License-Identifier: EUPL-1.2
"""A process of its own that is killed (SIGKILL) before its n-th step: a statement, or what comes before or after a commit."""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable
from typing import Any

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.attacks.together import superuser

FAILED = 3


def killed_before(step: int, work: Callable[[], object]) -> bool:
    """Run `work` in a forked process that kills itself before its n-th step; True when it was killed, False when it survived."""
    connections.close_all()  # a connection must not be shared with the child
    child = os.fork()
    if child == 0:
        try:
            _count_down(step)
            work()
            os._exit(0)
        except BaseException:  # noqa: BLE001 - a forked process must never come back into the test runner
            traceback.print_exc()
            os._exit(FAILED)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        _until_its_connections_are_gone()
        return True
    assert os.WEXITSTATUS(status) == 0, "The child failed by itself; its traceback stands in the output."
    return False


def _count_down(left: int) -> None:
    """From here on each statement and both sides of each commit count as a step, on whichever connection."""
    steps = {"left": left}

    def step() -> None:
        if steps["left"] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        steps["left"] -= 1

    def execute(go_on: Callable[..., Any], *rest: object) -> object:
        step()
        return go_on(*rest)

    real_connect, real_commit = BaseDatabaseWrapper.connect, BaseDatabaseWrapper._commit

    def connect(self: BaseDatabaseWrapper) -> None:
        real_connect(self)
        if execute not in self.execute_wrappers:
            self.execute_wrappers.append(execute)

    def commit(self: BaseDatabaseWrapper) -> None:
        step()
        real_commit(self)
        step()

    BaseDatabaseWrapper.connect, BaseDatabaseWrapper._commit = connect, commit  # type: ignore[method-assign]  # only in the forked child


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
