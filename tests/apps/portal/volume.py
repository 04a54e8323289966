# SPDX-License-Identifier: EUPL-1.2
"""Many rows of one space among as many of others, by SQL; and what the database really does for a list."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection

from bierger.catalogue import selectors as catalogue
from tests.attacks.together import superuser

BEGAN = "timestamptz '2026-01-05 08:00+00'"
AT = f"{BEGAN} + (mod(n - 1, 5000) / 10) * interval '1 minute'"  # ten of a space share each instant, and everybody is busy at the same time


OF_MANY = "md5((n / 10)::text)::uuid"  # ten rows each of thousands of spaces


def cases(space: UUID | None, administration: UUID, count: int, *, open_every: int = 40, first: int = 1) -> None:
    """Requests of a space, or of many; every `open_every`th is open. Numbers 2025-<running>-0, titles of two procedures in turn."""
    digests = [catalogue.active("commune", name) for name in ("residence-certificate", "building-permit")]
    with superuser() as db, db.transaction():
        db.execute("CREATE TEMP TABLE seeded ON COMMIT DROP AS SELECT n, gen_random_uuid() AS id FROM generate_series(%s::int, %s::int) AS n",
                   [first, first + count - 1])  # fmt: skip
        db.execute(
            "INSERT INTO cases_party (case_id, kind, space, name, subjects) "
            f" SELECT id, 'applicant', coalesce(%s::uuid, {OF_MANY}), 'Firm', '{{}}' FROM seeded",
            [space],
        )
        db.execute(
            "INSERT INTO cases_case (id, number, administration_id, digest, owner, name, language, status, state, opened_at, ended_at,"
            " last_sequence, last_hash, hold_reason) SELECT id, '2025-' || lpad(n::text, 7, '0') || '-0', %s,"
            " CASE n %% 2 WHEN 0 THEN %s ELSE %s END, 'commune', CASE n %% 2 WHEN 0 THEN 'residence-certificate' ELSE 'building-permit' END,"
            f" 'en', CASE n %% %s WHEN 0 THEN 'open' ELSE 'ended' END, 'state', {AT}, NULL, 0, '\\x00', ''"
            " FROM seeded",
            [administration, *digests, open_every],
        )


def messages(space: UUID | None, count: int, *, of_requests: bool = False) -> None:
    """Messages; the newest 30 are new. `of_requests`: each belongs to some request of its space, else to none."""
    with superuser() as db:
        db.execute(
            "INSERT INTO delivery_message (id, space, once, subject_code, params, case_id, sent_at, read_at)"
            f" SELECT gen_random_uuid(), coalesce(%(space)s::uuid, {OF_MANY}), coalesce(%(space)s::text, '') || '/' || gen_random_uuid(), 'notice',"
            " jsonb_build_object('title.en', 'Message ' || n, 'body.en', 'A sentence about your request.'),"
            " CASE WHEN %(of_requests)s THEN (SELECT id FROM cases_case c WHERE c.space = %(space)s ORDER BY md5(c.id::text || n) LIMIT 1) END,"
            f" {AT}, CASE WHEN n <= %(count)s - 30 THEN {BEGAN} + interval '300 days' END"
            " FROM generate_series(1, %(count)s) AS n",
            {"space": space, "count": count, "of_requests": of_requests},
        )


def drafts(space: UUID | None, count: int) -> None:
    digest = catalogue.active("commune", "building-permit")
    with superuser() as db:
        db.execute(
            "INSERT INTO filings_draft (id, space, digest, language, answers, raw, known, begun_at, changed_at, expires_at,"
            " place, situation, copied)"
            f" SELECT gen_random_uuid(), coalesce(%s::uuid, {OF_MANY}), %s, 'en', '{{}}', '{{}}', '{{}}', at, at, at + interval '300 days',"
            " 0, '', '{}'"
            f" FROM (SELECT n, {AT} AS at FROM generate_series(1, %s) AS n) AS made",
            [space, digest, count],
        )


def readings(subject: UUID | None, count: int) -> None:
    with superuser() as db:
        db.execute(
            "INSERT INTO disclosures_disclosure (at, subjects, actor_kind, legal_basis, purpose, facts)"
            f" SELECT {AT}, ARRAY[coalesce(%s::uuid, {OF_MANY}), gen_random_uuid()], 'officer', '[]', 'worklist', '{{name}}'"
            " FROM generate_series(1, %s) AS n",
            [subject, count],
        )


def work(administration: UUID, service: UUID, count: int) -> None:
    """Done tasks of a service, a case for each four; every hundredth without a deadline."""
    with superuser() as db, db.transaction():
        digest = catalogue.active("commune", "building-permit")
        db.execute(
            "INSERT INTO cases_case (id, number, administration_id, digest, owner, name, language, status, state, opened_at,"
            " last_sequence, last_hash, hold_reason) SELECT gen_random_uuid(), 'W' || n, %s, %s, 'commune', 'building-permit', 'en', 'ended', 'state',"
            f" {BEGAN}, 0, '\\x00', '' FROM generate_series(1, %s) AS n",
            [administration, digest, count // 4],
        )
        db.execute(
            "INSERT INTO cases_case_grant (case_id, administration_id, service_id, role, since)"
            f" SELECT id, administration_id, %s, 'clerk', {BEGAN} FROM cases_case WHERE number LIKE 'W%%'",
            [service],
        )
        db.execute(
            "INSERT INTO cases_work (task, administration_id, service_id, role, case_id, number, digest, procedure, node, applicant,"
            " subjects, opened_at, due_at, state, marked) SELECT gen_random_uuid(), administration_id, %s, 'clerk', id, number, digest,"
            " 'commune/building-permit', 'check', 'Firm', ARRAY[gen_random_uuid()], opened_at,"
            f" CASE WHEN substr(number, 2)::int %% 100 > 0 THEN {BEGAN} + substr(number, 2)::int * interval '1 minute' END, 'done', false"
            " FROM cases_case, generate_series(1, 4) WHERE number LIKE 'W%%'",
            [service],
        )


def analyze() -> None:
    with superuser() as db:
        db.execute("VACUUM ANALYZE cases_case, cases_party, cases_work, delivery_message, filings_draft, disclosures_disclosure")


class Plans(list[dict[str, Any]]):
    """The plans of what is read inside `watched`, as they were carried out."""

    def __call__(self, execute: Callable[..., Any], sql: str, params: Sequence[object], many: bool, context: dict[str, Any]) -> object:
        if sql.startswith("SELECT") and "FROM" in sql:
            execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql, params, many, context)
            found = context["cursor"].fetchone()[0]
            self.append((json.loads(found) if isinstance(found, str) else found)[0]["Plan"])
        return execute(sql, params, many, context)

    def of(self, table: str) -> list[dict[str, Any]]:
        """Those that ask the table, in order."""
        return [plan for plan in self if any(node.get("Relation Name") == table for node in nodes(plan))]

    def whole(self, table: str) -> list[dict[str, Any]]:
        """Scans of the whole table."""
        return [node for plan in self for node in nodes(plan) if node["Node Type"] == "Seq Scan" and node["Relation Name"] == table]


def read_of(plan: dict[str, Any], table: str) -> int:
    """How many rows of the table a plan looked at, shown or not."""
    return sum(looked_at(node) for node in nodes(plan) if node.get("Relation Name") == table)


def looked_at(node: dict[str, Any]) -> int:
    each = node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return round(each * node["Actual Loops"])


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


@contextmanager
def watched() -> Iterator[Plans]:
    plans = Plans()
    with connection.execute_wrapper(plans):
        yield plans
