# SPDX-License-Identifier: EUPL-1.2
"""Facts as a printed code can carry them: one line each, and short enough in all.

A name may have two hundred letters, and a letter four bytes. What an act seals must fit a small QR code whatever somebody is
called: the mayor has decided by then. So what is too long is shortened, in a way that is seen and the same everywhere:

1. A control character or a line break becomes a space.
2. The longest texts give way first, all to one length, and end with `…`. The act itself prints them whole.
3. `SHORTEST` bytes are left to every text. Dates and choices are packed and never touched; nor is a number or an identifier of
   up to so many bytes.

Eight facts fit version 13 of a QR code in this way (`text_room`): a test holds it over all packages, with the longest of every
text. Twelve facts, the most, may need a larger one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping

MAX_FACTS = 12  # the act's number among them
MAX_FACT_LENGTH = 200  # characters of one
SHORTEST = 20  # bytes that a text may always have
MAX_NAMES_BYTES = 316  # of all facts together
MORE = "…"
_BREAKS = frozenset({"Cc", "Cs", "Zl", "Zp"})
_JOINER = "\u200d"


def names_fit(names: Collection[str]) -> bool:
    """May these facts, whatever they say, be sealed together? `number` belongs to them."""
    return 0 < len(names) <= MAX_FACTS and sum(len(name.encode()) for name in names) <= MAX_NAMES_BYTES


def fitted(facts: Mapping[str, str], *, room: int, kept: Collection[str] = ()) -> dict[str, str]:
    """The facts as they are sealed, in the same order. ValueError unless `names_fit`.

    room    bytes for all texts, as far as `SHORTEST` of each allow; `seals.text_room` says how many a small code has
    kept    names of facts that are no texts
    """
    if not names_fit(facts):
        raise ValueError(f"A seal carries 1 to {MAX_FACTS} facts, their names at most {MAX_NAMES_BYTES} bytes together.")
    lines = {name: _shorten(_one_line(value), characters=MAX_FACT_LENGTH) for name, value in facts.items()}
    most = max(SHORTEST, _share([len(line.encode()) for name, line in lines.items() if name not in kept], room))
    return {name: line if name in kept else _shorten(line, size=most) for name, line in lines.items()}


def _one_line(value: str) -> str:
    return "".join(" " if unicodedata.category(char) in _BREAKS else char for char in value)


def _share(sizes: list[int], room: int) -> int:
    """The largest size to which each may be held so that all fit into `room` bytes: those below it keep what they have."""
    left = room
    for index, size in enumerate(ascending := sorted(sizes)):
        if size * (len(ascending) - index) > left:
            return left // (len(ascending) - index)
        left -= size
    return room


def _shorten(line: str, *, characters: int | None = None, size: int | None = None) -> str:
    """At most so many characters, or so many bytes; what was cut ends with `…` behind a whole letter with its marks."""
    if (characters is None or len(line) <= characters) and (size is None or len(line.encode()) <= size):
        return line
    end = len(line) if characters is None else characters - len(MORE)
    if size is not None:
        # Cut bytes, then read what is left: an unfinished letter at the end goes.
        end = min(end, len(line.encode()[: size - len(MORE.encode())].decode(errors="ignore")))
    while end and (unicodedata.category(line[end]).startswith("M") or line[end] == _JOINER or line[end - 1] == _JOINER):
        end -= 1
    return line[:end].rstrip() + MORE
