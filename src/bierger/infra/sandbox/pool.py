# SPDX-License-Identifier: EUPL-1.2
"""Workers for untrusted bytes: started when first needed, watched by the clock, killed and replaced when they misbehave.

A pool is one worker; `Lanes` are several, the second started only when the first has something to do. Several threads wait in
turn; a pool with `at_once` sends away at once (SandboxBusy) whoever would be one too many, so that strangers never hold more
threads of the web than that. A call, step by step:
1. Take the worker, or start one: `python -m MODULE` with a bare environment.
2. Send the frame, wait for the answer at most `Limits.seconds` of wall time.
3. No answer in time: kill it, answer "timeout". Dead by itself: CPU limit means "timeout", anything else "memory" (a refused
   allocation ends Typst with an abort, Python with MemoryError).
4. A worker that answered is used again, up to `USES` times: what a library leaks does not pile up.
"""

from __future__ import annotations

import atexit
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from bierger.infra.errors import SandboxBusy
from bierger.infra.sandbox.frames import FrameBroken, read_frame, write_frame

SOURCE = Path(__file__).resolve().parents[4]
USES = 500
START_SECONDS = 30.0  # a loaded machine may take long to start Python; the job's own time begins afterwards
IDLE_SECONDS = 300.0
# Nobody waits longer for those before them. So a thread of the web is held by the sandbox for at most this, a start, and the
# seconds of its own job, however many strangers send hard files at once; the others are asked to come back.
WAIT_SECONDS = 3.0
# Nothing listens on port 9. Where the kernel refuses a network namespace, this still leads nowhere.
NOWHERE = "http://127.0.0.1:9"
_BUSY = "Others' files are being opened; this one was not looked at."


@dataclass(frozen=True)
class Limits:
    """seconds: wall and CPU time of one job. memory: bytes of address space of the worker."""

    seconds: float = 10.0
    memory: int = 800_000_000


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Answer:
    """outcome: "ok", "error" (the operation refused, see body["code"]), "timeout" or "memory"."""

    outcome: str
    body: Mapping[str, object] = field(default_factory=dict)
    parts: Mapping[str, bytes] = field(default_factory=dict)


