# SPDX-License-Identifier: EUPL-1.2
"""Which officer read: opened by the auditors of the administration that read, one reading at a time, and recorded itself."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.db import connection

from bierger.disclosures.errors import ReadingUnknown
from bierger.disclosures.models import Disclosure
from bierger.disclosures.plugins.payloads import DelayTold, payload
from bierger.disclosures.services.recording import record
from bierger.disclosures.types import Opened, Purpose
from bierger_core.merkle import reading_actor, reading_commitment

Sealed = tuple[UUID, bytes | None, bytes, int, bool]  # subject, salt, commitment, batch, whether it was committed to early


def open_reading(number: int, *, purpose: Purpose) -> Opened:
    """Who read, and whether that is what was sealed. To look is a reading too, of those whom it concerns.

    Raises ReadingUnknown, also to everybody who is no auditor of the administration that read.
    """
    row = next(iter(Disclosure.objects.raw("SELECT * FROM disclosures_opened(%s)", [number])), None)
    if row is None:
        raise ReadingUnknown(f"No reading {number} of this administration.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM disclosures_opened_entries(%s)", [number])
        entries: list[Sealed] = cursor.fetchall()
    # Under the case of the reading: where an order keeps that from the person, this row is kept from them as well.
    record(purpose=replace(purpose, case=row.case_id), subjects=row.subjects, facts=["reading"])
    salt = bytes(row.actor_salt or b"")
    return Opened(
        id=row.id,
        at=row.at,
        actor=row.actor,
        actor_kind=row.actor_kind,
        service=row.service,
        purpose=row.purpose,
        case=row.case_id,
        facts=tuple(row.facts),
        people=len(row.subjects),
        mark=reading_actor(salt, row.actor).hex() if salt and row.actor else "",
        salt=salt.hex(),
        proof=_proof(row, entries),
    )


def _proof(row: Disclosure, entries: list[Sealed]) -> str:
    """Does the row still say what was sealed, to each of those whom it concerns?"""
    delay = _delay(row.delay) if row.delay else None
    for subject, salt, commitment, _, held in entries:
        said = payload(row, subject, None if held else delay)
        if not salt or reading_commitment(bytes(salt), said) != bytes(commitment):
            return "changed"
    if row.batch is None:
        return "waiting"
    return "sealed" if {entry[0] for entry in entries} == set(row.subjects) else "changed"


def _delay(order: UUID) -> DelayTold | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM disclosures_delays_told(%s)", [[order]])
        found = cursor.fetchone()
    return DelayTold.of(found) if found else None
