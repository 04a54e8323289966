# SPDX-License-Identifier: EUPL-1.2
"""How long `./bierger demo` takes to start, to start again, and to be back after `kill -9` of one of its pieces.

Beside that, the memory of all its processes.

What is waited for, as somebody would who uses it:
first, second start   the sentence that says it is ready (site, sign-in, worker and log answer)
web                   a new process, and the catalogue answers
database              a new server, and the catalogue answers
worker                a new process has reported itself; jobs that the killed one held are given to others five seconds
                      after its last sign of life
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psycopg
from tests.ports import free_ports

from benchmarks import memory
from benchmarks.system import CLONE
from bierger.infra.postgres import EmbeddedPostgres
from bierger.site.demo.children import PATIENCE

LONGEST = 180.0  # seconds
LOOK = 0.02
PAUSE = PATIENCE + 1  # seconds between two kills of a piece
T = TypeVar("T")


class Demonstration:
    """A demonstration on a folder of its own, as a process that is told to stop at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_ports(2)
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> float:
        """Seconds until it says that it is ready."""
        ours = ("BIERGER_", "DJANGO_", "DATABASE_")
        environment = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        began = time.monotonic()
        self._process = subprocess.Popen(
            [CLONE / "bierger", "demo", "--port", str(self.port)],
            env={**environment, "BIERGER_DATA": str(self.folder)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        said = []
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said.append(line)
            if line.startswith("Started in"):
                return time.monotonic() - began
        raise RuntimeError(f"The demonstration did not start:\n{''.join(said)}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.communicate(timeout=60)
            self._process = None

    def back(self, kind: str) -> float:
        """Kill one piece, give back the seconds until it is back."""
        words = {"web": "bierger.site.wsgi", "worker": "bierger.site worker"}
        server = self._server()
        pid = self._child(words[kind]) if kind in words else server.pid()
        assert pid is not None
        began = time.monotonic()
        os.kill(pid, signal.SIGKILL)

        def new() -> int | None:
            found = self._child(words[kind]) if kind in words else server.pid()
            return found if found != pid else None

        fresh = _wait(new)
        _wait((lambda: self._beats(fresh)) if kind == "worker" else self._answers)
        return time.monotonic() - began

    def pss(self) -> float:
        """MiB of everything that runs: pieces, database, the supervisor and who watches it."""
        assert self._process is not None
        return memory.pss_of_trees(pid for pid in (self._process.pid, self._server().pid()) if pid)

    def _server(self) -> EmbeddedPostgres:
        return EmbeddedPostgres(self.folder / "postgres")

    def _child(self, words: str) -> int | None:
        """The supervisor's child whose command line holds `words`."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for child in children:
            with contextlib.suppress(OSError):
                if words in Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"):
                    return int(child)
        return None

    def look_around(self) -> None:
        """A few pages, so that the web process holds what it needs to answer."""
        for _ in range(20):
            _wait(self._answers)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/catalogue")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _beats(self, pid: int) -> bool:
        with contextlib.suppress(psycopg.Error), psycopg.connect(self._server().url("worker")) as connection:
            row = connection.execute("SELECT EXISTS (SELECT FROM infra_heartbeat WHERE name LIKE %s)", [f"%:{pid}"]).fetchone()
            return bool(row and row[0])
        return False


def _wait(question: Callable[[], T | None]) -> T:
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        if answer := question():
            return answer
        time.sleep(LOOK)
    raise RuntimeError("It did not come back.")


def measure(times: int) -> tuple[dict[str, list[float]], float]:
    """Seconds by what was measured (`times` each, the first start once), and MiB of all processes of a demonstration in use."""
    (CLONE / "var").mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=CLONE / "var"))
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    demonstration = Demonstration(folder)
    try:
        found = {"first start": [demonstration.start()], "second start": []}
        for _ in range(times):
            demonstration.stop()
            found["second start"].append(demonstration.start())
        demonstration.look_around()
        pss = demonstration.pss()
        for kind in ("web", "worker", "database"):
            # Apart from each other: what ends again within seconds is deliberately started again later and later.
            found[f"{kind} killed, back"] = []
            for _ in range(times):
                time.sleep(PAUSE)
                found[f"{kind} killed, back"].append(demonstration.back(kind))
    finally:
        demonstration.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return found, pss
