# SPDX-License-Identifier: EUPL-1.2
"""Writing fresh rows with little work: the statement of a model is put together once in a process, and statements whose answer
nobody waits for travel together.

A submission writes a dozen rows into as many tables. Django composes each INSERT anew, which costs more processor time than the
row costs PostgreSQL, and each is a journey of its own (docs/explain/performance.md). The values pass through the same fields, so
what arrives is the same.

`together` gathers a block's rows in one message; `carry` lets a single statement travel with whatever is asked next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
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

    def add(self, sql: str, values: Sequence[Any]) -> None:
        self.statements.append(self.bound(sql, values))

    def bound(self, sql: str, values: Sequence[Any] | None) -> str:
        # Bound one by one: the driver remembers how to take a short statement apart, and not a long one.
        if self._binder is None:
            connection.ensure_connection()
            self._binder = ClientCursor(connection.connection)
        with connection.wrap_database_errors:
            return self._binder.mogrify(sql, values)

    def send(self) -> None:
        if not self.statements:
            return
        sql, self.statements = ";\n".join(self.statements), []
        with connection.cursor() as cursor:
            cursor.execute(sql)

    def before(self, execute: _Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> object:  # noqa: FBT001 - the signature is Django's
        """Every other statement finds the rows that were written before it: they go first, in the same message."""
        cursor = context["cursor"]
        # A cursor of the server declares itself around its statement, and many statements are many messages.
        if many or not self.statements or not isinstance(cursor.cursor, ClientCursor):
            self.send()
            return execute(sql, params, many, context)
        bound = self.bound(sql, params)  # first: a statement that cannot be sent takes none of the waiting ones along
        before, self.statements = self.statements, []
        answer = execute(";\n".join([*before, bound]), None, many, context)
        for _ in before:
            cursor.nextset()
        return answer


_Execute = Callable[[str, Any, bool, dict[str, Any]], object]
_waiting: ContextVar[_Waiting | None] = ContextVar("bierger_rows_waiting", default=None)
_carried: ContextVar[_Waiting | None] = ContextVar("bierger_rows_carried", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Let `insert` and `delete` wait until the block ends or any other statement is sent: the order stays as written.

    Needs an open transaction. A violated constraint is raised there, not at the `insert`: who wants to catch one does it around
    the block. Inside another such block: part of it.
    """
    if _waiting.get() is not None:
        yield
        return
    carried = _carried.get()
    if carried is not None:
        carried.send()  # what was written before the block arrives before it, and stays when the block is left by an exception
    with _open(_waiting):
        yield


@contextmanager
def carrying() -> Iterator[None]:
    """Let what `carry` is given wait for the next statement of this transaction, or for its end: see principal.acting_as."""
    with _open(_carried):
        yield


@contextmanager
def _open(place: ContextVar[_Waiting | None]) -> Iterator[None]:
    waiting = _Waiting()
    token = place.set(waiting)
    try:
        with connection.execute_wrapper(waiting.before):
            yield
            if not connection.needs_rollback:  # else nothing of this transaction is kept, and nothing more is taken
                waiting.send()
    finally:
        place.reset(token)


def carry(sql: str, values: Sequence[Any]) -> None:
    """Send a statement whose answer nobody waits for: with the next one of the transaction, at the latest before its end.

    A refusal is raised there. Outside `acting_as`, and inside `together`: at once.
    """
    carried = _carried.get()
    if carried is not None and _waiting.get() is None:
        connection.validate_no_broken_transaction()
        carried.add(sql, values)
        return
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


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
