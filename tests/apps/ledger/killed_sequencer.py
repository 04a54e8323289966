# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - its steps are read by the test
"""Sequencers that are killed: for each number N on a line of the input, a child that is killed (SIGKILL) before its N-th step.

A step is every operation on the disk, every statement to the database, and every commit. The names of the steps come back on one
line of JSON; the last one is "survived" when there were fewer.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from functools import lru_cache
from pathlib import Path

from tests.apps.ledger.killing import CountedDisk


def sequence_and_die(number: int, told: int) -> None:
    from django.db import connection

    from bierger.ledger import services
    from bierger.ledger.plugins import folder

    done = 0

    def step(name: str) -> None:
        nonlocal done
        os.write(told, name.encode() + b"\n")
        if done == number:
            os.kill(os.getpid(), signal.SIGKILL)
        done += 1

    def statement(execute, sql, params, many, context):
        step(f"sql {sql.split(' FROM ')[0].split(' AS ')[0][:30]}")
        return execute(sql, params, many, context)

    commit = connection._commit

    def counted_commit():
        step("commit")
        commit()

    connection._commit = counted_commit
    folder._disk = lru_cache(lambda place: CountedDisk(Path(place), step))
    with connection.execute_wrapper(statement):
        services.sequence()
    os.write(told, b"survived\n")


def main() -> None:
    import django

    django.setup()
    import bierger.ledger.services  # noqa: F401 - the children need not read it again

    for line in sys.stdin:
        reads, writes = os.pipe()
        child = os.fork()  # nothing is connected yet
        if child == 0:
            os.close(reads)
            try:
                sequence_and_die(int(line), writes)
            finally:
                os._exit(0)
        os.close(writes)
        with os.fdopen(reads) as steps:
            names = steps.read().splitlines()
        os.waitpid(child, 0)
        print(json.dumps(names), flush=True)


if __name__ == "__main__":
    main()
