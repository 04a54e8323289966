# SPDX-License-Identifier: EUPL-1.2
"""Rate limits kept in PostgreSQL: they hold across processes and restarts."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.utils.crypto import salted_hmac

from bierger.infra import clock
from bierger.infra.models import RateHit

FORGET_AFTER = timedelta(days=1)
# One statement, since every submission asks: the count does not see the rows that its own statement writes, hence the sum.
_HIT = (
    "WITH hit AS (INSERT INTO infra_rate_hit (key, at) SELECT %(key)s, %(at)s FROM generate_series(1, %(times)s))"
    " SELECT count(*) + %(times)s FROM infra_rate_hit WHERE key = %(key)s AND at > %(since)s"
)


def hit(key: str, *, limit: int, seconds: int, times: int = 1) -> bool:
    """Count one attempt under `key`, or one that weighs as many as `times`; False when more than `limit` were made in the last
    `seconds`.

    Attempts at the same instant do not see each other, so a burst may pass by the number of processes: a brake, not a lock.
    """
    hashed = salted_hmac("bierger.rate", key, algorithm="sha256").hexdigest()
    instant = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_HIT, {"key": hashed, "at": instant, "times": times, "since": instant - timedelta(seconds=seconds)})
        return bool(cursor.fetchone()[0] <= limit)


def forget() -> None:
    """Delete what no limit asks for any more (worker)."""
    RateHit.objects.filter(at__lt=clock.now() - FORGET_AFTER).delete()
