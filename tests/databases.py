# SPDX-License-Identifier: EUPL-1.2
"""The suite's PostgreSQL: one server, one migrated template, one copy of it for each test process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql

from bierger.infra.postgres import EmbeddedPostgres
from bierger.infra.postgres.roles import ROLES, user

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "bierger_template"


def memory() -> Path | None:
    """A folder in memory, where there is room enough; None: the suite's server lives on the disk.

    A copy of the template is 800 files: 40 ms in memory, up to ten times that on a disk, and a thousand tests want one.
    """
    folder = Path("/dev/shm")
    roomy = folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > 4 * 2**30
    return folder if roomy else None


def server() -> EmbeddedPostgres:
    return EmbeddedPostgres(Path(os.environ["BIERGER_TEST_POSTGRES"]), fsync=False)


def environment(postgres: EmbeddedPostgres, database: str, role: str = "web") -> dict[str, str]:
    """What a process of the product needs to run against this server."""
    return {
        "BIERGER_ENV": "test",
        "DATABASE_URL": postgres.url(role, database),
        "BIERGER_SECRET_KEY": "a-secret-of-the-test-suite-that-guards-nothing-at-all-0123456789",
        "DJANGO_SETTINGS_MODULE": "bierger.site.settings",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }


def unstretched(postgres: EmbeddedPostgres) -> None:
    """The same passwords, checked in one round instead of 4,096: they are drawn at random, and a suite connects ten thousand times."""
    with psycopg.connect(**postgres.parameters("super", "postgres"), autocommit=True) as connection:
        if connection.info.server_version < 160_000:  # which always takes 4,096
            return
        connection.execute("SET scram_iterations = 1")
        for role in ROLES:
            password = postgres.parameters(role)["password"]
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(user(role)), sql.Literal(password)))


def make_template(postgres: EmbeddedPostgres, data: Path) -> None:
    """Migrate as owner, then let the fixture country and the packages in: every test database is a copy of this one."""
    unstretched(postgres)
    postgres.drop_database(TEMPLATE)
    postgres.create_database(TEMPLATE)
    values = {**os.environ, **environment(postgres, TEMPLATE, "owner"), "BIERGER_DATA": str(data)}
    for command in (["-m", "django", "migrate", "--verbosity=0"], ["-m", "tests.country"]):
        done = subprocess.run([sys.executable, *command], env=values, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
