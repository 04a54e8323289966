# SPDX-License-Identifier: EUPL-1.2
"""Verifier keys of signed notes (C2SP signed-note) and the messages their two kinds of signature cover."""

import base64
import binascii
import hashlib
import re
import struct
from dataclasses import dataclass
from enum import IntEnum

from bierger_core.merkle.errors import NoteError
from bierger_core.values import check_signature

ED25519_BYTES = 32
SIGNATURE_BYTES = 64
_KEY_ID_BYTES = 4
_KEY_ID = re.compile(r"[0-9a-f]{8}")
_LATEST = 2**63 - 1


class KeyKind(IntEnum):
    """The signature types this software makes and checks; the others of the specification are refused by name."""

    ED25519 = 0x01  # a log's signature over the note text
    COSIGNATURE = 0x04  # a witness's timestamped signature (tlog-cosignature v1)


def read_base64(text: str) -> bytes:
    """Standard Base 64 (RFC 4648 section 4), padded, with zero bits in the padding: one value has one text.

    Raises ValueError.
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError("not Base 64") from None
    if base64.b64encode(data).decode() != text:
        raise ValueError("not canonical Base 64")
    return data


def check_name(name: str) -> str:
    """A key name as the specification has it: not empty, without Unicode spaces and plus. Raises `NoteError` (note-name).

    No more is asked of strangers: their lines are ignored, not refused.
    """
    if not name or "+" in name or any(sign.isspace() for sign in name):
        raise NoteError("A key name has no space and no plus sign.", code="note-name", name=name[:80])
    return name


@dataclass(frozen=True)
class VerifierKey:
    """Who may sign a note: a `name` (for a log, its origin), the `kind` of signature and 32 bytes of Ed25519 key."""

    name: str
    kind: KeyKind
    public_key: bytes

    def __post_init__(self) -> None:
        # Of a key that is believed, more is asked than of a name in a note: what no screen shows must not tell two apart.
        if not check_name(self.name).isprintable():
            raise NoteError("The name of a key is printable.", code="note-name", name=self.name[:80])
        if len(self.public_key) != ED25519_BYTES:
            raise NoteError("An Ed25519 key has 32 bytes.", code="vkey-format", name=self.name)

    @property
    def key_id(self) -> bytes:
        """4 bytes: SHA-256(name || newline || kind || public key), cut. Tells keys apart; proves nothing."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public_key).digest()[
            :_KEY_ID_BYTES
        ]

    @property
    def text(self) -> str:
        """`name+id+key`: what policies and configuration files carry."""
        key = base64.b64encode(bytes([self.kind]) + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"

    def verify(self, text: str, value: bytes) -> bool:
        """Whether this key made the signature `value` of a note text."""
        if self.kind is KeyKind.ED25519:
            return check_signature("EdDSA", self.public_key, text.encode(), value)
        if len(value) != 8 + SIGNATURE_BYTES or cosignature_time(value) > _LATEST:
            return False
        return check_signature("EdDSA", self.public_key, cosigned_message(text, cosignature_time(value)), value[8:])


def cosigned_message(text: str, seconds: int) -> bytes:
    """What a witness signs: a header, the time, then the checkpoint's whole text (tlog-cosignature)."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def cosignature_time(value: bytes) -> int:
    """The POSIX seconds at the head of a cosignature."""
    seconds: int = struct.unpack(">Q", value[:8])[0]
    return seconds


def log_key(origin: str, public_key: bytes) -> VerifierKey:
    """The verifier key of a log: its name is the log's origin."""
    return VerifierKey(origin, KeyKind.ED25519, public_key)


def witness_key(name: str, public_key: bytes) -> VerifierKey:
    """The verifier key of a witness. One key must not serve two witnesses: the message does not hold the name."""
    return VerifierKey(name, KeyKind.COSIGNATURE, public_key)


def parse_vkey(text: str) -> VerifierKey:
    """Read `name+id+key`. Raises `NoteError` (vkey-format, vkey-kind, note-name)."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not _KEY_ID.fullmatch(parts[1]):
        raise NoteError("A verifier key is written name+id+key.", code="vkey-format", text=text[:80])
    try:
        material = read_base64(parts[2])
    except ValueError:
        raise NoteError("The key of a verifier key is Base 64.", code="vkey-format", text=text[:80]) from None
    if material[:1] not in {bytes([kind]) for kind in KeyKind}:
        raise NoteError("This kind of verifier key is not supported.", code="vkey-kind", name=parts[0][:80])
    key = VerifierKey(parts[0], KeyKind(material[0]), material[1:])
    if key.key_id.hex() != parts[1]:
        raise NoteError("The id of the verifier key does not fit its key.", code="vkey-format", name=parts[0][:80])
    return key
