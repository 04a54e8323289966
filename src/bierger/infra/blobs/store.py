# SPDX-License-Identifier: EUPL-1.2
"""What every store promises, its names and its errors.

BlobFileError
    blob-name                not a name of this store
    blob-missing             no file of that name
    blob-damaged             a file of that name with other bytes
    blob-store-unreachable   the store does not answer in time, or fails: try again later
    blob-store-full          there is no room left: make some
    blob-store-refused       the store answers and says no (credentials, bucket, a folder that cannot be written): mend it

With each of the three last nothing was kept and nothing is known to be lost; the same request may be sent again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

AREA = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
NAME = re.compile(r"[0-9a-f]{64}")


class BlobFileError(Exception):
    """A blob's file cannot be had or kept; `code` says why (see above), `str()` is one English sentence for operators."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Stored:
    """One file of the store. age: seconds since it was last put."""

    area: str
    name: str
    age: float


class Store(Protocol):
    """Where the bytes lie. Names were checked by the caller (`check_name`). Every method raises BlobFileError."""

    def put(self, area: str, name: str, data: bytes) -> None:
        """Returns only when the bytes would survive a power cut. Putting again makes the file young."""

    def read(self, area: str, name: str) -> bytes:
        """The bytes as they lie there: the caller compares them with their name."""

    def delete(self, area: str, name: str) -> None:
        """A missing file is already removed."""

    def stored(self, now: float) -> Iterator[Stored]:
        """All files with their ages at `now` (seconds since 1970)."""

    def answers(self) -> str:
        """Within two seconds: a few words on how it is, for /readyz; BlobFileError if it cannot be used."""


def check_name(area: str, name: str) -> None:
    """Raises BlobFileError with blob-name. Before a path or an address is made of them, wherever they came from."""
    if not AREA.fullmatch(area) or not NAME.fullmatch(name):
        raise BlobFileError("blob-name", f"{area}/{name} is not a name of this store.")
