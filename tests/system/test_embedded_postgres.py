# SPDX-License-Identifier: EUPL-1.2
"""The embedded database with real servers: first start, killed, adopted, closed folders, refusals in one sentence."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import psycopg
import pytest

from bierger.infra.postgres import (
    EmbeddedPostgres,
    EmbeddedPostgresError,
    EnvironmentRefusedError,
    FolderFullError,
    FolderNotWritableError,
    OtherMajorError,
    PasswordsMissingError,
)
from bierger.infra.postgres import folder as folders

ROOT = os.geteuid() == 0
SOURCE = Path(__file__).resolve().parents[2] / "src"


@pytest.fixture(autouse=True)
def _in_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIERGER_ENV", "test")


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres.temporary() as running:
        yield running


def one(server: EmbeddedPostgres, role: str, query: str, database: str = "bierger") -> object:
    with psycopg.connect(server.url(role, database), autocommit=True) as connection:
        row = connection.execute(query).fetchone()
        return row[0] if row else None


def execute(server: EmbeddedPostgres, role: str, *statements: str) -> None:
    with psycopg.connect(server.url(role), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def wait_until(condition, seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())


def as_somebody_else(name: str, program: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess:
    """Run Python lines as account `name` if we are root, as ourselves otherwise. Root imports first: the account may not."""
    drop = f"import os; os.setgroups([]); os.setresgid(*[{pwd.getpwnam(name).pw_gid}]*3); os.setresuid(*[{pwd.getpwnam(name).pw_uid}]*3)"
    lines = f"import sys, encodings.idna, psycopg\nfrom pathlib import Path\nfrom bierger.infra.postgres import *\n{drop if ROOT else ''}\n{program}"
    return subprocess.run(
        [sys.executable, "-c", lines, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(SOURCE), **environment},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_new_database_has_its_roles_and_extensions(server):
    rights = "rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication, rolcanlogin"
    with psycopg.connect(server.url("super")) as connection:
        found = connection.execute(
            f"SELECT rolname, {rights} FROM pg_roles WHERE rolname LIKE 'bierger%' ORDER BY 1"
        ).fetchall()
        powerless = (False, False, False, False, False, True)
        assert [row for row in found if row[0] != "bierger_super"] == [
            ("bierger_owner", *powerless),
            ("bierger_web", *powerless),
            ("bierger_worker", *powerless),
        ]
        extensions = {row[0] for row in connection.execute("SELECT extname FROM pg_extension")}
        assert {"btree_gist", "pg_trgm", "unaccent"} <= extensions
        assert connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname='bierger'"
        ).fetchone() == ("bierger_owner",)
    assert server.version.split(".")[0] == str(server.major)


def test_letters_are_unicode_letters(server):
    assert one(server, "web", "SELECT upper('Lëtzebuergesch')") == "LËTZEBUERGESCH"
    assert one(server, "web", "SELECT show_trgm('ë') <> '{}'") is True
    assert one(server, "web", "SELECT to_tsvector('simple', 'Käerjeng')::text") == "'käerjeng':1"


def test_the_application_roles_can_create_nothing(server):
    statements = ("CREATE TABLE t (a int)", "CREATE TEMP TABLE t (a int)", "CREATE SCHEMA s", "SET ROLE bierger_owner")
    for role, statement in product(("web", "worker"), statements):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            execute(server, role, statement)


def test_a_second_start_finds_the_data(server):
    execute(server, "owner", "CREATE TABLE kept (a int)", "INSERT INTO kept VALUES (42)")
    address = server.url("web")
    again = EmbeddedPostgres(server.folder, fsync=False)
    server.stop(keep=True)
    assert not again.is_running()
    again.start()
    assert one(again, "owner", "SELECT a FROM kept") == 42
    assert again.url("web") == address


def test_another_process_adopts_and_stops_the_running_server(server):
    other = EmbeddedPostgres(server.folder, fsync=False)
    before = server.pid()
    other.start()
    assert other.pid() == before
    other.stop()
    assert not server.is_running()
    server.start()
    assert server.is_running()
    assert server.pid() != before


def test_committed_rows_survive_kill_9_and_the_stale_pid_file_is_no_obstacle(server):
    execute(server, "owner", "CREATE TABLE kept (a int)", "INSERT INTO kept VALUES (1)")
    with psycopg.connect(server.url("owner")) as busy:  # a child that works on while its server dies
        backend = busy.info.backend_pid
        os.kill(backend, signal.SIGSTOP)
        killed = server.pid()
        os.kill(killed, signal.SIGKILL)
        assert wait_until(lambda: server.pid() is None)
        assert (server.data_folder / "postmaster.pid").exists()
        server.start()
        assert not Path(f"/proc/{backend}/cwd").exists()  # at most a zombie, without a folder
    assert server.pid() != killed
    assert one(server, "owner", "SELECT a FROM kept") == 1


def test_a_pid_file_whose_number_belongs_to_another_program_now_is_cleared(server):
    server.stop(keep=True)
    file = server.data_folder / "postmaster.pid"
    file.write_text(f"{os.getpid()}\n{server.data_folder}\n1700000000\n5432\n{server.socket_folder}\n\n1 2\nready\n")
    owner = server.data_folder.stat()
    os.chown(file, owner.st_uid, owner.st_gid)
    assert server.pid() is None
    server.start()
    assert server.is_running()


def test_an_initialisation_that_was_interrupted_is_begun_again(server):
    server.stop(keep=True)
    server.data_folder.rename(server.data_folder.with_name("data.part"))
    (server.data_folder.with_name("data.part") / "PG_VERSION").unlink()
    server.start()
    assert one(server, "web", "SELECT 1") == 1
    assert not server.data_folder.with_name("data.part").exists()


def test_every_file_is_closed_to_others_and_the_socket_asks_for_a_password(server):
    assert stat.S_IMODE((server.folder / "passwords.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(server.data_folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.log_file.stat().st_mode) == 0o600
    assert not list(server.folder.glob("initial-password*"))
    program = "print(psycopg.connect(sys.argv[1]).execute('SELECT current_user').fetchone()[0])"
    allowed = as_somebody_else("daemon", program, server.url("web"))
    assert allowed.stdout.strip() == "bierger_web", allowed.stderr
    parts = server.parameters("super")
    for password in ("", "wrong"):
        refused = as_somebody_else(
            "daemon", program, f"postgresql://{parts['user']}:{password}@/bierger?host={parts['host']}"
        )
        assert refused.returncode != 0
        assert "password" in refused.stderr


def test_the_server_is_not_on_the_network(server):
    assert one(server, "web", "SHOW listen_addresses") == ""


def test_the_log_keeps_neither_statements_nor_values(server):
    execute(server, "owner", "CREATE TABLE u (a text PRIMARY KEY)", "INSERT INTO u VALUES ('Jempi-1')")
    for statement in ("INSERT INTO u VALUES ('Jempi-1')", "SELECT 'Jempi-2' FROM nowhere"):
        with pytest.raises(psycopg.Error):
            execute(server, "owner", statement)
    log = server.log_file.read_text()
    assert "nowhere" in log  # it does log errors
    assert "Jempi" not in log


def test_databases_are_copied_from_a_template_and_dropped_with_their_users(server):
    execute(server, "owner", "CREATE TABLE t AS SELECT 7 AS a", "GRANT SELECT ON t TO bierger_web")
    server.create_database("copy", template="bierger")
    server.create_database("copy", template="bierger")  # a second time changes nothing
    assert one(server, "web", "SELECT a FROM t", "copy") == 7
    with psycopg.connect(server.url("web", "copy")):
        server.drop_database("copy")
    assert not server.database_exists("copy")
    server.drop_database("copy")


def test_root_runs_under_another_account_and_opens_no_folder(tmp_path):
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    server = EmbeddedPostgres(closed / "clone" / "var" / "postgres", fsync=False, die_with_parent=True)
    try:
        with server:
            assert one(server, "web", "SELECT 1") == 1
            uid = Path(f"/proc/{server.pid()}").stat().st_uid
            again = EmbeddedPostgres(server.folder, fsync=False)
            assert again.data_folder == server.data_folder
            assert again.pid() == server.pid()
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert uid != 0
        assert (server.data_folder.is_relative_to(closed)) is not ROOT
    finally:
        shutil.rmtree(server.data_folder.parent)


def test_a_long_path_gets_a_short_socket(tmp_path):
    folder = tmp_path.joinpath(*["a-folder-with-quite-a-long-name"] * 4)
    server = EmbeddedPostgres(folder, fsync=False, die_with_parent=True)
    home = server.data_folder.parent
    assert len(os.fsencode(server.socket_folder)) <= folders.SOCKET_LIMIT
    shutil.rmtree(home)


def test_a_trap_at_the_socket_folder_is_refused(tmp_path):
    account = folders.Account(name="x", uid=os.geteuid(), gid=os.getegid(), switch=False)
    target = tmp_path / "elsewhere"
    target.mkdir()
    (tmp_path / "socket").symlink_to(target)
    with pytest.raises(FolderNotWritableError):
        folders.make_socket_folder(folders.Home(path=tmp_path, socket=tmp_path / "socket"), account)


def test_it_dies_with_the_process_that_started_it():
    program = "s = EmbeddedPostgres.temporary(); s.start(); print(s.pid(), s.folder, flush=True); sys.stdin.read()"
    lines = f"import sys\nfrom bierger.infra.postgres import *\n{program}"
    with subprocess.Popen(
        [sys.executable, "-c", lines],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        pid, folder = process.stdout.readline().split()
        assert Path(f"/proc/{pid}/cwd").exists()
        process.kill()
    assert wait_until(lambda: not Path(f"/proc/{pid}/cwd").exists())
    with EmbeddedPostgres.temporary():
        assert not Path(folder).exists()  # the next one sweeps what nobody holds any more


def test_stopping_a_temporary_server_leaves_nothing():
    with EmbeddedPostgres.temporary() as server:
        folder, pid = server.folder, server.pid()
        assert folder.exists()
    assert not folder.exists()
    assert not Path(f"/proc/{pid}/cwd").exists()


# -- refusals, one sentence each --------------------------------------------------------------------------------------


@pytest.mark.parametrize("environment", ["", "production", "prod"])
def test_refused_outside_demonstration_and_tests(monkeypatch, tmp_path, environment):
    monkeypatch.setenv("BIERGER_ENV", environment)
    with pytest.raises(EnvironmentRefusedError, match="DATABASE_URL"):
        EmbeddedPostgres(tmp_path / "postgres")
    assert not (tmp_path / "postgres").exists()


def test_the_data_of_another_major_are_not_touched(server):
    server.stop(keep=True)
    version = server.data_folder / "PG_VERSION"
    version.write_text("14\n")
    before = sorted(path.name for path in server.data_folder.iterdir())
    with pytest.raises(OtherMajorError) as caught:
        server.start()
    sentence = str(caught.value)
    assert "PostgreSQL 14" in sentence
    assert f"PostgreSQL {server.major}" in sentence
    assert "./bierger backup" in sentence
    assert "./bierger restore" in sentence
    assert "\n" not in sentence
    assert sorted(path.name for path in server.data_folder.iterdir()) == before
    version.write_text(f"{server.major}\n")
    server.start()


def test_a_folder_that_cannot_be_made_gets_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderNotWritableError, match="BIERGER_DATA") as caught:
        EmbeddedPostgres(tmp_path / "file" / "postgres")
    assert "\n" not in str(caught.value)


def test_a_read_only_folder_gets_one_sentence():
    folder = folders.temporary(folders.Account(name="", uid=0, gid=0, switch=False))
    folder.chmod(0o555)
    try:
        program = "try:\n    EmbeddedPostgres(Path(sys.argv[1]) / 'postgres')\nexcept FolderNotWritableError as e:\n    print(e)"
        said = as_somebody_else("nobody", program, folder)
        assert "cannot be written (permission denied)" in said.stdout, said.stderr
        assert said.stdout.count("\n") == 1
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)


def test_no_space_left_gets_one_sentence(monkeypatch, server):
    server.stop(keep=True)
    monkeypatch.setattr(folders, "NEEDED_OLD", 2**62)  # more than any disk has
    with pytest.raises(FolderFullError, match="no space left") as caught:
        server.start()
    assert "\n" not in str(caught.value)


def test_lost_passwords_get_one_sentence(server):
    server.stop(keep=True)
    (server.folder / "passwords.json").write_text("{")
    with pytest.raises(PasswordsMissingError):
        server.start()


def test_every_error_has_its_own_stable_code():
    codes = [error.code for error in EmbeddedPostgresError.__subclasses__()]
    assert len(codes) == len(set(codes)) == 9
