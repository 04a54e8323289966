# SPDX-License-Identifier: EUPL-1.2
"""The demonstration, started as a person would: `./bierger demo`, on free ports and a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_ports

CLONE = Path(__file__).resolve().parents[2]
READY_WITHIN = 300.0
STOPPED_WITHIN = 120.0


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
    port, environment = free_ports(2), clean_environment() | {"BIERGER_DATA": str(folder / "var")}
    # A whole run signs in more often from one address than a household does in ten minutes.
    environment |= {"BIERGER_SIGN_IN_LIMIT": "1000", "BIERGER_SUBMIT_LIMIT": "1000", "BIERGER_START_LIMIT": "1000", "BIERGER_VERIFY_LIMIT": "1000"}
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
