# SPDX-License-Identifier: EUPL-1.2
"""Private keys as files, readable by their owner alone: <BIERGER_DATA>/keys/<kid hex>.pem.

A file that others may read is not signed with: whoever mends its mode (`chmod 600`) has to ask who read it meanwhile.
The first place a key can lie; a hardware module or a remote sealing service would answer the same `Signer`.
"""

from __future__ import annotations

import os
import stat
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from django.conf import settings

from bierger.infra.blobs import write_durably
from bierger.ledger.errors import KeyFileExposed, KeyFileMissing
from bierger_core.values import LocalSigner

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_key(purpose: str) -> LocalSigner:
    """A new key, on disk before it is given back: Ed25519 for the log (C2SP), P-256 for seals (what browsers verify)."""
    private = ed25519.Ed25519PrivateKey.generate() if purpose == "log" else ec.generate_private_key(ec.SECP256R1())
    signer = LocalSigner.of(private)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_durably(_path(signer.kid), pem, mode=0o600)
    return signer


def load_signer(kid: bytes) -> LocalSigner:
    """The signer of a listed key. Raises KeyFileMissing, KeyFileExposed."""
    return _load(str(_path(kid)))


def state_of(kid: bytes) -> str:
    """here, exposed (others may read it) or gone."""
    try:
        mode = _path(kid).stat().st_mode
    except FileNotFoundError:
        return "gone"
    return "exposed" if mode & _OTHERS else "here"


def destroy(kid: bytes) -> bool:
    """Take the file away, durably; False when it was gone. Backups from before still have it."""
    path = _path(kid)
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True


@lru_cache(maxsize=256)
def _load(path: str) -> LocalSigner:
    try:
        if Path(path).stat().st_mode & _OTHERS:
            raise KeyFileExposed(f"Others than its owner may read the private key {Path(path).name}: see docs/howto/keys.md.")
        private = load_pem_private_key(Path(path).read_bytes(), password=None)
    except FileNotFoundError as error:
        raise KeyFileMissing(f"The private key {Path(path).name} is not on this machine.") from error
    if not isinstance(private, (ec.EllipticCurvePrivateKey, ed25519.Ed25519PrivateKey)):
        raise KeyFileMissing(f"{Path(path).name} holds a key of another kind.")
    return LocalSigner.of(private)


def _path(kid: bytes) -> Path:
    return _folder() / f"{kid.hex()}.pem"


def _folder() -> Path:
    return Path(settings.BIERGER_DATA) / "keys"
