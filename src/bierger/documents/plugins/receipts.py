# SPDX-License-Identifier: EUPL-1.2
"""The texts that can be checked: the seal of an act, and a receipt.

A receipt stands in its QR code with the salt, so that it needs nobody; typed by a person it goes without.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

PREFIX = "BRR1:"
_SEAL = re.compile(r"BRG[12]:[0-9A-Z $%*+\-./:]{20,4300}")
_CODE = re.compile(r"BRR1:([!-9;-~]{1,60}):([0-9a-f]{64}):([0-9a-f]{64})")
_TYPED = re.compile(r"\s*([!-~]{1,60})[\s,;]+((?:[0-9a-fA-F]\s*){64})\s*")


@dataclass(frozen=True)
class ReceiptCode:
    """A receipt as read. salt: None when typed without it."""

    number: str
    event_hash: bytes
    salt: bytes | None = field(default=None, repr=False)


def find_seal(text: str) -> str | None:
    """The seal in a text, its lines joined; None when there is none. Spaces are letters of Base 45 and are kept."""
    found = _SEAL.search(text.replace("\r", "").replace("\n", ""))
    return None if found is None else found[0]


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
