# SPDX-License-Identifier: EUPL-1.2
"""CBOR (RFC 8949) as others write it: in any order, in longer forms than needed, of indefinite length, with fractions.

Within the same bounds as ours, and as the same plain values: no tag becomes a date, a number of a thousand digits or a pattern.
Refused are texts in pieces, keys that are neither integer nor text, and a key that is there twice: two readers would disagree.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bierger_core.seals.cbor import DEEPEST, LARGEST, Cursor
from bierger_core.seals.errors import CborError

Loose: TypeAlias = "bool | int | float | bytes | str | Sequence[Loose] | Mapping[int | str, Loose] | Tagged | None"


@dataclass(frozen=True)
class Tagged:
    """A tagged value; what the tag means is the caller's to know."""

    number: int
    value: "Loose"


_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
_SIMPLE: dict[int, bool | None] = {20: False, 21: True, 22: None, 23: None}
_INDEFINITE, _BREAK = 31, 0xFF


def decode(data: bytes) -> Loose:
    """The value of some bytes. Raises `CborError` (cbor-format, cbor-limit)."""
    if len(data) > LARGEST:
        raise CborError("The input is too long.", code="cbor-limit", length=len(data))
    reader = _Reader(data)
    value = reader.value(0)
    reader.end()
    return value


class _Reader(Cursor):
    """Reads one item after the other. Every item takes a byte, so there are never more than bytes."""

    def value(self, depth: int) -> Loose:
        if depth > DEEPEST:
            raise CborError("The value is nested too deeply.", code="cbor-limit")
        major, short = divmod(self.take(1)[0], 32)
        if major == 7:
            return self.simple(short)
        if short == _INDEFINITE and major in {4, 5}:
            return self.array(None, depth) if major == 4 else self.map(None, depth)
        argument = self.argument(short)
        match major:
            case 0 | 1:
                return -1 - argument if major else argument
            case 2:
                return self.take(argument)
            case 3:
                return self.text(argument)
            case 4:
                return self.array(argument, depth)
            case 5:
                return self.map(argument, depth)
        return Tagged(argument, self.value(depth + 1))

    def argument(self, short: int) -> int:
        if short < 24:
            return short
        if short > 27:
            raise CborError("A length is not known.")
        return int.from_bytes(self.take(1 << (short - 24)), "big")

    def simple(self, short: int) -> Loose:
        if short in _FLOATS:
            number: float = struct.unpack(_FLOATS[short], self.take(1 << (short - 24)))[0]
            return number
        if short not in _SIMPLE:
            raise CborError("This simple value has no place in a certificate.")
        return _SIMPLE[short]

    def more(self, done: int, count: int | None) -> bool:
        """Is there another item? Of an indefinite length until its end is met."""
        if count is not None:
            return done < count
        if self.data[self.position : self.position + 1] != bytes([_BREAK]):
            return True
        self.position += 1
        return False

    def array(self, count: int | None, depth: int) -> list[Loose]:
        items: list[Loose] = []
        while self.more(len(items), count):
            items.append(self.value(depth + 1))
        return items

    def map(self, count: int | None, depth: int) -> dict[int | str, Loose]:
        items: dict[int | str, Loose] = {}
        while self.more(len(items), count):
            key = self.value(depth + 1)
            if isinstance(key, bool) or not isinstance(key, int | str):
                raise CborError("Keys are integers or texts.")
            if key in items:
                raise CborError("A key is there twice.")
            items[key] = self.value(depth + 1)
        return items
