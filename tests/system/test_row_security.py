# SPDX-License-Identifier: EUPL-1.2
"""Every table has a policy or a written reason; finders are narrow; a pooler carries nothing over.

Who then sees what is told row by row in test_who_sees_what.py.
"""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from bierger.infra.principal import ANONYMOUS, acting_as
from tests import databases
from tests.conftest import DATABASE
from tests.tools import required_program


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


@pytest.fixture
def pooler(transactional, tmp_path: Path):
    """PgBouncer in transaction mode with a single server connection: two users are certain to share it."""
    program = required_program("pgbouncer", package="pgbouncer")
    parameters = databases.server().parameters("web", DATABASE)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "users.txt").write_text(f'"{parameters["user"]}" "{parameters["password"]}"\n')
    (tmp_path / "pgbouncer.ini").write_text(
        f"[databases]\npooled = host={parameters['host']} port={parameters['port']} dbname={DATABASE} user={parameters['user']}"
        f" password={parameters['password']}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = plain\nauth_file = {tmp_path}/users.txt\n"
        f"pool_mode = transaction\ndefault_pool_size = 1\nlogfile = {tmp_path}/log\npidfile = {tmp_path}/pid\n"
    )
    account = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    if account:
        for path in (tmp_path, *tmp_path.iterdir()):
            shutil.chown(path, "nobody", "nogroup")
        for parent in tmp_path.parents:
            if parent.stat().st_uid == 0 and str(parent).startswith("/tmp/"):
                parent.chmod(parent.stat().st_mode | 0o011)
    process = subprocess.Popen([program, str(tmp_path / "pgbouncer.ini")], stderr=subprocess.DEVNULL, **account)
    address = f"host=127.0.0.1 port={port} dbname=pooled user={parameters['user']} password={parameters['password']}"
    try:
        for _ in range(100):
            try:
                psycopg.connect(address, prepare_threshold=None).close()
                break
            except psycopg.OperationalError:
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def test_through_a_transaction_mode_pooler_nothing_is_carried_over(pooler):
    one = psycopg.connect(pooler, autocommit=True, prepare_threshold=None)
    two = psycopg.connect(pooler, autocommit=True, prepare_threshold=None)
    with one.transaction():
        one.execute("SELECT set_config('bierger.principal', %s, true)", ['{"kind": "person", "space": "11111111-1111-4111-8111-111111111111"}'])
        backend = one.execute("SELECT pg_backend_pid(), principal_kind()").fetchone()
        assert backend[1] == "person"
    with two.transaction():
        assert two.execute("SELECT pg_backend_pid(), principal_kind()").fetchone() == (backend[0], None)
    # The control experiment: set for the session instead of the transaction, and the next user is somebody else.
    one.execute("SELECT set_config('bierger.principal', %s, false)", ['{"kind": "person"}'])
    assert two.execute("SELECT pg_backend_pid(), principal_kind()").fetchone() == (backend[0], "person")
    one.close()
    two.close()


def test_the_product_works_through_the_pooler(pooler):
    from django.db import connections

    values = dict(part.split("=", 1) for part in pooler.split())
    direct = connections["default"]
    pooled = connections.create_connection("default")
    pooled.settings_dict = {
        **direct.settings_dict, "HOST": values["host"], "PORT": values["port"], "NAME": values["dbname"]
    }  # fmt: skip
    connections["default"] = pooled
    try:
        for _ in range(3):
            with acting_as(ANONYMOUS), connection.cursor() as cursor:
                cursor.execute("SELECT principal_kind()")
                assert cursor.fetchone() == ("anonymous",)
    finally:
        pooled.close()
        connections["default"] = direct
