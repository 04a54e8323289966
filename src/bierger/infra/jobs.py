# SPDX-License-Identifier: EUPL-1.2
"""Jobs: one procrastinate task that runs one outbox handler. Jobs carry ids only and may run twice.

What keeps failing is tried for as long as it takes, and never in a hot loop: twelve times more with pauses of 2, 4, 8, … seconds,
a good two hours in all; then the job counts as *failed*, which is an alarm, and is tried once an hour (`try_failed_again`). So an
outage of any length ends by itself, at the latest 70 minutes after what failed is back (the longest pause, or the hour and the
sweep's ten minutes); `./bierger jobs retry --all` does not wait for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from bierger.infra import outbox

QUEUE = "bierger"
ATTEMPTS = 12
RETRY = RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=2)
FAILED_AGAIN_AFTER = timedelta(hours=1)
_AT_A_TIME = 1_000  # the longest untried first, so that no job keeps another from its turn


@app.task(name="bierger.handle", queue=QUEUE, retry=RETRY)
def run_handler(topic: str, handler: str, ids: dict[str, str]) -> None:
    outbox.handle(topic, handler, ids)


def defer_many(jobs: list[tuple[str, str, str]]) -> None:
    """Queue (topic, handler name, ids as JSON text) in the caller's transaction."""
    if jobs:
        run_handler.batch_defer(*({"topic": topic, "handler": name, "ids": json.loads(ids)} for topic, name, ids in jobs))


def try_failed_again(*, after: timedelta = FAILED_AGAIN_AFTER) -> int:
    """Put back the jobs that failed for good that long ago; gives back how many. Each has one attempt, then it is failed again.

    The queue lives in the machine's time, not in the demonstration's.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'todo', scheduled_at = NULL, worker_id = NULL"
            " WHERE status = 'failed' AND id IN (SELECT j.id FROM procrastinate_jobs j"
            " LEFT JOIN procrastinate_events e ON e.job_id = j.id"
            " WHERE j.status = 'failed' AND j.queue_name = %s GROUP BY j.id"
            " HAVING coalesce(max(e.at), '-infinity') <= statement_timestamp() - make_interval(secs => %s)"
            " ORDER BY max(e.at) NULLS FIRST LIMIT %s)",
            [QUEUE, after.total_seconds(), _AT_A_TIME],
        )
        changed: int = cursor.rowcount
    return changed


@dataclass(frozen=True)
class JobView:
    """A job that is not done. state: todo, doing or failed. next_at: when it is tried next; None: when a worker is free."""

    id: int
    topic: str
    ids: dict[str, str]
    state: str
    attempts: int
    next_at: datetime | None


def unfinished(limit: int) -> tuple[JobView, ...]:
    """The jobs that wait, run or failed, failed ones first, then in their order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, args ->> 'topic', args ->> 'ids', status::text, attempts, scheduled_at FROM procrastinate_jobs"
            " WHERE status IN ('todo', 'doing', 'failed') ORDER BY status <> 'failed', id LIMIT %s",
            [limit],
        )
        rows = cursor.fetchall()
    return tuple(JobView(key, topic or "", json.loads(ids or "{}"), *rest) for key, topic, ids, *rest in rows)


def retry(*, job: int | None) -> int:
    """Try a job, or all (None), at once, and with all its attempts; gives back how many. One that runs already is left alone."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = NULL, worker_id = NULL"
            " WHERE status IN ('todo', 'failed') AND (id = %(job)s OR %(job)s::bigint IS NULL)",
            {"job": job},
        )
        changed: int = cursor.rowcount
    return changed
