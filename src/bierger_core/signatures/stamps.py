# SPDX-License-Identifier: EUPL-1.2
"""Time stamps (RFC 3161, RFC 5816): the request, and the answer read and held against it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from bierger_core.signatures import der
from bierger_core.signatures.cms import HASHES, SHA256_ID, Chain, read_signed
from bierger_core.signatures.errors import DerError, SignatureError, StampError

TST_INFO = "1.2.840.113549.1.9.16.1.4"
NONCE_BYTES = 8
LONGEST_REQUEST = 4_096  # bytes; a digest and a few numbers
BAD_ALGORITHM, BAD_FORMAT, BAD_POLICY, BAD_EXTENSION = 0, 5, 15, 16  # PKIFailureInfo, RFC 3161 section 2.4.2
GRANTED = (0, 1)  # granted, granted with modifications: RFC 3161 section 2.4.2


@dataclass(frozen=True)
class Stamp:
    """What a time-stamping authority said, its signature verified with the certificate it brought.

    at      when it saw the digest (aware, UTC)
    imprint the whole MessageImprint as DER; nonce: None where there was none
    """

    at: datetime
    imprint: bytes
    nonce: int | None
    serial: int
    policy: str
    certificate: x509.Certificate
    others: Chain


@dataclass(frozen=True)
class Request:
    """A TimeStampReq. imprint: the whole MessageImprint; digest: what is in it."""

    imprint: bytes
    hash_name: str
    digest: bytes
    policy: str | None
    nonce: int | None
    with_certificate: bool


def imprint_of(digest: bytes) -> bytes:
    """MessageImprint of a SHA-256 digest."""
    return der.sequence(SHA256_ID, der.octets(digest))


def stamp_request(digest: bytes, nonce: int) -> bytes:
    """A TimeStampReq for a SHA-256 digest (32 bytes); the certificate is asked for. nonce: random, of NONCE_BYTES."""
    return der.sequence(der.integer(1), imprint_of(digest), der.integer(nonce), der.tagged(der.BOOLEAN, b"\xff"))


def read_request(data: bytes) -> Request:
    """Raises StampError: stamp-format, or stamp-refused with `failure`, the bit of PKIFailureInfo that fits."""
    if len(data) > LONGEST_REQUEST:
        raise StampError("No request is that long.", code="stamp-refused", failure=BAD_FORMAT)
    try:
        return _read_request(data)
    except StampError:
        raise
    except (DerError, ValueError, IndexError) as error:
        raise StampError("This is no request for a time stamp.", code="stamp-refused", failure=BAD_FORMAT) from error


def _read_request(data: bytes) -> Request:
    version, imprint, *rest = der.parts(der.only(data, der.SEQUENCE))
    algorithm, digest = der.parts(imprint[1])
    if version[2] != der.integer(1) or imprint[0] != der.SEQUENCE or digest[0] != der.OCTET_STRING:
        raise DerError("This is no request of version 1.")
    name = der.read_oid(der.read(algorithm[1], der.OID)[1])
    held: dict[int, bytes] = {}
    for tag, content, _ in rest:
        if tag in held:
            raise DerError("Something is said twice.")
        held[tag] = content
    if 0xA0 in held:
        raise StampError("No extension is known here.", code="stamp-refused", failure=BAD_EXTENSION)
    if set(held) - {der.OID, der.INTEGER, der.BOOLEAN}:
        raise DerError("Something unknown is asked.")
    if name not in HASHES or len(digest[1]) != HASHES[name].digest_size:
        raise StampError("SHA-256, SHA-384 and SHA-512 are stamped.", code="stamp-refused", failure=BAD_ALGORITHM)
    policy, nonce = held.get(der.OID), held.get(der.INTEGER)
    return Request(
        imprint[2], name, digest[1], None if policy is None else der.read_oid(policy),
        None if nonce is None else der.read_integer(nonce), held.get(der.BOOLEAN, b"\0") != b"\0",
    )  # fmt: skip


def open_answer(data: bytes, *, digest: bytes, nonce: int) -> tuple[bytes, Stamp]:
    """A TimeStampResp, held against what was asked: (the token as it came, what it says). Raises StampError."""
    try:
        status, *token = der.parts(der.only(data, der.SEQUENCE))
        said = der.read_integer(der.read(status[1], der.INTEGER)[1])
    except (DerError, ValueError) as error:
        raise StampError("The authority's answer cannot be read.") from error
    if said not in GRANTED or not token:
        raise StampError("The authority gives no time stamp.", code="stamp-refused", status=said)
    stamp = open_stamp(token[0][2])
    if stamp.imprint not in (imprint_of(digest), der.sequence(_with_null(), der.octets(digest))):
        raise StampError("The time stamp is about something else.", code="stamp-other-digest")
    if stamp.nonce != nonce:
        raise StampError("The time stamp answers another request.", code="stamp-other-nonce")
    return token[0][2], stamp


def open_stamp(token: bytes) -> Stamp:
    """A time stamp, its signature and its certificate's purpose verified. Raises StampError.

    Whom to believe, the caller decides.
    """
    try:
        signed = read_signed(token)
        info = _read_info(signed.content or b"")
    except SignatureError as error:
        raise StampError("The time stamp's signature is wrong.", code="stamp-wrong", reason=error.code) from error
    except (DerError, ValueError, IndexError, KeyError) as error:
        raise StampError("The time stamp cannot be read.") from error
    if signed.content_type != TST_INFO or hashlib.new(signed.hash.name, signed.content or b"").digest() != signed.digest:
        raise StampError("The time stamp's signature is about something else.", code="stamp-wrong", reason="signature-digest")
    if not _is_for_stamps(signed.certificate):
        raise StampError("The certificate is not one for time stamps.", code="stamp-certificate")
    at, imprint, nonce, serial, policy = info
    certificate = signed.certificate
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise StampError("The certificate was not valid when the stamp was made.", code="stamp-certificate")
    return Stamp(at, imprint, nonce, serial, policy, certificate, signed.others)


def _read_info(content: bytes) -> tuple[datetime, bytes, int | None, int, str]:
    version, policy, imprint, serial, time, *rest = der.parts(der.only(content, der.SEQUENCE))
    if version[2] != der.integer(1) or (policy[0], imprint[0], serial[0], time[0]) != (
        der.OID, der.SEQUENCE, der.INTEGER, der.TIME,
    ):  # fmt: skip
        raise DerError("This is no TSTInfo of version 1.")
    nonce = next((der.read_integer(inner) for tag, inner, _ in rest if tag == der.INTEGER), None)
    return der.read_time(time[1]), imprint[2], nonce, der.read_integer(serial[1]), der.read_oid(policy[1])


def _is_for_stamps(certificate: x509.Certificate) -> bool:
    """Exactly this purpose, and critical: RFC 3161 section 2.3."""
    try:
        purpose = certificate.extensions.get_extension_for_oid(ExtensionOID.EXTENDED_KEY_USAGE)
    except x509.ExtensionNotFound:
        return False
    return purpose.critical and list(purpose.value) == [ExtendedKeyUsageOID.TIME_STAMPING]  # type: ignore[call-overload]  # it is iterable


def _with_null() -> bytes:
    """SHA-256 with NULL parameters, as some authorities write it back."""
    return der.sequence(der.oid("2.16.840.1.101.3.4.2.1"), der.tagged(der.NULL, b""))
