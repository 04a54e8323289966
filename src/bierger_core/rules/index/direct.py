# SPDX-License-Identifier: EUPL-1.2
"""The short way through a table whose columns are inputs and whose outputs are constants: from inputs to value in one function.

It answers only what it is sure of, and hands everything else, wrong types too, to the long way, which converts, refuses,
computes and explains. What both give must be the same; a property test compares them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Final

from bierger_core.rules.data import Value
from bierger_core.rules.expression import UnaryTests
from bierger_core.rules.index.cells import constants
from bierger_core.rules.index.columns import ColumnIndex, Pieces, column_index
from bierger_core.rules.index.lines import line
from bierger_core.rules.index.straight import Lookup, straight

WHOLE = 10**33  # whole numbers within keep all their digits; others go the long way
NARROW = 1_000  # whole numbers between the first and the last constant that get an entry each
MAX_BRANCHES = 4_000  # of the tree of texts and truth values

Decide = Callable[[Mapping[str, object]], Value]


class Missed:
    """The type of MISSED."""


MISSED: Final = Missed()  # the result of a rule that only the long way can give
Result = Value | Missed


@dataclass(frozen=True, slots=True)
class DirectColumn:
    """A column that is an input: its name, its type, its cells, and what its values must satisfy besides."""

    name: str
    base: str
    cells: Sequence[UnaryTests]
    allowed: Sequence[UnaryTests]


class _Texts(dict[object, object]):
    """Texts to what follows, null too; `other` stands for every text that no cell names."""

    __slots__ = ("other",)

    def __init__(self, known: Mapping[object, object], other: object) -> None:
        super().__init__(known)
        self.other = other

    def __missing__(self, key: object) -> object:
        if type(key) is str:
            return self.other
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class _Finite:
    """A column with few different values: texts without order, or truth values (true, false, null)."""

    name: str
    keys: Mapping[object, int]
    other: int | None


def direct(columns: Sequence[DirectColumn], results: Sequence[Result], *, unique: bool, otherwise: Decide) -> Decide | None:
    """Give the function; None when a column has no single type. `results[0]` is for no rule, `results[n]` for rule n."""
    finite: list[_Finite] = []
    lookups: list[Lookup] = []
    for column in columns:
        index = column_index(column.cells[::-1], column.base, column.allowed)  # rule 1 gets the highest bit
        pieces = index.pieces.get(column.base)
        if column.base == "any" or pieces is None:
            return None
        found = _finite(column, index, pieces)
        if found is not None:
            finite.append(found)
        else:
            lookups.append(_lookup(column, index, pieces))
    every = (1 << len(results) - 1) - 1
    steps, root = _tree(finite, every)
    rest = [_alone(column) for column in finite[len(steps) :]]
    results = [results[0], *results[:0:-1]]
    return straight([*steps, *rest, *lookups], root, results, unique=unique, otherwise=otherwise, missed=MISSED)


def _tree(columns: Sequence[_Finite], every: int) -> tuple[list[Lookup], object]:
    """Join the first columns to a tree from values to masks, as many as MAX_BRANCHES allows: a step costs less than an AND."""
    levels: list[set[int]] = [{every}]  # the masks that can be met before each step
    branches = 0
    for column in columns:
        met = {mask & own for mask in levels[-1] for own in (*column.keys.values(), column.other) if own is not None}
        branches += len(levels[-1]) * (len(column.keys) + 1)
        if branches > MAX_BRANCHES:
            break
        levels.append(met)
    taken = columns[: len(levels) - 1]
    nodes: Mapping[int, object] = {mask: mask for mask in levels[-1]}
    for column, masks in zip(reversed(taken), reversed(levels[:-1]), strict=True):
        nodes = {mask: _node(column, mask, nodes) for mask in masks}
    return [Lookup("flag step" if _is_flag(column) else "text step", (column.name,)) for column in taken], nodes[every]


def _node(column: _Finite, mask: int, after: Mapping[int, object]) -> object:
    if _is_flag(column):
        return tuple(after[mask & column.keys[key]] if key in column.keys else None for key in (True, False, None))
    known = {key: after[mask & own] for key, own in column.keys.items()}
    return known if column.other is None else _Texts(known, after[mask & column.other])


def _is_flag(column: _Finite) -> bool:
    return any(isinstance(key, bool) for key in column.keys)


def _alone(column: _Finite) -> Lookup:
    if _is_flag(column):
        return Lookup("flag", (column.name, *(column.keys.get(key) for key in (True, False, None))))
    return Lookup("text", (column.name, column.keys if column.other is None else _Texts(column.keys, column.other)))


def _finite(column: DirectColumn, index: ColumnIndex, pieces: Pieces) -> _Finite | None:
    """Give a column of texts or truth values; None where a cell asks for an order among texts."""
    if column.base == "boolean":
        masks = {True: pieces.find(True), False: pieces.find(False), None: index.null}
        return _Finite(column.name, {key: mask for key, mask in masks.items() if mask is not None}, None)
    if column.base != "string":
        return None
    cut = line("string", [value for tests in (*column.cells, *column.allowed) for value in constants(tests)])
    others = {pieces.find(text) for text in map(cut.example, range(0, cut.size, 2)) if isinstance(text, str)}
    if len(others) != 1:
        return None
    (other,) = others
    known: dict[object, int] = {None: index.null}
    for text in cut.constants:
        mask = pieces.find(text)
        if mask is not None:
            known[text] = mask
        elif other is not None:
            return None
    return _Finite(column.name, known, other)


def _lookup(column: DirectColumn, index: ColumnIndex, pieces: Pieces) -> Lookup:
    if column.base != "number":
        kind = str if column.base == "string" else date
        return Lookup("ordered", (column.name, kind, pieces.starts, pieces.masks, index.null))
    whole = [_whole(start) for start in pieces.starts if isinstance(start, Decimal)]
    usual = (whole, pieces.starts, pieces.masks, index.null)
    entries = _entries(whole, pieces)
    if not entries:
        return Lookup("number", (column.name, *usual))
    return Lookup("narrow", (column.name, entries, {Decimal(key): mask for key, mask in entries.items()}, *usual))


def _whole(start: Decimal) -> int:
    """Give the least whole number of a piece; what lies far out is kept out of reach on its side."""
    if start.copy_abs() >= WHOLE:
        return WHOLE if start > 0 else -WHOLE
    return ceil(start)


def _entries(whole: list[int], pieces: Pieces) -> Mapping[int, int]:
    """Give an entry for each whole number from the first constant to the last; none where that would be many."""
    inner = [number for number in whole if -WHOLE < number < WHOLE]
    if not inner or inner[-1] - inner[0] > NARROW:
        return {}
    masks = {number: pieces.find(Decimal(number)) for number in range(inner[0] - 1, inner[-1] + 2)}
    return {number: mask for number, mask in masks.items() if mask is not None}
