# SPDX-License-Identifier: EUPL-1.2
"""Changed copies: one bit of one byte is another one."""

from __future__ import annotations

import shutil
from pathlib import Path


def flipped(data: bytes, position: int) -> bytes:
    """The lowest bit of one byte turned; a negative position counts from the end."""
    at = position % len(data)
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def positions(text: bytes, step: int = 1) -> list[int]:
    """Where a change of a note or a proof has to be noticed.

    Left out is the last sign of Base 64 before its padding: it holds bits that belong to no byte. Bierger's reader refuses them when they
    are not zero; Go's and Python's pass over them, and over a changed text that means the same.
    """
    return [at for at in range(0, len(text), step) if text[at : at + 1] == b"=" or text[at + 1 : at + 2] != b"="]


def flipped_after(data: bytes, mark: bytes) -> bytes:
    """The byte right behind a mark turned."""
    return flipped(data, data.index(mark) + len(mark))


def copied(folder: Path, to: Path, path: str, data: bytes) -> Path:
    """The folder once more, with other bytes at one path."""
    shutil.copytree(folder, to)
    (to / path).write_bytes(data)
    return to
