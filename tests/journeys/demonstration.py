# SPDX-License-Identifier: EUPL-1.2
"""The demonstration, started as a person would: `./bierger demo`, on free ports and a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

CLONE = Path(__file__).resolve().parents[2]
READY_WITHIN = 180.0
STOPPED_WITHIN = 30.0


@dataclass(frozen=True)
class Demonstration:
    """A running demonstration: its address, its data folder."""

    url: str
    data: Path

    def verify(self, document: Path) -> subprocess.CompletedProcess[str]:
        """`./bierger verify FILE --log URL`: what somebody else's machine would say."""
        command = [str(CLONE / "bierger"), "verify", str(document), "--log", f"{self.url}/log"]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=clean_environment())


def clean_environment() -> dict[str, str]:
    """This process's environment without what the suite's own database and settings need."""
    ours = ("BIERGER_", "DJANGO_", "PYTHONPATH", "DATABASE_URL")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


@contextmanager
def running() -> Iterator[Demonstration]:
    folder = Path(tempfile.mkdtemp(prefix="bierger-journeys-"))
    port, environment = free_pair(), clean_environment() | {"BIERGER_DATA": str(folder / "var")}
    # A whole run signs in more often from one address than a household does in ten minutes.
    environment |= {"BIERGER_SIGN_IN_LIMIT": "1000", "BIERGER_SUBMIT_LIMIT": "1000"}
    said = folder / "demo.txt"
    with said.open("wb") as output:
        process = subprocess.Popen(
            [str(CLONE / "bierger"), "demo", "--port", str(port)], stdout=output, stderr=subprocess.STDOUT, env=environment
        )
        try:
            url = f"http://localhost:{port}"
            _wait_until_ready(process, url, said)
            yield Demonstration(url, folder / "var")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(STOPPED_WITHIN)
            shutil.rmtree(folder, ignore_errors=True)


def free_pair() -> int:
    """A port that is free together with the next one, where the simulators listen."""
    for _ in range(100):
        with closing(socket.socket()) as first, closing(socket.socket()) as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port
    raise AssertionError("No two ports in a row are free.")


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, said: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        assert process.poll() is None, f"The demonstration ended:\n{said.read_text()}"
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise AssertionError(f"The demonstration was not ready in {READY_WITHIN:.0f} s:\n{said.read_text()}")
