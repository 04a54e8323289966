# SPDX-License-Identifier: EUPL-1.2
"""The worker's loop, run until it is quiet."""

from __future__ import annotations

import json

from django.db import connection, transaction

from bierger.infra import outbox
from bierger.infra.jobs import ATTEMPTS
from bierger.infra.relay import relay
from bierger.site.wiring import periodic


def drain(limit: int = 200, *, lost: str = "", outage: bool = False) -> None:
    """Relay, jobs, periodic work (timers and the sequencer among it) until a round changes nothing.

    lost     jobs of this topic disappear, as from a backup that was restored
    outage   jobs may fail; those that do have failed past all attempts
    """
    for _ in range(limit):
        moved = relay() + _run_waiting_jobs(lost, outage=outage)
        for _, work in periodic().values():
            moved += work() or 0  # type: ignore[operator]  # a count, or nothing
        if not moved and not _waiting():
            return
    raise AssertionError(f"After {limit} rounds something still moves.")


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM infra_outbox) + (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo')")
        return cursor.fetchone()[0]


def _run_waiting_jobs(lost: str, *, outage: bool) -> int:
    ran = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (SELECT min(id) FROM procrastinate_jobs WHERE status = 'todo')"
                " RETURNING id, args::text"
            )
            row = cursor.fetchone()
        if row is None:
            return ran
        job = json.loads(row[1])
        done = "failed"
        try:
            if job["topic"] != lost:
                outbox.handle(job["topic"], job["handler"], job["ids"])
            done = "succeeded"
        except Exception:
            if not outage:
                raise
        finally:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("UPDATE procrastinate_jobs SET attempts = %s WHERE id = %s", [ATTEMPTS, row[0]])
                cursor.execute("SELECT procrastinate_finish_job_v1(%s, %s, %s)", [row[0], done, done == "succeeded"])
        ran += done == "succeeded"


def an_hour_later() -> None:
    """As owner or worker: for the queue, which lives in the machine's time, everything happened an hour earlier."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '61 minutes'")
