# SPDX-License-Identifier: EUPL-1.2
"""The system as the demonstration runs it, on a private folder: database with fsync, simulators, web, worker.

The pieces are the demonstration's own (`bierger.site.demo.pieces`): the same commands, roles and environments. Only the
supervisor is left out, and each process is started when its measurement needs it.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from tests.ports import free_ports

from bierger.infra.postgres import EmbeddedPostgres, Role
from bierger.site.demo import pieces, statics
from bierger.site.demo.children import Child
from bierger.site.demo.place import CLONE, Place, bare

# Every prepared submission is somebody else's, so no limit is touched; the bench must still never measure a refusal.
NO_LIMITS = {f"BIERGER_{what}_LIMIT": "1000000" for what in ("SUBMIT", "SIGN_IN", "START", "VERIFY")}


class System:
    """Everything on one folder; `with System.temporary() as system:` removes it afterwards."""

    def __init__(self, folder: Path, *, web_processes: int = pieces.WEB_PROCESSES) -> None:
        self._web_processes = web_processes
        self.place = Place(data=folder, port=free_ports(2))
        self.server = EmbeddedPostgres(folder / "postgres", fsync=True, die_with_parent=True)
        self._children: dict[str, Child] = {}

    @classmethod
    def temporary(cls, *, web_processes: int = pieces.WEB_PROCESSES) -> Self:
        # Below var/, on the disk of the clone: /tmp may be memory, where fsync costs nothing.
        (CLONE / "var").mkdir(exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="bench-", dir=CLONE / "var"))
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        return cls(folder, web_processes=web_processes)

    def __enter__(self) -> Self:
        self.place.make()
        self.place.secrets()
        try:
            self.server.start()
            with statics.gathering() as changed:
                if changed is not None:
                    self._run(*pieces.gathering_statics(self.place, self.server))
                    statics.gathered(changed)
            self._run(*pieces.preparation(self.place, self.server))
            names = ("web", "worker", "simulators")
            children = pieces.supervised(self.place, self.server, processes=self._web_processes)
            self._children = dict(zip(names, children, strict=True))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self._children):
            self.stop(name)
        self.server.stop()
        shutil.rmtree(self.place.data, ignore_errors=True)

    def start(self, name: str) -> None:
        """simulators, web or worker; the first two answer when this returns."""
        child = self._children[name]
        child.environment = {**child.environment, **NO_LIMITS}
        child.start()
        if name == "web":
            self._wait_for(self.place.port, "/catalogue")
        elif name == "simulators":
            self._wait_for(self.place.simulators_port, "/.well-known/openid-configuration")

    def stop(self, name: str) -> None:
        child = self._children[name]
        child.ask_to_stop()
        child.stop(time.monotonic() + 15)

    def sessions(self) -> dict[str, int]:
        """Name of a piece -> number of its session (the process that began it)."""
        found = {name: child.process.pid for name, child in self._children.items() if child.process is not None}
        postmaster = self.server.pid()
        return found | ({"postgres": postmaster} if postmaster else {})

    def inside(self, step: str, role: Role, **arguments: object) -> dict[str, object]:
        """Run a step of `benchmarks.inside` with Django, as a database role, in a process of its own; its JSON answer."""
        environment = bare() | self.place.environment(self.server, role) | NO_LIMITS
        environment["PYTHONPATH"] = f"{CLONE / 'src'}{os.pathsep}{CLONE}"
        told = self._run([sys.executable, "-m", "benchmarks.inside", step, json.dumps(arguments)], environment)
        answer: dict[str, object] = json.loads(told.splitlines()[-1])
        return answer

    def _run(self, command: list[str], environment: Mapping[str, str]) -> str:
        done = subprocess.run(command, env=dict(environment), cwd=CLONE, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        return done.stdout

    def _wait_for(self, port: int, path: str, seconds: float = 60.0) -> None:
        until, said = time.monotonic() + seconds, ""
        while time.monotonic() < until:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            try:
                connection.request("GET", path)
                if connection.getresponse().status == 200:
                    return
            except (OSError, http.client.HTTPException) as error:
                said = str(error)
            finally:
                connection.close()
            time.sleep(0.1)
        raise RuntimeError(f"{path} on port {port} does not answer ({said}); see {self.place.logs}.")
