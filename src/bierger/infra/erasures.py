# SPDX-License-Identifier: EUPL-1.2
"""What an erasure destroyed, and the register of erasures that a restored backup is held against.

The register is one file outside the database and outside every backup: a line for each erasure, with its day and an identifier
that means nothing elsewhere (`2027-11-23 case 0b6e…`). It is only ever added to. The line is on disk before the erasure commits:
a crash in between leaves a line too many, never one too few. A line too many erases, after a restore, what was due anyway.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

from django.conf import settings

REGISTER = "erasures"
_LINE = re.compile(r"(\d{4}-\d{2}-\d{2}) (?:(case|act|account|office) ([0-9a-f-]{36})|(event) ([0-9a-f-]{36}) (\d{1,9}))")


@dataclass(frozen=True)
class Destroyed:
    """counts: how many of each kind. Whose openings are gone: chain, commitments in headers of events; log, leaves; readings,
    commitments in the chains of people.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    chain: tuple[bytes, ...] = ()
    log: tuple[bytes, ...] = ()
    readings: tuple[bytes, ...] = ()

    def __add__(self, other: Destroyed) -> Destroyed:
        counts = dict(self.counts)
        for kind, count in other.counts.items():
            counts[kind] = counts.get(kind, 0) + count
        return Destroyed(counts, self.chain + other.chain, self.log + other.log, self.readings + other.readings)


@dataclass(frozen=True)
class Erasure:
    """A line of the register. kind: `case`, `act`, `account`, `office`; `event`: what one event of a case said, by number."""

    day: date
    kind: str
    id: UUID
    sequence: int = 0


def folder() -> Path:
    """Where the keys of backups and the register lie: never inside a backup."""
    return Path(settings.BIERGER_BACKUP_KEYS or Path(settings.BIERGER_DATA) / "backup-keys")


def register(erasure: Erasure) -> None:
    """Add a line, durably; one that is there twice counts once.

    Raises OSError: then nothing may be erased, for a restore would bring it back.
    """
    path = folder() / REGISTER
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    event = f" {erasure.sequence}" if erasure.kind == "event" else ""
    line = f"{erasure.day} {erasure.kind} {erasure.id}{event}\n".encode()
    # O_APPEND: two workers write two whole lines, one after the other.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line  # a line that was torn by a full disk or a crash
        os.write(descriptor, line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    parent = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)


def registered(place: Path | None = None) -> tuple[Erasure, ...]:
    """Every erasure, each once, in order; a torn line is passed over: its erasure did not commit. place: another folder."""
    path = (place or folder()) / REGISTER
    if not path.exists():
        return ()
    found = (_LINE.fullmatch(line) for line in path.read_text("utf-8", errors="replace").splitlines())
    lines = (
        Erasure(date.fromisoformat(one[1]), one[2] or one[4], UUID(one[3] or one[5]), int(one[6] or 0)) for one in found if one
    )
    return tuple(dict.fromkeys(lines))
