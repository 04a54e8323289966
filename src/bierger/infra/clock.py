# SPDX-License-Identifier: EUPL-1.2
"""The one clock. Everything that asks for the time asks here, the worker too.

In the demonstration the clock can be moved (a row holds the offset, so that all processes agree within a second);
in tests it can be stopped. In production it is the machine's. What destroys or tells by the day asks `infra.believed` first
whether it can be the day.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from bierger.infra.errors import ClockRefused
from bierger_core.values import local_date

_REREAD_AFTER = 1.0  # seconds: how long two processes of the demonstration may disagree after the clock is moved
_frozen: ContextVar[datetime | None] = ContextVar("bierger_frozen_clock", default=None)


class _Offset:
    value = timedelta()
    read_at = float("-inf")


def now() -> datetime:
    """The instant, aware, UTC."""
    frozen = _frozen.get()
    if frozen is not None:
        return frozen
    return real_now() + _offset()


def real_now() -> datetime:
    """The machine's instant, never moved: for heartbeats and the job queue, which live in the machine's time."""
    return datetime.fromtimestamp(time.time(), UTC)


def today() -> date:
    """The day in Luxembourg: the law counts in local days."""
    return local_date(now())


def move(by: timedelta) -> None:
    """Move the demonstration's clock, forward or back; only the owner's login may. Raises ClockRefused elsewhere.

    Whoever does that wants what follows: the clock is confirmed where it stands then (`infra.believed`).
    """
    from bierger.infra.models import ClockOffset

    if settings.BIERGER_ENV == "production":
        raise ClockRefused("The clock can be moved in the demonstration only.")
    with transaction.atomic():
        row, _ = ClockOffset.objects.get_or_create(id=1)
        row.seconds += int(by.total_seconds())
        row.save()
        reread()
        trust()


def trust() -> None:
    """Somebody has looked, and the clock is right (see `infra.believed`). Only the owner's login may."""
    from bierger.infra.models import ClockBelieved

    said = {"at": now(), "day": today(), "days": settings.BIERGER_CLOCK_DAYS}
    ClockBelieved.objects.update_or_create(id=1, defaults=said)


def reread() -> None:
    """Look at once whether the demonstration's clock was moved, by another process too."""
    _Offset.read_at = float("-inf")


@contextmanager
def frozen(instant: datetime) -> Iterator[None]:
    """Stop the clock at an aware instant, in this context only."""
    if instant.tzinfo is None:
        raise ValueError("The clock stops at an aware instant.")
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


def _offset() -> timedelta:
    if settings.BIERGER_ENV != "demo":
        return timedelta()
    from bierger.infra.models import ClockOffset

    if time.monotonic() - _Offset.read_at > _REREAD_AFTER:
        row = ClockOffset.objects.filter(id=1).first()
        _Offset.value = timedelta(seconds=row.seconds if row else 0)
        _Offset.read_at = time.monotonic()
    return _Offset.value
