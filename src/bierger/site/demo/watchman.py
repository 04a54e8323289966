# SPDX-License-Identifier: EUPL-1.2
"""The last one out: a tiny process that ends what a killed supervisor could not.

The kernel asks the supervisor's own children to end when it is gone (`die_with_parent`). Some take too long without a
database, and what they started themselves is not asked at all. The watchman holds the other end of a pipe: when that
closes, the supervisor is gone, however it ended; after GRACE seconds whatever is left of its process groups is killed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time

GRACE = 5.0  # seconds


class Watchman:
    """Started once, before anything else, by a process with one thread."""

    def __init__(self) -> None:
        reading, self._pipe = os.pipe()  # closed on exec: no child keeps it open
        self._pid = os.fork()
        if self._pid == 0:
            try:
                os.close(self._pipe)
                _watch(reading)
            finally:
                os._exit(0)  # never back into the supervisor's code
        os.close(reading)

    def begins(self, group: int) -> None:
        """A process group is to be watched."""
        os.write(self._pipe, b"+%d\n" % group)

    def ended(self, group: int) -> None:
        """A process group is gone; its number may be somebody else's soon."""
        os.write(self._pipe, b"-%d\n" % group)

    def dismiss(self) -> None:
        """Everything was stopped in order."""
        os.close(self._pipe)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)


def _watch(pipe: int) -> None:
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # it ends with the supervisor, not with the terminal
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    groups: set[int] = set()
    with os.fdopen(pipe, encoding="ascii") as lines:
        for line in lines:
            (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    end = time.monotonic() + GRACE
    while (groups := {group for group in groups if _send(group, 0)}) and time.monotonic() < end:
        time.sleep(0.05)
    for group in groups:
        _send(group, signal.SIGKILL)


def _send(group: int, number: int) -> bool:
    """Send a signal to a process group; False when nobody is in it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
