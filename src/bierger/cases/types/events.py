# SPDX-License-Identifier: EUPL-1.2
"""The header of an event and its place in the chain.

The chain covers headers, and a header holds only a salted commitment of its payload: when payload and salt are erased,
nothing can be guessed from the header and the chain still verifies.

    commitment = SHA-256("bierger/payload/v1" || salt (32 bytes) || canonical JSON of the payload)
    hash       = SHA-256("bierger/event/v1" || canonical JSON of the header)
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from bierger_core.values import Canonical, canonical_json, format_instant

GENESIS = bytes(32)
_PAYLOAD, _EVENT = b"bierger/payload/v1", b"bierger/event/v1"


@dataclass(frozen=True, kw_only=True)
class Header:
    """What is chained, never a word of content.

    case, sequence (from 1), previous (hash of the event before; 32 zero bytes for the first), type (`case-opened`, …),
    actor_kind and actor (who), on_behalf_of (space) and mandate (under which right), channel (`web`, `desk`, `system`),
    at (instant), definition (digest of the package the case is pinned to), commitment (32 bytes).
    """

    case: UUID
    sequence: int
    previous: bytes
    type: str
    actor_kind: str
    actor: UUID | None
    on_behalf_of: UUID | None
    mandate: UUID | None
    channel: str
    at: datetime
    definition: str
    commitment: bytes

    def digest(self) -> bytes:
        """The event's hash, 32 bytes."""
        # asdict would copy each value deeply, which cost more than the hash.
        plain = {field.name: _plain(getattr(self, field.name)) for field in fields(self)}
        return hashlib.sha256(_EVENT + canonical_json(plain)).digest()


def payload_commitment(salt: bytes, payload: object) -> bytes:
    """Commit to a JSON payload under a salt of 32 bytes."""
    if len(salt) != 32:
        raise ValueError("A salt has 32 bytes.")
    return hashlib.sha256(_PAYLOAD + salt + canonical_json(_escaped(payload))).digest()


def _escaped(value: object) -> Canonical:
    """Canonical JSON keeps keys with `$` for itself; a payload may have some (tagged numbers and dates). One to one."""
    match value:
        case dict():
            return {f"_{key}" if key[:1] in {"$", "_"} else key: _escaped(item) for key, item in value.items()}
        case list() | tuple():
            return [_escaped(item) for item in value]
        case None | bool() | int() | str():
            return value
        case _:
            raise TypeError(f"A payload is JSON; {type(value).__name__} is not.")


def _plain(value: object) -> Canonical:
    match value:
        case bytes():
            return value.hex()
        case datetime():
            return format_instant(value)
        case UUID():
            return str(value)
        case None | int() | str():
            return value
        case _:
            raise TypeError(f"A header holds no {type(value).__name__}.")
