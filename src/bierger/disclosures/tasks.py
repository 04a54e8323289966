# SPDX-License-Identifier: EUPL-1.2
"""The notariser's minute. Old readings are erased by `filings`, with a record in the log."""

from __future__ import annotations

from bierger.disclosures import services
from bierger.infra.principal import SYSTEM, acting_as

EVERY = 60.0  # seconds: the window in which a reading is recorded and not sealed yet; pages and docs name it


def notarise() -> int:
    """Seal all that waits, a transaction for each batch: after a day of standing still too."""
    sealed = 0
    while True:
        with acting_as(SYSTEM):
            some = services.seal_batch()
        if not some:
            return sealed
        sealed += some


PERIODIC = {"notarise": (EVERY, notarise)}
