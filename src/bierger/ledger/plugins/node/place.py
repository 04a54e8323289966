# SPDX-License-Identifier: EUPL-1.2
"""A node's folder: made once, opened by one process at a time.

FOLDER/            checkpoint, tile/, head-0, head-1, policy    public; any web server may show it
FOLDER.seen/       what was seen of the log: keep it on another disk, and out of what a backup restores
KEY                the private key (PEM, Ed25519), readable by its owner alone; never inside FOLDER
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from bierger.ledger.plugins.node.disk import FolderDisk
from bierger.ledger.plugins.node.errors import NodeMisplaced
from bierger.ledger.plugins.node.files import FolderLog, put
from bierger.ledger.plugins.node.marks import Marks
from bierger_core.merkle import MerkleError, VerifierKey, format_policy, log_key, parse_policy, policy_of_logs
from bierger_core.values import LocalSigner

POLICY = "policy"


@dataclass(frozen=True)
class Place:
    """An opened folder."""

    log: FolderLog
    marks: Marks
    key: VerifierKey
    signer: LocalSigner
    policy: str


def create(folder: Path, origin: str, key: Path) -> VerifierKey:
    """A new log: its folder and policy; its key, when there is none yet. Raises NodeMisplaced, NoteError (a bad origin)."""
    if folder.exists() and any(folder.iterdir()):
        raise NodeMisplaced("node-folder", f"{folder} is not empty: a log begins in an empty folder.")
    if folder.resolve() in key.resolve().parents:
        raise NodeMisplaced("node-key", "The private key must not lie in the folder that everybody reads.")
    signer = _signer(key) if key.exists() else _new_key(key)
    verifier = log_key(origin, signer.public_key)
    folder.mkdir(parents=True, exist_ok=True)
    disk = FolderDisk(folder)
    put(disk, POLICY, format_policy(policy_of_logs([verifier])).encode())
    disk.sync_folder(".")
    return verifier


@contextmanager
def opened(folder: Path, key: Path, seen: Path | None = None) -> Iterator[Place]:
    """The folder, held against every other node of this machine until the block ends. Raises NodeMisplaced."""
    try:
        text = (folder / POLICY).read_text("utf-8")
        verifiers = parse_policy(text).logs
    except (OSError, UnicodeDecodeError, MerkleError) as error:
        raise NodeMisplaced("node-folder", f"{folder} is no log's folder: ./bierger log init makes one.") from error
    signer = _signer(key)
    own = [one for one in verifiers if one.public_key == signer.public_key]
    if not own:
        raise NodeMisplaced("node-key", f"{key} is not the key of {verifiers[0].name if verifiers else 'a log'}.")
    if seen is None:
        seen = folder.with_name(f"{folder.name}.seen")
        seen.mkdir(exist_ok=True)
    elif not seen.is_dir():
        raise NodeMisplaced("seen-folder-missing", f"The folder {seen} of what was seen of the log is not there.")
    with (folder / "serving").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NodeMisplaced("node-served", f"{folder} is served by another process.") from None
        marks = Marks(FolderDisk(seen))
        yield Place(FolderLog(FolderDisk(folder), keep=marks.keep), marks, own[0], signer, text)


def _new_key(path: Path) -> LocalSigner:
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        FolderDisk(path.parent).sync_folder(".")
    except OSError as error:
        raise NodeMisplaced("node-key", f"{path} cannot be written: {error.strerror}.") from error
    return LocalSigner.of(private)


def _signer(path: Path) -> LocalSigner:
    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise NodeMisplaced("node-key", f"{path} cannot be read as a private key.") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise NodeMisplaced("node-key", "A log signs with an Ed25519 key.")
    return LocalSigner.of(private)
