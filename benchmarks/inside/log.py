# SPDX-License-Identifier: EUPL-1.2
"""Appends per second of the log: queue entries, then one sequencer until nothing waits (tiles and checkpoints fsynced)."""

from __future__ import annotations

import secrets
import time

from bierger.infra import clock
from bierger.infra.principal import SYSTEM, acting_as
from bierger.ledger import services
from bierger.ledger.models import QueueEntry
from bierger_core.values import Kind


def run(*, entries: int) -> dict[str, object]:
    while services.sequence():
        pass
    with acting_as(SYSTEM):
        QueueEntry.objects.bulk_create(
            (QueueEntry(commitment=secrets.token_bytes(32), kind=Kind.SUBMISSION, queued_at=clock.now()) for _ in range(entries)),
            batch_size=2_000,
        )
    began = time.perf_counter()
    appended, rounds = 0, 0
    while done := services.sequence():
        appended += done
        rounds += 1
    took = time.perf_counter() - began
    return {"entries": appended, "checkpoints": rounds, "per_second": appended / took}
