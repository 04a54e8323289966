# SPDX-License-Identifier: EUPL-1.2
"""2D-Doc, the signed code on French documents, in its text form (C40), versions 1 to 4.

Specified by France Titres (ANTS), "Spécifications techniques des codes à barres 2D-Doc", here after version 3.3.8 as two
libraries quote it, tddoc 0.3.0 and spyrosap/2D-Doc-parsing-library:

    header      3.3   DC, version (2), authority (4), certificate (4), day of the document (4), day of signing (4), type (2);
                      from version 3 the perimeter (2), from version 4 the country (2). Days are counted in hexadecimal from
                      1 January 2000; FFFF is none.
    fields      3.4   a code of two signs and a value. A field of fixed length ends by itself, and so does one that has its
                      greatest length; another one with GS, or with RS where it was shortened.
    signature   3.5   behind US: ECDSA over all that stands before, r || s, Base 32 without padding; SHA-256, SHA-384 or SHA-512
                      as the curve has it. From version 4 an annex may follow, which nothing covers.

The certificate is found by names: its issuer's common name is the authority, its subject's the certificate's identifier.

Not read: the binary form of version 4 (it begins with the byte DC). Not verified by a sample of anybody: version 1, which has no
US, and whose last 64 signs are the signature's bytes (one published picture shows it); P-384 and P-521. The lengths are
those of perimeter 01; in others every field is read up to its separator.
"""

import base64
import re
from datetime import date, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm

from bierger_core.seals.errors import ForeignCodeError
from bierger_core.seals.foreign.doc2d_fields import FIXED, MOST
from bierger_core.seals.foreign.types import Examined, ForeignCode, ForeignField, TrustedKey, plain, verdict

LONGEST = 4296
"""Signs: more than any Data Matrix holds (2335), and the most of a QR code."""
GS, RS, US = "\x1d", "\x1e", "\x1f"
_HEADER = re.compile(r"DC(0[1-4])([A-Z0-9]{4})([A-Z0-9]{4})([0-9A-F]{4})([0-9A-F]{4})([A-Z0-9]{2})")
_PLACE = {3: re.compile(r"([A-Z0-9]{2})()"), 4: re.compile(r"([A-Z0-9]{2})([A-Z]{2})")}
_HEADER_SIGNS = {1: 22, 2: 22, 3: 24, 4: 26}
_SIGNATURE = re.compile(r"[A-Z2-7]+")
_EPOCH = date(2000, 1, 1)
_RAW_SIGNATURE = 64
_HASHES: dict[str, tuple[int, type[HashAlgorithm]]] = {
    "secp256r1": (32, SHA256),
    "secp384r1": (48, SHA384),
    "secp521r1": (66, SHA512),
}


def is_meant(text: str) -> bool:
    """Does it begin as a 2D-Doc of any version?"""
    return bool(re.match(r"DC[0-9]{2}", text))


def read(text: str) -> ForeignCode:
    """Read one. Raises `ForeignCodeError` (doc2d-format, doc2d-signature, foreign-limit)."""
    if len(text) > LONGEST:
        raise ForeignCodeError("This is longer than any such code.", code="foreign-limit", length=len(text))
    head = _HEADER.match(text)
    if head is None:
        raise ForeignCodeError("This is no header of a 2D-Doc of versions 1 to 4.", code="doc2d-format", start=plain(text[:26]))
    version = int(head[1])
    place = _PLACE[version].match(text, head.end()) if version in _PLACE else None
    if version in _PLACE and place is None:
        raise ForeignCodeError("The header names no perimeter and country.", code="doc2d-format")
    length = _HEADER_SIGNS[version]
    message, signature, annex = _split(text[length:], version)
    perimeter = "01" if place is None else place[1]
    return ForeignCode(
        kind="2d-doc",
        version=version,
        issuer=head[2],
        signer=head[3],
        document_type=f"{head[6]} ({perimeter})",
        issued_on=_day(head[4]),
        signed_on=_day(head[5]),
        valid_until=None,
        fields=tuple(_fields(message, known=perimeter == "01")),
        algorithm="ECDSA",
        signed=_signed(text[:length] + message),
        signature=signature,
        unsigned=annex,
    )


def examine(code: ForeignCode, trusted: tuple[TrustedKey, ...]) -> Examined:
    """Whether the certificate that the code names, or a key without a name, signed it."""
    named = [key for key in trusted if key.subject() == code.signer and key.issuer() == code.issuer]
    return verdict(code, named, [key for key in trusted if key.certificate is None], lambda key: _signs(key, code))


def _signs(key: TrustedKey, code: ForeignCode) -> bool:
    public = key.public_key
    if not isinstance(public, EllipticCurvePublicKey) or public.curve.name not in _HASHES:
        return False
    half, algorithm = _HASHES[public.curve.name]
    if len(code.signature) != 2 * half:
        return False
    r, s = int.from_bytes(code.signature[:half], "big"), int.from_bytes(code.signature[half:], "big")
    try:
        public.verify(encode_dss_signature(r, s), code.signed, ECDSA(algorithm()))
    except InvalidSignature:
        return False
    return True


def _split(body: str, version: int) -> tuple[str, bytes, str]:
    """The fields, the signature and what stands behind it."""
    message, mark, rest = body.partition(US)
    if version == 1:
        tail = body[-_RAW_SIGNATURE:]
        if not mark or not _SIGNATURE.fullmatch(rest):
            return body[: -len(tail)], _signed(tail), ""
    written = _SIGNATURE.match(rest)
    if written is None:
        raise ForeignCodeError("No signature stands behind the fields.", code="doc2d-signature")
    return message, _base32(written[0]), rest[written.end() :]


def _base32(text: str) -> bytes:
    """The bytes; each signature has one text, so that no sign of it can be changed."""
    try:
        data = base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError:
        raise ForeignCodeError("The signature is no Base 32.", code="doc2d-signature") from None
    if base64.b32encode(data).decode().rstrip("=") != text:
        raise ForeignCodeError("The signature ends in the middle of a byte.", code="doc2d-signature")
    return data


def _signed(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise ForeignCodeError("A sign in it has no place in a 2D-Doc.", code="doc2d-format") from None


def _day(text: str) -> date | None:
    return None if text == "FFFF" else _EPOCH + timedelta(days=int(text, 16))


def _fields(message: str, *, known: bool) -> list[ForeignField]:
    """One after the other. Some issuers write a separator behind a field that ends by itself too, and it is passed over."""
    found = []
    at = 0
    while at < len(message):
        code = message[at : at + 2]
        if not re.fullmatch(r"[A-Z0-9]{2}", code):
            raise ForeignCodeError("A field has no code.", code="doc2d-format", position=at)
        at += 2
        most = FIXED.get(code, MOST.get(code, LONGEST)) if known else LONGEST
        end = _separator(message, at, min(at + most, len(message)))
        is_cut = message[end : end + 1] == RS
        found.append(ForeignField(code, plain(message[at:end]), is_cut))
        at = end + (message[end : end + 1] in {GS, RS})
    return found


def _separator(message: str, at: int, most: int) -> int:
    return next((place for place in range(at, most) if message[place] in GS + RS), most)
