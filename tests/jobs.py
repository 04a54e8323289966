# SPDX-License-Identifier: EUPL-1.2
"""The worker's loop, run until it is quiet."""

from __future__ import annotations

import json

from django.db import connection, transaction

from bierger.infra import outbox
from bierger.infra.relay import relay
from bierger.site.wiring import periodic


def drain(limit: int = 200) -> None:
    """Relay, jobs, periodic work (timers and the sequencer among it) until a round changes nothing."""
    for _ in range(limit):
        moved = relay() + _run_waiting_jobs()
        for _, work in periodic().values():
            moved += work() or 0  # type: ignore[operator]  # a count, or nothing
        if not moved and not _waiting():
            return
    raise AssertionError(f"After {limit} rounds something still moves.")


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM infra_outbox) + (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo')")
        return cursor.fetchone()[0]


def _run_waiting_jobs() -> int:
    ran = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = (SELECT min(id) FROM procrastinate_jobs WHERE status = 'todo') RETURNING args::text")
            row = cursor.fetchone()
        if row is None:
            return ran
        job = json.loads(row[0])
        outbox.handle(job["topic"], job["handler"], job["ids"])
        ran += 1
