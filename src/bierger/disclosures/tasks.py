# SPDX-License-Identifier: EUPL-1.2
"""The notariser's minute, and the hour in which old readings are erased."""

from __future__ import annotations

from bierger.disclosures import services
from bierger.infra import believed
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


def erase_old() -> int:
    """Erase readings whose time is over, a transaction for some at a time."""
    if not believed.can_be_the_day("erase-readings"):
        return 0
    erased = 0
    while True:
        with acting_as(SYSTEM):
            some = services.erase_readings()
        if not some:
            return erased
        erased += some


PERIODIC = {"notarise": (EVERY, notarise), "erase-readings": (3600.0, erase_old)}
