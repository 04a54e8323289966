# SPDX-License-Identifier: EUPL-1.2
"""The opening of a submission's leaf, for who already has its number and hash."""

from __future__ import annotations

from django.db import connection

from bierger.documents.plugins.receipts import receipt_code
from bierger.documents.types import SubmissionCode
from bierger_core.seals import submission_commitment


def submission_code(number: str, event_hash: bytes) -> SubmissionCode | None:
    """What stands on the receipt; None when no submission of this number has this hash."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT documents_find_submission(%s, %s)", [number, event_hash])
        found = cursor.fetchone()[0]
    if found is None:
        return None
    salt = bytes(found)
    return SubmissionCode(
        number=number,
        event_hash=event_hash,
        salt=salt,
        commitment=submission_commitment(number, event_hash, salt),
        code=receipt_code(number, event_hash, salt),
    )
