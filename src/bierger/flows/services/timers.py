# SPDX-License-Identifier: EUPL-1.2
"""The poller of timers."""

from __future__ import annotations

from django.db import connection

from bierger.infra import clock, outbox
from bierger.infra.principal import SYSTEM, acting_as

BATCH = 100


def poll_timers() -> int:
    """Announce timers that ran out (`flows.timer-due`). SKIP LOCKED: several pollers never announce one timer twice."""
    with acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE flows_timer SET state = 'due' WHERE id IN (SELECT id FROM flows_timer WHERE state = 'running'"
            " AND due_at <= %s ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING id, subject",
            [clock.now(), BATCH],
        )
        due = cursor.fetchall()
        for timer, subject in due:
            outbox.send("flows.timer-due", timer=str(timer), subject=str(subject))
    return len(due)
