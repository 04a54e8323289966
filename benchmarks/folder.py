# SPDX-License-Identifier: EUPL-1.2
"""A log that is nothing but a folder, and the disk below it in seven operations, so that a test can be that disk."""

from __future__ import annotations

import fcntl
import itertools
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path, PurePosixPath
from typing import Protocol

from bierger_core.merkle import STAGED, TileMissingError, parse_checkpoint_text, parse_note

HEAD, PUBLISHED = "head", "checkpoint"
_NEW = ".new-"


class Disk(Protocol):
    """What a file system offers. Nothing is on the disk before its `sync`; no name before its folder's."""

    def read(self, path: str) -> bytes: ...
    def names(self, folder: str) -> list[str]: ...
    def make_folder(self, path: str) -> bool: ...
    def write(self, path: str, data: bytes) -> None: ...
    def sync(self, path: str) -> None: ...
    def rename(self, old: str, new: str) -> None: ...
    def remove(self, path: str) -> None: ...
    def sync_folder(self, path: str) -> None: ...
    def lock(self) -> AbstractContextManager[None]: ...


class FolderLog:
    """`CheckpointStore` and `LogFiles` in one: `head` decides, under a lock; `checkpoint` is what readers see."""

    _unique = itertools.count()

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def latest(self) -> bytes | None:
        return self._read(HEAD)

    def advance(self, expected: bytes | None, new: bytes) -> bool:
        with self._disk.lock():
            if self._read(HEAD) != expected:
                return False
            self.write({HEAD: new})
            return True

    def published(self) -> bytes | None:
        return self._read(PUBLISHED)

    def publish(self, note: bytes) -> None:
        with self._disk.lock():
            shown = self.published()
            if shown is None or _size(shown) <= _size(note):
                self.write({PUBLISHED: note})

    def fetch(self, path: str) -> bytes:
        data = self._read(path)
        if data is None:
            raise TileMissingError("Nothing is stored at this path.", path=path)
        return data

    def write(self, files: Mapping[str, bytes]) -> None:
        """Contents, then names, then folders: each kind synced before the next one relies on it."""
        renames, folders = [], {}
        for path, data in files.items():
            new = f"{path}{_NEW}{os.getpid()}-{next(self._unique)}"
            folders |= dict.fromkeys(self._make_folders(path))
            self._disk.write(new, data)
            self._disk.sync(new)
            renames.append((new, path))
        for new, path in renames:
            self._disk.rename(new, path)
            folders[str(PurePosixPath(path).parent)] = None
        for folder in folders:
            self._disk.sync_folder(folder)

    def staged(self) -> Iterable[str]:
        return [STAGED + name for name in self._disk.names(STAGED.rstrip("/")) if _NEW not in name]

    def discard(self, path: str) -> None:
        try:
            self._disk.remove(path)
        except FileNotFoundError:
            return

    def _make_folders(self, path: str) -> Iterator[str]:
        """Make what is missing; give the folders in which a name is new."""
        for folder in reversed(PurePosixPath(path).parents):
            if self._disk.make_folder(str(folder)):
                yield str(folder.parent)

    def _read(self, path: str) -> bytes | None:
        try:
            return self._disk.read(path)
        except FileNotFoundError:
            return None


def _size(note: bytes) -> int:
    return parse_checkpoint_text(parse_note(note).text).size


class FolderDisk:
    """The real one, below a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, path: str) -> bytes:
        return (self._root / path).read_bytes()

    def names(self, folder: str) -> list[str]:
        try:
            return [path.name for path in (self._root / folder).iterdir()]
        except FileNotFoundError:
            return []

    def make_folder(self, path: str) -> bool:
        try:
            (self._root / path).mkdir()
        except FileExistsError:
            return False
        return True

    def write(self, path: str, data: bytes) -> None:
        (self._root / path).write_bytes(data)

    def sync(self, path: str) -> None:
        self._sync(path, os.O_RDWR)

    def rename(self, old: str, new: str) -> None:
        (self._root / old).replace(self._root / new)

    def remove(self, path: str) -> None:
        (self._root / path).unlink()

    def sync_folder(self, path: str) -> None:
        self._sync(path, os.O_RDONLY | os.O_DIRECTORY)

    @contextmanager
    def lock(self) -> Iterator[None]:
        with (self._root / "lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _sync(self, path: str, flags: int) -> None:
        descriptor = os.open(self._root / path, flags)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
