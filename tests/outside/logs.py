# SPDX-License-Identifier: EUPL-1.2
"""A log written a moment ago by the core's writer, with keys that nobody has seen before, and one forked from it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bierger.ledger.plugins.node.disk import FolderDisk
from bierger.ledger.plugins.node.files import FolderLog
from bierger_core.merkle import (
    EMPTY_EDGE,
    AddCheckpoint,
    Checkpoint,
    LogWriter,
    TileReader,
    VerifierKey,
    build_proof,
    cosign,
    format_add_checkpoint,
    format_proof,
    grow,
    log_key,
    open_checkpoint,
    sign_checkpoint,
    witness_key,
)
from bierger_core.values import COMMITMENT_BYTES, LocalSigner

ORIGIN = "log.example.lu/outside"
# Around every edge of tlog-tiles: one entry, a tile about to be full, full, just over; the third level begins at 65,536.
SIZES = (1, 2, 5, 255, 256, 257, 512, 2_000, 65_535, 65_536, 66_300)
# As long as an entry may be, and nothing at all, where nobody expects them.
ODD = {3: b"", 300: bytes(range(256)) * 255 + bytes(255)}
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def new_signer() -> LocalSigner:
    return LocalSigner.of(Ed25519PrivateKey.generate())


@dataclass
class FreshLog:
    """The folder, its keys, the entries, and every checkpoint that was published (by size)."""

    folder: Path
    signer: LocalSigner = field(default_factory=new_signer)
    entries: list[bytes] = field(default_factory=list)
    notes: dict[int, bytes] = field(default_factory=dict)
    readers: dict[int, TileReader] = field(default_factory=dict)

    @property
    def key(self) -> VerifierKey:
        return log_key(ORIGIN, self.signer.public_key)

    @property
    def vkeys(self) -> list[str]:
        return [self.key.text]

    def write(self, sizes: Sequence[int] = SIZES) -> FreshLog:
        log = FolderLog(FolderDisk(self.folder))
        writer = LogWriter(log, log, self.key, self.signer)
        for size in sizes:
            batch = [ODD.get(n, os.urandom(COMMITMENT_BYTES)) for n in range(len(self.entries), size)]
            self.notes[size] = writer.append(batch).note
            self.entries += batch
        return self

    def reader(self, size: int | None = None) -> TileReader:
        """Of the tree that the log had at one of its sizes."""
        known = size or len(self.entries)
        if known not in self.readers:
            root = open_checkpoint(self.notes[known], [self.key]).checkpoint.root
            self.readers[known] = TileReader(FolderLog(FolderDisk(self.folder)).fetch, known, root)
        return self.readers[known]

    def proof(self, index: int, note: bytes | None = None) -> bytes:
        return format_proof(build_proof(index, self.reader().read, note or self.notes[len(self.entries)]))

    def request(self, old: int, new: int) -> bytes:
        """What the log would send to a witness that knows the older size."""
        return format_add_checkpoint(AddCheckpoint(old, self.reader(new).consistency(old), self.notes[new]))

    def cosigned(self, count: int = 3) -> tuple[bytes, list[VerifierKey]]:
        """The newest checkpoint with the lines of so many new witnesses, and their keys."""
        note, keys = self.notes[len(self.entries)], []
        for number in range(count):
            signer = new_signer()
            keys.append(witness_key(f"w{number}.example.lu", signer.public_key))
            note = cosign(note, keys[-1], signer, AT)
        return note, keys

    def forked(self, size: int, *, at: int) -> bytes:
        """Another history of the same size, signed with the same key: the entry `at` is another one."""
        entries = [*self.entries[:at], b"another entry", *self.entries[at + 1 : size]]
        return sign_checkpoint(Checkpoint(ORIGIN, size, grow(EMPTY_EDGE, entries).edge.root()), self.key, self.signer)
