# SPDX-License-Identifier: EUPL-1.2
"""The log as files under <BIERGER_DATA>/log, ready to be served by anything: checkpoint, tile/..., tile/entries/..."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from django.conf import settings

from bierger.infra.blobs import write_durably
from bierger_core.merkle import TileMissingError, parse_tile_path

NOTES = ("checkpoint", "keys.json", "keys.tlog-proof", "revocations")


def log_folder() -> Path:
    return Path(settings.BIERGER_DATA) / "log"


def fetch(path: str) -> bytes:
    """A tile's bytes. Raises TileError for what is no tile's name, TileMissingError."""
    parse_tile_path(path)  # refuses everything that is not exactly a tile's name, `..` among it
    try:
        return (log_folder() / path).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise TileMissingError("Nothing is stored at this path.", path=path) from error


def write_tiles(files: Mapping[str, bytes], step: Callable[[str], None]) -> None:
    """Every file durably, in order; a file that already has these bytes is left alone."""
    for path, data in files.items():
        parse_tile_path(path)
        place = log_folder() / path
        if not place.exists() or place.read_bytes() != data:
            write_durably(place, data, mode=0o644)
        step(f"written {path}")


def publish(name: str, data: bytes) -> bool:
    """Put a small file (checkpoint, keys.json, revocations) where readers look; False when it is already there."""
    if read_note(name) == data:
        return False
    write_durably(log_folder() / name, data, mode=0o644)
    return True


def read_note(name: str) -> bytes | None:
    """One of these files; None when it is not there."""
    if name not in NOTES:
        raise ValueError(f"{name} is no file of the log.")
    try:
        return (log_folder() / name).read_bytes()
    except FileNotFoundError:
        return None
