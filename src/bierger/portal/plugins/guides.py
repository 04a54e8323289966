# SPDX-License-Identifier: EUPL-1.2
"""Guides kept between requests: preparing one takes a while, asking it next to nothing. One at a time is let in to each."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from threading import Lock

from bierger_core.situations import Guide, Situation

KEPT = 16  # versions and days: what is in force today, and yesterday's around midnight


class _Room:
    """A guide, once somebody has waited for it."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.guide: Guide | None = None


_rooms: OrderedDict[tuple[str, date], _Room] = OrderedDict()
_door = Lock()


@contextmanager
def guide_of(situation: Situation, on: date) -> Iterator[Guide]:
    """The guide of this version on this day, for as long as the block lasts."""
    with _door:
        room = _rooms.setdefault((situation.digest, on), _Room())
        _rooms.move_to_end((situation.digest, on))
        if len(_rooms) > KEPT:
            _rooms.popitem(last=False)
    with room.lock:
        if room.guide is None:
            room.guide = Guide(situation, on)
        yield room.guide
