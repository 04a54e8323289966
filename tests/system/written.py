# SPDX-License-Identifier: EUPL-1.2
"""Attempts to write each row of each protected table, one by one, each undone: what the database lets through.

Three verbs. An INSERT is one more row like one that is there, with a key of its own; an UPDATE is the change that is named; a DELETE
is a DELETE. A row counts as written when the statement changed one row; a refusal of any kind counts as none.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from django.db import DatabaseError, connection

from bierger.infra.principal import Principal
from tests.attacks.together import superuser
from tests.system.populated import CALLED, Populated

Change = dict[str, object]
MORE = 1_000_000  # further than any number of the country


@dataclass(frozen=True)
class Stored:
    """A row as the superuser reads it, and its key: column -> type."""

    ctid: str
    values: Change
    key: dict[str, str]


def stored_rows() -> dict[str, list[Stored]]:
    found: dict[str, list[Stored]] = {}
    with superuser() as seen:
        for table in CALLED:
            key = dict(
                seen.execute(
                    "SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
                    " AND a.attnum = ANY (i.indkey) WHERE i.indrelid = %s::regclass AND i.indisprimary",
                    [table],
                ).fetchall()
            )
            rows = seen.execute(f"SELECT t.ctid::text, to_jsonb(t) FROM {table} t").fetchall()
            found[table] = [Stored(ctid, values, key) for ctid, values in rows]
    return found


# -- what is attempted ----------------------------------------------------------------------------------------------------


def by_oneself(who: Principal) -> Change:
    return {
        "actor_kind": who.kind, "actor": _id(who.officer or who.person), "on_behalf_of": _id(who.space), "mandate": _id(who.mandate)
    }  # fmt: skip


def _id(one: object) -> str | None:
    return None if one is None else str(one)


def as_an_officer(who: Principal) -> Change:
    return {"actor_kind": "officer", "actor": str(uuid4()), "on_behalf_of": None, "mandate": None}


INSERTS: dict[str, dict[str, Callable[[Principal], Change]]] = {
    "cases_event": {"insert as oneself": by_oneself, "insert as an officer": as_an_officer},
    "disclosures_disclosure": {
        "insert": lambda _who: {"batch": None, "delay": None}, "insert sealed": lambda _who: {"batch": 1}
    },
    "cases_case_grant": {"insert for the whole house": lambda _who: {"role": "decider", "service_id": None}},
    "flows_task": {"insert": lambda _who: {"state": "open", "officer": None}},
}
# {officer}, {space}, {person}: of who acts, as a literal or NULL.
UPDATES: dict[str, dict[str, str]] = {
    "cases_case": {
        "lock": "status = status", "end": "status = 'ended', state = 'end.final', ended_at = now()", "ask": "open_question = 1",
        "answer": "open_question = NULL", "rename": "number = number || 'x'", "cut": "last_sequence = 1", "take over": "space = {space}",
        "hold": "hold_until = current_date + 9, hold_reason = 'appeal'", "keep": "erase_on = current_date + 9", "erase": "erased_at = now()",
    },
    "cases_work": {
        "mark": "marked = true", "take": "state = 'claimed', officer = {officer}", "done": "state = 'done'", "route": "service_id = NULL",
        "rename": "applicant = 'x'",
    },
    "flows_instance": {"lock": "serial = serial", "end": "status = 'finished', ended = 'final'", "redefine": "digest = 'x'"},
    "flows_task": {
        "lock": "state = state", "take": "state = 'claimed', officer = {officer}", "done": "state = 'done'", "cancel": "state = 'cancelled'",
        "done as holder": "state = 'done', officer = {officer}", "reopen": "state = 'open', officer = NULL", "own": "role = 'applicant'",
        "show": "shown = '{{\"x\": \"x\"}}'",
    },
    "flows_token": {"move": "node = 'decide'"},
    "flows_timer": {"delay": "due_at = due_at + interval '1 year'", "stop": "state = 'cancelled'"},
    "flows_variables": {"update": "variables = '{{}}'"},
    "cases_case_grant": {"prolong": "until = NULL", "widen": "service_id = NULL"},
    "cases_event": {"rewrite": "type = 'x'"},
    "cases_event_payload": {"rewrite": "payload = '{{}}'"},
    "cases_party": {"join": "space = {space}, link = NULL", "rename": "name = 'x'"},
}  # fmt: skip


def attempts(table: str) -> list[str]:
    """The names of everything that is tried on the table."""
    return [*INSERTS.get(table, {"insert": None}), *UPDATES.get(table, {"update": ""}), "delete"]


def written(country: Populated, rows: dict[str, list[Stored]], who: Principal, table: str) -> dict[str, set[str]]:
    """By attempt, the names of the rows that are written. Who acts is acting already; everything is undone."""
    called, found = country.rows[table], {}
    for attempt in attempts(table):
        done = {called[row.ctid] for row in rows[table] if _works(_statement(table, attempt, row, who))}
        if done:
            found[attempt] = done
    return found


def _statement(table: str, attempt: str, row: Stored, who: Principal) -> tuple[str, list[object]]:
    if attempt == "delete":
        return f"DELETE FROM {table} WHERE ctid = %s::tid", [row.ctid]
    if attempt.startswith("insert"):
        changes = INSERTS.get(table, {}).get(attempt, lambda _who: {})
        values = json.dumps({**row.values, **_another(row), **changes(who)})
        return f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, %s::jsonb)).*", [values]
    first = next(iter(row.key))
    change = UPDATES.get(table, {}).get(attempt, f"{first} = {first}")
    said = change.format(**{name: _literal(getattr(who, name)) for name in ("officer", "space", "person")})
    return f"UPDATE {table} SET {said} WHERE ctid = %s::tid", [row.ctid]


def _literal(value: object) -> str:
    return "NULL" if value is None else f"'{value}'"


def _another(row: Stored) -> Change:
    """A key, and numbers that are unique beside it, that nothing has yet. What belongs to a case or a subject stays with it."""
    new: Change = {}
    for name, kind in row.key.items():
        if name in ("case_id", "subject"):
            continue
        new[name] = str(uuid4()) if kind == "uuid" else row.values[name] + MORE if "int" in kind else f"{row.values[name]}x"
    for name in ("number", "sequence"):
        if isinstance(row.values.get(name), int):
            new[name] = row.values[name] + MORE
    return new


def _works(statement: tuple[str, list[object]]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT attempt")
        try:
            cursor.execute(*statement)
            changed = cursor.rowcount
        except DatabaseError:
            changed = 0
        cursor.execute("ROLLBACK TO SAVEPOINT attempt")
        return changed == 1
