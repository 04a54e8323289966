# SPDX-License-Identifier: EUPL-1.2
"""PostgreSQL 15 or later: the distribution's own, too, takes every migration and tells the stories that lean on it most."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import databases
from tests.tools import not_run

OLDEST = 15
PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")  # Debian's; the PostgreSQL project's packages for others
STORIES = (
    "tests/system/test_majors.py::test_the_server_of_this_run",
    "tests/system/test_row_security.py",
    "tests/apps/catalogue/test_search.py",
    "tests/apps/cases/test_building_permit.py",
    "tests/apps/cases/test_residence_certificate.py",
)
ASKED = "BIERGER_TEST_MAJOR"


def installed() -> dict[int, Path]:
    """Folders of programs by major, from the system's packages."""
    found = {}
    for pattern in PLACES:
        for folder in Path("/").glob(pattern.lstrip("/")):
            major = re.search(r"\d+", str(folder.parent.name))
            if major and (folder / "initdb").is_file() and int(major[0]) >= OLDEST:
                found[int(major[0])] = folder
    return found


def test_the_server_of_this_run(db):
    """It is the one that was asked for; in a run of the whole suite, the embedded one."""
    from django.db import connection

    expected = int(os.environ.get(ASKED) or databases.server().major)
    assert connection.pg_version // 10_000 == expected


@pytest.mark.slow
def test_the_stories_on_the_distributions_postgresql():
    servers = installed()
    if not servers:
        not_run("no PostgreSQL of the distribution (Debian package postgresql); `make test` installs it when it can.")
    for major, folder in servers.items():
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("BIERGER_", "DATABASE_", "PYTEST_"))}
        done = subprocess.run(
            [sys.executable, "-m", "tests.system.on_major", str(folder), *STORIES],
            cwd=databases.ROOT,
            env={**environment, ASKED: str(major), "PYTHONPATH": f"{databases.ROOT / 'src'}{os.pathsep}{databases.ROOT}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"PostgreSQL {major}:\n{done.stdout[-8000:]}\n{done.stderr[-2000:]}"
        assert re.search(r"\b[4-9]\d passed", done.stdout), done.stdout[-2000:]