class Worker:
    """One process, and the pipe to it. `module`: of an app, calls `worker.main`."""

    def __init__(self, module: str, memory: int, niceness: int, *, proxy: str = NOWHERE) -> None:
        self.memory = memory
        self.uses = 0
        self.used_at = time.monotonic()
        self.folder = tempfile.mkdtemp(prefix="bierger-sandbox-")  # ours to remove: a killed worker cannot
        environment = {
            "PATH": "/usr/bin:/bin",
            "TMPDIR": self.folder,
            "PYTHONPATH": str(SOURCE),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LANG": "C.UTF-8",
            "RAYON_NUM_THREADS": "1",  # one thread: CPU time is wall time, and two cores are not taken by one letter
            **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), proxy),
        }
        self.process = subprocess.Popen(  # noqa: S603 - our own module, no shell, no input in the command
            [sys.executable, "-s", "-m", module, str(memory), str(niceness)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd="/",
            start_new_session=True,  # a Ctrl-C at the terminal is for the supervisor, not for a letter in the middle
        )
        self._await(START_SECONDS)
        read_frame(self._out)

    @property
    def _out(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout

    def _await(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._out], [], [], seconds)
        return bool(ready)

    def call(self, operation: str, body: Mapping[str, object], parts: Mapping[str, bytes], limits: Limits) -> Answer:
        self.uses += 1
        assert self.process.stdin is not None
        try:
            write_frame(self.process.stdin, {"operation": operation, "seconds": limits.seconds, **body}, parts)
            if not self._await(limits.seconds):
                return Answer("timeout")
            frame = read_frame(self._out)
        except (OSError, FrameBroken):
            frame = None
        if frame is None:
            return Answer(self._cause_of_death())
        self.used_at = time.monotonic()
        answer, files = frame
        return Answer(str(answer.pop("outcome")), answer, files)

    def _cause_of_death(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        return "timeout" if self.process.returncode == -signal.SIGXCPU else "memory"

    def end(self) -> None:
        with suppress(OSError):
            self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        shutil.rmtree(self.folder, ignore_errors=True)


class Pool:
    """One worker, a lock, and a timer that ends it after idle minutes. at_once: how many may be inside or wait, None for all."""

    def __init__(self, module: str, *, at_once: int | None = None, niceness: int = 0) -> None:
        self.module = module
        self.lock = threading.Lock()
        self.room = None if at_once is None else threading.BoundedSemaphore(at_once)
        self.niceness = niceness
        self.worker: Worker | None = None
        self.pid = os.getpid()
        self.timer: threading.Timer | None = None

    def run(self, operation: str, body: Mapping[str, object], parts: Mapping[str, bytes], limits: Limits) -> Answer:
        if self.room is not None and not self.room.acquire(blocking=False):
            raise SandboxBusy(_BUSY)
        try:
            return self._in_turn(operation, body, parts, limits)
        finally:
            if self.room is not None:
                self.room.release()

    def _in_turn(self, operation: str, body: Mapping[str, object], parts: Mapping[str, bytes], limits: Limits) -> Answer:
        if not self.lock.acquire(timeout=WAIT_SECONDS):
            raise SandboxBusy(_BUSY)
        try:
            worker = self._worker(limits.memory)
            answer = worker.call(operation, body, parts, limits)
            if answer.outcome in ("timeout", "memory") or worker.uses >= USES:
                self._end()
            else:
                self._watch()
            return answer
        finally:
            self.lock.release()

    def _worker(self, memory: int) -> Worker:
        if self.worker is not None and (self.worker.memory != memory or self.worker.process.poll() is not None):
            self._end()
        if self.worker is None:
            self.worker = Worker(self.module, memory, self.niceness)
        return self.worker

    def _watch(self) -> None:
        if self.timer is None:
            self.timer = threading.Timer(IDLE_SECONDS, self._rest)
            self.timer.daemon = True
            self.timer.start()

    def _rest(self) -> None:
        with self.lock:
            self.timer = None
            if self.worker is None:
                return
            if time.monotonic() - self.worker.used_at >= IDLE_SECONDS - 1:
                self._end()
            else:
                self._watch()

    def _end(self) -> None:
        if self.worker is not None:
            self.worker.end()
            self.worker = None

    def stop(self) -> None:
        with self.lock:
            self._end()


class Lanes:
    """Several pools of one worker each. Whoever comes takes the one used last: the others start when it is busy, and end idle."""

    def __init__(self, module: str, count: int) -> None:
        self.room = threading.BoundedSemaphore(count)
        self.idle = [Pool(module) for _ in range(count)]
        self.all = tuple(self.idle)

    def run(self, operation: str, body: Mapping[str, object], parts: Mapping[str, bytes], limits: Limits) -> Answer:
        if not self.room.acquire(timeout=WAIT_SECONDS):
            raise SandboxBusy(_BUSY)
        lane = self.idle.pop()  # there is one: the semaphore counts them
        try:
            return lane.run(operation, body, parts, limits)
        finally:
            self.idle.append(lane)
            self.room.release()

    @property
    def worker(self) -> Worker | None:
        """Of the lane that is taken next."""
        return self.idle[-1].worker

    def stop(self) -> None:
        for lane in self.all:
            lane.stop()


class Sandbox:
    """The pools of one app, by kind, for each process of ours.

    By process: a web server that forks its workers after the first use must not share one pipe among them.
    """

    def __init__(self, make: Callable[[str], Pool | Lanes]) -> None:
        self.make = make
        self.pools: dict[tuple[int, str], Pool | Lanes] = {}
        atexit.register(self.stop)

    def pool(self, kind: str) -> Pool | Lanes:
        key = (os.getpid(), kind)
        if key not in self.pools:
            self.pools.setdefault(key, self.make(kind))
        return self.pools[key]

    def stop(self) -> None:
        """End this process's workers, if there are any."""
        for (process, _), pool in list(self.pools.items()):
            if process == os.getpid():
                pool.stop()
