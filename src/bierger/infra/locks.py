# SPDX-License-Identifier: EUPL-1.2
"""Who goes alone: every advisory lock of this database in one table, so that no two things are ever one number.

They end with their transaction, however that ends: a process that dies leaves none behind.
"""

from __future__ import annotations

from enum import Enum
from uuid import UUID

from django.db import connection


class Lock(Enum):
    """One number for the whole database; or (seed, prefix): one number for each name, which PostgreSQL's hash makes of them.

    A number never changes: an older release that still runs beside this one must wait for the same.
    """

    LOG = 0x4252_4731  # "BRG1": who adds to the log
    READINGS = 0x4252_4732  # "BRG2": who seals readings
    KEYS = 0x4252_4B59  # "BRKY": who makes or ends keys
    STATUS_LISTS = 0x4252_5354  # "BRST": who publishes the status lists
    LOGIN = (7011, "")  # issuer, a space, subject: `identity_sign_in` takes the same (identity, migration 0002)
    MATRICULE = (7012, "")  # after the login, there too
    GIVER = (7101, "")  # of files that wait: field, a space, id
    ACT = (0, "documents.act/")
    DOCUMENT_TYPE = (0, "documents.type/")
    DELAY = ()  # of telling a reading, or the case it is about: the first 64 bits of its id are the number


def hold(lock: Lock, name: str | UUID = "") -> None:
    """Wait until nobody else holds it; ours until this transaction ends. name: whose, for a lock that is one for each."""
    statement, values = _number(lock, name)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({statement})", values)


def _number(lock: Lock, name: str | UUID) -> tuple[str, list[int | str]]:
    match lock.value:
        case int(number) if name == "":
            return "%s", [number]
        case (int(seed), str(prefix)) if name != "":
            return "hashtextextended(%s, %s)", [f"{prefix}{name}", seed]
        case () if isinstance(name, UUID):
            return "%s", [int.from_bytes(name.bytes[:8], "big", signed=True)]
    raise TypeError(f"{lock.name} is not held so: {name!r}")
