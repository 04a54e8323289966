# SPDX-License-Identifier: EUPL-1.2
"""Which letters our fonts can draw, read from the fonts themselves (`cmap`, OpenType 1.9, formats 4 and 12).

PDF/UA forbids a letter that no font draws, and PDF/A private code points: Typst refuses the whole document for one of them. What
somebody typed must not keep a decided act from being issued, so such a letter becomes a box there, which everybody sees. The seal
and the case keep what was typed.
"""

from __future__ import annotations

import struct
import unicodedata
from functools import cache
from pathlib import Path

FONTS = Path(__file__).resolve().parents[4] / "web" / "fonts"
BOX = "□"
_NOTHING_DRAWN = frozenset({"Cf", "Mn", "Me"})  # joiners, selectors, marks: without their letter, nothing
_PRIVATE = range(0xE000, 0xF900)
_FACES = ("Inter-Regular.ttf", "Inter-SemiBold.ttf", "Inter-Bold.ttf", "Inter-Italic.ttf")


def drawable(text: str) -> str:
    """The text with a box for every letter that our fonts do not draw."""
    known = _known()
    return "".join(char if ord(char) in known or char in "\n\t" else _instead(char) for char in text)


def _instead(char: str) -> str:
    return "" if unicodedata.category(char) in _NOTHING_DRAWN else BOX


@cache
def _known() -> frozenset[int]:
    """What every face draws: a template may set any text in any of them."""
    return frozenset.intersection(*(_of_face(FONTS / name) for name in _FACES)).difference(_PRIVATE)


def _of_face(path: Path) -> frozenset[int]:
    data = path.read_bytes()
    (tables,) = struct.unpack_from(">H", data, 4)
    entries = (struct.unpack_from(">4sLLL", data, 12 + 16 * index) for index in range(tables))
    start = next(offset for tag, _, offset, _ in entries if tag == b"cmap")
    (count,) = struct.unpack_from(">H", data, start + 2)
    found: set[int] = set()
    for index in range(count):
        _, _, offset = struct.unpack_from(">HHL", data, start + 4 + 8 * index)
        (kind,) = struct.unpack_from(">H", data, start + offset)
        if kind == 4:
            found |= _segments(data, start + offset)
        elif kind == 12:
            found |= _groups(data, start + offset)
    return frozenset(found)


def _segments(data: bytes, at: int) -> set[int]:
    """Format 4: segments of the Basic Multilingual Plane."""
    count = struct.unpack_from(">H", data, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", data, at + 14)
    starts = struct.unpack_from(f">{count}H", data, at + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", data, at + 16 + 4 * count)
    ranges_at = at + 16 + 6 * count
    found = set()
    for index, (first, last, delta) in enumerate(zip(starts, ends, deltas, strict=True)):
        (skip,) = struct.unpack_from(">H", data, ranges_at + 2 * index)
        glyphs_at = ranges_at + 2 * index + skip
        for code in range(first, last + 1):
            glyph = struct.unpack_from(">H", data, glyphs_at + 2 * (code - first))[0] if skip else code
            if (glyph or not skip) and (glyph + delta) % 0x10000:
                found.add(code)
    return found - {0xFFFF}


def _groups(data: bytes, at: int) -> set[int]:
    """Format 12: groups over all planes."""
    (count,) = struct.unpack_from(">L", data, at + 12)
    found: set[int] = set()
    for index in range(count):
        first, last, glyph = struct.unpack_from(">LLL", data, at + 16 + 12 * index)
        found.update(code for code in range(first, last + 1) if glyph + code - first)
    return found
