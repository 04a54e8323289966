# SPDX-License-Identifier: EUPL-1.2
"""Chains of readings: who looked at somebody's data, so that no entry can be removed, changed or put in between.

One chain per person. Every minute the new ends of the chains become the leaves of a small tree, a batch, whose salted root goes
into the log. `tools/verify_readings.py` defines the same once more, on its own, for people who trust nothing that we run.

    actor      = SHA-256("bierger/reading-actor/v1" || a salt of the reading (32 bytes) || the identifier of who read, 16 bytes)
    commitment = SHA-256("bierger/reading/v1" || salt (32 bytes) || canonical JSON of the reading)
    hash       = SHA-256("bierger/reading-entry/v1" || canonical JSON {commitment, previous, sequence, subject})
    tag        = HMAC-SHA-256(the person's key, "bierger/reading-tag/v1" || number of the batch, 8 bytes)
    leaf       = tag || hash of the person's last entry in this batch                                     (64 bytes)
               | 32 random bytes || commitment of a reading that is told later
               | 64 bytes that say nothing, up to a power of two
    in the log = commitment(DISCLOSURES, salt, canonical JSON {at, kept_days, number, root, size, v})

Leaves stand in the order of their bytes. They are public: to everybody else they look random. Who holds the key finds their own
in every batch, so that the end of a chain cannot be cut off either: the log still has it.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bierger_core.merkle.errors import TreeRangeError
from bierger_core.merkle.tree import MemoryHashes, inclusion_proof, leaf_hash, root_of
from bierger_core.values import Canonical, Kind, canonical_json, commitment, format_instant

GENESIS = bytes(32)
LEAF_BYTES = 64
FEWEST_LEAVES = 8  # a batch of one would say: this is about you
_READING, _ACTOR, _ENTRY, _TAG, _PAD = (
    b"bierger/reading/v1",
    b"bierger/reading-actor/v1",
    b"bierger/reading-entry/v1",
    b"bierger/reading-tag/v1",
    b"bierger/reading-pad/v1",
)


def reading_commitment(salt: bytes, reading: Canonical) -> bytes:
    """Commit to what a person is told about one reading, under a salt of 32 bytes. Raises `TreeRangeError`, `CanonicalError`."""
    if len(salt) != 32:
        raise TreeRangeError("A salt has 32 bytes.", length=len(salt))
    return hashlib.sha256(_READING + salt + canonical_json(reading)).digest()


def reading_actor(salt: bytes, actor: UUID) -> bytes:
    """The mark of who read, 32 bytes: it stands in the reading, and tells nothing to who has not got its salt of 32 bytes.

    Raises `TreeRangeError`.
    """
    if len(salt) != 32:
        raise TreeRangeError("A salt has 32 bytes.", length=len(salt))
    return hashlib.sha256(_ACTOR + salt + actor.bytes).digest()


@dataclass(frozen=True)
class ReadingEntry:
    """What is chained, never a word of content: place from 1, hash of the entry before (32 zero bytes for the first)."""

    subject: UUID
    sequence: int
    previous: bytes
    commitment: bytes

    def digest(self) -> bytes:
        """The entry's hash, 32 bytes."""
        header: dict[str, Canonical] = {
            "subject": str(self.subject),
            "sequence": self.sequence,
            "previous": self.previous.hex(),
            "commitment": self.commitment.hex(),
        }
        return hashlib.sha256(_ENTRY + canonical_json(header)).digest()


def reading_tag(key: bytes, batch: int) -> bytes:
    """Where a person's leaf stands in a batch, for who knows their key."""
    return hmac.digest(key, _TAG + batch.to_bytes(8, "big"), "sha256")


def padding(seed: bytes, count: int) -> list[bytes]:
    """Leaves that say nothing. With the seed the house itself can tell them from others, and does (its own audit)."""
    return [
        b"".join(hmac.digest(seed, _PAD + bytes([half]) + place.to_bytes(8, "big"), "sha256") for half in (0, 1))
        for place in range(count)
    ]


def padded_size(leaves: int) -> int:
    """How many leaves a batch of so many has: the next power of two, at least FEWEST_LEAVES."""
    return max(FEWEST_LEAVES, 1 << max(leaves - 1, 0).bit_length())


@dataclass(frozen=True)
class ReadingBatch:
    """The tree of one batch: its leaves in order.

    number   from 1, without a gap
    kept     days for which its readings are kept at least; None: a batch of the first form, which does not say so
    """

    number: int
    at: datetime
    leaves: tuple[bytes, ...]
    kept: int | None

    @property
    def root(self) -> bytes:
        """The RFC 6962 root over the leaves."""
        return root_of(leaf_hash(leaf) for leaf in self.leaves)

    def content(self) -> bytes:
        """What the log commits to."""
        said: dict[str, Canonical] = {
            "v": 1 if self.kept is None else 2,
            "number": self.number,
            "at": format_instant(self.at),
            "size": len(self.leaves),
            "root": self.root.hex(),
        }
        if self.kept is not None:
            said["kept_days"] = self.kept
        return canonical_json(said)

    def commitment(self, salt: bytes) -> bytes:
        """33 bytes for the log."""
        return commitment(Kind.DISCLOSURES, salt, self.content())

    def proof_of(self, tag: bytes) -> tuple[int, tuple[bytes, ...]]:
        """Place and path of the leaf with this tag. Raises `TreeRangeError` when none has it."""
        tree, found = MemoryHashes(), -1
        for place, leaf in enumerate(self.leaves):
            tree.append(leaf_hash(leaf))
            if leaf.startswith(tag):
                found = place
        if found < 0:
            raise TreeRangeError("No leaf of this batch has this tag.", number=self.number)
        return found, tuple(inclusion_proof(found, len(self.leaves), tree.read))


def make_batch(number: int, at: datetime, leaves: Iterable[bytes], seed: bytes, kept: int) -> ReadingBatch:
    """A batch of these leaves, filled up and put in order. kept: days for which its readings are kept at least."""
    known = list(leaves)
    filled = known + padding(seed, padded_size(len(known)) - len(known))
    return ReadingBatch(number, at, tuple(sorted(filled)), kept)


def split_leaves(data: bytes) -> tuple[bytes, ...]:
    """Leaves that were stored one after the other. Raises `TreeRangeError`."""
    if len(data) % LEAF_BYTES:
        raise TreeRangeError("Leaves have 64 bytes each.", length=len(data))
    return tuple(data[at : at + LEAF_BYTES] for at in range(0, len(data), LEAF_BYTES))


def chain(subject: UUID, sequence: int, head: bytes, commitments: Sequence[bytes]) -> list[ReadingEntry]:
    """The entries that go on after `head`, the entry with number `sequence` (0 and GENESIS for an empty chain)."""
    entries = []
    for one in commitments:
        sequence += 1
        entries.append(ReadingEntry(subject, sequence, head, one))
        head = entries[-1].digest()
    return entries
