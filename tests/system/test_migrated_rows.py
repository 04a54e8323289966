# SPDX-License-Identifier: EUPL-1.2
"""Rows that an installation wrote before a migration are what they were after it, and what the migration adds is right for them."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from bierger.infra.postgres import EmbeddedPostgres
from bierger_core.merkle import ReadingBatch
from bierger_core.merkle.readings import padding
from tests import databases
from tests.conftest import DATABASE

pytestmark = pytest.mark.slow
BEFORE = ("disclosures", "0008_record")  # batches that promise nothing, entries that do not say that they were told later
OLDER = f"{DATABASE}_older"
DAY = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
LEA, ORDER, CASE, OFFICE = (UUID(int=n) for n in (1, 2, 3, 4))


@pytest.fixture
def older(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A database as it was migrated then."""
    server = databases.server()
    server.drop_database(OLDER)
    server.create_database(OLDER)
    migrate(server, tmp_path, *BEFORE)
    yield server
    server.drop_database(OLDER)


def migrate(server: EmbeddedPostgres, data: Path, *target: str) -> None:
    values = {**os.environ, **databases.environment(server, OLDER, "owner"), "BIERGER_DATA": str(data)}
    command = [sys.executable, "-m", "django", "migrate", "--verbosity=0", *target]
    done = subprocess.run(command, env=values, cwd=databases.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def written_then(db: psycopg.Connection) -> dict[int, bytes]:
    """Three batches, the second by a clock that stood a year ahead, the last entry told later; gives what the log holds of each."""
    db.execute(
        "INSERT INTO disclosures_delay (id, administration, case_id, officer, begun_on, ordered_on, until, reason, legal_basis)"
        " VALUES (%s, %s, %s, %s, current_date, current_date, current_date + 9, 'x', '[]')",
        [ORDER, OFFICE, CASE, OFFICE],
    )
    held = {}
    for number, at in ((1, DAY), (2, DAY.replace(year=2027)), (3, DAY + dt.timedelta(days=1))):
        batch = ReadingBatch(number, at, tuple(sorted(padding(b"seed", 8))), None)
        held[number] = batch.commitment(b"s" * 32)
        db.execute(
            "INSERT INTO disclosures_batch (number, at, salt, seed, size, leaves, root, commitment) VALUES (%s, %s, %s, '', 8, %s, %s, %s)",
            [number, at, b"s" * 32, b"".join(batch.leaves), batch.root, held[number]],
        )
        db.execute(
            "INSERT INTO disclosures_disclosure (id, at, subjects, actor_kind, administration, legal_basis, purpose, facts, batch, case_id)"
            " OVERRIDING SYSTEM VALUE VALUES (%s, %s, ARRAY[%s::uuid], 'officer', %s, '[{\"title\": 7}]', 'x', '{}', %s, %s)",
            [number, at, LEA, OFFICE, number, CASE if number == 3 else None],
        )
        db.execute(
            "INSERT INTO disclosures_entry (subject, sequence, previous, commitment, hash, salt, reading, batch_id)"
            " VALUES (%s, %s, '', '', '', %s, %s, %s)",
            [LEA, number, b"s" * 32, number, number],
        )
    return held


def test_batches_and_entries_of_before(older: EmbeddedPostgres, tmp_path: Path) -> None:
    with psycopg.connect(**older.parameters("super", OLDER), autocommit=True) as db:
        held = written_then(db)
    migrate(older, tmp_path)
    with psycopg.connect(**older.parameters("super", OLDER), autocommit=True) as db:
        batches = db.execute("SELECT number, at, since, kept, v, leaves, commitment FROM disclosures_batch ORDER BY number").fetchall()
        for number, at, since, kept, v, leaves, commitment_then in batches:
            assert (kept, v, commitment_then) == (730, 1, held[number])
            assert since == max(one[1] for one in batches if one[0] <= number), "never from before an earlier one"
            parts = tuple(leaves[place : place + 64] for place in range(0, len(leaves), 64))
            assert ReadingBatch(number, at, parts, None).commitment(b"s" * 32) == held[number], "the log holds it as it was"
        told_later = db.execute("SELECT sequence, delay FROM disclosures_entry ORDER BY sequence").fetchall()
        assert told_later == [(1, None), (2, None), (3, ORDER)]
        # A row that could not be written today stays; and what was sealed stays, as before.
        assert db.execute("SELECT count(*) FROM disclosures_disclosure").fetchone() == (3,)
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
            db.execute("UPDATE disclosures_batch SET since = at")
        with pytest.raises(psycopg.errors.CheckViolation):
            db.execute(
                "INSERT INTO disclosures_disclosure (at, subjects, actor_kind, administration, legal_basis, purpose, facts)"
                " VALUES (now(), ARRAY[%s::uuid], 'officer', %s, '[{\"title\": 7}]', 'x', '{}')",
                [LEA, OFFICE],
            )
