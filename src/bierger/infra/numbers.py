# SPDX-License-Identifier: EUPL-1.2
"""The numbers that people read aloud: year, running number, check digit."""

from __future__ import annotations

from django.db import connection
from stdnum import luhn

from bierger.infra import clock


def running_number(sequence: str, *, letter: str = "") -> str:
    """The next number of a database sequence: 2026-0000123-4, with `letter` right before the year.

    A sequence leaves gaps and never makes two people wait for each other. The check digit (Luhn) is over the digits of year and
    running number, which has seven, and more once seven are not enough.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass)", [sequence])
        running = f"{cursor.fetchone()[0]:07d}"
    year = str(clock.today().year)
    return f"{letter}{year}-{running}-{luhn.calc_check_digit(year + running)}"
