# SPDX-License-Identifier: EUPL-1.2
"""Deterministic CBOR (RFC 8949 section 4.2.1), the part that seals need: one value, one sequence of bytes.

Integers, byte and text strings, arrays, maps with integer or text keys, false, true, null, tags. No floats, no
indefinite lengths. Map keys are in the order of their encoded bytes; the `canonical` mode of common encoders follows
the older RFC 7049 (shorter first) and differs as soon as numbers and texts are keys of one map.

Reading is our own: a seal comes from a photograph that anybody may have made, and a general decoder turns tags into
dates, decimals and patterns before anyone can say no.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cbor2

from bierger_core.seals.errors import CborError

Cbor: TypeAlias = "bool | int | bytes | str | Sequence[Cbor] | CborMap | Tag | None"
CborMap: TypeAlias = "Mapping[int, Cbor] | Mapping[str, Cbor] | Mapping[int | str, Cbor]"

DEEPEST = 8
"""Levels of nesting; a seal has four."""
LARGEST = 65_536
"""Bytes of input, where the caller says nothing else."""
_LARGEST_INTEGER = 2**64 - 1


@dataclass(frozen=True)
class Tag:
    """A tagged value."""

    number: int
    value: Cbor


def encode(value: Cbor) -> bytes:
    """The deterministic bytes of a value. Raises `CborError` (cbor-type, cbor-limit)."""
    try:
        return cbor2.dumps(_ordered(value, 0))
    except UnicodeEncodeError:
        raise CborError("A text holds half a character (lone surrogate).", code="cbor-type") from None


def _ordered(value: object, depth: int) -> object:
    if depth > DEEPEST:
        raise CborError("The value is nested too deeply.", code="cbor-limit")
    match value:
        case bool() | bytes() | str() | None:
            return value
        case int() if -_LARGEST_INTEGER - 1 <= value <= _LARGEST_INTEGER:
            return int(value)
        case list() | tuple():
            return [_ordered(item, depth + 1) for item in value]
        case Mapping():
            if any(isinstance(key, bool) or not isinstance(key, int | str) for key in value):
                raise CborError("Keys are integers or texts.", code="cbor-type")
            # Python keeps the order of insertion, and the encoder follows it.
            return {key: _ordered(value[key], depth + 1) for key in sorted(value, key=cbor2.dumps)}
        case Tag():
            return cbor2.CBORTag(value.number, _ordered(value.value, depth + 1))
    raise CborError(f"A {type(value).__name__} has no place in a seal.", code="cbor-type")


def decode(data: bytes, largest: int = LARGEST) -> Cbor:
    """The value of deterministic bytes. Anything else is refused: cbor-format, cbor-not-canonical, cbor-limit."""
    if len(data) > largest:
        raise CborError("The input is too long.", code="cbor-limit", length=len(data))
    reader = _Reader(data)
    value = reader.value(0)
    reader.end()
    return value


class Cursor:
    """A place in some bytes that goes forward, never past the end."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def take(self, count: int) -> bytes:
        end = self.position + count
        if end > len(self.data):
            raise CborError("The input ends in the middle of a value.")
        piece = self.data[self.position : end]
        self.position = end
        return piece

    def text(self, length: int) -> str:
        try:
            return self.take(length).decode()
        except UnicodeDecodeError:
            raise CborError("A text is not UTF-8.") from None

    def end(self) -> None:
        """Refuse what follows."""
        if self.position != len(self.data):
            raise CborError("Something follows the value.")


class _Reader(Cursor):
    """Reads one item after the other, each as it has to be written."""

    def head(self) -> tuple[int, int]:
        """Major type and argument; the argument must be written in its shortest form."""
        initial = self.take(1)[0]
        major, short = initial >> 5, initial & 31
        if short < 24:
            return major, short
        if short > 27:
            raise CborError("Indefinite lengths are not deterministic.", code="cbor-not-canonical")
        width = 1 << (short - 24)
        argument = int.from_bytes(self.take(width), "big")
        if major != 7 and argument < (24 if width == 1 else 1 << (4 * width)):
            raise CborError("A number is not written in its shortest form.", code="cbor-not-canonical")
        return major, argument if major != 7 else 32

    def value(self, depth: int) -> Cbor:
        if depth > DEEPEST:
            raise CborError("The value is nested too deeply.", code="cbor-limit")
        major, argument = self.head()
        match major:
            case 0 | 1:
                return -1 - argument if major else argument
            case 2:
                return self.take(argument)
            case 3:
                return self.text(argument)
            case 4:
                # No list is made before its items are there: the count alone is only a claim.
                return [self.value(depth + 1) for _ in range(self.plausible(argument))]
            case 5:
                return self.map(self.plausible(argument), depth)
            case 6:
                return Tag(argument, self.value(depth + 1))
        if argument not in _SIMPLE:
            raise CborError("This simple value or float has no place in a seal.")
        return _SIMPLE[argument]

    def plausible(self, count: int) -> int:
        if count > len(self.data) - self.position:
            raise CborError("The input ends in the middle of a value.")
        return count

    def map(self, count: int, depth: int) -> dict[int | str, Cbor]:
        result: dict[int | str, Cbor] = {}
        previous = b""
        for _ in range(count):
            start = self.position
            key = self.value(depth + 1)
            written = self.data[start : self.position]
            if isinstance(key, bool) or not isinstance(key, int | str):
                raise CborError("Keys are integers or texts.")
            if written <= previous:
                raise CborError("The keys are not in order, or one is there twice.", code="cbor-not-canonical")
            previous = written
            result[key] = self.value(depth + 1)
        return result


_SIMPLE: dict[int, bool | None] = {20: False, 21: True, 22: None}
