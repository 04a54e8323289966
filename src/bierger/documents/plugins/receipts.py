# SPDX-License-Identifier: EUPL-1.2
"""How a receipt is written down: in its QR code with the salt, so that it stands alone; typed by a person, without."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

PREFIX = "BRR1:"
_CODE = re.compile(r"BRR1:([^:\s]{1,60}):([0-9a-f]{64}):([0-9a-f]{64})")
_TYPED = re.compile(r"\s*(\S{1,60})[\s,;]+((?:[0-9a-fA-F]\s*){64})\s*")


@dataclass(frozen=True)
class ReceiptCode:
    """A receipt as read. salt: None when typed without it."""

    number: str
    event_hash: bytes
    salt: bytes | None = field(default=None, repr=False)


def receipt_code(number: str, event_hash: bytes, salt: bytes) -> str:
    """`BRR1:<number>:<hash hex>:<salt hex>`."""
    return f"{PREFIX}{number}:{event_hash.hex()}:{salt.hex()}"


def read_receipt(text: str) -> ReceiptCode | None:
    """A receipt in `text`: its code anywhere in it, or number and hash as typed from the paper; None for anything else."""
    found = _CODE.search(text)
    if found is not None:
        return ReceiptCode(found[1], bytes.fromhex(found[2]), bytes.fromhex(found[3]))
    typed = _TYPED.fullmatch(text[:500])
    if typed is not None:
        return ReceiptCode(typed[1], bytes.fromhex("".join(typed[2].split())))
    return None
