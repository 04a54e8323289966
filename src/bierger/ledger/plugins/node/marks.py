# SPDX-License-Identifier: EUPL-1.2
"""What was seen of a log, kept where a restored backup of the log or of its database does not reach.

    <folder>/own-….json    the high-water note: the newest checkpoint that the sequencer was about to show anybody
    <folder>/*.json        handed in by the operator: what `./bierger log watch --seen` of somebody else kept

A node keeps its head itself in such a folder, and needs no note (place.py).

The writer compares its head with all of them before it appends. The note is written before the checkpoint is published, so
that nobody can have seen one that is not remembered; it may therefore remember one that only the head holds, which is finished
first. It only grows. A file that cannot be read stops the log: a memory that was damaged is not a memory of nothing.
"""

from __future__ import annotations

import hashlib

from bierger.ledger.plugins.node.disk import Disk
from bierger.ledger.plugins.node.files import put, read
from bierger_core.merkle import Seen, SeenError, dump_seen, load_seen

_SUFFIX = ".json"


class Marks:
    """All marks of one folder; each log (origin) has its own note there."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def of(self, origin: str) -> tuple[Seen, ...]:
        """What was seen of this log. Raises SeenError (seen-format) that names the file."""
        names = (name for name in self._disk.names() if name.endswith(_SUFFIX) and not name.startswith("."))
        found = [self._load(name) for name in names]
        return tuple(seen for seen in found if seen.origin == origin)

    def keep(self, note: bytes) -> None:
        """Remember this checkpoint, unless a larger one is remembered already. Durable when it returns."""
        seen = Seen.of(note)
        name = own_name(seen.origin)
        with self._disk.lock():
            there = read(self._disk, name)
            if there is not None and load_seen(there).size >= seen.size:
                return
            put(self._disk, name, dump_seen(seen))
            self._disk.sync_folder(".")

    def _load(self, name: str) -> Seen:
        try:
            return load_seen(self._disk.read(name))
        except SeenError as refused:
            raise SeenError(f"{name} is not what was written down.", file=name) from refused


def own_name(origin: str) -> str:
    """The file of a log's own high-water note."""
    return f"own-{hashlib.sha256(origin.encode()).hexdigest()[:16]}{_SUFFIX}"
