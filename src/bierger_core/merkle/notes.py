# SPDX-License-Identifier: EUPL-1.2
"""Signed notes (C2SP signed-note): a text, a blank line, and signature lines `— name base64(key id || signature)`."""

import base64
import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bierger_core.merkle.errors import NoteError, NoteSignatureError, NoteUnverifiedError
from bierger_core.merkle.vkeys import KeyKind, VerifierKey, check_name, cosignature_time, cosigned_message, read_base64
from bierger_core.values import Signer, from_epoch, to_epoch

LARGEST_NOTE = 131_072
"""Bytes: room for the 16 signatures every verifier must accept, even if all were post-quantum ones of 3.3 kB."""
MOST_SIGNATURES = 64
_DASH = "\u2014 "
_CONTROL = re.compile("[\\x00-\\x09\\x0b-\\x1f]")
_LAST = 253_402_300_799  # seconds: 9999-12-31T23:59:59Z


@dataclass(frozen=True)
class NoteSignature:
    """One signature line: the key's name and 4-byte id, and the raw value."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def line(self) -> str:
        """The line as it stands in a note, with its newline."""
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.value).decode()}\n"

    def is_by(self, key: VerifierKey) -> bool:
        """Whether it claims to be made by this key: same name and same id."""
        return (self.name, self.key_id) == (key.name, key.key_id)


@dataclass(frozen=True)
class Note:
    """A text (ending in a newline) and its signatures, which nobody has verified yet."""

    text: str
    signatures: tuple[NoteSignature, ...]


def check_text(text: str) -> str:
    """A note's text: ends in a newline, no other control character. Raises `NoteError`."""
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteError("A note's text ends in a newline and has no other control character.")
    return text


def parse_note(data: bytes) -> Note:
    """Read a note; nothing is verified. Raises `NoteError` (note-format, note-limit, note-name)."""
    if len(data) > LARGEST_NOTE:
        raise NoteError("The note is too long.", code="note-limit", length=len(data))
    try:
        whole = check_text(data.decode())
    except UnicodeDecodeError:
        raise NoteError("A note is UTF-8.") from None
    # The text may hold empty lines itself: the last one separates it from the signatures.
    text, separator, tail = whole.rpartition("\n\n")
    if not separator or not tail:
        raise NoteError("A note has a text, an empty line and signatures.")
    lines = tail.split("\n")[:-1]
    if len(lines) > MOST_SIGNATURES:
        raise NoteError("The note has too many signatures.", code="note-limit", signatures=len(lines))
    return Note(text + "\n", tuple(parse_signature_line(line) for line in lines))


def parse_signature_line(line: str) -> NoteSignature:
    """Read one signature line (without its newline). Raises `NoteError`."""
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space:
        raise NoteError("A signature line is a dash, a name and Base 64.", line=line[:80])
    try:
        material = read_base64(encoded)
    except ValueError:
        raise NoteError("A signature is Base 64.", name=name[:80]) from None
    if len(material) < 5:
        raise NoteError("A signature is longer than its key id.", name=name[:80])
    return NoteSignature(check_name(name), material[:4], material[4:])


def format_note(note: Note) -> bytes:
    """The bytes of a note; `parse_note` reads them back."""
    if not note.signatures:
        raise NoteError("A note has at least one signature.")
    return (check_text(note.text) + "\n" + "".join(signature.line for signature in note.signatures)).encode()


def sign_note(text: str, key: VerifierKey, signer: Signer) -> NoteSignature:
    """A log's signature of a text. Raises `NoteError` (note-signer) if the signer does not hold `key`."""
    if key.kind is not KeyKind.ED25519:
        raise NoteError("A witness cosigns; it does not sign notes.", code="note-signer", name=key.name)
    return _checked(NoteSignature(key.name, key.key_id, signer.sign(check_text(text).encode())), text, key)


def cosign_note(text: str, key: VerifierKey, signer: Signer, at: datetime) -> NoteSignature:
    """A witness's cosignature of a checkpoint's text at an instant (cut to seconds). Raises as `sign_note`."""
    if key.kind is not KeyKind.COSIGNATURE:
        raise NoteError("A log signs; it does not cosign.", code="note-signer", name=key.name)
    seconds = to_epoch(at)
    value = struct.pack(">Q", seconds) + signer.sign(cosigned_message(check_text(text), seconds))
    return _checked(NoteSignature(key.name, key.key_id, value), text, key)


def _checked(signature: NoteSignature, text: str, key: VerifierKey) -> NoteSignature:
    # A wrong key here would publish a checkpoint that nobody can verify and that cannot be taken back.
    if not key.verify(text, signature.value):
        raise NoteError("The signer does not hold this key.", code="note-signer", name=key.name)
    return signature


def verify_note(note: Note, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Those of `keys` that signed, at least one.

    Signatures of unknown keys are ignored. One that names a known key (name and id) and is wrong refuses the whole
    note: `NoteSignatureError`. None at all: `NoteUnverifiedError`.
    """
    known = tuple(keys)
    verified: dict[VerifierKey, None] = {}
    for signature in note.signatures:
        for key in known:
            if signature.is_by(key):
                if not key.verify(note.text, signature.value):
                    raise NoteSignatureError("A signature of a known key is wrong.", name=key.name)
                verified[key] = None
    if not verified:
        raise NoteUnverifiedError("No known key signed this note.", names=_names(note.signatures))
    return tuple(verified)


def cosigned_at(note: Note, key: VerifierKey) -> datetime | None:
    """The latest instant at which this witness cosigned the note, verified; None if it did not. For `witness`."""
    if key.kind is not KeyKind.COSIGNATURE:
        return None
    made = (line for line in note.signatures if line.is_by(key) and key.verify(note.text, line.value))
    times = cosigned_times(Note(note.text, tuple(made)), key)
    return times[-1] if times else None


def cosigned_times(note: Note, key: VerifierKey) -> list[datetime]:
    """The instants that the lines of this witness state, in order; nothing is verified here.

    A time behind the year 9999 is the last instant of it: a witness may state it, and it must not stop who reads the others'.
    """
    return sorted(from_epoch(min(cosignature_time(line.value), _LAST)) for line in note.signatures if line.is_by(key))


def _names(signatures: Sequence[NoteSignature]) -> tuple[str, ...]:
    return tuple(signature.name for signature in signatures)
