# SPDX-License-Identifier: EUPL-1.2
"""Ports for the servers that tests start.

A port that the system draws (bind to 0) and that is closed again may be drawn by somebody else before the server listens. These
lie below the range that systems draw from, and each is locked as long as this process lives: no two tests ever have the same.
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import socket
import tempfile
from io import TextIOWrapper
from pathlib import Path

FIRST, LAST = 14_000, 32_000  # Linux draws from 32768 on
_held = contextlib.ExitStack()
_next = itertools.count(os.getpid() * 7)


def free_ports(number: int = 1) -> int:
    """The first of `number` ports in a row that nobody listens at and no other test has."""
    for _ in range(LAST - FIRST):
        first = FIRST + next(_next) % (LAST - FIRST)
        with contextlib.ExitStack() as locks:
            try:
                for port in range(first, first + number):
                    locks.enter_context(_lock(port))
                    socket.create_server(("127.0.0.1", port)).close()
            except OSError:
                continue
            _held.push(locks.pop_all())
            return first
    raise AssertionError("No port is free.")


def _lock(port: int) -> TextIOWrapper:
    """Ours until this process ends. Raises OSError when another one has it."""
    file = (Path(tempfile.gettempdir()) / f"bierger-test-port-{port}").open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise
    return file
