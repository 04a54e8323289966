# SPDX-License-Identifier: EUPL-1.2
"""DER (X.690): as much of it as signatures and time stamps need. Written in one pass, read without recursion.

A value is its bytes: a part that somebody else signed (a certificate, a time stamp) is put into a larger one as it came and is
never encoded anew. A library that decodes and encodes again may take seconds over a length that ends in 0x80: see
docs/decisions/0021-pdf-signatures.md.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from bierger_core.signatures.errors import DerError

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
UTF8, UTC_TIME, TIME, SEQUENCE, SET = 0x0C, 0x17, 0x18, 0x30, 0x31
_LONGEST = 4  # bytes of a length that is read: 4 GiB are enough


def tagged(tag: int, content: bytes) -> bytes:
    """One value: tag, definite length in its shortest form, content. Tags above 30 are not needed here."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def sequence(*parts: bytes) -> bytes:
    """SEQUENCE of encoded parts; an empty one is a part left out."""
    return tagged(SEQUENCE, b"".join(parts))


def set_of(parts: Iterable[bytes]) -> bytes:
    """SET OF: in the order of the encodings, as DER wants (X.690 section 11.6)."""
    return tagged(SET, b"".join(sorted(parts)))


def context(number: int, content: bytes, *, constructed: bool = True) -> bytes:
    """A context-specific tag: around a whole value (explicit), or in the place of its own (implicit)."""
    return tagged((0xA0 if constructed else 0x80) | number, content)


def integer(value: int) -> bytes:
    """INTEGER, not negative."""
    return tagged(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(value: bytes) -> bytes:
    """OCTET STRING."""
    return tagged(OCTET_STRING, value)


def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER from its numbers, as `1.2.840.113549.1.7.2`."""
    first, second, *rest = (int(number) for number in dotted.split("."))
    out = bytearray()
    for number in (40 * first + second, *rest):
        group = [number & 0x7F]
        while number := number >> 7:
            group.append(0x80 | (number & 0x7F))
        out += bytes(reversed(group))
    return tagged(OID, bytes(out))


def generalized_time(at: datetime) -> bytes:
    """GeneralizedTime in UTC, whole seconds (RFC 3161 section 2.4.2)."""
    return tagged(TIME, at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode())


def read(data: bytes, tag: int | None = None) -> tuple[int, bytes, bytes, bytes]:
    """The first value of `data`: (tag, content, the whole value, what follows). tag: the one it must have. Raises DerError."""
    if len(data) < 2 or data[0] & 0x1F == 0x1F:
        raise DerError("No value begins here.")
    size, start = data[1], 2
    if size >= 0x80:
        count = size & 0x7F
        start += count
        size = int.from_bytes(data[2:start], "big")
        if not 0 < count <= _LONGEST or len(data) < start or size < 0x80 or data[2] == 0:
            raise DerError("The length is not in its shortest definite form.")
    end = start + size
    if len(data) < end:
        raise DerError("The value ends early.")
    if tag is not None and data[0] != tag:
        raise DerError(f"Tag {tag:#04x} was expected, {data[0]:#04x} is there.", expected=tag, found=data[0])
    return data[0], data[start:end], data[:end], data[end:]


def parts(content: bytes) -> list[tuple[int, bytes, bytes]]:
    """The values that follow one another: (tag, content, whole) of each. Raises DerError."""
    found = []
    while content:
        tag, inner, whole, content = read(content)
        found.append((tag, inner, whole))
    return found


def only(data: bytes, tag: int) -> bytes:
    """The content of the one value that `data` is. Raises DerError."""
    _, content, _, rest = read(data, tag)
    if rest:
        raise DerError("Something follows the value.")
    return content


def read_integer(content: bytes) -> int:
    """The content of an INTEGER that is not negative. Raises DerError."""
    if not content or content[0] & 0x80 or (len(content) > 1 and content[0] == 0 and not content[1] & 0x80):
        raise DerError("The number is negative or not in its shortest form.")
    return int.from_bytes(content, "big")


def read_oid(content: bytes) -> str:
    """The content of an OBJECT IDENTIFIER, with dots. Raises DerError."""
    numbers, value, begun = [], 0, False
    for byte in content:
        if not begun and byte == 0x80:
            raise DerError("A number of the identifier begins with nothing.")
        value, begun = value << 7 | byte & 0x7F, True
        if not byte & 0x80:
            numbers.append(value)
            value, begun = 0, False
    if begun or not numbers:
        raise DerError("The identifier ends early.")
    first = min(numbers[0] // 40, 2)
    return ".".join(str(number) for number in (first, numbers[0] - 40 * first, *numbers[1:]))


def read_time(content: bytes) -> datetime:
    """The content of a GeneralizedTime in UTC; fractions of a second are read too. Raises DerError."""
    text = content.decode("ascii", "replace")
    whole, point, fraction = text.removesuffix("Z").partition(".")
    try:
        at = datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        micro = int(fraction[:6].ljust(6, "0")) if point else 0
    except ValueError as error:
        raise DerError("This is no time.") from error
    if not text.endswith("Z") or (point and (not fraction.isdigit() or fraction.endswith("0"))):
        raise DerError("The time is not in UTC, or not in its shortest form.")
    return at.replace(microsecond=micro)
