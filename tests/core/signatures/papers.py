# SPDX-License-Identifier: EUPL-1.2
"""Certificates of the tests' own, and a file with a hole that is no PDF but for its brackets."""

from __future__ import annotations

import datetime as dt

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bierger_core.signatures import Authority, Hole, raw_signer
from bierger_core.values import LocalSigner

AT = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePublicKey


def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def certificate(
    name: str, of: Key, *, by: x509.Certificate | None = None, by_key: Key | None = None, is_ca: bool = False, stamps: bool | None = None,
    valid: tuple[dt.datetime, dt.datetime] = (AT - dt.timedelta(days=1), AT + dt.timedelta(days=700)), padding: str = "",
) -> x509.Certificate:  # fmt: skip
    """stamps: None for another purpose, else whether the one of stamps is critical. padding: makes the certificate longer."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject if by is None else by.subject)
        .public_key(of if isinstance(of, ec.EllipticCurvePublicKey) else of.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(valid[0]).not_valid_after(valid[1])
        .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
    )  # fmt: skip
    if stamps is not None:
        built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=stamps)
    if padding:
        built = built.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("2.25.1"), padding.encode()), critical=False)
    return built.sign(by_key or of, SHA256())


CA_KEY, OWN_KEY, STAMP_KEY = key(), key(), key()
CA = certificate("Root", CA_KEY, is_ca=True)
OWN = certificate("Commune", OWN_KEY, by=CA, by_key=CA_KEY)
STAMPER = certificate("Clock", STAMP_KEY, by=CA, by_key=CA_KEY, stamps=True)
CHAIN = (OWN, CA)
SIGN = raw_signer(LocalSigner.of(OWN_KEY))
AUTHORITY = Authority((STAMPER, CA), raw_signer(LocalSigner.of(STAMP_KEY)))
ROOM = 4_000


def hollow(text: bytes = b"%PDF-1.7 of the tests", room: int = ROOM) -> tuple[bytes, Hole]:
    before, between = text + b"\n/ByteRange ", b"\n/Contents "
    zeros, tail = b"<" + b"0" * (2 * room) + b">", b"\n%%EOF\n"
    start = len(before) + 40 + len(between)
    numbers = (b"[0 %d %d %d]" % (start, start + len(zeros), len(tail))).ljust(40)
    return before + numbers + between + zeros + tail, Hole(start, start + len(zeros))
