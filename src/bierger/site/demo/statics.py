# SPDX-License-Identifier: EUPL-1.2
"""Style sheets, scripts and pictures, gathered and compressed where the web process serves them from.

Gathering takes seconds and its result depends on files alone, so it is done when these have changed: a digest of all of
them stands in the folder itself and goes with it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from bierger.infra.postgres.folder import writing
from bierger.site.demo.place import CLONE

TARGET = CLONE / "var" / "static"  # STATIC_ROOT in bierger.site.settings
_MARK = TARGET / ".gathered-from"


def _sources() -> Iterator[Path]:
    yield CLONE / "src" / "bierger" / "site" / "settings.py"
    for folder in (CLONE / "web", *sorted((CLONE / "src" / "bierger").glob("*/static"))):
        yield from sorted(path for path in folder.rglob("*") if path.is_file())


def fingerprint() -> str:
    """A digest of everything that decides what is served: 2 MB are read in a few milliseconds."""
    digest = hashlib.sha256(f"{version('django')} {version('whitenoise')}".encode())
    for path in _sources():
        digest.update(f"\0{path.relative_to(CLONE).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@contextlib.contextmanager
def gathering() -> Iterator[str | None]:
    """One process at a time. Gives the new fingerprint if the files have to be gathered, else None.

    Errors: FolderNotWritableError, FolderFullError.
    """
    with writing(TARGET):
        TARGET.mkdir(parents=True, exist_ok=True)
        lock = TARGET.with_name("static.lock").open("a", encoding="ascii")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = fingerprint()
        with contextlib.suppress(FileNotFoundError):
            if _MARK.read_text("ascii") == wanted and (TARGET / "staticfiles.json").is_file():
                wanted = ""
        if wanted:
            _MARK.unlink(missing_ok=True)  # an interrupted gathering must not look finished
        yield wanted or None


def gathered(wanted: str) -> None:
    """Remember that the folder holds what `wanted` is the fingerprint of."""
    _MARK.write_text(wanted, "ascii")
