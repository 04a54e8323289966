# SPDX-License-Identifier: EUPL-1.2
"""Erase readings when their time is over: the row and its salts. Entry, hash and place in the chain stay and tell nothing.

What goes with a case stands in the record of that case; what goes later, or is of no case, in the record of its round, which
`filings.services.end_readings` writes: the log is above this app.

A reading is kept as long as its case, and for `BIERGER_READINGS_DAYS` at least from the day on which the person could read it: a
case with a short retention takes nobody's evidence along. One of no case (a worklist) is kept for those days. What is not sealed
yet, or not told yet, waits, and nothing goes before its batch is as old as the batch promised: the database refuses it, and the
program that people check with would find it. The chain still verifies: the export says of these entries that they were erased.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.db import connection

from bierger.disclosures.models import Chain, Gone
from bierger.infra import clock
from bierger.infra.erasures import Destroyed

OPENINGS = 20_000  # after so many a round ends: its record stays a file that anybody opens


def forget_case(*, case: UUID, record: UUID | None = None) -> Destroyed:
    """A case is gone, and its readings with it; those that have to be kept longer go on their day (`erase_readings`).

    Orders that delayed them go with the last of them. System only. record: number of the one that will say so, if it is not the
    case's own.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM disclosures_forget(%s, %s, %s, %s)", [case, _before(), settings.BIERGER_READINGS_DAYS, record]
        )
        return _destroyed(cursor.fetchone())


def erase_readings(*, record: UUID, most: int = 1_000) -> Destroyed:
    """Erase up to `most` readings of no case, and some of cases that are gone; nothing, when none is left. System only.

    record   number of the record that the caller writes about it, in the same transaction
    """
    destroyed = Destroyed()
    for case in Gone.objects.filter(due__lte=clock.today()).order_by("due", "case_id").values_list("case_id", flat=True)[:most]:
        destroyed += forget_case(case=case, record=record)
        if len(destroyed.readings) >= OPENINGS:
            return destroyed
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM disclosures_erase(%s, %s, %s)", [_before(), most, record])
        return destroyed + _destroyed(cursor.fetchone())


def _destroyed(row: tuple[int, list[bytes]] | None) -> Destroyed:
    if not row or not row[0]:
        return Destroyed()
    return Destroyed({"readings": row[0]}, readings=tuple(bytes(one) for one in row[1]))


def forget_chain(*, subject: UUID) -> Destroyed:
    """The account is gone: the key that finds its entries in the public batches goes too. Its entries and their hashes stay."""
    return Destroyed({"reading-keys": Chain.objects.filter(subject=subject).delete()[0]})


def _before() -> dt.datetime:
    return clock.now() - dt.timedelta(days=settings.BIERGER_READINGS_DAYS)
