# SPDX-License-Identifier: EUPL-1.2
"""Every table has a policy or a written reason; no view lends its rights; finders are narrow.

Who then sees what is told row by row in test_who_sees_what.py.
"""

import pytest
from django.db import connection


def tables() -> list[tuple[str, bool, bool, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, coalesce(obj_description(c.oid), ''),"
            " (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public' ORDER BY 1"
        )
        return cursor.fetchall()


def unprotected() -> list[str]:
    """Tables with neither a forced policy for the owner and somebody else nor a written reason, and views that lend their rights."""
    bare = [
        name
        for name, secured, forced, comment, policies in tables()
        if not ((secured and forced and policies >= 2) or comment.startswith("bierger:technical: "))
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE relkind IN ('v', 'm') AND n.nspname = 'public'"
            " AND NOT coalesce('security_invoker=true' = ANY (reloptions), false) ORDER BY 1"
        )
        return bare + [name for (name,) in cursor.fetchall()]


def protected_tables() -> list[str]:
    """Tables under a policy, by name."""
    return [name for name, secured, *_ in tables() if secured]


def test_every_table_is_protected_or_says_why_not_and_no_view_lends_its_rights(db):
    assert unprotected() == []


@pytest.mark.parametrize(
    "planted",
    [
        "CREATE TABLE planted (id int)",
        "CREATE TABLE planted (id int); COMMENT ON TABLE planted IS 'harmless'",
        "CREATE TABLE planted (id int); ALTER TABLE planted ENABLE ROW LEVEL SECURITY",
        # Not forced: whoever owns it, a finder for instance, would pass every policy by.
        "CREATE TABLE planted (); ALTER TABLE planted ENABLE ROW LEVEL SECURITY; CREATE POLICY a ON planted; CREATE POLICY b ON planted",
        # Forced, and without a policy for anybody.
        "CREATE TABLE planted (id int); ALTER TABLE planted ENABLE ROW LEVEL SECURITY; ALTER TABLE planted FORCE ROW LEVEL SECURITY",
        "CREATE TABLE planted (id int) PARTITION BY RANGE (id)",
        "CREATE VIEW planted AS SELECT * FROM cases_case",
        "CREATE VIEW planted WITH (security_invoker = false) AS SELECT * FROM cases_case",
        # Rows copied out of the reach of their policies.
        "CREATE MATERIALIZED VIEW planted AS SELECT * FROM cases_case",
    ],
)
def test_a_planted_one_is_found(transactional, as_owner, planted):
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(planted)
    assert unprotected() == ["planted"]


@pytest.mark.parametrize(
    "planted",
    [
        "CREATE TABLE planted (id int); COMMENT ON TABLE planted IS 'bierger:technical: nobody is in it'",
        "CREATE VIEW planted WITH (security_invoker = true) AS SELECT * FROM cases_case",
    ],
)
def test_what_is_well_made_is_not(transactional, as_owner, planted):
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(planted)
    assert unprotected() == []


def test_finders_have_a_fixed_search_path_and_are_not_public(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public' AND p.prosecdef"
            " AND (p.proconfig IS NULL OR NOT EXISTS (SELECT FROM unnest(p.proconfig) c WHERE c LIKE 'search_path=%%')"
            " OR EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0))"
        )
        assert cursor.fetchall() == []


# What the roles may write on tables without a policy. A table that is not named here may be read at most: the clock is the owner's.
QUEUE = ("procrastinate_jobs", "procrastinate_events", "procrastinate_workers", "procrastinate_periodic_defers")
WRITTEN = {
    "bierger_web": {
        "django_session": {"INSERT", "UPDATE", "DELETE"},
        "documents_type": {"INSERT"},
        "infra_outbox": {"INSERT"},
        "infra_rate_hit": {"INSERT"},
        "ledger_queue": {"INSERT"},
    },
    "bierger_worker": {
        **{table: {"INSERT", "UPDATE", "DELETE"} for table in QUEUE},
        "django_session": {"DELETE"},
        "documents_type": {"INSERT"},
        "documents_status_list": {"INSERT", "UPDATE"},
        "infra_heartbeat": {"INSERT", "UPDATE", "DELETE"},
        "infra_outbox": {"INSERT", "UPDATE", "DELETE"},
        "infra_rate_hit": {"INSERT", "DELETE"},
        "ledger_checkpoint": {"INSERT"},
        "ledger_key": {"INSERT", "UPDATE"},
        "ledger_key_list": {"INSERT"},
        "ledger_earlier": {"INSERT"},
        "ledger_queue": {"INSERT", "UPDATE"},
        "ledger_shown": {"INSERT"},
    },
}


def written_by(role: str) -> dict[str, set[str]]:
    """The verbs other than SELECT that this role, or everybody, has on tables without a policy."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, array_agg(a.privilege_type) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,"
            " aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public'"
            " AND NOT c.relrowsecurity AND a.grantee IN (0, %s::regrole) AND a.privilege_type <> 'SELECT' GROUP BY 1",
            [role],
        )
        return {name: set(verbs) for name, verbs in cursor.fetchall()}


@pytest.mark.parametrize("role", WRITTEN)
def test_what_is_written_without_a_policy_is_named_here(db, role):
    assert written_by(role) == WRITTEN[role]
