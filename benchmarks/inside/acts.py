# SPDX-License-Identifier: EUPL-1.2
"""Acts per second: residence certificates are asked for, then the worker asks the register, decides, logs, renders, delivers."""

from __future__ import annotations

import time

from django.db import connection

from benchmarks.inside import story
from bierger.filings import services as filings
from bierger.infra.principal import SYSTEM, acting_as


def ask(*, count: int) -> dict[str, object]:
    """Submit certificates (web role), while no worker runs."""
    who = story.applicant()
    for _ in range(count):
        draft = story.filled(who, "residence-certificate", story.RESIDENCE)
        with acting_as(who):
            filings.submit(draft=draft, declaration=True)
    return {"asked": count}


def wait(*, count: int, seconds: float) -> dict[str, object]:
    """Wait until `count` acts are delivered (worker role); rate from the first decision to the last delivery."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with acting_as(SYSTEM), connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FILTER (WHERE state = 'delivered'),"
                " extract(epoch FROM max(delivered_at) - min(decided_at)),"
                " extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY delivered_at - decided_at)) FROM documents_act"
            )
            delivered, took, median = cursor.fetchone()
        if delivered >= count:
            rate = delivered / float(took)
            return {"acts": delivered, "seconds": float(took), "per_second": rate, "median_seconds": float(median)}
        time.sleep(0.2)
    raise RuntimeError(f"Only {delivered} of {count} acts were delivered in {seconds} s.")
