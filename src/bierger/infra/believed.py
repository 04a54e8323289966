# SPDX-License-Identifier: EUPL-1.2
"""Can it be the day? Asked by everything that destroys or tells because a day has come.

A clock that is a year ahead would destroy keys of backups, cases and readings a year early, and tell what is told later; nothing
brings that back once the clock is mended. So one row holds the last day on which such work ran. A clock that is more than
`BIERGER_CLOCK_DAYS` from it, ahead or behind, is not believed: the work is left undone, the worker's log and `/readyz` say so,
and an operator who has looked confirms it (`./bierger clock --trust`).

1. The first round of all takes the clock as it is.
2. After an outage that was longer, somebody confirms too: nobody can tell it from a jump.
3. Moving the demonstration's clock, or starting the demonstration, confirms: a person sits in front of it.
4. What policies open by the day asks `infra_believed_day`, in SQL, and stays with the last believed day.

Not more than that: a clock that creeps is believed, and what is dated by a wrong one keeps its date (docs/howto/log-faults.md).
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import connection

from bierger.infra import clock
from bierger.infra.models import ClockBelieved
from bierger_core.values import local_date

logger = logging.getLogger("bierger.clock")
_SAID_AGAIN = 3600.0  # seconds between two lines in the log about the same work
_said: dict[str, float] = {}


@dataclass(frozen=True)
class Jump:
    """The clock says `today`, and the last work by the day ran on `last`."""

    today: date
    last: date

    def __str__(self) -> str:
        span = (self.today - self.last).days
        where = "ahead of" if span > 0 else "behind"
        return (
            f"The clock says {self.today}, {abs(span)} days {where} the last round that erases or tells by the day."
            " Until somebody confirms it nothing is erased and nothing is told: ./bierger clock --trust"
        )


def can_be_the_day(work: str) -> bool:
    """May this work be done now? Otherwise it is left undone, and found again at the next round. Worker and owner.

    work   its name, for the log
    """
    if _holds():
        _said.pop(work, None)
        return True
    if settings.BIERGER_ENV == "demo":  # it may have been moved a moment ago, and confirmed with that
        clock.reread()
        if _holds():
            return True
    if time.monotonic() - _said.get(work, float("-inf")) > _SAID_AGAIN:
        _said[work] = time.monotonic()
        logger.error("left undone, and tried again: %s", jump(), extra={"job": work})
    return False


def jump() -> Jump | None:
    """How the clock stands apart, for whoever watches; None: it is believed."""
    row = ClockBelieved.objects.filter(id=1).first()
    today = clock.today()
    return None if row is None or abs((today - row.day).days) <= settings.BIERGER_CLOCK_DAYS else Jump(today, row.day)


def _holds() -> bool:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT infra_clock_holds(%s, %s, %s)", [now, local_date(now), settings.BIERGER_CLOCK_DAYS])
        row: tuple[bool] = cursor.fetchone()
    return row[0]
