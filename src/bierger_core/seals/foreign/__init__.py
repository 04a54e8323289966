# SPDX-License-Identifier: EUPL-1.2
"""Codes of other systems, read and examined beside ours: 2D-Doc (France) and HCERT (the Union's health certificates).

Nothing here makes such a code, and none is ever taken for an act of ours: no log, no list of revocations and no key list of ours
knows it. What can be said is what it is, what it says, and whether one of the keys signed it that the reader trusts.
"""

from bierger_core.seals.errors import ForeignCodeError
from bierger_core.seals.foreign import doc2d, hcert
from bierger_core.seals.foreign.types import Examined, ForeignCode, ForeignField, TrustedKey, load_trusted

__all__ = [
    "Examined",
    "ForeignCode",
    "ForeignField",
    "TrustedKey",
    "examine",
    "is_foreign",
    "load_trusted",
    "read_foreign",
]


def is_foreign(text: str) -> bool:
    """Does it begin as one of these codes? `DC` and two digits, or `HC1:`."""
    return doc2d.is_meant(text) or text.startswith(hcert.PREFIX)


def read_foreign(text: str) -> ForeignCode:
    """Read one; nothing is verified. Raises `ForeignCodeError`."""
    if doc2d.is_meant(text):
        return doc2d.read(text)
    if text.startswith(hcert.PREFIX):
        return hcert.read(text)
    raise ForeignCodeError("This is neither a 2D-Doc nor an HCERT.", start=text[:8])


def examine(code: ForeignCode, trusted: tuple[TrustedKey, ...]) -> Examined:
    """Who of those that are trusted signed it, if anybody."""
    return doc2d.examine(code, trusted) if code.kind == "2d-doc" else hcert.examine(code, trusted)
