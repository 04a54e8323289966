# SPDX-License-Identifier: EUPL-1.2
"""The leaves of acts and receipts, and carrying what opens them inside a proof file."""

import hashlib
import re
from dataclasses import dataclass, replace

from bierger_core.merkle import LogProof, format_proof, parse_proof
from bierger_core.seals import cbor
from bierger_core.seals.errors import VerificationError
from bierger_core.seals.registry import RegisteredType
from bierger_core.seals.sealing import compact_payload
from bierger_core.seals.types import Claims
from bierger_core.values import SALT_BYTES, Kind, commitment

EVENT_HASH_BYTES = 32
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9./-]{0,63}")


def facts_commitment(
    claims: Claims, salt: bytes, *, registered: RegisteredType | None = None, status: int | None = None
) -> bytes:
    """The leaf of an act's facts: what its seal states; of a compact one, with the same type and status."""
    payload = claims.canonical() if registered is None else compact_payload(claims, registered, status)
    return commitment(Kind.FACTS, salt, payload)


def file_commitment(content: bytes, salt: bytes) -> bytes:
    """The leaf of an act's final file: its exact bytes, through their SHA-256."""
    return commitment(Kind.FILE, salt, hashlib.sha256(content).digest())


def submission_commitment(number: str, event_hash: bytes, salt: bytes) -> bytes:
    """The leaf of a receipt: its number and the hash (32 bytes) of the submission event.

    Raises `VerificationError` (receipt-format).
    """
    if not _NUMBER.fullmatch(number) or len(event_hash) != EVENT_HASH_BYTES:
        raise VerificationError("A receipt has a number and a hash of 32 bytes.", code="receipt-format")
    return commitment(Kind.SUBMISSION, salt, cbor.encode([number, event_hash]))


@dataclass(frozen=True)
class Opening:
    """What opens a commitment besides its content: the kind of leaf and the salt."""

    kind: Kind
    salt: bytes


def with_opening(proof: LogProof | bytes, kind: Kind, salt: bytes) -> bytes:
    """The `.tlog-proof` text with kind and salt in its `extra` line, so that file and proof are all one needs.

    Whoever holds the result can link the file to the log; give it to the holder of the file only.
    """
    parsed = parse_proof(proof) if isinstance(proof, bytes) else proof
    return format_proof(replace(parsed, extra=bytes([kind]) + salt))


def opening_of(proof: LogProof) -> Opening | None:
    """Kind and salt from the `extra` line, if they are there. Nothing vouches for them but a commitment that fits."""
    extra = proof.extra
    if extra is None or len(extra) != 1 + SALT_BYTES or extra[0] not in Kind._value2member_map_:
        return None
    return Opening(Kind(extra[0]), extra[1:])
