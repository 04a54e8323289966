# SPDX-License-Identifier: EUPL-1.2
"""Rate limits kept in PostgreSQL: they hold across processes and restarts."""

from __future__ import annotations

from datetime import timedelta

from django.utils.crypto import salted_hmac

from bierger.infra import clock
from bierger.infra.models import RateHit

FORGET_AFTER = timedelta(days=1)


def hit(key: str, *, limit: int, seconds: int) -> bool:
    """Count one attempt under `key`; False when more than `limit` were made in the last `seconds`.

    Attempts at the same instant do not see each other, so a burst may pass by the number of processes: a brake, not a lock.
    """
    hashed = salted_hmac("bierger.rate", key, algorithm="sha256").hexdigest()
    instant = clock.now()
    RateHit.objects.create(key=hashed, at=instant)
    return RateHit.objects.filter(key=hashed, at__gt=instant - timedelta(seconds=seconds)).count() <= limit


def forget() -> None:
    """Delete what no limit asks for any more (worker)."""
    RateHit.objects.filter(at__lt=clock.now() - FORGET_AFTER).delete()
