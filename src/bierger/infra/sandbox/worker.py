# SPDX-License-Identifier: EUPL-1.2
"""The process in which untrusted bytes are opened: an app's module that calls `main`, run as `python -m MODULE MEMORY NICENESS`.

Before the first job it gives up what it does not need: memory beyond MEMORY bytes, core dumps, large files, and, where the kernel
lets it, the network (a new, empty network namespace). Then: a frame in, a frame out, until the pool closes the pipe.
"""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from bierger.infra.sandbox.frames import read_frame, write_frame
from bierger.infra.sandbox.refusals import Refused

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
MAX_FILE = 100_000_000
MAX_OPEN = 64

Body = Mapping[str, object]
Parts = Mapping[str, bytes]
Operation = Callable[[Body, Parts], tuple[dict[str, object], dict[str, bytes]]]
Load = Callable[[], Mapping[str, Operation]]


def give_up_rights(memory: int) -> None:
    """Limits that cannot be taken back. Without the right to a namespace, the dead proxy and the refused imports remain."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE, MAX_FILE))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MAX_OPEN, MAX_OPEN))


def allow_cpu(seconds: float) -> None:
    """So much CPU time more, counted from now; then SIGXCPU, which nothing here catches."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime + seconds) + 1, hard))


def serve(load: Load, incoming: IO[bytes], outgoing: IO[bytes]) -> None:
    # Called late: the limits must stand before the libraries that open untrusted bytes are even loaded.
    known = load()
    write_frame(outgoing, {"outcome": "ready"}, {})
    while (frame := read_frame(incoming)) is not None:
        body, parts = frame
        seconds = body.get("seconds")
        allow_cpu(float(seconds) if isinstance(seconds, (int, float)) else 1.0)
        try:
            answer, files = known[str(body["operation"])](body, parts)
            answer = {"outcome": "ok", **answer}
        except Refused as refusal:
            answer, files = {"outcome": "error", "code": refusal.code, **refusal.data}, {}
        except MemoryError:
            answer, files = {"outcome": "memory"}, {}
        write_frame(outgoing, answer, files)


def main(load: Load) -> None:
    """Serve until the pipe is closed. `load` imports the operations, by name, and is called when the limits stand."""
    memory, niceness = sys.argv[1:3]
    os.nice(int(niceness))
    give_up_rights(int(memory))
    outgoing = sys.stdout.buffer
    sys.stdout = sys.stderr  # a library that prints must not write into the frames
    try:
        with suppress(BrokenPipeError):
            serve(load, sys.stdin.buffer, outgoing)
    finally:  # the pool may have been killed and can no longer tidy up
        folder = Path(tempfile.gettempdir())
        if folder.name.startswith("bierger-sandbox-"):
            shutil.rmtree(folder, ignore_errors=True)
