# SPDX-License-Identifier: EUPL-1.2
"""The byte store: named by content, written for good before its name is given back.

    <BIERGER_DATA>/blobs/<area>/<first two hex digits>/<sha256 hex of the bytes>

An area is one administration's folder (its identifier). What lies here is ciphertext; keys are rows elsewhere, so that erasing a
row is enough to make a file unreadable, backups included. The store knows neither names nor owners.

`put`, step by step:
1. The name is the SHA-256 of the bytes; a file of that name with that length is the same file (only whole files get a name).
2. The bytes go to a temporary file in the same folder, then `fsync` of the file.
3. `rename` to the name: atomic, so a reader sees the whole file or none.
4. `fsync` of the folder (and of folders just made): after this a power cut does not lose the name either.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

_AREA = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_NAME = re.compile(r"[0-9a-f]{64}")


class BlobFileError(Exception):
    """A blob's file cannot be had; `code` says why: blob-name, blob-missing, blob-damaged."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Stored:
    """One file of the store. age: seconds since it was written."""

    area: str
    name: str
    age: float


def put(area: str, data: bytes) -> str:
    """Keep `data`; gives back its name. After the return the bytes survive a power cut. Putting twice is putting once."""
    name = hashlib.sha256(data).hexdigest()
    path = _path(area, name)
    if not (path.exists() and path.stat().st_size == len(data)):
        write_durably(path, data)
    else:
        os.utime(path)  # a sweeper that looks at this moment must see a young file: its row is about to be written
    return name


def read(area: str, name: str) -> bytes:
    """The bytes, checked against their name. Raises BlobFileError."""
    try:
        data = _path(area, name).read_bytes()
    except FileNotFoundError as error:
        raise BlobFileError("blob-missing", f"No file {name} in {area}.") from error
    if hashlib.sha256(data).hexdigest() != name:
        raise BlobFileError("blob-damaged", f"File {name} in {area} is not what was written.")
    return data


def delete(area: str, name: str) -> None:
    """Remove the file; a missing file is already removed."""
    path = _path(area, name)
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        fsync_folder(path.parent)


def stored(*, now: float) -> Iterator[Stored]:
    """All files. Temporary leftovers of a crash are removed on the way once they are an hour old. now: seconds since 1970."""
    for folder in sorted(_root().glob("*/*")):
        for path in sorted(folder.iterdir()):
            age = now - path.stat().st_mtime
            if _NAME.fullmatch(path.name):
                yield Stored(area=folder.parent.name, name=path.name, age=age)
            elif age > 3600:
                path.unlink(missing_ok=True)


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


def _root() -> Path:
    return Path(settings.BIERGER_DATA) / "blobs"


def _path(area: str, name: str) -> Path:
    if not _AREA.fullmatch(area) or not _NAME.fullmatch(name):
        raise BlobFileError("blob-name", f"{area}/{name} is not a name of this store.")
    return _root() / area / name[:2] / name
