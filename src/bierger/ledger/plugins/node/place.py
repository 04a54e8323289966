# SPDX-License-Identifier: EUPL-1.2
"""A node's folder: made once, opened by one process at a time; and its memory, which belongs to name and key.

FOLDER/            checkpoint, tile/, policy    public; any web server may show it
KEY                the private key (PEM, Ed25519), readable by its owner alone; never inside FOLDER
KEY.seen/          the memory: keep it out of what a backup of FOLDER restores. `--seen` puts it elsewhere, then this is a link
KEY.seen/<id>/     of one name with this key: vkey (whose it is), head-0, head-1 (the log's head, with its last batch)
KEY.seen/*.json    what others saw of the log, handed in by the operator

The head decides what is signed next, so there is one for each name and key: whatever folder is given, under whatever path, as
a copy or of yesterday, the next signature continues the one history, or is refused. A folder that is one batch behind gets
that batch from the memory. No memory is made but by `init`, which refuses where one is, and by `begin_again`, which the
operator asks for in words: one that is missing is a disk that is not mounted more often than a log that is new.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from bierger.ledger.plugins.node.disk import Disk, FolderDisk, make_folders
from bierger.ledger.plugins.node.errors import NodeMisplaced
from bierger.ledger.plugins.node.files import FolderLog, put
from bierger.ledger.plugins.node.marks import Marks
from bierger.ledger.plugins.node.writing import NodeWriter
from bierger_core.merkle import (
    Commit,
    HistoryError,
    MerkleError,
    VerifierKey,
    encode_batch,
    format_policy,
    log_key,
    open_checkpoint,
    parse_policy,
    policy_of_logs,
)
from bierger_core.values import LocalSigner

POLICY = "policy"
_VKEY = "vkey"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Place:
    """An opened folder."""

    log: FolderLog
    marks: Marks
    key: VerifierKey
    signer: LocalSigner
    policy: str

    def writer(self) -> NodeWriter:
        return NodeWriter(self.log, self.marks, self.key, self.signer)


def create(
    folder: Path,
    origin: str,
    key: Path,
    seen: Path | None = None,
    *,
    is_unused: bool = False,
    at: Callable[[Path], Disk] = FolderDisk,
) -> VerifierKey:
    """A new log: folder, policy and memory; its key, when there is none yet. Raises NodeMisplaced, NoteError (a bad origin).

    is_unused: a key that is there and has no memory never signed for a log, says the operator. What is refused is refused
    before anything is made. When it returns, everything is on the disk, up to the root.
    """
    if "://" in origin:
        said = origin.partition("://")[2]
        raise NodeMisplaced("log-origin", f"A log's name is an address without a scheme: {said}")
    log_key(origin, bytes(32))
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise NodeMisplaced("node-folder", f"{folder} is not empty: a log begins in an empty folder.")
    if folder.resolve() in key.resolve().parents:
        raise NodeMisplaced("node-key", "The private key must not lie in the folder that everybody reads.")
    memory = _named_memory(key, seen)
    if folder.resolve() in (memory.resolve(), *memory.resolve().parents):
        raise NodeMisplaced("node-folder", "The memory must not lie in the folder that everybody reads.")
    signer = _signer(key) if key.exists() else None
    if signer is not None:
        _refuse_if_begun(memory, log_key(origin, signer.public_key), is_unused=is_unused)
    verifier = log_key(origin, (signer or _new_key(key)).public_key)
    make_folders(folder, at)
    put(at(folder.resolve()), POLICY, format_policy(policy_of_logs([verifier])).encode())
    at(folder.resolve()).sync_folder(".")
    _begin_memory(memory, key, verifier, None, at)
    return verifier


@contextmanager
def opened(folder: Path, key: Path, seen: Path | None = None) -> Iterator[Place]:
    """The folder and its memory, held against every other node until the block ends. Raises NodeMisplaced."""
    text, own, signer = _keys_of(folder, key)
    memory = _named_memory(key, seen)
    if not memory.is_dir():
        raise NodeMisplaced("seen-folder-missing", f"{memory}, the memory of what this key signed, is not there.")
    if not _is_known(memory, own):
        raise NodeMisplaced("seen-empty", f"{memory} remembers nothing of {own.name}: it is not the memory of this log and key.")
    heads = memory / _id(own)
    with _held(folder, heads):
        yield Place(FolderLog(FolderDisk(folder), heads=FolderDisk(heads)), Marks(FolderDisk(memory)), own, signer, text)


def begin_again(folder: Path, key: Path, seen: Path | None = None) -> None:
    """Another memory in the place of one that is lost for good, beginning with what this folder shows.

    Whatever only the lost one knew is forgotten: this is how a second history can be signed. Raises NodeMisplaced,
    HistoryError when somebody who is asked (a `.json` in the memory's folder) saw more.
    """
    _, own, _ = _keys_of(folder, key)
    memory = _named_memory(key, seen)
    if _is_known(memory, own):
        raise NodeMisplaced("seen-there", f"{memory} remembers {own.name}: nothing is lost.")
    with _held(folder):
        log = FolderLog(FolderDisk(folder))
        note, older = log.published(), log.latest()  # earlier releases had the head in the folder
        commits = [] if older is None else [older]
        if note is not None:
            shown = open_checkpoint(note, [own]).checkpoint
            commits.append(Commit(note, encode_batch(shown.size, shown.root, [])))
        newest = max(commits, key=lambda one: open_checkpoint(one.note, [own]).checkpoint.size, default=None)
        if memory.is_dir() and newest is not None:
            head = open_checkpoint(newest.note, [own]).checkpoint
            if behind := [mark for mark in Marks(FolderDisk(memory)).of(own.name) if mark.relation(head) in ("older", "fork")]:
                said = f"Somebody saw {behind[0].size} leaves, and this folder has {head.size}."
                raise HistoryError(said, code="history-behind", size=head.size, seen=behind[0].size)
        _begin_memory(memory, key, own, newest, FolderDisk)


# -- the memory -------------------------------------------------------------------------------------------------------------


def _named_memory(key: Path, seen: Path | None) -> Path:
    """Beside the key, whatever path leads to it; or where `--seen` says, unless it is known to lie elsewhere."""
    real = key.resolve()
    beside = real.with_name(f"{real.name}.seen")
    if seen is None:
        return beside
    if os.path.lexists(beside) and beside.resolve() != seen.resolve():
        raise NodeMisplaced("seen-elsewhere", f"The memory of this key is {beside.resolve()}, and not {seen}.")
    return seen


def _id(key: VerifierKey) -> str:
    return hashlib.sha256(key.text.encode()).hexdigest()[:16]


def _is_known(memory: Path, key: VerifierKey) -> bool:
    return os.path.lexists(memory / _id(key) / _VKEY)


def _refuse_if_begun(memory: Path, key: VerifierKey, *, is_unused: bool) -> None:
    """A key that is there may have signed already, in this name too: only its memory knows, so it has to be there."""
    if _is_known(memory, key):
        said = f"{memory} remembers {key.text}: a second log of this name and key would be a second history."
        raise NodeMisplaced("log-begun", said)
    if is_unused:
        return
    unused = "If this key never signed for a log, say --key-unused."
    if not memory.is_dir():
        raise NodeMisplaced("seen-folder-missing", f"{memory}, the memory of what this key signed, is not there. {unused}")
    if not any(memory.glob(f"*/{_VKEY}")):
        raise NodeMisplaced("seen-empty", f"{memory} remembers nothing that this key signed. {unused}")


def _begin_memory(memory: Path, key: Path, verifier: VerifierKey, head: Commit | None, at: Callable[[Path], Disk]) -> None:
    """The file `vkey` comes last: a memory without it is none."""
    beside = _named_memory(key, None)
    if memory != beside and not os.path.lexists(beside):
        beside.symlink_to(memory.resolve())  # so that nobody who forgets `--seen` gets another one
        FolderDisk(beside.parent).sync_folder(".")
    place = memory.resolve() / _id(verifier)
    make_folders(place, at)
    disk = at(place)
    if head is not None:
        FolderLog(disk).advance(None, head)
    put(disk, _VKEY, f"{verifier.text}\n".encode())
    disk.sync_folder(".")


@contextmanager
def _held(*folders: Path) -> Iterator[None]:
    with ExitStack() as stack:
        for folder in folders:
            lock = stack.enter_context((folder / "serving").open("ab"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise NodeMisplaced("node-served", f"Another process serves this log: it holds {folder}.") from None
        yield


# -- the key ----------------------------------------------------------------------------------------------------------------


def _keys_of(folder: Path, key: Path) -> tuple[str, VerifierKey, LocalSigner]:
    """The folder's policy, and which of its logs this key signs for. Raises NodeMisplaced."""
    try:
        text = (folder / POLICY).read_text("utf-8")
        verifiers = parse_policy(text).logs
    except (OSError, UnicodeDecodeError, MerkleError) as error:
        raise NodeMisplaced("node-folder", f"{folder} is no log's folder: ./bierger log init makes one.") from error
    signer = _signer(key)
    own = [one for one in verifiers if one.public_key == signer.public_key]
    if not own:
        raise NodeMisplaced("node-key", f"{key} is not the key of {verifiers[0].name if verifiers else 'a log'}.")
    return text, own[0], signer


def _new_key(path: Path) -> LocalSigner:
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        make_folders(path.parent)
        FolderDisk(path.parent).sync_folder(".")
    except OSError as error:
        raise NodeMisplaced("node-key", f"{path} cannot be written: {error.strerror}.") from error
    return LocalSigner.of(private)


def _signer(path: Path) -> LocalSigner:
    try:
        if path.stat().st_mode & _OTHERS:
            said = f"Others than its owner may read {path}: chmod 600, and ask who read it meanwhile."
            raise NodeMisplaced("key-file-exposed", said)
        private = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise NodeMisplaced("node-key", f"{path} cannot be read as a private key.") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise NodeMisplaced("node-key", "A log signs with an Ed25519 key.")
    return LocalSigner.of(private)
