# SPDX-License-Identifier: EUPL-1.2
"""The log's folder, <BIERGER_DATA>/log, ready to be served by anything; and the folder of what was seen of the log."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from bierger.infra.blobs import make_folder
from bierger.ledger.errors import SeenFolderMissing
from bierger.ledger.plugins.node.disk import Disk, FolderDisk
from bierger.ledger.plugins.node.files import TileFolder, put, read
from bierger.ledger.plugins.node.marks import Marks

EARLIER = "earlier"  # below it, each log that ended, as files, under its number
NOTES = ("keys.json", "keys.tlog-proof", "revocations", "types.json")
STATUS = re.compile(r"status/[a-z0-9][a-z0-9-]{0,63}")  # an issuer's status list


def log_folder() -> Path:
    return Path(settings.BIERGER_DATA) / "log"


def marks() -> Marks:
    """What was seen of the log, apart from what a backup holds (`BIERGER_LOG_SEEN`). Raises SeenFolderMissing.

    A folder that the operator named is not made: it may be a disk that is not mounted, and an empty one a memory of nothing.
    """
    named = str(settings.BIERGER_LOG_SEEN)
    folder = Path(named) if named else Path(settings.BIERGER_DATA) / "seen"
    if named and not folder.is_dir():
        raise SeenFolderMissing(f"The folder {folder} of what was seen of the log is not there.")
    make_folder(folder)
    return Marks(disk_of(folder))


def disk_of(folder: Path) -> Disk:
    """One for each folder: it holds threads."""
    return _disk(str(folder))


@lru_cache(maxsize=8)
def _disk(folder: str) -> FolderDisk:
    return FolderDisk(Path(folder))


def fetch(path: str) -> bytes:
    """A tile's bytes. Raises TileError for what is no tile's name, TileMissingError."""
    return TileFolder(disk_of(log_folder())).fetch(path)


def earlier(number: int) -> TileFolder:
    """The files of a log that ended."""
    place = log_folder() / EARLIER / str(number)
    make_folder(place)
    return TileFolder(disk_of(place))


def set_aside(number: int) -> None:
    """Take what lies in the folder under the name of a log that ended out of the way of the next one; nothing is thrown away."""
    found = log_folder() / EARLIER / str(number) / "found"
    make_folder(found)
    for name in ("tile", "checkpoint"):
        if (log_folder() / name).exists() and not (found / name).exists():
            (log_folder() / name).rename(found / name)
    disk_of(found).sync_folder(".")
    disk_of(log_folder()).sync_folder(".")


def published() -> bytes | None:
    """The checkpoint that readers of the folder see; None when none is there."""
    return TileFolder(disk_of(log_folder())).published()


def publish(name: str, data: bytes) -> bool:
    """Put a small file (keys.json, revocations) where readers look; False when it is already there."""
    if read_note(name) == data:
        return False
    folder = (log_folder() / name).parent
    make_folder(folder)
    put(disk_of(log_folder()), name, data)
    disk_of(log_folder()).sync_folder(str(folder.relative_to(log_folder())))
    return True


def read_note(name: str) -> bytes | None:
    """One of these files; None when it is not there."""
    if name not in NOTES and not STATUS.fullmatch(name):
        raise ValueError(f"{name} is no file of the log.")
    return read(disk_of(log_folder()), name)
