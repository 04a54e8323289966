# SPDX-License-Identifier: EUPL-1.2
"""Rows to measure on, as the owner of the tables: numbered drafts with their sessions, and a full worklist.

One draft is filled through the real services; the others are copies of its row under other identifiers and holders.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection

from benchmarks.inside import story
from benchmarks.prepared import FIRST, draft_id, link, session_key
from bierger.administrations import selectors as administrations
from bierger.catalogue import selectors as catalogue
from bierger.filings import services as filings
from bierger.infra import clock
from bierger.infra.principal import SYSTEM, Principal, acting_as

CHUNK = 5_000


def run(*, http: int, replay: int, work: int, mine: int) -> dict[str, object]:
    """http drafts with a session that can be used, after them `replay` drafts for pgbench; `work` rows of worklists."""
    template = _first_draft()
    _drafts(template, http + replay)
    _sessions(http, replay)
    officer = story.clerk()
    _worklist(officer, work, mine)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"http_first": FIRST, "replay_first": FIRST + http, "officer_session": _session_of(officer), "anonymous_session": ""}


def _first_draft() -> UUID:
    token = filings.new_token()
    return story.filled(Principal(kind="link", link=filings.link_of(token)), "problem-report", story.REPORT, token=token)


def _drafts(template: UUID, count: int) -> None:
    with acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO filings_draft (id, space, link, digest, administration_id, language, answers, raw, known, begun_at,"
            " changed_at, expires_at, place, situation, copied)"
            " SELECT (%s || n)::uuid, NULL, %s || n, digest, administration_id, language, answers, raw,"
            " known, begun_at, changed_at, expires_at, place, situation, copied"
            " FROM filings_draft, generate_series(%s::bigint, %s::bigint) AS n"
            " WHERE id = %s",
            [draft_id(FIRST)[:-12], link(FIRST)[:-12], FIRST, FIRST + count - 1, template],
        )


def _sessions(http: int, replay: int) -> None:
    store, until = SessionStore(), clock.real_now() + timedelta(hours=6)
    for first in range(FIRST, FIRST + http, CHUNK):
        Session.objects.bulk_create(
            Session(session_key=session_key(n), expire_date=until, session_data=store.encode(_contents(link(n))))
            for n in range(first, min(first + CHUNK, FIRST + http))
        )
    # pgbench reads its sessions and throws them away: any content of the same size does.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_session SELECT %s || n, %s, %s FROM generate_series(%s::bigint, %s::bigint) AS n",
            [session_key(FIRST)[:-12], store.encode(_contents(link(FIRST))), until, FIRST + http, FIRST + http + replay - 1],
        )


def _contents(held: str) -> dict[str, object]:
    return {"principal": Principal(kind="link", link=held).to_session()}


def _session_of(who: Principal) -> str:
    session = SessionStore()
    session["principal"] = who.to_session()
    session["name"] = "Bench Officer"
    session.save()
    return str(session.session_key)


def _worklist(officer: Principal, count: int, mine: int) -> None:
    """`count` open tasks of the officer's service, `mine` of them taken by the officer; one person behind each."""
    assert officer.administration is not None
    with acting_as(SYSTEM), connection.cursor() as cursor:
        service = administrations.service(administration_id=officer.administration, code="population").id
        digest = catalogue.active("commune", "residence-certificate")
        cursor.execute(
            "INSERT INTO cases_case (id, number, administration_id, digest, owner, name, language, status, state, opened_at,"
            " last_sequence, last_hash, hold_reason)"
            " SELECT gen_random_uuid(), 'B' || n, %s, %s, 'commune', 'residence-certificate', 'en',"
            " 'open', 'state.review', now() - n * interval '1 minute', 0, '\\x00', '' FROM generate_series(1, %s) AS n",
            [officer.administration, digest, count],
        )
        cursor.execute(
            "INSERT INTO cases_case_grant (case_id, administration_id, service_id, role, since) SELECT id, administration_id, %s,"
            " 'clerk', opened_at FROM cases_case WHERE number LIKE 'B%%'",
            [service],
        )
        cursor.execute(
            "INSERT INTO cases_work (task, administration_id, service_id, role, case_id, number, digest, procedure, node,"
            " applicant, subjects, opened_at, due_at, state, officer, marked)"
            " SELECT gen_random_uuid(), administration_id, %s, 'clerk', id,"
            " number, digest, owner || '/' || name, 'review', 'Applicant ' || number, ARRAY[gen_random_uuid()], opened_at,"
            " opened_at + interval '5 days', CASE WHEN r <= %s THEN 'claimed' ELSE 'open' END,"
            " CASE WHEN r <= %s THEN %s::uuid END, false"
            " FROM (SELECT *, row_number() OVER (ORDER BY id) AS r FROM cases_case WHERE number LIKE 'B%%') AS c",
            [service, mine, mine, officer.officer],
        )
