# SPDX-License-Identifier: EUPL-1.2
"""What somebody remembers of a log: the last checkpoint seen and verified, kept as one small JSON text.

A watcher, a witness and the operator's high-water note keep the same thing for the same reason: whoever remembers one
checkpoint notices every history that does not contain it. Two signed checkpoints that do not fit are a `Fork`: evidence
that anybody can check and that the log cannot talk away.
"""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bierger_core.merkle.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint_text
from bierger_core.merkle.errors import SeenError
from bierger_core.merkle.notes import parse_note
from bierger_core.merkle.vkeys import VerifierKey, read_base64
from bierger_core.values import CoreError

FORMAT = "bierger/seen@v1"
_LARGEST = 262_144

Relation = Literal["same", "newer", "older", "fork"]


@dataclass(frozen=True)
class Seen:
    """The log `origin` had `size` entries with this `root`, as the signed `note` says that proves it."""

    origin: str
    size: int
    root: bytes
    note: bytes

    def __post_init__(self) -> None:
        try:
            stated = parse_checkpoint_text(parse_note(self.note).text)
        except CoreError as refused:
            raise SeenError("What was seen is not a checkpoint.", cause=refused.code) from None
        if (stated.origin, stated.size, stated.root) != (self.origin, self.size, self.root):
            raise SeenError("What was seen is not what its note says.", origin=self.origin)

    @classmethod
    def of(cls, note: bytes) -> "Seen":
        """From the note alone; its signatures are the caller's business. Raises `NoteError`, `CheckpointError`."""
        stated = parse_checkpoint_text(parse_note(note).text)
        return cls(stated.origin, stated.size, stated.root, note)

    def relation(self, checkpoint: Checkpoint) -> Relation:
        """How a checkpoint stands to this one, by numbers alone; `newer` still wants its proof of consistency.

        Raises `SeenError` (seen-other-origin).
        """
        if checkpoint.origin != self.origin:
            raise SeenError(
                "What was seen is of another log.", code="seen-other-origin", seen=self.origin, origin=checkpoint.origin
            )
        if checkpoint.size == self.size:
            return "same" if checkpoint.root == self.root else "fork"
        return "newer" if checkpoint.size > self.size else "older"


@dataclass(frozen=True)
class Fork:
    """Two checkpoints (notes, verbatim) of one log that cannot both be true, the one seen `first` in front."""

    first: bytes
    second: bytes

    def is_self_evident(self, keys: Iterable[VerifierKey]) -> bool:
        """Whether the two notes alone convict the log: both signed by it, same size, different roots.

        With different sizes one also needs the entries, which rebuild the second root but not the first. Raises
        `NoteError`, `CheckpointError` when one of them is not a checkpoint that the log signed.
        """
        known = tuple(keys)
        first, second = (open_checkpoint(note, known).checkpoint for note in (self.first, self.second))
        return (first.origin, first.size) == (second.origin, second.size) and first.root != second.root


def dump_seen(seen: Seen) -> bytes:
    """The JSON that a watcher keeps between two looks."""
    plain = {
        "format": FORMAT,
        "origin": seen.origin,
        "size": seen.size,
        "root": base64.b64encode(seen.root).decode(),
        "note": seen.note.decode(),
    }
    return json.dumps(plain, ensure_ascii=False, indent=1).encode() + b"\n"


def load_seen(data: bytes) -> Seen:
    """Read what `dump_seen` wrote. Raises `SeenError` (seen-format).

    A damaged memory is refused, never taken for no memory: starting anew is exactly what a forger would like.
    """
    try:
        plain = json.loads(data[:_LARGEST])
        if plain["format"] == FORMAT and type(plain["size"]) is int:
            return Seen(plain["origin"], plain["size"], read_base64(plain["root"]), plain["note"].encode())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise SeenError("This is not what was written down.")
