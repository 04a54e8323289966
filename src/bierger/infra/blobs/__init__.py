# SPDX-License-Identifier: EUPL-1.2
"""The byte store: named by content, kept for good before its name is given back.

    <area>/<first two hex digits>/<sha256 hex of the bytes>

An area is one administration's part (its identifier). What lies here is ciphertext; keys are rows elsewhere, so that erasing a
row is enough to make a file unreadable, backups included. The store knows neither names nor owners.

Two stores, the same promises: files below BIERGER_DATA (`files`, the usual one) and an S3 bucket (`s3`, with
BIERGER_BLOBS=s3://bucket/prefix). Which one is configuration; nobody above can tell.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from bierger.infra.blobs.files import FileStore, fsync_folder, make_folder, write_durably
from bierger.infra.blobs.store import BlobFileError, Store, Stored, check_name

__all__ = [
    "BlobFileError",
    "Store",
    "Stored",
    "check_name",
    "configured",
    "delete",
    "fsync_folder",
    "make_folder",
    "put",
    "read",
    "stored",
    "write_durably",
]


def put(area: str, data: bytes) -> str:
    """Keep `data`; gives back its name. After the return the bytes are kept for good. Putting twice is putting once.

    What was put again is young again: a sweeper that looks at this moment must not take it, its row is about to be written.
    Raises BlobFileError.
    """
    name = hashlib.sha256(data).hexdigest()
    check_name(area, name)
    configured().put(area, name, data)
    return name


def read(area: str, name: str) -> bytes:
    """The bytes, checked against their name. Raises BlobFileError."""
    check_name(area, name)
    data = configured().read(area, name)
    if hashlib.sha256(data).hexdigest() != name:
        raise BlobFileError("blob-damaged", f"File {name} in {area} is not what was written.")
    return data


def delete(area: str, name: str) -> None:
    """Remove the file; a missing file is already removed. Raises BlobFileError."""
    check_name(area, name)
    configured().delete(area, name)


def stored(*, now: float) -> Iterator[Stored]:
    """All files. now: seconds since 1970. Raises BlobFileError, perhaps in the middle."""
    return configured().stored(now)


def configured() -> Store:
    """The store that the settings name."""
    if settings.BIERGER_BLOBS:
        # Its client is an optional package (requirements/s3.txt), asked for only where it is used.
        from bierger.infra.blobs.s3 import Place, S3Store

        place = Place.parse(
            settings.BIERGER_BLOBS,
            endpoint=settings.BIERGER_S3_ENDPOINT,
            region=settings.BIERGER_S3_REGION,
            access_key=settings.BIERGER_S3_ACCESS_KEY,
            secret_key=settings.BIERGER_S3_SECRET_KEY,
        )
        return S3Store(place)
    return FileStore(Path(settings.BIERGER_DATA) / "blobs")
