# SPDX-License-Identifier: EUPL-1.2
"""The ledger's share of the worker's time."""

from __future__ import annotations

from collections.abc import Mapping

from bierger.disclosures import selectors as disclosures
from bierger.infra.principal import SYSTEM, acting_as
from bierger.ledger import services
from bierger_core.values import Kind


def sequence() -> int:
    """Append what waits. Idle, it costs two small queries."""
    return services.sequence()


def ensure_keys() -> int:
    """A newly served administration gets its seal key without anybody thinking of it."""
    with acting_as(SYSTEM):
        return services.ensure_keys()


def on_readings_sealed(ids: Mapping[str, str]) -> None:
    """`disclosures.batch` (batch): its root goes into the log. Run twice: queued once."""
    with acting_as(SYSTEM):
        commitment = disclosures.batch_commitment(int(ids["batch"]))
        if commitment is not None:
            services.queue(commitment=commitment, kind=Kind.DISCLOSURES)


TOPICS = {"disclosures.batch": on_readings_sealed}
def sweep_keys() -> int:
    """The private files of keys that ended."""
    with acting_as(SYSTEM):
        return services.sweep_keys()


PERIODIC = {"sequence": (0.5, sequence), "keys": (60.0, ensure_keys), "old-keys": (3600.0, sweep_keys)}
