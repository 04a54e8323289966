# SPDX-License-Identifier: EUPL-1.2
"""`docs/howto/operate.md` from top to bottom, and `backup.md` on what came of it: a machine with a bare PostgreSQL, in production.

The pages' lines are run as they stand, but for names of places: addresses of the database, folders, the port, passwords.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from bierger.infra.postgres import EmbeddedPostgres
from tests.docs.blocks import ROOT, Block, block, blocks_of, shell
from tests.journeys.demonstration import clean_environment
from tests.ports import free_ports

OPERATE, BACKUP = "docs/howto/operate.md", "docs/howto/backup.md"
PASSWORD = "a-word-of-ones-own"
READY_WITHIN = 120.0  # seconds
pytestmark = pytest.mark.slow  # a new database cluster, a production of its own, all packages proved


@dataclass
class Machine:
    """server: PostgreSQL without anything of ours. place: stands for /srv, /safe. running: processes that stay."""

    server: EmbeddedPostgres
    place: Path
    port: int
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def address(self, role: str, database: str = "bierger") -> str:
        return f"postgresql://{role}:{PASSWORD}@/{database}?host={self.server.socket_folder}&port=5432"

    def environment(self, role: str) -> dict[str, str]:
        """The page's own, with what this machine calls things."""
        (page, _s3) = (one for one in blocks_of(OPERATE) if one.language == "env")
        given = dict(line.partition("=")[::2] for line in page.commands)
        assert given["DATABASE_URL"] == "postgresql://bierger_web:…@db.example.org/bierger"
        given |= {name: value.replace("…", "x" * 50).replace("/srv", str(self.place)) for name, value in given.items()}
        return {**clean_environment(), **given, "DATABASE_URL": self.address(role), "PATH": self.programs()}

    def programs(self) -> str:
        """psql, createdb and pg_dump of the server's own release go before any other's."""
        return f"{self.server.binary('pg_dump').parent}{os.pathsep}{os.environ['PATH']}"

    def administrator(self) -> dict[str, str]:
        """For psql and createdb, as whoever administers this PostgreSQL."""
        who = self.server.parameters("super")
        return {"PATH": self.programs(), "PGHOST": who["host"], "PGPORT": who["port"], "PGUSER": who["user"], "PGPASSWORD": who["password"]}

    def start(self, line: str, role: str) -> None:
        command = ["/bin/sh", "-c", f"exec env {line.partition('#')[0]}"]
        self.running.append(subprocess.Popen(command, cwd=ROOT, env=self.environment(role), start_new_session=True))

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=10) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with EmbeddedPostgres.temporary() as server:
        bare(server)
        made = Machine(server, tmp_path_factory.mktemp("machine"), free_ports())
        (made.place / "bierger").mkdir()
        yield made
        for process in made.running:
            os.killpg(process.pid, signal.SIGTERM)
        for process in made.running:
            process.wait(60)


def bare(server: EmbeddedPostgres) -> None:
    """As an administrator finds it: without our roles, our database, and extensions that the template would pass on."""
    with psycopg.connect(**server.parameters("super", "template1"), autocommit=True) as connection:
        connection.execute("DROP DATABASE bierger WITH (FORCE)")
        for role in ("owner", "web", "worker"):
            connection.execute(f"DROP ROLE bierger_{role}")
        for extension in ("btree_gist", "pg_trgm", "unaccent"):
            connection.execute(f"DROP EXTENSION {extension}")


@pytest.fixture(scope="module")
def installed(machine: Machine) -> Machine:
    """The page, from top to bottom."""
    followed = [follow(machine, one) for one in blocks_of(OPERATE)]
    assert followed == ["sql", "env", "sh", "sh", "sh", "sh", "sh", "sh", "env"]
    return machine


