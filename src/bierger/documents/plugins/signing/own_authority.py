# SPDX-License-Identifier: EUPL-1.2
"""A certification authority of this installation's own, for demonstrations, tests, and whoever needs no more.

    <folder>/ca.pem            its key and certificate, in one file so that the two are never of different days
    <folder>/former.pem        certificates of earlier ones, without keys: what they signed stays to be verified
    <folder>/<name>.pem        key, certificate and CA certificate of one signer

`identity`, step by step:
1. A file that is there and good for a while yet is taken as it is.
2. Otherwise the folder's lock is taken, and the look repeated: two workers make one key.
3. The authority itself, made or renewed where it would end before what it signs.
4. A new key and its certificate, on disk under their name by one rename.
All files are readable by their owner alone. What a thief of the folder can do: docs/howto/sign-pdfs.md.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from bierger.infra.blobs import write_durably

OWN_LIFE, CA_LIFE = timedelta(days=730), timedelta(days=3650)
RENEWED_BEFORE = timedelta(days=60)
BACKDATED = timedelta(hours=1)  # another machine's clock may be behind
_LONGEST_NAME = 64  # signs of a common name: RFC 5280 appendix A


@dataclass(frozen=True)
class Purpose:
    """usages: what the extended key usage says; is_critical: RFC 3161 wants it so for stamps, and then only that one."""

    usages: tuple[ObjectIdentifier, ...]
    is_critical: bool


# id-kp-documentSigning (RFC 9336). Readers that ask NSS (poppler's) know no other purpose of a signature than that of mail.
DOCUMENTS = Purpose((ObjectIdentifier("1.3.6.1.5.5.7.3.36"), ExtendedKeyUsageOID.EMAIL_PROTECTION), is_critical=False)
STAMPS = Purpose((ExtendedKeyUsageOID.TIME_STAMPING,), is_critical=True)


def identity(folder: Path, file: str, name: str, purpose: Purpose, now: datetime) -> Path:
    """The file of a signer of ours, made or renewed where needed. name: the common name of a new certificate."""
    path = folder / f"{file}.pem"
    if _is_good(path, now, RENEWED_BEFORE):
        return path
    with _alone(folder):
        if not _is_good(path, now, RENEWED_BEFORE):
            key, ca = _authority(folder, now)
            own = ec.generate_private_key(ec.SECP256R1())
            ends = min(now + OWN_LIFE, ca.not_valid_after_utc)
            certificate = _issue(own.public_key(), name, ca.subject, key, (now - BACKDATED, ends), purpose=purpose)
            write_durably(path, _private(own) + _pem(certificate) + _pem(ca), mode=0o600)
    return path


def anchors(folder: Path) -> bytes:
    """Certificates of the authority, the newest first; nothing where there is none."""
    found = [x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())] if (folder / "ca.pem").is_file() else []
    former = folder / "former.pem"
    return b"".join(_pem(one) for one in found) + (former.read_bytes() if former.is_file() else b"")


def _authority(folder: Path, now: datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    path, former = folder / "ca.pem", folder / "former.pem"
    if not _is_good(path, now, OWN_LIFE):
        if path.is_file():
            known = former.read_bytes() if former.is_file() else b""
            write_durably(former, _pem(x509.load_pem_x509_certificate(path.read_bytes())) + known, mode=0o600)
        made = ec.generate_private_key(ec.SECP256R1())
        # A name of its own for each: two authorities of one name are one and the same for whoever looks an issuer up by name.
        name = f"Bierger: this installation's own authority, {now:%Y-%m-%d %H:%M:%S}"
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = _issue(made.public_key(), name, subject, made, (now - BACKDATED, now + CA_LIFE), purpose=None)
        write_durably(path, _private(made) + _pem(certificate), mode=0o600)
    key = load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key, x509.load_pem_x509_certificate(path.read_bytes())


def _issue(
    public: ec.EllipticCurvePublicKey,
    name: str,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    valid: tuple[datetime, datetime],
    *,
    purpose: Purpose | None,
) -> x509.Certificate:
    is_ca = purpose is None
    usage = dict.fromkeys(("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False)
    built = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:_LONGEST_NAME])]))
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=0 if is_ca else None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_ca, content_commitment=not is_ca, key_cert_sign=is_ca, crl_sign=is_ca, **usage
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    if purpose is not None:
        built = built.add_extension(x509.ExtendedKeyUsage(purpose.usages), critical=purpose.is_critical)
    return built.sign(key, SHA256())


def _is_good(path: Path, now: datetime, for_at_least: timedelta) -> bool:
    if not path.is_file():
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return certificate.not_valid_before_utc <= now and now + for_at_least <= certificate.not_valid_after_utc


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)
