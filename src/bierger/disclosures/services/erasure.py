# SPDX-License-Identifier: EUPL-1.2
"""Erase readings when their time is over: the row and its salts. Entry, hash and place in the chain stay and tell nothing.

A reading is kept as long as its case, and for `BIERGER_READINGS_DAYS` at least from the day on which the person could read it: a
case with a short retention takes nobody's evidence along. One of no case (a worklist) is kept for those days. What is not sealed
yet, or not told yet, waits. The chain still verifies: the person's export says of these entries that they were erased.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.db import connection

from bierger.disclosures.models import Chain, Gone
from bierger.infra import clock
from bierger.infra.erasures import Destroyed


def forget_case(*, case: UUID) -> Destroyed:
    """A case is gone, and its readings with it; those that have to be kept longer go on their day (`erase_readings`).

    Orders that delayed them go with the last of them. System only.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM disclosures_forget(%s, %s, %s)", [case, _before(), settings.BIERGER_READINGS_DAYS])
        row = cursor.fetchone()
    if not row or not row[0]:
        return Destroyed()
    return Destroyed({"readings": row[0]}, readings=tuple(bytes(one) for one in row[1]))


def erase_readings(*, most: int = 1_000) -> int:
    """Erase up to `most` readings of no case, and of cases that are gone; how many, so 0 says that none is left. System only."""
    due = list(Gone.objects.filter(due__lte=clock.today()).order_by("due", "case_id").values_list("case_id", flat=True)[:most])
    erased = sum(forget_case(case=case).counts.get("readings", 0) for case in due)
    with connection.cursor() as cursor:
        cursor.execute("SELECT disclosures_erase(%s, %s)", [_before(), most])
        alone: int = cursor.fetchone()[0]
    return erased + alone


def forget_chain(*, subject: UUID) -> Destroyed:
    """The account is gone: the key that finds its entries in the public batches goes too. Its entries and their hashes stay."""
    return Destroyed({"reading-keys": Chain.objects.filter(subject=subject).delete()[0]})


def _before() -> dt.datetime:
    return clock.now() - dt.timedelta(days=settings.BIERGER_READINGS_DAYS)
