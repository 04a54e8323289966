# SPDX-License-Identifier: EUPL-1.2
"""Is every input matched by a rule? Exact answers over classes, with an input that is matched by none where there is one.

The question is that of a tautology in disjunctive form, so some tables must stay out of reach; two ways keep the usual
ones within it.

1. Counting. A rule matches the product of its cells' classes. Where all rules together match fewer inputs than there are, one
   is left over, and following the class that is matched too seldom, column by column, leads to it. Where no two rules
   overlap and the numbers are equal, none is left over.
2. Searching. A box (some classes of each column) that a rule holds whole is covered, one that no rule meets is left over.
   In any other, a class is dropped when another of its column satisfies fewer rules, or when a rule that cares about this
   column alone has it; rules that share no column are looked at apart. What remains is parted in two, where the
   sets of rules that meet the halves are smallest. Before all that one input is tried: in each column the class that leaves
   fewest rules open. Most rules that can fire are found so at once.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import accumulate
from math import prod
from operator import and_, or_

from bierger_core.rules.index.cells import runs
from bierger_core.rules.index.classes import ColumnClasses, bits

MAX_WORK = 3_000_000  # classes looked at, and compared, in the searches of one model: some seconds
MAX_DEPTH = 200  # boxes within boxes
MAX_TRIED = 40  # classes of a column among which that one input chooses
MAX_COMPARED = 300  # rules up to which all classes of a column are compared with each other

Choice = dict[int, int]  # column -> number of the class chosen


class TooLarge(Exception):
    """The searches of one model looked at more than MAX_WORK."""


class Budget:
    """The work that the searches of one model may do together: a file may hold many tables."""

    def __init__(self) -> None:
        self.work = 0

    def spend(self, work: int) -> None:
        """Count work; raises TooLarge."""
        self.work += work
        if self.work > MAX_WORK:
            raise TooLarge


class Cover:
    """The searches over the columns of one table."""

    def __init__(self, columns: Sequence[ColumnClasses], rules: int, budget: Budget) -> None:
        self.columns, self.rules = columns, rules
        self.spend = budget.spend

    # -- counting ----------------------------------------------------------------------------------------------

    def volumes(self) -> list[int]:
        """Give for each rule the number of combinations of classes that it surely matches."""
        counts = [[cell.surely.bit_count() for cell in column.cells] for column in self.columns]
        pairs = list(zip(self.columns, counts, strict=True))
        return [prod(count[column.cell_of[rule]] for column, count in pairs) for rule in range(self.rules)]

    def total(self) -> int:
        """Give the number of all combinations."""
        return prod(len(column.classes) for column in self.columns)

    def follow(self, volumes: Sequence[int], start: Choice) -> Choice | None:
        """Follow the classes that are matched too seldom, some chosen before; None where they lead nowhere."""
        open_rules = (1 << self.rules) - 1
        left, total = list(volumes), self.total()
        chosen: Choice = {}
        for number, column in enumerate(self.columns):
            share = total // len(column.classes)
            for option in [start[number]] if number in start else range(len(column.classes)):
                mask = open_rules & column.classes[option].surely
                after = {rule: left[rule] // column.cell(rule).surely.bit_count() for rule in bits(mask)}
                if sum(after.values()) < share:
                    break
            else:
                return None
            chosen[number] = option
            open_rules, total = mask, share
            for rule, volume in after.items():
                left[rule] = volume
        return chosen

    # -- searching ---------------------------------------------------------------------------------------------

    def uncovered(self, rules: int, start: Choice) -> Choice | None:
        """Find an input, with some classes chosen, that none of the `rules` (bits) surely matches; None when there is none."""
        within: list[int] = []
        holding: list[int] = []
        for number, column in enumerate(self.columns):
            classes = column.classes if number not in start else (column.classes[start[number]],)
            within.append((1 << len(column.classes)) - 1 if number not in start else 1 << start[number])
            holding.append(reduce(and_, (one.surely for one in classes)))
        return self._search(rules, within, holding)

    def unmatched_within(self, rule: int, rules: int) -> Choice | None:
        """Find an input that a rule may match and none of the `rules` (bits) surely does; None when there is none."""
        cells = [column.cell(rule) for column in self.columns]
        for cell in cells:
            rules &= cell.meeting
        return self._search(rules, [cell.classes for cell in cells], [cell.holding for cell in cells])

    def _search(self, rules: int, within: Sequence[int], holding: Sequence[int]) -> Choice | None:
        if not rules:
            return {number: (classes & -classes).bit_length() - 1 for number, classes in enumerate(within)}
        if rules & reduce(and_, holding):
            return None
        return self._dive(rules, within) or Search(self, within).run(rules)

    def _dive(self, rules: int, within: Sequence[int]) -> Choice | None:
        """Choose, column by column, the class that leaves fewest rules open; None when some are left."""
        chosen: Choice = {}
        for number, column in enumerate(self.columns):
            options = _some(within[number])
            self.spend(len(options))
            left = [rules & column.classes[option].surely for option in options]
            rules = min(left, key=int.bit_count)
            chosen[number] = options[left.index(rules)]
        return None if rules else chosen


def _some(classes: int) -> Sequence[int]:
    """Give the classes of a set; of a large one, MAX_TRIED that lie evenly in it."""
    count = classes.bit_count()
    if count <= MAX_TRIED:
        return list(bits(classes))
    places = [count * place // MAX_TRIED for place in range(MAX_TRIED)]
    found: list[int] = []
    passed = 0
    for first, end in runs(classes):
        while len(found) < MAX_TRIED and places[len(found)] < passed + end - first:
            found.append(first + places[len(found)] - passed)
        passed += end - first
    return found


Box = dict[int, tuple[int, ...]]  # column -> numbers of the classes that may still be chosen
Sets = dict[int, dict[int, int]]  # column -> set of open rules -> a class that satisfies exactly these


class Search:
    """One search, within some classes of each column."""

    def __init__(self, cover: Cover, within: Sequence[int]) -> None:
        self.cover = cover
        self.surely = [[one.surely for one in column.classes] for column in cover.columns]
        self.box: Box = {column: tuple(bits(classes)) for column, classes in enumerate(within)}

    def run(self, rules: int) -> Choice | None:
        """Give a choice of classes that none of the rules surely matches; None when there is none."""
        return self._left_over(rules, self.box, 0)

    def _left_over(self, rules: int, box: Box, depth: int) -> Choice | None:
        if depth > MAX_DEPTH:
            raise TooLarge
        chosen: Choice = {}
        while True:
            sets = self._sets(rules, box)
            for options in sets.values():
                rules &= reduce(or_, options)
            caring = {column: rules & ~reduce(and_, options) for column, options in sets.items()}
            if rules & ~reduce(or_, caring.values(), 0):
                return None  # a rule that cares about no column holds the whole box
            chosen |= {column: next(iter(options.values())) for column, options in sets.items()}
            smaller = self._reduced(rules, sets, caring)
            if smaller is None or not rules:
                return None if smaller is None else chosen
            if smaller == box:
                break
            box = smaller
        groups = _apart(caring)
        found = self._part(rules, sets, depth) if len(groups) == 1 else self._together(groups, box, depth)
        return None if found is None else chosen | found

    def _sets(self, rules: int, box: Box) -> Sets:
        sets: Sets = {}
        for column, numbers in box.items():
            self.cover.spend(len(numbers))
            masks = self.surely[column]
            found: dict[int, int] = {}
            for number in numbers:
                found.setdefault(rules & masks[number], number)
            sets[column] = found
        return sets

    def _reduced(self, rules: int, sets: Sets, caring: Mapping[int, int]) -> Box | None:
        """Drop columns that are settled and classes that cannot help; None when a column has no class left."""
        once = twice = 0
        for rules_of_column in caring.values():
            once, twice = once | rules_of_column, twice | once & rules_of_column
        alone = once & ~twice
        box: Box = {}
        for column, found in sets.items():
            if not caring[column]:
                continue
            forced = alone & caring[column]
            options = {mask & rules: number for mask, number in found.items() if not mask & forced}
            if not options:
                return None
            all_pairs = rules.bit_count() <= MAX_COMPARED
            self.cover.spend(len(options) ** 2 if all_pairs else len(options))
            box[column] = tuple(_least(options, all_pairs=all_pairs))
        return box

    def _together(self, groups: list[tuple[int, tuple[int, ...]]], box: Box, depth: int) -> Choice | None:
        """An input that no group matches is made of one for each; a group that always matches settles it."""
        found: Choice = {}
        for rules, columns in sorted(groups, key=lambda group: group[0].bit_count()):
            part = self._left_over(rules, {column: box[column] for column in columns}, depth + 1)
            if part is None:
                return None
            found |= part
        return found

    def _part(self, rules: int, sets: Sets, depth: int) -> Choice | None:
        best: tuple[int, int, int, int, int] | None = None  # cost, column, cut, rules of the two sides
        for column, found in sets.items():
            self.cover.spend(len(found))
            masks = list(found)
            before, after = list(accumulate(masks, or_)), list(accumulate(reversed(masks), or_))[::-1]
            for cut in range(1, len(masks)):
                left, right = rules & before[cut - 1], rules & after[cut]
                cost = left.bit_count() ** 2 + right.bit_count() ** 2
                if best is None or cost < best[0]:
                    best = (cost, column, cut, left, right)
        assert best is not None  # a column that a rule cares about has two classes
        _, column, cut, left, right = best
        numbers = tuple(sets[column].values())
        whole = {other: tuple(found.values()) for other, found in sets.items()}
        halves = [(left, numbers[:cut]), (right, numbers[cut:])]
        for met, half in sorted(halves, key=lambda one: one[0].bit_count()):
            choice = self._left_over(met, whole | {column: half}, depth + 1)
            if choice is not None:
                return choice
        return None


def _least(options: Mapping[int, int], *, all_pairs: bool) -> list[int]:
    """Give the classes whose set of rules holds no other's whole, in their order."""
    least = reduce(and_, options)
    if least in options:
        return [options[least]]
    if not all_pairs:
        return list(options.values())
    kept: list[int] = []
    for mask in sorted(options, key=int.bit_count):
        if all(other & ~mask for other in kept):
            kept.append(mask)
    chosen = set(kept)
    return [number for mask, number in options.items() if mask in chosen]


def _apart(caring: Mapping[int, int]) -> list[tuple[int, tuple[int, ...]]]:
    """Part rules into groups that care about no column in common, each with its columns."""
    groups: list[tuple[int, tuple[int, ...]]] = []
    for column, rules in caring.items():
        joined = rules
        columns: tuple[int, ...] = (column,)
        others: list[tuple[int, tuple[int, ...]]] = []
        for own, cared in groups:
            if own & joined:
                joined, columns = joined | own, cared + columns
            else:
                others.append((own, cared))
        groups = [*others, (joined, columns)]
    return groups
