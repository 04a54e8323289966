# SPDX-License-Identifier: EUPL-1.2
"""Base 45 (RFC 9285): bytes as the signs of a QR code's alphanumeric mode, 3 signs for 2 bytes."""

from bierger_core.seals.errors import Base45Error

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {sign: value for value, sign in enumerate(ALPHABET)}


def encode(data: bytes) -> str:
    """The text of some bytes."""
    signs: list[str] = []
    for position in range(0, len(data), 2):
        pair = data[position : position + 2]
        number = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            number, value = divmod(number, 45)
            signs.append(ALPHABET[value])
    return "".join(signs)


def decode(text: str) -> bytes:
    """The bytes of a text. Raises `Base45Error` (base45-sign, base45-length, base45-value).

    Nothing is forgiven, lower case and surrounding space included: a space is a sign, and each content has one text.
    """
    if len(text) % 3 == 1:
        raise Base45Error("The text has a sign too many or too few.", code="base45-length", length=len(text))
    data = bytearray()
    for position in range(0, len(text), 3):
        group = text[position : position + 3]
        number = 0
        for sign in reversed(group):
            if sign not in _VALUES:
                raise Base45Error("This sign is not in Base 45.", code="base45-sign", sign=sign, position=position)
            number = number * 45 + _VALUES[sign]
        width = len(group) - 1
        if number >= 1 << (8 * width):
            raise Base45Error("Three signs stand for more than two bytes.", code="base45-value", position=position)
        data += number.to_bytes(width, "big")
    return bytes(data)
