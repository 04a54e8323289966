# SPDX-License-Identifier: EUPL-1.2
"""A log that is nothing but a folder, and the disk below it in seven operations, so that a test can be that disk."""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import os
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from operator import itemgetter
from pathlib import Path
from typing import Protocol

from bierger_core.merkle import Commit, TileMissingError, parse_checkpoint_text, parse_note

HEADS, PUBLISHED = ("head-0", "head-1"), "checkpoint"
_NEW = ".new-"


class Disk(Protocol):
    """What a file system offers. Nothing is on the disk before its `sync`; no name before its folder's."""

    def read(self, path: str) -> bytes: ...
    def make_folder(self, path: str) -> None: ...
    def create(self, path: str, data: bytes) -> bool: ...
    def overwrite(self, path: str, data: bytes) -> bool: ...
    def sync(self, path: str) -> None: ...
    def rename(self, old: str, new: str) -> None: ...
    def sync_folder(self, path: str) -> None: ...
    def sync_all(self, files: Collection[str], folders: Collection[str]) -> None: ...
    def lock(self) -> AbstractContextManager[None]: ...


class FolderLog:
    """`CheckpointStore` and `LogFiles` in one: the newest head decides, under a lock; readers see `checkpoint`."""

    _unique = itertools.count()

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._made: set[str] = set()
        self._durable = 0  # the number of the newest head of which this process knows that it is on the disk

    def latest(self) -> Commit | None:
        """Whoever wrote the head may be dead before its sync, or still waiting for it: nobody builds on it before."""
        heads = self._heads()
        if heads and _newest(heads)[0] != self._durable:
            with self._disk.lock():
                heads = self._heads()
                for place in heads:
                    self._disk.sync(place)
                self._disk.sync_folder(".")
                self._durable = _newest(heads)[0]
        return _newest(heads)[1] if heads else None

    def advance(self, expected: bytes | None, new: Commit) -> bool:
        """The head has two places; the one that is not the newest is overwritten, and half of it is no head."""
        with self._disk.lock():
            heads = self._heads()
            number, there = _newest(heads) if heads else (0, None)
            if (there.note if there else None) != expected:
                return False
            place = next((place for place in HEADS if place not in heads), None) or min(heads, key=lambda one: heads[one][0])
            body = b"%d %d\n" % (number + 1, len(new.note)) + new.note + new.batch
            is_new = self._disk.overwrite(place, hashlib.sha256(body).digest() + body)
            self._disk.sync(place)
            if is_new or len(heads) < len(HEADS):
                self._disk.sync_folder(".")
            self._durable = number + 1
            return True

    def _heads(self) -> dict[str, tuple[int, Commit]]:
        """What is whole in the two places, with its number."""
        heads = {}
        for place in HEADS:
            data = self._read(place) or b""
            body = data[32:]
            if hashlib.sha256(body).digest() == data[:32]:
                head, _, rest = body.partition(b"\n")
                number, length = (int(one) for one in head.split())
                heads[place] = number, Commit(rest[:length], rest[length:])
        return heads

    def published(self) -> bytes | None:
        return self._read(PUBLISHED)

    def publish(self, note: bytes) -> None:
        with self._disk.lock():
            shown = self.published()
            if shown is None or _size(shown) <= _size(note):
                self._replace(PUBLISHED, note)

    def fetch(self, path: str) -> bytes:
        data = self._read(path)
        if data is None:
            raise TileMissingError("Nothing is stored at this path.", path=path)
        return data

    def write(self, files: Mapping[str, bytes]) -> None:
        """A new name is written where it will be read: nobody reads it before its checkpoint is published."""
        folders: dict[str, None] = {}
        created = []
        for path, data in files.items():
            folders |= dict.fromkeys(self._make_folders(path))
            if self._disk.create(path, data):
                created.append(path)
            else:
                # Left by somebody who was killed, perhaps half, or being written by somebody slower, perhaps read.
                self._replace(path, data)
            folders[path.rpartition("/")[0]] = None
        self._disk.sync_all(created, folders)

    def _replace(self, path: str, data: bytes) -> None:
        new = f"{path}{_NEW}{os.getpid()}-{next(self._unique)}"
        self._disk.create(new, data)
        self._disk.sync(new)
        self._disk.rename(new, path)

    def _make_folders(self, path: str) -> Iterator[str]:
        """Make what is missing; give the folders in which a name is new, or may be: whoever made it may be dead."""
        folder = path.rpartition("/")[0]
        while folder and folder not in self._made:
            yield from self._make_folders(folder)
            self._disk.make_folder(folder)
            yield folder.rpartition("/")[0] or "."
            self._made.add(folder)

    def _read(self, path: str) -> bytes | None:
        try:
            return self._disk.read(path)
        except FileNotFoundError:
            return None


def _newest(heads: Mapping[str, tuple[int, Commit]]) -> tuple[int, Commit]:
    return max(heads.values(), key=itemgetter(0))


def _size(note: bytes) -> int:
    return parse_checkpoint_text(parse_note(note).text).size


class FolderDisk:
    """The real one, below a folder."""

    def __init__(self, root: Path) -> None:
        self._root = f"{root}/"
        self._threads = ThreadPoolExecutor(12)

    def read(self, path: str) -> bytes:
        with open(self._root + path, "rb", buffering=0) as file:  # noqa: PTH123  # a tenth of a millisecond less than by Path
            return file.read()

    def make_folder(self, path: str) -> None:
        with suppress(FileExistsError):
            os.mkdir(self._root + path)  # noqa: PTH102 - as in read

    def create(self, path: str, data: bytes) -> bool:
        try:
            with open(self._root + path, "xb", buffering=0) as file:  # noqa: PTH123 - as in read
                file.write(data)
        except FileExistsError:
            return False
        return True

    def overwrite(self, path: str, data: bytes) -> bool:
        """True when the name is new."""
        if self.create(path, data):
            return True
        with open(self._root + path, "r+b", buffering=0) as file:  # noqa: PTH123 - as in read
            file.write(data)
            file.truncate()
        return False

    def sync(self, path: str) -> None:
        self._sync(path, os.O_RDWR)

    def rename(self, old: str, new: str) -> None:
        os.replace(self._root + old, self._root + new)  # noqa: PTH105 - as in read

    def sync_folder(self, path: str) -> None:
        self._sync(path, os.O_RDONLY | os.O_DIRECTORY)

    def sync_all(self, files: Collection[str], folders: Collection[str]) -> None:
        """At once, in no order: a journaling file system writes one commit for all that wait at the same time."""
        waiting = [self._threads.submit(self.sync, path) for path in files]
        waiting += [self._threads.submit(self.sync_folder, path) for path in folders]
        for one in waiting:
            one.result()

    @contextmanager
    def lock(self) -> Iterator[None]:
        with open(self._root + "lock", "ab") as file:  # noqa: PTH123 - as in read
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _sync(self, path: str, flags: int) -> None:
        descriptor = os.open(self._root + path, flags)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
