# SPDX-License-Identifier: EUPL-1.2
"""What a watcher remembers of a log: one small file, which several looks at once may share, and which never goes backward.

A look takes its time: it reads the memory, then the log, then writes. Another look may have written meanwhile. So

1. under a lock, the memory is read again: is it what this look compared the log with, the new one is written;
2. if not, what the other look saw is held against what this one saw, as any checkpoint is: the files have to prove that the
   larger one begins with the smaller one, and then the larger one is kept. Nothing is read from the log under the lock;
3. two that cannot both be true are a fork, like any other.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bierger.site.given_files import read_whole, refusal
from bierger_core.merkle import Audit, Damage, Fetch, Fork, MerkleError, Seen, SeenError, dump_seen, load_seen, reconcile


class MemoryUnwritable(Exception):
    """What was seen cannot be kept."""

    code = "seen-unwritable"


def remembered(path: Path | None) -> Seen | None:
    """None: nothing was seen yet. Raises SeenError, FileRefused: a memory that cannot be read is not none."""
    if path is None:
        return None
    try:
        path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise refusal(path, error) from None
    return load_seen(read_whole(path))


def remember(path: Path, compared: Seen | None, found: Audit, fetch: Fetch) -> Audit:
    """Keep what `found` says, which was compared with `compared`; what was found then, with what others saw meanwhile.

    Raises MemoryUnwritable, SeenError, FileRefused, and what `fetch` raises: the memory is then as it was.
    """
    kept = found.seen
    if kept is None or kept == compared:
        return found
    while True:
        with _held(path):
            there = remembered(path)
            if there is None or there == compared:
                _write(path, kept)
                return found
        try:
            larger = reconcile(fetch, there, kept)
        except SeenError:
            raise
        except MerkleError as refused:
            message = f"Another look saw {there.size} entries meanwhile; the files do not tell whether both are true: {refused}"
            damage = Damage("consistency-unproven", "", message, {"cause": refused.code, "seen": there.size})
            return replace(found, damages=(*found.damages, damage), seen=there)
        if isinstance(larger, Fork):
            damage = Damage("fork", "", "Another look saw another history of this log meanwhile.", {"seen": there.size})
            return replace(found, damages=(*found.damages, damage), fork=larger, seen=there)
        if larger == there:
            return found
        compared = there


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """One look at a time. The lock has a file of its own, since the memory is replaced as a whole."""
    try:
        descriptor = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
    except OSError as error:
        raise MemoryUnwritable(f"{path} cannot be written: {error.strerror}.") from error


def _write(path: Path, seen: Seen) -> None:
    """Whole or not at all, and on the disk: whoever can make a watcher forget can show it another history."""
    new = path.with_name(f".{path.name}.new")
    with new.open("wb") as stream:
        stream.write(dump_seen(seen))
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
