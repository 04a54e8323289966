# SPDX-License-Identifier: EUPL-1.2
"""Blobs as files below one folder.

`put`, step by step:
1. The name is the SHA-256 of the bytes; a file of that name with that length is the same file (only whole files get a name).
2. The bytes go to a temporary file in the same folder, then `fsync` of the file.
3. `rename` to the name: atomic, so a reader sees the whole file or none.
4. `fsync` of the folder (and of folders just made): after this a power cut does not lose the name either.

What the file system refuses becomes a BlobFileError here, and a line in the log that names the folder: whoever asked reads a
sentence, whoever operates learns which disk is meant.
"""

from __future__ import annotations

import errno
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bierger.infra.blobs.store import NAME, BlobFileError, Stored

logger = logging.getLogger("bierger.blobs")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG}
_LEFTOVER_SECONDS = 3600.0  # a temporary file of a crash is taken away once it is this old
_LEAST_FREE = 16 * 2**20  # bytes; with less than one attachment's room the store is of no use


@dataclass(frozen=True)
class FileStore:
    """See bierger.infra.blobs.store.Store. root: need not be there yet."""

    root: Path

    def put(self, area: str, name: str, data: bytes) -> None:
        path = self._path(area, name)
        with self._told():
            if not (path.exists() and path.stat().st_size == len(data)):
                write_durably(path, data)
            else:
                os.utime(path)  # young again

    def read(self, area: str, name: str) -> bytes:
        with self._told():
            try:
                return self._path(area, name).read_bytes()
            except FileNotFoundError as error:
                raise BlobFileError("blob-missing", f"No file {name} in {area}.") from error

    def delete(self, area: str, name: str) -> None:
        path = self._path(area, name)
        with self._told():
            path.unlink(missing_ok=True)
            if path.parent.is_dir():
                fsync_folder(path.parent)

    def stored(self, now: float) -> Iterator[Stored]:
        """Temporary leftovers of a crash are removed on the way."""
        with self._told():
            for folder in sorted(self.root.glob("*/*")):
                for path in sorted(folder.iterdir()):
                    try:
                        age = now - path.stat().st_mtime
                    except FileNotFoundError:
                        continue  # a temporary file that got its name meanwhile, or one that was deleted
                    if NAME.fullmatch(path.name):
                        yield Stored(area=folder.parent.name, name=path.name, age=age)
                    elif age > _LEFTOVER_SECONDS:
                        path.unlink(missing_ok=True)

    def answers(self) -> str:
        with self._told():
            folder = next(folder for folder in (self.root, *self.root.parents) if folder.is_dir())
            if not os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
                raise BlobFileError("blob-store-refused", "The folder of attachments cannot be written.")
            room = os.statvfs(folder)
        free = room.f_bavail * room.f_frsize
        if free < _LEAST_FREE:
            raise BlobFileError("blob-store-full", f"Only {free // 2**20} MiB are free for attachments.")
        return f"files, {free / 2**30:.1f} GiB free"

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the file system refuses, as ours. The log names the folder; the error does not, since /readyz shows it."""
        try:
            yield
        except OSError as error:
            why = error.strerror or type(error).__name__
            kind = "full" if error.errno in _FULL else "refused" if error.errno in _REFUSED else "unreachable"
            code = f"blob-store-{kind}"
            logger.exception("The folder of attachments %s cannot be used: %s.", self.root, why, extra={"code": code})
            raise BlobFileError(code, f"The folder of attachments cannot be used: {why}.") from error

    def _path(self, area: str, name: str) -> Path:
        return self.root / area / name[:2] / name


def write_durably(path: Path, data: bytes, *, mode: int = 0o640) -> None:
    """Write a file so that it is there whole or not at all, also after a power cut."""
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    fsync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and its parents; each new name is itself synced into its parent."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o750, exist_ok=True)
    fsync_folder(folder.parent)


def fsync_folder(folder: Path) -> None:
    """A renamed file survives a power cut only when its folder was synced too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
