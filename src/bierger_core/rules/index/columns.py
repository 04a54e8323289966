# SPDX-License-Identifier: EUPL-1.2
"""A column of a table as lookups: from a value to the rules whose cell it satisfies, as bits (rule 1 is bit 0)."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bierger_core.rules.between import Point
from bierger_core.rules.data import Value
from bierger_core.rules.expression import UnaryTests
from bierger_core.rules.index.cells import constants, null_satisfies, positions, runs
from bierger_core.rules.index.lines import KINDS, Line, line

Mask = int | None  # None: the value is not allowed here, or cannot be judged by bits

INFINITY = Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class Pieces:
    """A line in order: `masks[i]` holds from `starts[i - 1]` on; what lies before the first start has none."""

    starts: list[Point]
    masks: list[Mask]

    def find(self, value: Point) -> Mask:
        """Give the rules of a value of the line's kind."""
        return self.masks[bisect_right(self.starts, value)]


@dataclass(frozen=True, slots=True)
class ColumnIndex:
    """The lookups of a column, by type of the value."""

    null: int
    pieces: Mapping[str, Pieces]

    def find(self, value: Value) -> Mask:
        """Give the rules that a value satisfies; None when the bits cannot say."""
        if value is None:
            return self.null
        for kind, word in ((bool, "boolean"), (Decimal, "number"), (str, "string"), (date, "date")):
            if isinstance(value, kind):
                pieces = self.pieces.get(word)
                return None if pieces is None else pieces.find(value)
        return None


def distinct(cells: Sequence[UnaryTests]) -> list[tuple[UnaryTests, int]]:
    """Give each cell that is written differently once, with the rules that have it."""
    found: dict[str, tuple[UnaryTests, int]] = {}
    for place, cell in enumerate(cells):
        known = found.get(cell.text)
        found[cell.text] = (cell, 1 << place) if known is None else (known[0], known[1] | 1 << place)
    return list(found.values())


def masks_of(cells: Iterable[tuple[UnaryTests, int]], cut: Line) -> list[int]:
    """Give the rules of each position: every cell turns its rules on where a run of it begins and off where it ends."""
    turns = [0] * (cut.size + 1)
    for tests, rules in cells:
        for first, end in runs(positions(tests, cut)):
            turns[first] ^= rules
            turns[end] ^= rules
    masks: list[int] = []
    mask = 0
    for turn in turns[:-1]:
        mask ^= turn
        masks.append(mask)
    return masks


def column_index(cells: Sequence[UnaryTests], base: str, allowed: Sequence[UnaryTests]) -> ColumnIndex:
    """Build the lookups of a column: `base` is its type, `allowed` what its values must satisfy besides.

    A cell that reads names counts as satisfied: whoever asks must judge it himself.
    """
    opaque = sum(1 << place for place, cell in enumerate(cells) if cell.names())
    known = [(tests, rules) for tests, rules in distinct(cells) if not tests.names()]
    values = [value for tests in (*(tests for tests, _ in known), *allowed) for value in constants(tests)]
    null = opaque
    for tests, rules in known:
        if null_satisfies(tests):
            null |= rules
    kinds = KINDS if base == "any" else (base,)
    pieces = {kind: _pieces(known, line(kind, values), allowed, opaque) for kind in kinds if kind in KINDS}
    return ColumnIndex(null, pieces)


def _pieces(cells: list[tuple[UnaryTests, int]], cut: Line, allowed: Sequence[UnaryTests], opaque: int) -> Pieces:
    within = cut.every
    for tests in allowed:
        within &= positions(tests, cut)
    starts: list[Point] = []
    masks: list[Mask] = [None]
    for position, mask in enumerate(masks_of(cells, cut)):
        start = cut.start(position)
        found = mask | opaque if within >> position & 1 else None
        if start is not None and (found != masks[-1] or not starts):
            starts.append(start)
            masks.append(found)
    if cut.kind == "number":  # beyond lie the infinite and what is no number at all
        starts.append(INFINITY)
        masks.append(None)
    return Pieces(starts, masks)
