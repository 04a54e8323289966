# SPDX-License-Identifier: EUPL-1.2
"""Whose signature: an administration's certificate with its chain, and a key that signs, wherever it lies.

`BIERGER_PDF_SIGNING` says from where they come:
    off      nowhere: acts are PDFs with seal and proof, and without a signature of the PDF's own
    own      a small certification authority of this installation (own_authority.py): nobody outside knows it
    /folder  the operator's: `<code of the administration>.pem`, the certificate first, then those above it; its key in the same
             file or in `<code>.key` (PKCS #8, P-256, no password: the file's rights protect it)

A hardware module or a remote (qualified) sealing service is another function that gives back a FileSigner: all it has to do is
to sign some three hundred bytes, the signed attributes. The file itself never goes there.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from django.conf import settings

from bierger.documents.errors import SigningUnavailable
from bierger.documents.plugins.signing import own_authority
from bierger.infra import clock
from bierger_core.signatures import Chain, raw_signer
from bierger_core.signatures.cms import Sign
from bierger_core.values import LocalSigner


@dataclass(frozen=True)
class FileSigner:
    """chain: the signer's certificate first. sign: DER of an ES256 signature over the bytes it is given."""

    chain: Chain
    sign: Sign = field(repr=False)


def signer_of(code: str, name: str) -> FileSigner | None:
    """The signer of an administration by its code; None when its acts are not signed. name: for a certificate of our own making.

    Raises SigningUnavailable: a certificate is there and cannot be used (its key is missing or another one, it is not valid now).
    """
    place = str(settings.BIERGER_PDF_SIGNING)
    if place == "off":
        return None
    if place == "own":
        return _own(code, name, own_authority.DOCUMENTS)
    path = Path(place) / f"{code}.pem"
    return _from_file(path) if path.is_file() else None


def stamper() -> FileSigner:
    """The certificate and key of the time-stamping authority of our own."""
    return _own("time-stamps", str(settings.BIERGER_LOG_ORIGIN), own_authority.STAMPS)


def anchors_pem() -> bytes:
    """The certificates that one has to believe to believe our own: PEM, the newest first; nothing when we have none."""
    return own_authority.anchors(own_folder())


def ends() -> dict[str, datetime]:
    """When the operator's certificates end, by administration; what cannot be read has no end here, and stops acts by name.

    Those of our own making are renewed by themselves.
    """
    place = str(settings.BIERGER_PDF_SIGNING)
    found: dict[str, datetime] = {}
    for path in sorted(Path(place).glob("*.pem")) if place not in ("off", "own") else ():
        with suppress(OSError, ValueError):
            found[path.stem] = x509.load_pem_x509_certificates(path.read_bytes())[0].not_valid_after_utc
    return found


def own_folder() -> Path:
    return Path(settings.BIERGER_DATA) / "keys" / "pdf"


def _own(file: str, name: str, purpose: own_authority.Purpose) -> FileSigner:
    try:
        return _from_file(own_authority.identity(own_folder(), file, name, purpose, clock.now()))
    except OSError as error:
        raise SigningUnavailable(
            "The keys of the authority of our own cannot be read or made.", reason=str(error.errno)
        ) from error


def _from_file(path: Path) -> FileSigner:
    other = path.with_suffix(".key")
    signer = _load(path, path.stat().st_mtime_ns, other if other.is_file() else path)
    certificate = signer.chain[0]
    if not certificate.not_valid_before_utc <= clock.now() <= certificate.not_valid_after_utc:
        raise SigningUnavailable(f"The certificate in {path.name} is not valid today.", file=path.name)
    return signer


@lru_cache(maxsize=256)
def _load(path: Path, _changed: int, key_path: Path) -> FileSigner:
    try:
        chain = tuple(x509.load_pem_x509_certificates(path.read_bytes()))
        key = load_pem_private_key(key_path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise SigningUnavailable(f"{path.name} and its key cannot be read.", file=path.name) from error
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise SigningUnavailable(f"The key of {path.name} is not on the curve P-256.", file=path.name)
    if _public(key.public_key()) != _public(chain[0].public_key()):
        raise SigningUnavailable(f"The key of {path.name} is not its first certificate's.", file=path.name)
    return FileSigner(chain, raw_signer(LocalSigner.of(key)))


def _public(key: object) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined,no-any-return]  # every public key has it
