# SPDX-License-Identifier: EUPL-1.2
"""The frames between pool and worker: a JSON object and named byte strings. Nothing is ever unpickled.

8 bytes  magic "BRGFRAM1"
4 bytes  length of the JSON header, big-endian;  the header: {"body": {...}, "parts": [[name, length], ...]}
then the parts, one after the other
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import IO

MAGIC = b"BRGFRAM1"
MAX_HEADER = 4_000_000
MAX_PARTS = 200_000_000


class FrameBroken(Exception):
    """The other side wrote something that is no frame, or ended in the middle of one."""


def write_frame(stream: IO[bytes], body: Mapping[str, object], parts: Mapping[str, bytes]) -> None:
    header = json.dumps({"body": body, "parts": [[name, len(data)] for name, data in parts.items()]}).encode()
    stream.write(MAGIC + struct.pack(">I", len(header)) + header)
    for data in parts.values():
        stream.write(data)
    stream.flush()


def read_frame(stream: IO[bytes]) -> tuple[dict[str, object], dict[str, bytes]] | None:
    """The next frame; None at a clean end. Raises FrameBroken."""
    start = stream.read(len(MAGIC) + 4)
    if not start:
        return None
    if len(start) < len(MAGIC) + 4 or start[: len(MAGIC)] != MAGIC:
        raise FrameBroken("no frame begins here")
    (length,) = struct.unpack(">I", start[len(MAGIC) :])
    if length > MAX_HEADER:
        raise FrameBroken("header too long")
    header = json.loads(_exactly(stream, length))
    parts: dict[str, bytes] = {}
    total = 0
    for name, size in header["parts"]:
        total += size
        if size < 0 or total > MAX_PARTS:
            raise FrameBroken("parts too long")
        parts[str(name)] = _exactly(stream, size)
    return dict(header["body"]), parts


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise FrameBroken("the frame ends early")
    return data
