# SPDX-License-Identifier: EUPL-1.2
"""A column as classes: values that every cell treats alike, each with an example and the rules it satisfies."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from bierger_core.rules.data import Value, type_word
from bierger_core.rules.expression import UnaryTests
from bierger_core.rules.index.cells import constants, is_ordering, null_satisfies, positions, runs
from bierger_core.rules.index.columns import distinct, masks_of
from bierger_core.rules.index.lines import Line, line


@dataclass(frozen=True, slots=True)
class InputClass:
    """Inputs that every cell of a column treats alike: an example, and the rules satisfied (surely, possibly)."""

    witness: Value
    surely: int
    possibly: int


@dataclass(frozen=True, slots=True)
class CellClasses:
    """The classes that may satisfy a cell, as bits (class 0 is bit 0), and the rules that share some or all of them."""

    classes: int
    surely: int  # those of the classes that surely satisfy it: all, or none where the cell reads names
    meeting: int  # rules that some of the classes possibly satisfy
    holding: int  # rules that all of the classes surely satisfy


@dataclass(frozen=True, slots=True)
class ColumnClasses:
    """The classes of a column, and for each rule the cell it has."""

    classes: tuple[InputClass, ...]
    cells: tuple[CellClasses, ...]
    cell_of: tuple[int, ...]

    def cell(self, rule: int) -> CellClasses:
        """Give what a rule, counted from 0, asks of the column."""
        return self.cells[self.cell_of[rule]]


def column_classes(cells: Sequence[UnaryTests], base: str, allowed: UnaryTests | None) -> ColumnClasses | None:
    """Cut a column; None when its constants are of several types, or when no value is allowed."""
    written = distinct(cells)
    known = [(tests, rules) for tests, rules in written if not tests.names()]
    sources = [*(tests for tests, _ in known), *([allowed] if allowed else [])]
    values = [value for tests in sources for value in constants(tests)]
    words = {type_word(value) for value in values} - {"null"}
    if base not in ("any", "context"):
        words = {base}
    if len(words) > 1:
        return None
    cut = line(words.pop() if words else "string", values)
    found = _classes(written, known, cut, allowed, sources)
    if None in values:
        opaque = sum(rules for tests, rules in written if tests.names())
        null = sum(rules for tests, rules in known if null_satisfies(tests))
        found.append(InputClass(None, null, null | opaque))
    merged: dict[tuple[int, int], InputClass] = {}
    for one in found:
        merged.setdefault((one.surely, one.possibly), one)
    if not merged:
        return None
    return _with_cells(tuple(merged.values()), written)


def _classes(
    written: Sequence[tuple[UnaryTests, int]],
    known: Sequence[tuple[UnaryTests, int]],
    cut: Line,
    allowed: UnaryTests | None,
    sources: Sequence[UnaryTests],
) -> list[InputClass]:
    opaque = sum(rules for tests, rules in written if tests.names())
    masks = masks_of(known, cut)
    within = positions(allowed, cut) if allowed is not None else cut.every
    found: list[InputClass] = []
    for position, example in _examples(cut, ordered=any(is_ordering(tests) for tests in sources)):
        if within >> position & 1:
            found.append(InputClass(example, masks[position], masks[position] | opaque))
    return found


def _examples(cut: Line, *, ordered: bool) -> Iterator[tuple[int, Value]]:
    """Give the positions that hold a value, with an example; where only equality is asked one text stands for all others."""
    if cut.kind == "boolean":
        yield from ((cut.places[flag], flag) for flag in (True, False))
        return
    if cut.kind == "string" and not ordered:
        yield from ((2 * place + 1, text) for place, text in enumerate(cut.constants))
        other = "other"
        while other in cut.places:
            other += "_"
        yield cut.size - 1, other
        return
    for position in range(cut.size):
        example = cut.example(position)
        if example is not None:
            yield position, example


def _with_cells(classes: tuple[InputClass, ...], written: Sequence[tuple[UnaryTests, int]]) -> ColumnClasses:
    surely, possibly = [one.surely for one in classes], [one.possibly for one in classes]
    some, every = _Ranges(possibly, or_), _Ranges(surely, and_)
    cell_of = [0] * max(rules.bit_length() for _, rules in written)
    cells: list[CellClasses] = []
    firsts = sum(rules & -rules for _, rules in written)  # the rules of a cell are satisfied together: one stands for all
    classes_of, surely_of = _turned(possibly, firsts), _turned(surely, firsts)
    for number, (_, rules) in enumerate(written):
        first = (rules & -rules).bit_length() - 1
        held, sure = classes_of.get(first, 0), surely_of.get(first, 0)
        pieces = list(runs(held))
        meeting = reduce(or_, (some.of(*piece) for piece in pieces), 0)
        holding = reduce(and_, (every.of(*piece) for piece in pieces)) if pieces else 0
        cells.append(CellClasses(held, sure, meeting, holding))
        for rule in bits(rules):
            cell_of[rule] = number
    return ColumnClasses(classes, tuple(cells), tuple(cell_of))


def _turned(masks: Sequence[int], rules: int) -> dict[int, int]:
    """Give for each of the rules the places of the masks that hold it, as bits."""
    every = (1 << len(masks)) - 1
    places: dict[int, int] = {}
    before = 0
    for place, mask in enumerate(masks):
        for rule in bits((mask ^ before) & rules):
            places[rule] = places.get(rule, 0) ^ (every >> place << place)  # from here on it is the other way round
        before = mask
    return places


class _Ranges:
    """The OR, or the AND, of any run of masks, in few steps: a tree of the runs of even length."""

    def __init__(self, masks: Sequence[int], join: Callable[[int, int], int]) -> None:
        self.join, self.size = join, len(masks)
        self.tree = [0] * self.size + list(masks)
        for node in range(self.size - 1, 0, -1):
            self.tree[node] = join(self.tree[2 * node], self.tree[2 * node + 1])

    def of(self, first: int, end: int) -> int:
        """Join the masks from `first` to before `end`; at least one."""
        left, right = first + self.size, end + self.size
        parts: list[int] = []
        while left < right:
            if left & 1:
                parts.append(self.tree[left])
                left += 1
            if right & 1:
                right -= 1
                parts.append(self.tree[right])
            left, right = left // 2, right // 2
        return reduce(self.join, parts)


def bits(mask: int) -> Iterator[int]:
    """Give the places of the ones, the lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
