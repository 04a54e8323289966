# SPDX-License-Identifier: EUPL-1.2
"""What processes use: memory as proportional set size (shared pages are divided), and processor time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def pss_by_session(sessions: dict[str, int]) -> dict[str, float]:
    """MiB of all processes of each session (a piece and everything it started)."""
    found = dict.fromkeys(sessions, 0.0)
    for name, folder, _ in _processes(sessions):
        found[name] += _pss(folder)
    return found


def pss_of_trees(roots: Iterable[int]) -> float:
    """MiB of these processes and all that descend from them."""
    found = {root: Path(f"/proc/{root}") for root in roots}
    parents = {int(folder.name): (int(fields[1]), folder) for folder, fields in _all()}
    more = True
    while more:
        fresh = {pid: folder for pid, (parent, folder) in parents.items() if parent in found and pid not in found}
        found |= fresh
        more = bool(fresh)
    return sum(_pss(folder) for folder in found.values())


def seconds_by_session(sessions: dict[str, int]) -> dict[str, float]:
    """Processor seconds of each session so far, its ended processes included: others' load moves these less than rates."""
    found = dict.fromkeys(sessions, 0.0)
    for name, _, fields in _processes(sessions):
        # utime, stime, cutime, cstime: the last two are of children that ended and were waited for.
        found[name] += sum(int(ticks) for ticks in fields[11:15]) / _TICKS
    return found


def _processes(sessions: dict[str, int]) -> Iterator[tuple[str, Path, list[str]]]:
    """Piece, folder in /proc, and the fields of `stat` after the name in parentheses (state, parent, group, session, ...).

    A process belongs to a piece by its session or by its parent: each backend of PostgreSQL makes a session of its own.
    """
    names = {session: name for name, session in sessions.items()}
    for folder, fields in _all():
        name = names.get(int(fields[3])) or names.get(int(fields[1]))
        if name:
            yield name, folder, fields


def _all() -> Iterator[tuple[Path, list[str]]]:
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            yield folder, (folder / "stat").read_text().rpartition(")")[2].split()


def _pss(folder: Path) -> float:
    try:
        lines = (folder / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
