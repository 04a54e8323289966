# SPDX-License-Identifier: EUPL-1.2
"""Two at once, for certain: threads that meet at a chosen line, with the guards on or off.

Guards off: row locks are taken away and both threads stand at the meeting line together, each with what it has read. The line
must lie after the last reading that matters: otherwise a late thread reads what the other has committed, and there is no race.
Guards on: who comes first stays at that line until the other one is seen waiting in PostgreSQL for a lock of the first.
No test hopes that two threads happen to be quick enough.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.models import QuerySet

from tests import databases
from tests.conftest import DATABASE

PATIENCE = 120  # seconds; only a failure takes as long
Work = Callable[[], object]


def superuser() -> psycopg.Connection[tuple[Any, ...]]:
    """A connection that sees every row and every lock; not the product's."""
    return psycopg.connect(**databases.server().parameters("super", DATABASE), autocommit=True)


def somebody_waits() -> bool:
    with superuser() as seen:
        return bool(
            seen.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'", [DATABASE]
            ).fetchone()[0]
        )  # fmt: skip


def at_once(works: Sequence[Work]) -> list[object]:
    """Run each in a thread with a database connection of its own; gives back results, or the exceptions themselves."""
    results: list[object] = [None] * len(works)
    start = threading.Barrier(len(works), timeout=PATIENCE)

    def one(number: int) -> None:
        try:
            start.wait()
            results[number] = works[number]()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * PATIENCE)
    assert not any(thread.is_alive() for thread in threads), "Two waited for each other without an end."
    return results


def race(monkeypatch: pytest.MonkeyPatch, place: object, name: str, works: Sequence[Work], *, guarded: bool) -> list[object]:
    """Run `works` together; they meet where function `name` of module `place` is called."""
    real = getattr(place, name)
    both = threading.Barrier(len(works), timeout=PATIENCE)
    first = threading.Lock()
    met = threading.local()

    def line(*args: object, **kwargs: object) -> object:
        if not getattr(met, "already", False):
            met.already = True
            if not guarded:
                both.wait()
            elif first.acquire(blocking=False):
                _until_somebody_waits()
        return real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(place, name, line)
        if not guarded:
            patch.setattr(QuerySet, "select_for_update", _unlocked)
        return at_once(works)


def behind(
    monkeypatch: pytest.MonkeyPatch,
    place: object,
    name: str,
    first: Work,
    second: Work,
    *,
    guarded: bool = True,
    passes: bool = False,
) -> list[object]:
    """`second` begins when `first` stands at function `name` of `place`, which goes on once `second` waits for a lock of it.

    guarded   False: row locks are taken away, and `second` may come to its end before `first` goes on
    passes    so it may with its guard, which makes it pass over what `first` has
    """
    real = getattr(place, name)
    reached, ended = threading.Event(), threading.Event()

    def line(*args: object, **kwargs: object) -> object:
        if not reached.is_set():
            reached.set()
            _until_somebody_waits(or_ended=ended if passes or not guarded else None)
        return real(*args, **kwargs)

    def later() -> object:
        assert reached.wait(PATIENCE)
        try:
            return second()
        finally:
            ended.set()

    with monkeypatch.context() as patch:
        patch.setattr(place, name, line)
        if not guarded:
            patch.setattr(QuerySet, "select_for_update", _unlocked)
        return at_once([first, later])


def _unlocked(rows: QuerySet[Any], *_args: object, **_kwargs: object) -> QuerySet[Any]:
    return rows.all()


def _until_somebody_waits(*, or_ended: threading.Event | None = None) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if somebody_waits() or (or_ended is not None and or_ended.is_set()):
            return
        time.sleep(0.02)
    raise AssertionError("Nobody waits: the guard does not guard.")


def count(statement: str, *values: object) -> int:
    """A number, as the superuser sees it."""
    with superuser() as seen:
        return int(seen.execute(statement, values).fetchone()[0])


def without_uniqueness(*tables: str) -> None:
    """Drop every unique constraint and primary key of these tables, in this test's copy of the database: the guard off."""
    with superuser() as owner:
        for table in tables:
            found = owner.execute(
                "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('u', 'p')", [table]
            ).fetchall()
            assert found, f"Nothing is unique in {table}."
            for (name,) in found:
                owner.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE')


def without_trigger(table: str, name: str) -> None:
    """Drop a trigger, in this test's copy of the database: the guard off."""
    with superuser() as owner:
        owner.execute(f"DROP TRIGGER {name} ON {table}")


def without_policy(table: str, name: str) -> None:
    """Let one policy of INSERT pass every row, in this test's copy of the database: the guard off."""
    with superuser() as owner:
        owner.execute(f"ALTER POLICY {name} ON {table} WITH CHECK (true)")
