# SPDX-License-Identifier: EUPL-1.2
"""Checkpoints (C2SP tlog-checkpoint): a log's promise about its size and root, as a signed note; and cosigning them."""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bierger_core.merkle.errors import CheckpointError
from bierger_core.merkle.notes import Note, cosign_note, format_note, parse_note, sign_note, verify_note
from bierger_core.merkle.tree import HASH_BYTES, LARGEST_SIZE
from bierger_core.merkle.vkeys import VerifierKey, read_base64
from bierger_core.values import Signer

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Checkpoint:
    """The log `origin` had `size` entries with this `root` (32 bytes). `extensions` are lines nobody relies on.

    A reader assumes nothing about an origin but that it is one line. What a log signs is held to more: its key has that name.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.origin or "\n" in self.origin:
            raise CheckpointError("An origin is one line, and not empty.")
        if not 0 <= self.size <= LARGEST_SIZE or len(self.root) != HASH_BYTES:
            raise CheckpointError("A checkpoint has a size and a root of 32 bytes.", origin=self.origin)
        if any(not line or "\n" in line for line in self.extensions):
            raise CheckpointError("An extension line is one line.", origin=self.origin)

    @property
    def text(self) -> str:
        """The note text that is signed."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class OpenedCheckpoint:
    """A checkpoint whose log signature is verified, by `signed_by`; the `note` keeps the other signatures."""

    checkpoint: Checkpoint
    note: Note
    signed_by: VerifierKey


def parse_checkpoint_text(text: str) -> Checkpoint:
    """Read a note text as a checkpoint. Raises `CheckpointError` (checkpoint-format)."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not all(lines) or not _DECIMAL.fullmatch(lines[1]):
        raise CheckpointError("A checkpoint has an origin, a size and a root, one a line.")
    try:
        root = read_base64(lines[2])
    except ValueError:
        raise CheckpointError("The root of a checkpoint is Base 64.") from None
    return Checkpoint(lines[0], int(lines[1]), root, tuple(lines[3:]))


def sign_checkpoint(checkpoint: Checkpoint, key: VerifierKey, signer: Signer) -> bytes:
    """The checkpoint as a note signed by its log. The caller answers for never signing two that do not fit."""
    if key.name != checkpoint.origin:
        raise CheckpointError("A log signs under its own origin.", code="checkpoint-origin", origin=checkpoint.origin)
    return format_note(Note(checkpoint.text, (sign_note(checkpoint.text, key, signer),)))


def open_checkpoint(data: bytes, keys: Iterable[VerifierKey]) -> OpenedCheckpoint:
    """Read a checkpoint and verify its log's signature with one of `keys`.

    Raises `CheckpointError`, `NoteError`, `NoteSignatureError`, `NoteUnverifiedError`; checkpoint-origin if the key
    that signed is another log's.
    """
    note = parse_note(data)
    checkpoint = parse_checkpoint_text(note.text)
    signed = verify_note(note, keys)
    for key in signed:
        if key.name == checkpoint.origin:
            return OpenedCheckpoint(checkpoint, note, key)
    raise CheckpointError("The log signed for another origin.", code="checkpoint-origin", origin=checkpoint.origin)


def cosign(data: bytes, key: VerifierKey, signer: Signer, at: datetime) -> bytes:
    """The checkpoint note with this witness's line added (its older line replaced).

    The caller must have verified the log's signature and the consistency with the last checkpoint it cosigned: this
    signature says exactly that.
    """
    note = parse_note(data)
    parse_checkpoint_text(note.text)
    others = tuple(signature for signature in note.signatures if not signature.is_by(key))
    return format_note(Note(note.text, (*others, cosign_note(note.text, key, signer, at))))
