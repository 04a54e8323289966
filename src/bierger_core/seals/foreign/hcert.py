# SPDX-License-Identifier: EUPL-1.2
"""HCERT, the envelope of the Union's health certificates: `HC1:` + Base 45 + ZLIB + COSE_Sign1 over CWT claims.

Specified in "Electronic Health Certificate Specification" 1.0.1 and later (ehn-dcc-development/eu-dcc-hcert-spec, hcert_spec.md),
on RFC 9285 (Base 45), RFC 1950, RFC 9052 (COSE) and RFC 8392 (CWT):

    protected   1 algorithm: -7 ES256, on P-256; -37 PS256, RSA           4 kid, which may stand unprotected too
    claims      1 issuer (a country, or free text; may be missing)   4 expires   6 issued   -260 what is certified

`kid` is the first 8 bytes of the SHA-256 of the signer's certificate, as the library cwt makes it and Austria's published test
code has it; the version of the specification that was read does not say so. All certificates that have it are asked.

What is certified is any tree of CBOR; its leaves are the fields, under their path (`1.nam.fn`). The words of schemas and their
lists of codes (vaccines, tests) are not known here.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from bierger_core.seals import base45
from bierger_core.seals.cbor import LARGEST
from bierger_core.seals.errors import Base45Error, CborError, ForeignCodeError
from bierger_core.seals.foreign.loose_cbor import Loose, Tagged, decode
from bierger_core.seals.foreign.types import Examined, ForeignCode, ForeignField, TrustedKey, plain, verdict
from bierger_core.seals.sealing import LAST_ISSUE, signed_bytes
from bierger_core.values import check_signature, from_epoch

PREFIX = "HC1:"
LONGEST = 4296
"""Signs: the most a QR code holds in alphanumeric mode."""
_ALGORITHMS = {-7: "ES256", -37: "PS256"}
_SIGN1, _CWT = 18, 61
_ISSUER, _EXPIRES, _ISSUED, _HCERT = 1, 4, 6, -260
_COUNTRY_SIGNS = 2


def read(text: str) -> ForeignCode:
    """Read one. Raises `ForeignCodeError` (hcert-format, hcert-algorithm, hcert-claims, foreign-limit)."""
    if len(text) > LONGEST:
        raise ForeignCodeError("This is longer than any QR code.", code="foreign-limit", length=len(text))
    protected, unprotected, payload, signature = _message(_unpacked(text.removeprefix(PREFIX)))
    header = _map(protected) if protected else {}
    number = header.get(1)
    if not isinstance(number, int) or number not in _ALGORITHMS:
        raise ForeignCodeError("HCERTs are signed with ES256 or PS256.", code="hcert-algorithm")
    kid = header.get(4, unprotected.get(4, b""))
    claims = _map(payload)
    issuer = claims.get(_ISSUER, "")
    certified = claims.get(_HCERT)
    if not isinstance(kid, bytes) or not isinstance(issuer, str) or not isinstance(certified, Mapping):
        raise ForeignCodeError("The claims of an HCERT are missing.", code="hcert-claims")
    return ForeignCode(
        kind="hcert",
        version=1,
        issuer=plain(issuer),
        signer=kid.hex(),
        document_type="",
        issued_on=None,
        signed_on=_instant(claims, _ISSUED),
        valid_until=_instant(claims, _EXPIRES),
        fields=tuple(_leaves(certified, "")),
        algorithm=_ALGORITHMS[number],
        signed=signed_bytes(protected, payload),
        signature=signature,
    )


def examine(code: ForeignCode, trusted: tuple[TrustedKey, ...]) -> Examined:
    """Whether a certificate with its `kid`, or a key without a name, signed it.

    A certificate of one country signs nothing for another (key-of-other-owner). Some issuers write a text of their own instead of
    a country; only two letters that differ are refused.
    """
    kid = bytes.fromhex(code.signer)
    named = [key for key in trusted if key.certificate is not None and (key.kid == kid or not kid)]
    countries = [key for key in named if _is_country(code.issuer) and key.subject(NameOID.COUNTRY_NAME) not in {"", code.issuer}]
    said = verdict(code, named if kid else [], _rest(trusted, named, kid), lambda key: _signs(key, code))
    if said.signature == "good" and any(_signs(key, code) for key in countries):
        return Examined("wrong", "key-of-other-owner", said.by)
    return said


def _rest(trusted: tuple[TrustedKey, ...], named: list[TrustedKey], kid: bytes) -> list[TrustedKey]:
    """Those that may have signed and are not named: keys alone, and of a code without `kid` every certificate."""
    return [*(key for key in trusted if key.certificate is None), *([] if kid else named)]


def _is_country(issuer: str) -> bool:
    return len(issuer) == _COUNTRY_SIGNS and issuer.isascii() and issuer.isupper()


def _signs(key: TrustedKey, code: ForeignCode) -> bool:
    public = key.public_key
    if code.algorithm == "ES256":
        if not isinstance(public, EllipticCurvePublicKey) or public.curve.name != "secp256r1":
            return False
        point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return check_signature("ES256", point, code.signed, code.signature)
    if not isinstance(public, RSAPublicKey):
        return False
    try:
        public.verify(code.signature, code.signed, PSS(MGF1(SHA256()), SHA256.digest_size), SHA256())
    except InvalidSignature:
        return False
    return True


def _unpacked(text: str) -> bytes:
    """The bytes of the message: never more than a seal may have, whatever the compressed text would become."""
    unpack = zlib.decompressobj()
    try:
        data = unpack.decompress(base45.decode(text), LARGEST + 1)
    except (Base45Error, zlib.error):
        raise ForeignCodeError("This is not the compressed text of an HCERT.", code="hcert-format") from None
    if len(data) > LARGEST:
        raise ForeignCodeError("It unpacks to more than a certificate.", code="foreign-limit")
    if not unpack.eof or unpack.unused_data:
        raise ForeignCodeError("The compressed text is cut, or something follows it.", code="hcert-format")
    return data


def _message(data: bytes) -> tuple[bytes, Mapping[int | str, Loose], bytes, bytes]:
    message = _decoded(data)
    for tag in (_CWT, _SIGN1):  # both may be left out (RFC 8392 section 6, RFC 9052 section 4.2)
        if isinstance(message, Tagged) and message.number == tag:
            message = message.value
    match message:
        case [bytes(protected), Mapping() as unprotected, bytes(payload), bytes(signature)]:
            return protected, unprotected, payload, signature
    raise ForeignCodeError("An HCERT is a signed COSE message.", code="hcert-format")


def _map(data: bytes) -> Mapping[int | str, Loose]:
    value = _decoded(data)
    if not isinstance(value, Mapping):
        raise ForeignCodeError("Header and claims of an HCERT are maps.", code="hcert-format")
    return value


def _decoded(data: bytes) -> Loose:
    try:
        return decode(data)
    except CborError as refused:
        raise ForeignCodeError(str(refused), code="hcert-format", cause=refused.code) from None


def _instant(claims: Mapping[int | str, Loose], name: int) -> datetime | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, Tagged) and value.number == 1:
        value = value.value
    # What is no number at all (NaN) is in no range either.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < LAST_ISSUE:
        raise ForeignCodeError("An instant of the claims is impossible.", code="hcert-claims", claim=name)
    return from_epoch(int(value))


def _leaves(value: Loose, path: str) -> Iterator[ForeignField]:
    """What stands at the ends of the tree; where it is empty, that."""
    if isinstance(value, Tagged):
        yield from _leaves(value.value, path)
    elif isinstance(value, Mapping) and value:
        for name, one in value.items():
            yield from _leaves(one, f"{path}.{plain(str(name))}".lstrip("."))
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes) and value:
        for number, one in enumerate(value, 1):
            yield from _leaves(one, f"{path}.{number}")
    else:
        yield ForeignField(path, _shown(value))


def _shown(value: Loose) -> str:
    match value:
        case bytes():
            return value.hex()
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return plain(str(value))
    return ""
