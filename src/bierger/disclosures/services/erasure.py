# SPDX-License-Identifier: EUPL-1.2
"""Erase readings when their time is over: the row and its salt. Entry, hash and place in the chain stay and tell nothing."""

from __future__ import annotations

import datetime as dt

from django.db import connection


def erase_readings(*, before: dt.datetime, most: int = 1_000) -> int:
    """Erase up to `most` readings from before this instant; gives back how many, so 0 says that none is left. System only.

    What is not sealed yet, or not told yet, waits. The chain still verifies: the person's export says of these entries that they
    were erased.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT disclosures_erase(%s, %s)", [before, most])
        erased: int = cursor.fetchone()[0]
    return erased
