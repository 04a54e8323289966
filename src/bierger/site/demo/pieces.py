# SPDX-License-Identifier: EUPL-1.2
"""What the demonstration consists of: which command, in which role, with which environment."""

from __future__ import annotations

import sys

from bierger.infra.postgres import EmbeddedPostgres
from bierger.site.demo.children import Child
from bierger.site.demo.place import CLONE, Place, bare

WEB_PROCESSES = 1  # a second costs 80 MiB and three seconds of processor at each start (docs/explain/performance.md)
WEB_THREADS = 8  # each holds one database connection; below max_connections with room for worker and tools
SIMULATOR_THREADS = 4


def _python() -> dict[str, str]:
    return {"PYTHONPATH": str(CLONE / "src"), "PYTHONUNBUFFERED": "1"}


def _site_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "bierger.site", *arguments]


def _granian(application: str, host: str, port: int, *, processes: int, threads: int) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"),
        *("--host", host, "--port", str(port), "--workers", str(processes)),
        *("--blocking-threads", str(threads), "--blocking-threads-idle-timeout", "600"),
        *("--workers-kill-timeout", "5", "--log-level", "warning", application),
    ]


def preparation(place: Place, server: EmbeddedPostgres) -> tuple[list[str], dict[str, str]]:
    """Migrations, packages, demonstration country: command and environment. The only one with the owner's address."""
    return _site_command("demo-prepare"), bare() | place.environment(server, "owner") | _python()


def gathering_statics(place: Place, server: EmbeddedPostgres) -> tuple[list[str], dict[str, str]]:
    """Style sheets, scripts and pictures into one folder: command and environment."""
    command = _site_command("manage", "collectstatic", "--noinput", "--verbosity", "0")
    return command, bare() | place.environment(server, "web") | _python()


def supervised(place: Place, server: EmbeddedPostgres, *, processes: int = WEB_PROCESSES) -> list[Child]:
    """The processes to keep alive, in the order in which they start: the one that takes longest first.

    processes: of the web; they share WEB_THREADS.
    """
    web = bare() | place.environment(server, "web") | _python()
    worker = bare() | place.environment(server, "worker") | _python()
    simulators = bare() | place.environment(None, None) | _python()
    return [
        Child(
            title="The web process",
            command=_granian(
                "bierger.site.wsgi:application", place.host, place.port, processes=processes, threads=WEB_THREADS // processes
            ),
            environment=web,
            log=place.logs / "web.log",
            cwd=CLONE,
        ),
        Child(
            title="The worker",
            command=_site_command("worker"),
            environment=worker,
            log=place.logs / "worker.log",
            cwd=CLONE,
        ),
        Child(
            title="The simulators (sign-in, registers)",
            command=_granian(
                "bierger.simulators.wsgi:application", place.host, place.simulators_port, processes=1, threads=SIMULATOR_THREADS
            ),
            environment=simulators,
            log=place.logs / "simulators.log",
            cwd=CLONE,
        ),
    ]
