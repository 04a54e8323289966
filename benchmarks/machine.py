# SPDX-License-Identifier: EUPL-1.2
"""On what it was measured."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from importlib.metadata import version
from pathlib import Path

import psycopg

from bierger.infra.postgres import EmbeddedPostgres


def describe(server: EmbeddedPostgres, folder: Path) -> dict[str, object]:
    """Machine, versions, date, and the settings of the database that decide about speed, as it says them itself."""
    with psycopg.connect(server.url("web")) as connection:
        rows = connection.execute(
            "SELECT name, current_setting(name) FROM pg_settings"
            " WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers')"
        ).fetchall()
    return {
        **here(folder),
        "postgresql": server.version,
        "settings": dict(rows),
        "versions": {name: version(name) for name in ("django", "psycopg", "granian", "procrastinate")},
    }


def here(folder: Path) -> dict[str, object]:
    """The machine, without a database."""
    return {
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "kernel": ".".join(platform.release().split(".")[:2]),  # the rest names a machine
        "file_system": _file_system(folder),
        "python": platform.python_version(),
        "commit": _commit(),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _file_system(folder: Path) -> str:
    done = subprocess.run(["stat", "--file-system", "--format=%T", str(folder)], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip()