def follow(machine: Machine, one: Block) -> str:
    if one.language == "sql":
        words = ["psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--dbname=postgres"]
        text = one.text.replace("…", PASSWORD)
        done = subprocess.run(words, input=text, env=machine.administrator(), capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
    elif one.language == "sh":
        for line in one.commands:
            obey(machine, line)
        if "migrate" in one.text:
            a_country(machine)
    return one.language


def obey(machine: Machine, line: str) -> None:
    if "./bierger worker" in line:
        machine.start(line, "bierger_worker")
    elif "granian" in line:
        machine.start(line.replace("8000", str(machine.port)), "bierger_web")
    elif ".venv/bin/uv" in line:
        pass  # test_blocks.py runs it dry: installing would change the packages of everybody in this clone
    else:
        shell(line, machine.environment("bierger_owner"))


def a_country(machine: Machine) -> None:
    """The page's `--for mersch` is an administration of the demonstration."""
    load = "import django; django.setup(); from bierger.site.country.loader import load_country; load_country(issuer='https://x.example')"
    environment = {**machine.environment("bierger_owner"), "PYTHONPATH": "src", "DJANGO_SETTINGS_MODULE": "bierger.site.settings"}
    done = subprocess.run([sys.executable, "-c", load], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def test_an_installation_set_up_as_the_page_says_is_ready(installed: Machine) -> None:
    end = time.monotonic() + READY_WITHIN
    while not installed.is_ready():
        assert time.monotonic() < end
        assert all(process.poll() is None for process in installed.running)
        time.sleep(0.2)
    listed = shell("./bierger list", installed.environment("bierger_owner"))
    assert "commune/residence-certificate" in listed
    assert any((installed.place / "bierger/static").iterdir())
    # The proxy's part: without it, people are sent to https; with it, they are answered.
    assert status(installed, {}) == 301
    assert status(installed, {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}) == 200


def status(machine: Machine, headers: dict[str, str]) -> int:
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_given: object) -> None:
            return None

    asked = urllib.request.Request(f"http://127.0.0.1:{machine.port}/catalogue", headers={"Host": "guichet.example.org", **headers})
    try:
        with urllib.request.build_opener(Stay).open(asked, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as other:
        return other.code


def tiles_and_lists(log: Path) -> dict[Path, bytes]:
    """Every file of the log but those that the worker writes anew by itself: what is revoked, and the document types."""
    found = {path.relative_to(log): path.read_bytes() for path in log.rglob("*") if path.is_file()}
    return {path: data for path, data in found.items() if path.name not in ("revocations", "types.json") and path.parts[0] != "status"}


def test_the_log_of_an_installation_is_rebuilt_and_its_jobs_are_listed_as_the_page_says(installed: Machine) -> None:
    owner = installed.environment("bierger_owner")
    (rebuild,) = block(OPERATE, "./bierger rebuild-log").commands
    log = installed.place / "bierger/log"
    before = tiles_and_lists(log)
    shutil.rmtree(log)
    assert "exactly those of the last signed checkpoint" in shell(rebuild, owner)
    after = tiles_and_lists(log)
    # Incomplete tiles of earlier checkpoints are not made again: the wider ones hold all that they held.
    assert after == {path: data for path, data in before.items() if path in after}
    assert {Path("checkpoint"), Path("keys.json"), Path("keys.tlog-proof")} <= set(after)
    assert all(".p/" in str(path) for path in set(before) - set(after))
    listed, again = block(OPERATE, "./bierger jobs").commands
    assert "0 jobs not done." in shell(listed, owner)
    assert "0 jobs at once" in shell(again, owner)


def test_neither_web_nor_worker_own_or_pass_by_anything(installed: Machine) -> None:
    with psycopg.connect(**installed.server.parameters("super")) as connection:
        roles = connection.execute(
            "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb,"
            " (SELECT count(*) FROM pg_tables WHERE tableowner = rolname) > 0 FROM pg_roles WHERE rolname ~ '^bierger_(owner|web|worker)$' ORDER BY 1"
        ).fetchall()
    assert roles == [("bierger_owner", False, True), ("bierger_web", False, False), ("bierger_worker", False, False)]


def test_a_backup_is_made_and_restored_as_the_page_says(installed: Machine) -> None:
    safe = installed.place / "safe"
    safe.mkdir()
    owner = installed.environment("bierger_owner")
    (line,) = block(BACKUP, "./bierger backup").commands
    assert "Its key is" in shell(line, owner, **{"/safe/place": str(safe)})
    create, restore = block(BACKUP, "createdb").commands
    shell(create, installed.administrator())
    assert "postgresql://bierger_owner:…@db.example.org/bierger_new" in restore
    here = {
        "postgresql://bierger_owner:…@db.example.org/bierger_new": f"'{installed.address('bierger_owner', 'bierger_new')}'",
        "/srv": str(installed.place), "/safe/place": str(safe),
    }  # fmt: skip
    said = shell(restore, owner, **here)
    assert "leaves under a signed checkpoint" in said
    assert (installed.place / "bierger-new" / "keys").is_dir()
    shutil.rmtree(installed.place / "bierger-new")
