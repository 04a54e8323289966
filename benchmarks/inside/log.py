# SPDX-License-Identifier: EUPL-1.2
"""Appends per second of the log: queue entries, then one sequencer until nothing waits (tiles and checkpoints fsynced)."""

from __future__ import annotations

import secrets
import time

from bierger.infra.principal import SYSTEM, acting_as
from bierger.ledger import services
from bierger_core.values import SALT_BYTES, Kind, commitment


def run(*, entries: int) -> dict[str, object]:
    while services.sequence():
        pass
    with acting_as(SYSTEM):
        leaves = [commitment(Kind.SUBMISSION, secrets.token_bytes(SALT_BYTES), b"") for _ in range(entries)]
        services.queue_all(commitments=leaves, kind=Kind.SUBMISSION)
    began = time.perf_counter()
    appended, rounds = 0, 0
    while done := services.sequence():
        appended += done
        rounds += 1
    took = time.perf_counter() - began
    return {"entries": appended, "checkpoints": rounds, "per_second": appended / took}
