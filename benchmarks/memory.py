# SPDX-License-Identifier: EUPL-1.2
"""Memory of processes as their proportional set size: shared pages are counted once, divided among those who share them."""

from __future__ import annotations

from pathlib import Path


def pss_by_session(sessions: dict[str, int]) -> dict[str, float]:
    """MiB of all processes of each session (a piece and everything it started)."""
    found = dict.fromkeys(sessions, 0.0)
    names = {session: name for name, session in sessions.items()}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # After the name in parentheses: state, parent, group, session.
            session = int((folder / "stat").read_text().rpartition(")")[2].split()[3])
            if session in names:
                found[names[session]] += _pss(folder)
        except (OSError, ValueError, IndexError):
            continue  # it ended meanwhile
    return found


def _pss(folder: Path) -> float:
    for line in (folder / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
