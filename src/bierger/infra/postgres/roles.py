# SPDX-License-Identifier: EUPL-1.2
"""The roles of a Bierger database, their passwords, and how a database is made.

    bierger_super     superuser of the embedded server; no part of Bierger runs under it
    bierger_owner     owns database, schema and tables: migrations only
    bierger_web       web processes     } no superuser, no owner, no BYPASSRLS: row-level security holds for them
    bierger_worker    worker processes  }

Rights on tables are given by the migrations that create them.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

from psycopg import Connection, sql
from psycopg.errors import DuplicateDatabase, DuplicateObject
from psycopg.rows import TupleRow

from bierger.infra.postgres.errors import PasswordsMissingError

Role = Literal["super", "owner", "web", "worker"]
ROLES: tuple[Role, ...] = get_args(Role)
APPLICATION: tuple[Role, ...] = ("web", "worker")
# All three are "trusted": in production the database's owner may create them.
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")


def user(role: Role) -> str:
    """The role's name in PostgreSQL."""
    return f"bierger_{role}"


def passwords(file: Path, *, create: bool) -> dict[Role, str]:
    """Read the four passwords, or draw them once. Errors: PasswordsMissingError."""
    if create and not file.exists():
        drawn: dict[Role, str] = {role: secrets.token_urlsafe(24) for role in ROLES}
        part = file.with_name(file.name + ".part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as stream:
            json.dump(drawn, stream)
            stream.flush()
            os.fsync(stream.fileno())
        part.rename(file)  # whole or not at all: a database whose passwords were lost is lost
        return drawn
    try:
        read = json.loads(file.read_text("ascii"))
        return {role: str(read[role]) for role in ROLES}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PasswordsMissingError(file) from error


def ensure_roles(connection: Connection[TupleRow], words: Mapping[Role, str]) -> None:
    """Create the roles that are missing. Run as superuser, outside a transaction."""
    there = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
    for role in ROLES:
        if user(role) not in there:
            with contextlib.suppress(DuplicateObject):
                connection.execute(
                    sql.SQL(
                        "CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD {}"
                    ).format(sql.Identifier(user(role)), sql.Literal(words[role]))
                )


def ensure_template(connection: Connection[TupleRow]) -> None:
    """Put the extensions into template1, so that every new database has them. Run as superuser, in template1."""
    for extension in EXTENSIONS:
        connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))


def database_exists(connection: Connection[TupleRow], name: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def create_database(connection: Connection[TupleRow], name: str, template: str | None) -> None:
    """Create the database for the owner, closed to everybody but the application's roles; idempotent.

    With a template its tables and their rights come along, the rights to connect do not: they are given here.
    """
    database, owner = sql.Identifier(name), sql.Identifier(user("owner"))
    with contextlib.suppress(DuplicateDatabase):
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                database, owner, sql.Identifier(template or "template1")
            )
        )
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    for role in APPLICATION:
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(user(role))))


def drop_database(connection: Connection[TupleRow], name: str) -> None:
    """Drop the database with whoever is connected to it, if it exists."""
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
