# SPDX-License-Identifier: EUPL-1.2
"""Readings whose time is over are erased in rounds, each with one record in the log: the commitments whose openings are gone.

It stands here, as the erasure of accounts does, because what holds readings stands below the log. They need no line in the
register of erasures: after a restore they are over still, and the first round erases them again.
"""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings

from bierger.disclosures import services as disclosures
from bierger.filings.services.records import write_record
from bierger.infra import believed, clock
from bierger.infra.principal import SYSTEM, acting_as


def end_readings() -> int:
    """Erase what is over, a transaction and a record for each round; gives back how many readings went (worker)."""
    if not believed.can_be_the_day("erase-readings"):
        return 0
    erased = 0
    while some := _round():
        erased += some
    return erased


def _round() -> int:
    number = uuid4()
    with acting_as(SYSTEM):
        destroyed = disclosures.erase_readings(record=number)
        if destroyed.counts:
            period = f"P{settings.BIERGER_READINGS_DAYS}D"
            write_record("readings", number, destroyed, period=period, due=clock.today(), job="readings")
    return destroyed.counts.get("readings", 0)
