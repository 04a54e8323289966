# SPDX-License-Identifier: EUPL-1.2
"""Children that end with their parent, also when the parent is killed without a chance to say so (Linux)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # linux/prctl.h

_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(signal_number: int = signal.SIGTERM) -> Callable[[], None]:
    """A `preexec_fn`: the kernel sends `signal_number` to the child when the thread that started it ends.

    Holds on Linux; elsewhere it does nothing, and an orphan is adopted or stopped at the next start.
    Give it only from a thread that lives as long as the child shall (the main thread), since the kernel
    watches the thread, not the process. The signal outlives exec() unless the program is set-uid.
    """
    parent = os.getpid()

    def in_child() -> None:
        # Between fork and exec: no imports, no allocation to speak of, the library is already open.
        if _LIBC is None:
            return
        _LIBC.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the kernel was told
            os.kill(os.getpid(), signal_number)

    return in_child
