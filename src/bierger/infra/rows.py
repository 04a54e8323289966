# SPDX-License-Identifier: EUPL-1.2
"""Writing fresh rows with little work: the statement of a model is put together once in a process.

A submission writes a dozen rows into as many tables. Django composes each INSERT anew, which costs more processor time than the
row costs PostgreSQL (docs/explain/performance.md). The values pass through the same fields, so what arrives is the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from django.db import connection
from django.db.models import AutoField, Field, Model


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
    sql = head + ", ".join([placeholders] * len(rows)) + (" ON CONFLICT DO NOTHING" if once else "")
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001 - as Model.save does


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
