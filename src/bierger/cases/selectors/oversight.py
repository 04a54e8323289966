# SPDX-License-Identifier: EUPL-1.2
"""Which case it is: for investigators and auditors, of cases that their administration leads, is shown or was shown.

They need not be able to open a case to order or to watch that its readings are told later. Number and identifier, nothing else.
"""

from __future__ import annotations

from uuid import UUID

from django.db import connection

_LONGEST = 40  # characters of a number that somebody may have typed


def case_under_oversight(number: str) -> UUID | None:
    """The case with this number; None: there is none here, or who asks neither orders nor watches."""
    if not 0 < len(number) <= _LONGEST or "\0" in number:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM cases_under_oversight(NULL, %s)", [number])
        row = cursor.fetchone()
    return row[0] if row else None


def number_under_oversight(case: UUID) -> str | None:
    """The number of this case, as above."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM cases_under_oversight(%s, NULL)", [case])
        row = cursor.fetchone()
    return row[0] if row else None
