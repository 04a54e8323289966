# SPDX-License-Identifier: EUPL-1.2
"""What a code of somebody else's says, whom its reader trusts, and the one verdict: signed by one of these or not."""

import hashlib
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from cryptography.x509.oid import NameOID

from bierger_core.seals.errors import TrustError

LARGEST_TRUST = 1_000_000
"""Bytes of one file of certificates: a national list has a few hundred."""
_KEY_BEGINS, _KEY_ENDS = b"-----BEGIN PUBLIC KEY-----", b"-----END PUBLIC KEY-----"


@dataclass(frozen=True)
class ForeignField:
    """One thing that the code says, under the code of its field. is_cut: the issuer marked it as shortened."""

    code: str
    value: str
    is_cut: bool = False


@dataclass(frozen=True)
class ForeignCode:
    """What was read. Nothing of it is verified until `examine` says so.

    issuer: of a 2D-Doc the identifier of the certification authority, of an HCERT its `iss`, which may be empty. signer: of a
    2D-Doc the identifier of the certificate, of an HCERT its `kid` in hexadecimal, which may be empty. unsigned: signs that stand
    behind the signature, covered by nothing.
    """

    kind: Literal["2d-doc", "hcert"]
    version: int
    issuer: str
    signer: str
    document_type: str
    issued_on: date | None
    signed_on: date | datetime | None
    valid_until: datetime | None
    fields: tuple[ForeignField, ...]
    algorithm: str
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    unsigned: str = ""


@dataclass(frozen=True)
class Examined:
    """signature: `good`, `wrong`, or `not-examined`, because no key of the signer is known. code: why it is not good. by: whose
    key it was, as the certificate names it; of a key without a certificate its SHA-256.
    """

    signature: Literal["good", "wrong", "not-examined"]
    code: str = ""
    by: str = ""


@dataclass(frozen=True)
class TrustedKey:
    """A public key that the reader trusts, with its certificate where there is one. Of a key alone nobody knows whose it is."""

    public_key: EllipticCurvePublicKey | RSAPublicKey
    certificate: x509.Certificate | None = None

    @property
    def name(self) -> str:
        """The subject of the certificate, or the key's SHA-256."""
        if self.certificate is None:
            return "key " + hashlib.sha256(_spki(self.public_key)).hexdigest()
        return plain(self.certificate.subject.rfc4514_string())

    @property
    def kid(self) -> bytes:
        """The first 8 bytes of the SHA-256 of the certificate, as HCERT has it; empty without one."""
        return b"" if self.certificate is None else hashlib.sha256(self.certificate.public_bytes(Encoding.DER)).digest()[:8]

    def subject(self, what: x509.ObjectIdentifier = NameOID.COMMON_NAME) -> str:
        return "" if self.certificate is None else _attribute(self.certificate.subject, what)

    def issuer(self) -> str:
        """The common name of whoever issued the certificate."""
        return "" if self.certificate is None else _attribute(self.certificate.issuer, NameOID.COMMON_NAME)

    def refuses(self, day: date | None) -> str:
        """Why it did not stand for a signature of that day: key-not-yet-valid, key-expired; empty where it did."""
        if self.certificate is None or day is None:
            return ""
        if day < self.certificate.not_valid_before_utc.date():
            return "key-not-yet-valid"
        return "key-expired" if day > self.certificate.not_valid_after_utc.date() else ""


def load_trusted(pem: bytes) -> tuple[TrustedKey, ...]:
    """The certificates and public keys of a PEM file, of kinds that sign such codes (ECDSA, RSA).

    Nobody's signature on a certificate is looked at: who is trusted is the reader's own word. Raises `TrustError`.
    """
    if len(pem) > LARGEST_TRUST:
        raise TrustError("The file of certificates is too long.", code="trust-limit", length=len(pem))
    try:
        certificates = x509.load_pem_x509_certificates(pem) if b"-----BEGIN CERTIFICATE-----" in pem else []
        found = [(one.public_key(), one) for one in certificates]
        alone = [load_pem_public_key(_KEY_BEGINS + part.split(_KEY_ENDS)[0] + _KEY_ENDS) for part in pem.split(_KEY_BEGINS)[1:]]
    except (ValueError, UnsupportedAlgorithm):
        raise TrustError("This is not a file of certificates or public keys (PEM).") from None
    keys = [TrustedKey(key, one) for key, one in found if isinstance(key, EllipticCurvePublicKey | RSAPublicKey)]
    keys += [TrustedKey(key) for key in alone if isinstance(key, EllipticCurvePublicKey | RSAPublicKey)]
    if not keys:
        raise TrustError("The file holds no certificate or public key that could sign such a code.")
    return tuple(keys)


def verdict(
    code: ForeignCode, named: Iterable[TrustedKey], alone: Iterable[TrustedKey], signs: Callable[[TrustedKey], bool]
) -> Examined:
    """Ask the keys of the signer that the code names, then those of whom nobody knows whose they are.

    Only the failure of the first is a wrong signature: that a nameless key does not fit says no more than that it is another's.
    """
    day = code.signed_on.date() if isinstance(code.signed_on, datetime) else code.signed_on
    known = tuple(named)
    good = next((key for key in (*known, *alone) if signs(key)), None)
    if good is None:
        return Examined("wrong", "signature-wrong") if known else Examined("not-examined", "key-unknown")
    refused = good.refuses(day)
    return Examined("wrong" if refused else "good", refused, good.name)


def plain(text: str) -> str:
    """For a screen: what would move its cursor or turn its direction is shown as a sign for unreadable."""
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(one) in _UNSHOWN else one for one in text)


_UNSHOWN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _attribute(name: x509.Name, what: x509.ObjectIdentifier) -> str:
    values = name.get_attributes_for_oid(what)
    return str(values[0].value) if len(values) == 1 else ""


def _spki(key: EllipticCurvePublicKey | RSAPublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
