# SPDX-License-Identifier: EUPL-1.2
"""The keys of backups: one each, destroyed when its backup is old enough, and with it the backup.

    <folder of infra.erasures>/2026-11-22-q7x3m5ab.key     an age identity, as `age --decrypt --identity` reads it

A key is on disk before its archive has a name. It is overwritten before its file goes: that is worth what the disk makes of it; a
disk that keeps old blocks (an SSD, a copy-on-write file system) has to be encrypted itself.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from bierger.infra import believed, clock
from bierger.infra.erasures import folder
from bierger_core.values import local_date

_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-[a-z0-9]{8}\.key")
_SECRET = re.compile(r"^AGE-SECRET-KEY-1[A-Z0-9]{20,90}$", re.MULTILINE)


@dataclass(frozen=True)
class BackupKey:
    """path: of the key. recipient: its public part, to which the archive is encrypted."""

    path: Path
    recipient: str


def new_key(archive: str) -> BackupKey:
    """A key for one archive, on disk. Raises OSError."""
    from pyrage import x25519

    identity = x25519.Identity.generate()
    recipient, now = str(identity.to_public()), clock.now()
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = place / f"{local_date(now)}-{recipient[-8:]}.key"
    told = (
        f"# key of the backup {archive}\n# made: {now.isoformat(timespec='seconds')}\n"
        f"# destroyed after: {last_day(local_date(now))}\n# public key: {recipient}\n{identity}\n"
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, told.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    _sync(place)
    return BackupKey(path, recipient)


def secrets_in(place: Path) -> tuple[str, ...]:
    """The secret keys in a file, or in the key files of a folder; none where there is nothing. Raises OSError."""
    paths = sorted(place.glob("*.key")) if place.is_dir() else [place] if place.exists() else []
    return tuple(secret for path in paths for secret in _SECRET.findall(path.read_text("utf-8", errors="replace")))


def last_day(made: date) -> date:
    """The last day on which a backup made on this one can be opened."""
    return made + timedelta(days=int(settings.BIERGER_BACKUP_DAYS))


def destroy_old_keys() -> int:
    """Destroy the keys whose day is over; gives back how many. Raises OSError: one that cannot be destroyed is no small thing."""
    if not believed.can_be_the_day("backup-keys"):
        return 0
    destroyed = 0
    for path in sorted(folder().glob("*.key")) if folder().is_dir() else ():
        named = _NAME.fullmatch(path.name)
        if named and last_day(datetime.fromisoformat(named[1]).date()) < clock.today():
            destroy(path)
            destroyed += 1
    return destroyed


def destroy(path: Path) -> None:
    """Overwrite a key, then take its file away."""
    with path.open("r+b") as file:
        size = path.stat().st_size
        file.write(b"\0" * size)
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    _sync(path.parent)


def _sync(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
