# SPDX-License-Identifier: EUPL-1.2
"""Base 45 (RFC 9285): bytes as the signs of a QR code's alphanumeric mode, 3 signs for 2 bytes."""

from bierger_core.seals.errors import Base45Error

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {sign: value for value, sign in enumerate(ALPHABET)}
# Two signs at once: a code is written and read three times as fast.
_PAIRS = [low + high for high in ALPHABET for low in ALPHABET]
_PAIR_VALUES = {pair: value for value, pair in enumerate(_PAIRS)}


def encode(data: bytes) -> str:
    """The text of some bytes."""
    numbers = [first << 8 | second for first, second in zip(data[::2], data[1::2], strict=False)]
    text = "".join([_PAIRS[number % 2025] + ALPHABET[number // 2025] for number in numbers])
    return text + _PAIRS[data[-1]] if len(data) % 2 else text


def decode(text: str) -> bytes:
    """The bytes of a text. Raises `Base45Error` (base45-sign, base45-length, base45-value).

    Nothing is forgiven, lower case and surrounding space included: a space is a sign, and each content has one text.
    """
    if len(text) % 3 == 1:
        raise Base45Error("The text has a sign too many or too few.", code="base45-length", length=len(text))
    if strange := set(text) - _VALUES.keys():
        position = min(map(text.index, strange))
        raise Base45Error("This sign is not in Base 45.", code="base45-sign", sign=text[position], position=position)
    data = bytearray()
    for position in range(0, len(text), 3):
        group = text[position : position + 3]
        width = len(group) - 1
        number = _PAIR_VALUES[group[:2]] + (2025 * _VALUES[group[2]] if width == 2 else 0)
        if number >= 1 << (8 * width):
            raise Base45Error("Three signs stand for more than two bytes.", code="base45-value", position=position)
        data += number.to_bytes(width, "big")
    return bytes(data)
