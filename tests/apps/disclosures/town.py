# SPDX-License-Identifier: EUPL-1.2
"""Readings to be sealed, and how the tests look at what came of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

from bierger.disclosures.services import purpose_of_case, record
from bierger.disclosures.tasks import notarise
from bierger.infra.principal import Principal, acting_as
from bierger_core.merkle import ReadingEntry
from tests.attacks.together import superuser
from tests.laws import SOME_LAW

AsWorker = Callable[[], AbstractContextManager[None]]


def read(reader: Principal, *subjects: Principal, case: UUID | None = None, purpose: str = "case-handling") -> None:
    """An officer opens a case about these people; a worklist is of no case."""
    with acting_as(reader):
        why = purpose_of_case(None if purpose == "worklist" else case or uuid.uuid4(), legal_basis=SOME_LAW, purpose=purpose)
        record(purpose=why, subjects=[one.person for one in subjects if one.person], facts=["name", "answers"])


def seal(as_worker: AsWorker) -> int:
    with as_worker():
        return notarise()


def chain_in_order(subject: UUID) -> list[tuple[int, int]]:
    """(reading, batch) of each entry; the chain itself is checked on the way, from the rows alone."""
    with superuser() as seen:
        rows = seen.execute(
            "SELECT sequence, previous, commitment, hash, reading, batch_id FROM disclosures_entry WHERE subject = %s ORDER BY sequence", [subject]
        ).fetchall()
        head = seen.execute("SELECT head FROM disclosures_chain WHERE subject = %s", [subject]).fetchone()
    previous = bytes(32)
    for place, (sequence, before, commitment, digest, _, _) in enumerate(rows, start=1):
        assert (sequence, before) == (place, previous)
        previous = ReadingEntry(subject, sequence, before, commitment).digest()
        assert digest == previous
    assert head is None or head[0] == previous
    return [(row[4], row[5]) for row in rows]


def unsealed() -> int:
    with superuser() as seen:
        return seen.execute("SELECT count(*) FROM disclosures_disclosure WHERE batch IS NULL").fetchone()[0]
