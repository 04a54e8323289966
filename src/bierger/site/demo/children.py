# SPDX-License-Identifier: EUPL-1.2
"""One supervised process: start it, see that it ended, start it again later and later, stop it with all it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bierger.infra.postgres import die_with_parent
from bierger.site.demo.watchman import Watchman

LOG_LIMIT = 5 * 2**20  # bytes; a larger log is set aside when its process starts, one generation is kept
PATIENCE = 15.0  # seconds a process has lived after which its earlier ends are forgotten
LONGEST_PAUSE = 30.0  # seconds
# Waits before the first, second, ... new start in a row: what was killed once or twice is back at once.
_PAUSES = (0.0, 0.5, 2.0, 5.0, 10.0)


def open_log(log: Path) -> int:
    """A file descriptor to append to `log`."""
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_name(log.name + ".1"))
    return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def launch(command: Sequence[str], environment: Mapping[str, str], log: Path, cwd: Path) -> subprocess.Popen[bytes]:
    """Start a process as leader of a session of its own, so that it can be ended with everything it started.

    When the supervisor itself is killed, the kernel tells the process to end (Linux).
    """
    output = open_log(log)
    try:
        return subprocess.Popen(  # noqa: S603 - a list, no shell
            command,
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - prctl only; the supervisor has one thread
        )
    finally:
        os.close(output)


def how(status: int) -> str:
    """How a process ended, in words."""
    if status < 0:
        with contextlib.suppress(ValueError):
            return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"


@dataclass
class Child:
    """A process to keep alive. `title` is what the terminal calls it, with its article."""

    title: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    cwd: Path
    process: subprocess.Popen[bytes] | None = None
    ends: int = 0  # in a row
    started_at: float = 0.0
    due_at: float | None = None  # when to start it again
    watchman: Watchman | None = None

    def start(self) -> None:
        self.process = launch(self.command, self.environment, self.log, self.cwd)
        if self.watchman is not None:
            self.watchman.begins(self.process.pid)
        self.started_at, self.due_at = time.monotonic(), None

    def look(self) -> str | None:
        """Take one look: a sentence if something happened. Starts the process again when that is due."""
        if self.process is not None:
            status = self.process.poll()
            if status is None:
                return None
            return self._ended(status)
        if self.due_at is not None and time.monotonic() >= self.due_at:
            self.start()
        return None

    def _ended(self, status: int) -> str:
        assert self.process is not None
        self._sweep(self.process.pid)  # its own children still hold the port
        self.process = None
        self.ends = 1 if time.monotonic() - self.started_at > PATIENCE else self.ends + 1
        pause = _PAUSES[self.ends - 1] if self.ends <= len(_PAUSES) else LONGEST_PAUSE
        self.due_at = time.monotonic() + pause
        if pause == 0:
            self.start()
        if self.ends <= 2:
            return f"{self.title} {how(status)} and is started again."
        return f"{self.title} {how(status)}, {self.ends} times in a row: next try in {pause:.0f} s; its log is {self.log}."

    def ask_to_stop(self) -> None:
        self.due_at = None
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)

    def stop(self, until: float) -> None:
        """Wait for the end until `until` (monotonic clock), then end it and whatever it left behind."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=max(0.0, until - time.monotonic()))
        self._sweep(self.process.pid)
        self.process.wait()
        self.process = None

    def _sweep(self, group: int) -> None:
        # The group bears the number of its first process, and no other group can while a member of it lives.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
        if self.watchman is not None:
            self.watchman.ended(group)
