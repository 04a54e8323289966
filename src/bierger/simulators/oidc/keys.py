# SPDX-License-Identifier: EUPL-1.2
"""The provider's ES256 key: made at the first start, kept in the data folder, readable by its owner only."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from functools import lru_cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from bierger.simulators import settings


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


@lru_cache(maxsize=1)
def signing_key() -> ec.EllipticCurvePrivateKey:
    path = settings.SIMULATORS_DATA / "provider.pem"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_bytes(made)
        draft.replace(path)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} holds no elliptic-curve key: delete it and start again.")
    return key


@lru_cache(maxsize=1)
def public_jwk() -> dict[str, str]:
    """The key as RFC 7517 writes it; its id is the thumbprint of RFC 7638."""
    numbers = signing_key().public_key().public_numbers()
    jwk = {"crv": "P-256", "kty": "EC", "x": b64url(numbers.x.to_bytes(32, "big")), "y": b64url(numbers.y.to_bytes(32, "big"))}
    thumbprint = hashlib.sha256(json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode()).digest()
    return {**jwk, "kid": b64url(thumbprint), "use": "sig", "alg": "ES256"}


def signed(claims: dict[str, object]) -> str:
    """A JWT (RFC 7515 compact form), ES256: the signature is r and s side by side, 32 bytes each."""
    header = {"alg": "ES256", "typ": "JWT", "kid": public_jwk()["kid"]}
    message = ".".join(b64url(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    r, s = decode_dss_signature(signing_key().sign(message.encode("ascii"), ec.ECDSA(hashes.SHA256())))
    return f"{message}.{b64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
