# SPDX-License-Identifier: EUPL-1.2
"""Signing as the core sees it: something that holds a key and answers `sign`.

A key file, a hardware module and a remote sealing service look alike; the core never reads a key from anywhere.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Literal, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bierger_core.values.errors import SigningError

Algorithm = Literal["ES256", "EdDSA"]
KID_BYTES = 8
SIGNATURE_BYTES = 64
"""Both algorithms sign in 64 bytes: R || S of ECDSA P-256 (RFC 9053 section 2.1), or Ed25519 (RFC 8032)."""


class Signer(Protocol):
    """Holds one private key, here or elsewhere."""

    @property
    def kid(self) -> bytes:
        """The key's identifier, 8 bytes; see `kid_of`."""

    @property
    def alg(self) -> Algorithm:
        """`ES256` or `EdDSA`."""

    def sign(self, message: bytes) -> bytes:
        """The raw signature of the message, 64 bytes."""


@dataclass(frozen=True)
class LocalSigner:
    """A signer over a key object in memory: ECDSA P-256 (deterministic, RFC 6979) or Ed25519.

    Signatures are a function of key and message: the core needs no randomness, and a repeated job seals identically.
    """

    kid: bytes
    private_key: EllipticCurvePrivateKey | Ed25519PrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        key = self.private_key
        if isinstance(key, EllipticCurvePrivateKey) and not isinstance(key.curve, SECP256R1):
            raise SigningError("ES256 needs a key on the curve P-256.", code="signing-key", curve=key.curve.name)

    @classmethod
    def of(cls, private_key: EllipticCurvePrivateKey | Ed25519PrivateKey) -> "LocalSigner":
        """A signer whose kid is derived from its public key."""
        return cls(kid_of(_raw_public(private_key)), private_key)

    @property
    def alg(self) -> Algorithm:
        """`ES256` for a P-256 key, `EdDSA` for an Ed25519 key."""
        return "ES256" if isinstance(self.private_key, EllipticCurvePrivateKey) else "EdDSA"

    @property
    def public_key(self) -> bytes:
        """65 bytes (uncompressed point) for P-256, 32 bytes for Ed25519: what key lists and browsers take."""
        return _raw_public(self.private_key)

    def sign(self, message: bytes) -> bytes:
        """The raw 64-byte signature of the message."""
        if isinstance(self.private_key, Ed25519PrivateKey):
            return self.private_key.sign(message)
        r, s = decode_dss_signature(self.private_key.sign(message, ECDSA(SHA256(), deterministic_signing=True)))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _raw_public(key: EllipticCurvePrivateKey | Ed25519PrivateKey) -> bytes:
    if isinstance(key, Ed25519PrivateKey):
        return key.public_key().public_bytes_raw()
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def kid_of(public_key: bytes) -> bytes:
    """The identifier of a key: the first 8 bytes of the SHA-256 of its raw public key. A hint, never a proof."""
    return hashlib.sha256(public_key).digest()[:KID_BYTES]


def check_signature(alg: str, public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the raw signature is right. A wrong signature is False; an unknown algorithm or a broken key raises
    `SigningError` (signing-algorithm, signing-key).
    """
    verify = {"ES256": _check_es256, "EdDSA": _check_eddsa}.get(alg)
    if verify is None:
        raise SigningError("This signature algorithm is not known.", code="signing-algorithm", alg=alg[:20])
    if len(signature) != SIGNATURE_BYTES:
        return False
    try:
        verify(public_key, message, signature)
    except InvalidSignature:
        return False
    except ValueError:
        raise SigningError("The public key cannot be read.", code="signing-key", alg=alg) from None
    return True


_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def low_s(signature: bytes) -> bytes:
    """The one of the two equivalent ES256 signatures (r, s) and (r, n - s) with the smaller s.

    Anybody can turn one into the other without the key: where a signed text must have one form, this is it.
    """
    r, s = signature[:32], int.from_bytes(signature[32:], "big")
    return r + min(s, _P256_ORDER - s).to_bytes(32, "big") if 0 < s < _P256_ORDER else signature


def _check_es256(public_key: bytes, message: bytes, signature: bytes) -> None:
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    point = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), public_key)
    point.verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))


def _check_eddsa(public_key: bytes, message: bytes, signature: bytes) -> None:
    Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
