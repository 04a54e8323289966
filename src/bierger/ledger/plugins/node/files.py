# SPDX-License-Identifier: EUPL-1.2
"""The files of a log on a disk (`LogFiles`), and beside them the head that decides (`CheckpointStore`).

    checkpoint         what readers see
    tile/…             as C2SP tlog-tiles names them
    lock               held while a checkpoint is published, or a head swapped
    head-0, head-1     only where no table is the store: the newest whole one is the log's head

An installation's log has its head in the table of checkpoints; a node's has it in the two files, which lie with its memory
and not with what everybody reads: a copy of the files is then a copy, and not a second log (place.py).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from operator import itemgetter

from bierger.ledger.plugins.node.disk import Disk
from bierger_core.merkle import Commit, TileMissingError, parse_checkpoint_text, parse_note, parse_tile_path

HEADS, PUBLISHED = ("head-0", "head-1"), "checkpoint"
_NEW = ".new-"


class TileFolder:
    """`LogFiles` on a disk: what `write` wrote is there after a power cut, names and folders too."""

    def __init__(self, disk: Disk, keep: Callable[[bytes], None] | None = None) -> None:
        """keep: remembers a checkpoint before anybody can see it (`Marks.keep`)."""
        self._disk = disk
        self._keep = keep
        self._made: set[str] = set()
        self._ready: dict[bytes, str] = {}  # a note that is on the disk, and the name it has until it is published

    def fetch(self, path: str) -> bytes:
        """A tile's bytes. Raises TileError for what is no tile's name, TileMissingError."""
        parse_tile_path(path)  # refuses everything that is not exactly a tile's name, `..` among it
        data = read(self._disk, path)
        if data is None:
            raise TileMissingError("Nothing is stored at this path.", path=path)
        return data

    def write(self, files: Mapping[str, bytes], note: bytes = b"") -> None:
        """A new name is written where it will be read: nobody reads it before its checkpoint is published.

        The note waits under a name of its own, synced at the same time as the files.
        """
        folders: dict[str, None] = {}
        created = []
        for path, data in files.items():
            parse_tile_path(path)
            folders |= dict.fromkeys(self._make_folders(path))
            if self._disk.create(path, data):
                created.append(path)
            else:
                # Left by somebody who was killed, perhaps half, or being written by somebody slower, perhaps read.
                put(self._disk, path, data)
            folders[path.rpartition("/")[0]] = None
        if not note:
            self._disk.sync_all(created, folders)
            return
        new = _fresh_name(PUBLISHED)
        with _or_removed(self._disk, new):
            self._disk.create(new, note)
            self._disk.sync_all([*created, new], folders)
        self._ready = {note: new}

    def published(self) -> bytes | None:
        return read(self._disk, PUBLISHED)

    def publish(self, note: bytes, *, anew: bool = False) -> None:
        """anew: whatever lies there, and be it no checkpoint."""
        new = self._ready.pop(note, None) or _written(self._disk, PUBLISHED, note)
        with _or_removed(self._disk, new):
            if self._keep is not None:
                self._keep(note)
            with self._disk.lock():
                shown = self.published()
                if anew or shown is None or size_of(shown) <= size_of(note):
                    self._disk.rename(new, PUBLISHED)
                    # A power cut may undo the name for as long as this takes. The head is durable, and whoever starts next
                    # publishes it again; to wait here would cost each batch a third journey to the disk.
                    self._disk.sync_soon(".")
                else:
                    self._disk.remove(new)

    def _make_folders(self, path: str) -> Iterator[str]:
        """Make what is missing; give the folders in which a name is new, or may be: whoever made it may be dead."""
        folder = path.rpartition("/")[0]
        while folder and folder not in self._made:
            yield from self._make_folders(folder)
            self._disk.make_folder(folder)
            yield folder.rpartition("/")[0] or "."
            self._made.add(folder)


class FolderLog(TileFolder):
    """Files and store: the newest head decides, under a lock; readers see `checkpoint`."""

    def __init__(self, disk: Disk, keep: Callable[[bytes], None] | None = None, *, heads: Disk | None = None) -> None:
        """heads: where the head lies; by default with the files."""
        super().__init__(disk, keep)
        self._store = disk if heads is None else heads
        self._durable = 0  # the number of the newest head of which this process knows that it is on the disk

    def latest(self) -> Commit | None:
        """Whoever wrote the head may be dead before its sync, or still waiting for it: nobody builds on it before."""
        heads = self._heads()
        if heads and _newest(heads)[0] != self._durable:
            with self._store.lock():
                heads = self._heads()
                for place in heads:
                    self._store.sync(place)
                self._store.sync_folder(".")
                self._durable = _newest(heads)[0]
        return _newest(heads)[1] if heads else None

    def advance(self, expected: bytes | None, new: Commit) -> bool:
        """The head has two places; the one that is not the newest is overwritten, and half of it is no head."""
        with self._store.lock():
            heads = self._heads()
            number, there = _newest(heads) if heads else (0, None)
            if (there.note if there else None) != expected:
                return False
            place = next((place for place in HEADS if place not in heads), None) or min(heads, key=lambda one: heads[one][0])
            body = b"%d %d\n" % (number + 1, len(new.note)) + new.note + new.batch
            is_new = self._store.overwrite(place, hashlib.sha256(body).digest() + body)
            self._store.sync(place)
            if is_new or len(heads) < len(HEADS):
                self._store.sync_folder(".")
            self._durable = number + 1
            return True

    def _heads(self) -> dict[str, tuple[int, Commit]]:
        """What is whole in the two places, with its number."""
        heads = {}
        for place in HEADS:
            data = read(self._store, place) or b""
            body = data[32:]
            if hashlib.sha256(body).digest() == data[:32]:
                head, _, rest = body.partition(b"\n")
                number, length = (int(one) for one in head.split())
                heads[place] = number, Commit(rest[:length], rest[length:])
        return heads


def put(disk: Disk, path: str, data: bytes) -> None:
    """Whole for readers at any time, its content on the disk; its name is, once the folder was synced."""
    new = _written(disk, path, data)
    with _or_removed(disk, new):
        disk.rename(new, path)


def _written(disk: Disk, path: str, data: bytes) -> str:
    """The bytes on the disk, under a name that nobody reads."""
    new = _fresh_name(path)
    with _or_removed(disk, new):
        disk.create(new, data)
        disk.sync(new)
    return new


def _fresh_name(path: str) -> str:
    return f"{path}{_NEW}{secrets.token_hex(8)}"  # never a name that somebody dead left half


@contextmanager
def _or_removed(disk: Disk, new: str) -> Iterator[None]:
    """A full disk must not be filled by attempts."""
    try:
        yield
    except Exception:
        with suppress(OSError):
            disk.remove(new)
        raise


def read(disk: Disk, path: str) -> bytes | None:
    """The bytes, or None when nothing lies there."""
    try:
        return disk.read(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def size_of(note: bytes) -> int:
    """Of a checkpoint, unverified. Raises NoteError, CheckpointError."""
    return parse_checkpoint_text(parse_note(note).text).size


def _newest(heads: Mapping[str, tuple[int, Commit]]) -> tuple[int, Commit]:
    return max(heads.values(), key=itemgetter(0))
