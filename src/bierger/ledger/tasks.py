# SPDX-License-Identifier: EUPL-1.2
"""The ledger's share of the worker's time."""

from __future__ import annotations

from bierger.infra.principal import SYSTEM, acting_as
from bierger.ledger import services


def sequence() -> int:
    """Append what waits. Idle, it costs two small queries."""
    return services.sequence()


def ensure_keys() -> int:
    """A newly served administration gets its seal key without anybody thinking of it."""
    with acting_as(SYSTEM):
        return services.ensure_keys()


PERIODIC = {"sequence": (0.5, sequence), "keys": (60.0, ensure_keys)}
