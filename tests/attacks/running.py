# SPDX-License-Identifier: EUPL-1.2
"""The whole product in real processes of this test alone: PostgreSQL, web, worker, registers. Each may be killed and comes back."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import requests
from django.db import connections

from bierger.infra.postgres import EmbeddedPostgres
from bierger.infra.principal import Principal
from tests import databases
from tests.attacks.killing import kill_database, revive_database
from tests.clients import client_of
from tests.ports import free_ports

DATABASE = databases.TEMPLATE
SECRET = "a" * 32  # the form token that browsers of this test carry


class Product:
    """Processes by name: web, worker, database."""

    def __init__(self, server: EmbeddedPostgres, data: Path, issuer: str) -> None:
        self.server, self.data, self.issuer = server, data, issuer
        self.port = free_ports()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        if name == "database":
            revive_database(self.server)
            return
        granian = [*("-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws", "--host", "127.0.0.1"),
                   *("--port", str(self.port), "--log-level", "error", "bierger.site.wsgi:application")]  # fmt: skip
        arguments = granian if name == "web" else ["-m", "bierger.site", "worker"]
        self.processes[name] = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=databases.ROOT,
            start_new_session=True,  # killed as a group: granian's own child too
            stderr=(self.data / f"{name}.log").open("ab"),
            env={**os.environ, **databases.environment(self.server, DATABASE, name), "BIERGER_DATA": str(self.data),
                 "BIERGER_REGISTER_URL": f"{self.issuer}/register", "BIERGER_REGISTER_SECRET": "local-only",
                 "BIERGER_SUBMIT_LIMIT": "10000", "BIERGER_START_LIMIT": "10000", "BIERGER_VERIFY_LIMIT": "10000"},
        )  # fmt: skip

    def kill(self, name: str) -> None:
        """SIGKILL, to all of it at once."""
        if name == "database":
            kill_database(self.server)
            return
        os.killpg(self.processes[name].pid, signal.SIGKILL)
        self.processes[name].wait()

    def end(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def revive(self) -> None:
        """What a supervisor does: whoever ended by itself is started again."""
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                self.start(name)

    def number(self, statement: str, *values: object) -> int:
        with psycopg.connect(**self.server.parameters("super", DATABASE), autocommit=True) as seen:
            return int(seen.execute(statement, values).fetchone()[0])

    def browser(self, who: Principal) -> requests.Session:
        """A browser with this principal's session and a form token."""
        browser = requests.Session()
        browser.cookies["bierger_session"] = client_of(who).cookies["bierger_session"].value
        browser.cookies["bierger_csrf"] = SECRET
        browser.headers["X-CSRFToken"] = SECRET
        return browser

    def listens(self) -> bool:
        """Does the web process take connections?"""
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", self.port)) == 0

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @contextmanager
    def own_connection(self) -> Iterator[None]:
        """This process speaks to this product's database for a while."""
        from bierger.site.settings import _database as parse

        web = connections["default"]
        other = connections.create_connection("default")
        other.settings_dict = {**web.settings_dict, **parse(self.server.url("web", DATABASE))}
        connections["default"] = other
        try:
            yield
        finally:
            other.close()
            connections["default"] = web


@contextmanager
def product(data: Path, issuer: str) -> Iterator[Product]:
    """Migrated and furnished as every test database, running."""
    server = EmbeddedPostgres.temporary()
    server.start()
    made = Product(server, data, issuer)
    try:
        databases.make_template(server, data)
        made.start("web")
        made.start("worker")
        yield made
    finally:
        made.end()
        server.stop()


def until(true: Callable[[], object], seconds: float, product: Product) -> None:
    """Wait for `true()`; processes that ended meanwhile are started again."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        product.revive()
        if true():
            return
        time.sleep(0.3)
    logs = {path.name: path.read_text("utf-8", "replace")[-3000:] for path in product.data.glob("*.log")}
    raise AssertionError(f"It did not happen within {seconds:.0f} seconds. {logs}")
