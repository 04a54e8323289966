# SPDX-License-Identifier: EUPL-1.2
"""A log seen from outside: by address, or as a folder. No Django, no database; nothing read here is believed unverified."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import requests
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from bierger_core.merkle import (
    LARGEST_BUNDLE,
    LARGEST_NOTE,
    LARGEST_POLICY,
    LARGEST_TILE,
    Fetch,
    OpenedCheckpoint,
    TileMissingError,
    TileReader,
    VerifierKey,
    build_proof,
    format_proof,
    open_checkpoint,
)

SECONDS = 10.0  # of silence
MOST_SECONDS = 60.0  # for one file: a log that hands out a byte now and then must not hold a watcher for ever
MAX_BYTES = 8_000_000  # of a list: keys, types, revocations
_LARGEST = {"checkpoint": LARGEST_NOTE, "policy": LARGEST_POLICY}
_EXCESS = 32  # bytes that are read beyond that, a whole hash: a tile with one too many is not one that was cut
_PART = 65_536


class LogUnreachable(Exception):
    """The log cannot be read at this address."""

    code = "log-unreachable"


def _largest(name: str) -> int:
    """How many bytes a file of this name may have."""
    if name.startswith("tile/"):
        return LARGEST_BUNDLE if name.startswith("tile/entries/") else LARGEST_TILE
    return _LARGEST.get(name, MAX_BYTES)


def _within(name: str, data: bytes, where: str) -> bytes:
    """What was read, at most a little too much of it.

    A tile that is too long is handed on as it is: it is then a damaged tile with a name, and no log that cannot be read.
    """
    if len(data) > _largest(name) and not name.startswith("tile/"):
        raise LogUnreachable(f"{where}/{name} is larger than any such file of a log.")
    return data


class Source(Protocol):
    """Where a log's files are."""

    def get(self, name: str) -> bytes | None:
        """A file of the log (`checkpoint`, `keys.json`, `revocations`, `tile/…`); None when it is not there.

        No more of it is read than such a file may have, and nobody is waited for. Raises LogUnreachable.
        """

    def proof(self, commitment: bytes, keys: Iterable[VerifierKey]) -> bytes | None:
        """The `.tlog-proof` of a leaf; None when the log does not have it."""


class LogAddress:
    """A log over HTTP: the address under which `checkpoint` lies."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")

    def get(self, name: str) -> bytes | None:
        try:
            with requests.get(f"{self.address}/{name}", timeout=SECONDS, stream=True) as answer:
                if answer.status_code == requests.codes.not_found:
                    return None
                answer.raise_for_status()
                return self._read(name, answer.raw)
        except (requests.RequestException, HTTPError) as error:
            raise LogUnreachable(f"{self.address}: {type(error).__name__}") from error

    def _read(self, name: str, body: BaseHTTPResponse) -> bytes:
        """Unpacked: a log may send gzip without having been asked for it (tlog-tiles)."""
        data, most, until = bytearray(), _largest(name), time.monotonic() + MOST_SECONDS
        while len(data) < most + _EXCESS and (part := body.read1(_PART, decode_content=True)):
            data += part
            if time.monotonic() > until:
                raise LogUnreachable(f"{self.address}/{name} did not come within {MOST_SECONDS:.0f} seconds.")
        return _within(name, bytes(data[: most + _EXCESS]), self.address)

    def proof(self, commitment: bytes, keys: Iterable[VerifierKey]) -> bytes | None:
        del keys  # whoever asked verifies the proof itself
        return self.get(f"proof/{commitment.hex()}.tlog-proof")


class LogFolder:
    """A log as files: a copy, an archive, the folder of the node itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            is_folder = folder.is_dir()
        except OSError as error:
            raise LogUnreachable(f"{folder} cannot be read: {error.strerror}.") from error
        if not is_folder:
            raise LogUnreachable(f"{folder} is not a folder.")

    def get(self, name: str) -> bytes | None:
        """Whoever gives the folder may have put anything into it: a pipe is not waited for, a device not read."""
        path = self.folder / name
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise LogUnreachable(f"{path} cannot be read: {error.strerror}.") from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise LogUnreachable(f"{path} is not a regular file.")
        with os.fdopen(descriptor, "rb") as stream:
            try:
                return _within(name, stream.read(_largest(name) + _EXCESS), str(self.folder))
            except OSError as error:
                raise LogUnreachable(f"{path} cannot be read: {error.strerror}.") from error

    def proof(self, commitment: bytes, keys: Iterable[VerifierKey]) -> bytes | None:
        """Nobody keeps an index for us here: every entry is looked at, verified against the checkpoint on the way.

        Logs that ended before this one lie below `earlier`.
        """
        known = tuple(keys)
        ended = (LogFolder(note.parent) for note in sorted((self.folder / "earlier").glob("*/checkpoint")))
        return next((found for one in (self, *ended) if (found := search(one, commitment, known)) is not None), None)


def search(log: Source, commitment: bytes, keys: Iterable[VerifierKey]) -> bytes | None:
    """The proof of a leaf, made from the log's own files, every entry of which is looked at; None when none is it."""
    note = log.get("checkpoint")
    if note is None:
        return None
    head = open_checkpoint(note, keys).checkpoint
    reader = TileReader(fetch_of(log), head.size, head.root)
    for index in range(head.size):
        if reader.entry(index) == commitment:
            return format_proof(build_proof(index, reader.read, note))
    return None


def fetch_of(source: Source) -> Fetch:
    """The tiles of a source, as the core reads them."""

    def fetch(path: str) -> bytes:
        data = source.get(path)
        if data is None:
            raise TileMissingError("Nothing is stored at this path.", path=path)
        return data

    return fetch


def newest(source: Source, keys: Iterable[VerifierKey]) -> OpenedCheckpoint | None:
    """The log's checkpoint, its signature verified. Raises NoteSignatureError, NoteUnverifiedError and their relatives."""
    note = source.get("checkpoint")
    return None if note is None else open_checkpoint(note, keys)
