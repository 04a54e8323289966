# SPDX-License-Identifier: EUPL-1.2
"""Writing fresh rows with little work: the statement of a model is put together once in a process, and statements whose answer
nobody waits for travel together.

A submission writes a dozen rows into as many tables. Django composes each INSERT anew, which costs more processor time than the
row costs PostgreSQL, and each is a journey of its own (docs/explain/performance.md). The values pass through the same fields, so
what arrives is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import AutoField, Field, Model
from psycopg import ClientCursor


@dataclass
class _Waiting:
    """Statements that wait for the next journey, in order, with their values in them (bound by the driver, not by us)."""

    statements: list[str] = field(default_factory=list)
    _binder: ClientCursor[tuple[object, ...]] | None = None

    def add(self, sql: str, values: list[Any]) -> None:
        # Bound one by one: the driver remembers how to take a short statement apart, and not a long one.
        if self._binder is None:
            connection.ensure_connection()
            self._binder = ClientCursor(connection.connection)
        self.statements.append(self._binder.mogrify(sql, values))

    def send(self) -> None:
        if not self.statements:
            return
        sql, self.statements = ";\n".join(self.statements), []
        with connection.cursor() as cursor:
            cursor.execute(sql)

    def before(self, execute: Callable[..., object], sql: str, params: object, many: bool, context: object) -> object:  # noqa: FBT001 - the signature is Django's
        """Every other statement finds the rows that were written before it."""
        self.send()
        return execute(sql, params, many, context)


_waiting: ContextVar[_Waiting | None] = ContextVar("bierger_rows_waiting", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Let `insert` and `delete` wait until the block ends or any other statement is sent: the order stays as written.

    Needs an open transaction. A violated constraint is raised there, not at the `insert`: who wants to catch one does it around
    the block. Inside another such block: part of it.
    """
    if _waiting.get() is not None:
        yield
        return
    waiting = _Waiting()
    token = _waiting.set(waiting)
    try:
        with connection.execute_wrapper(waiting.before):
            yield
            waiting.send()
    finally:
        _waiting.reset(token)


def insert(rows: Iterable[Model], *, once: bool = False) -> None:
    """INSERT rows of one model in one statement; none: nothing happens.

    once   a row that a unique constraint already has is left out (ON CONFLICT DO NOTHING)

    A number that the database draws as primary key is not read back: reading it would need the right to see the row.
    """
    rows = list(rows)
    if not rows:
        return
    fields, head, placeholders = _statement(type(rows[0]))
    values = [field.get_db_prep_save(field.pre_save(row, True), connection) for row in rows for field in fields]
    _send(head + ", ".join([placeholders] * len(rows)) + (" ON CONFLICT DO NOTHING" if once else ""), values)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001 - as Model.save does


def delete(row: Model) -> None:
    """DELETE one row by its primary key; nothing that refers to it is looked for (the database's constraints are)."""
    meta, quote = row._meta, connection.ops.quote_name  # noqa: SLF001 - _meta is documented
    key = meta.pk
    _send(
        f"DELETE FROM {quote(meta.db_table)} WHERE {quote(str(key.column))} = %s",  # noqa: S608 - our own names
        [key.get_db_prep_save(row.pk, connection)],
    )


def _send(sql: str, values: list[Any]) -> None:
    waiting = _waiting.get()
    if waiting is None:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
        return
    waiting.add(sql, values)


@cache
def _statement(model: type[Model]) -> tuple[tuple[Field[object, object], ...], str, str]:
    """Columns to be given, `INSERT ... VALUES `, and the placeholders of one row."""
    fields = tuple(field for field in model._meta.local_concrete_fields if not isinstance(field, AutoField))  # noqa: SLF001 - _meta is documented
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    # An array says its type, since its literal alone does not.
    marks = ", ".join(
        field.get_placeholder(None, None, connection) if hasattr(field, "get_placeholder") else "%s" for field in fields
    )
    return fields, f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ", f"({marks})"  # noqa: SLF001,S608 - our own names
