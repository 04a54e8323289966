# SPDX-License-Identifier: EUPL-1.2
"""The process in which untrusted bytes are opened: `python -m bierger.documents.plugins.sandbox.worker MEMORY NICENESS`.

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
from contextlib import suppress
from pathlib import Path
from typing import IO

from bierger.documents.plugins.sandbox.frames import read_frame, write_frame

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
MAX_FILE = 100_000_000
MAX_OPEN = 64


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


def serve(incoming: IO[bytes], outgoing: IO[bytes]) -> None:
    # Imported late: the limits must stand before the libraries that open untrusted bytes are even loaded.
    from bierger.documents.plugins.sandbox import operations

    write_frame(outgoing, {"outcome": "ready"}, {})
    while (frame := read_frame(incoming)) is not None:
        body, parts = frame
        seconds = body.get("seconds")
        allow_cpu(float(seconds) if isinstance(seconds, (int, float)) else 1.0)
        try:
            answer, files = operations.OPERATIONS[str(body["operation"])](body, parts)
            answer = {"outcome": "ok", **answer}
        except operations.Refused as refusal:
            answer, files = {"outcome": "error", "code": refusal.code, **refusal.data}, {}
        except MemoryError:
            answer, files = {"outcome": "memory"}, {}
        write_frame(outgoing, answer, files)


def main() -> None:
    os.nice(int(sys.argv[2]))
    give_up_rights(int(sys.argv[1]))
    outgoing = sys.stdout.buffer
    sys.stdout = sys.stderr  # a library that prints must not write into the frames
    try:
        with suppress(BrokenPipeError):
            serve(sys.stdin.buffer, outgoing)
    finally:  # the pool may have been killed and can no longer tidy up
        folder = Path(tempfile.gettempdir())
        if folder.name.startswith("bierger-sandbox-"):
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
