# SPDX-License-Identifier: EUPL-1.2
"""Advisory locks: their numbers stay, since an older release may run beside this one, and nobody takes one past the table."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection, transaction

import bierger
from bierger.infra.locks import Lock, hold

DELAY = UUID("80000000-0000-4001-8000-000000000000")


def held() -> set[int]:
    """The numbers that this connection holds, each of 64 bits in two halves."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks"
            " WHERE locktype = 'advisory' AND objsubid = 1 AND pid = pg_backend_pid()"
        )
        return {int(one) for (one,) in cursor.fetchall()}


def hashed(text: str, seed: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT hashtextextended(%s, %s)", [text, seed])
        return int(cursor.fetchone()[0])


def test_each_lock_has_the_number_it_always_had(transactional: None) -> None:
    numbers = {
        Lock.LOG: ("", 1112688433),
        Lock.READINGS: ("", 1112688434),
        Lock.KEYS: ("", 1112689497),
        Lock.STATUS_LISTS: ("", 1112691540),
        Lock.LOGIN: ("https://idp.example lea", hashed("https://idp.example lea", 7011)),
        Lock.MATRICULE: ("1990010112345", hashed("1990010112345", 7012)),
        Lock.GIVER: ("space 1", hashed("space 1", 7101)),
        Lock.ACT: ("a/b/c", hashed("documents.act/a/b/c", 0)),
        Lock.DOCUMENT_TYPE: ("a", hashed("documents.type/a", 0)),
        Lock.DELAY: (DELAY, -0x8000_0000_0000_0000 + 0x4001),
    }
    assert set(numbers) == set(Lock)
    for lock, (name, number) in numbers.items():
        with transaction.atomic():
            hold(lock, name)
            assert held() == {number}, lock
        assert held() == set(), lock


@pytest.mark.parametrize(("lock", "name"), [(Lock.LOG, "a"), (Lock.ACT, ""), (Lock.DELAY, str(DELAY))])
def test_a_lock_is_asked_for_as_the_table_says(lock: Lock, name: str) -> None:
    with pytest.raises(TypeError, match=lock.name):
        hold(lock, name)


def test_nobody_takes_a_lock_past_the_table() -> None:
    files = [path for path in Path(bierger.__file__).parent.rglob("*.py") if "migrations" not in path.parts]
    assert [path.name for path in files if "pg_advisory" in path.read_text()] == ["locks.py"]
