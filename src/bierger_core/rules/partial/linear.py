# SPDX-License-Identifier: EUPL-1.2
"""Whether linear inequalities over fractions have a solution, by Fourier and Motzkin: exact, strict and not strict.

    sum of factor * variable + rest  <  0  (or <= 0, or = 0)

1. An equation gives one of its variables by the others; it is put into the rest.
2. A variable that is left is taken out: every bound from below goes with every bound from above.
3. What is left without variables is true or false.

For whole numbers (dates) the same is exact as long as every inequality compares two of them, or one with a constant,
and < is written as <= one less: such systems have whole solutions when they have any.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bierger_core.rules.partial.errors import TooLarge

MAX_ROWS = 400  # inequalities at one time; the method can square their number with each variable


@dataclass(frozen=True, slots=True)
class Row:
    """An inequality; `factors` sorted by variable, none 0; `relation` is one of < <= =."""

    factors: tuple[tuple[object, Fraction], ...]
    rest: Fraction
    relation: str

    def holds(self) -> bool:
        """Tell the truth of a row without variables."""
        return self.rest < 0 or (self.rest == 0 and self.relation != "<") if self.relation != "=" else self.rest == 0


def feasible(rows: Iterable[Row], spend: Callable[[int], None]) -> bool:
    """Tell whether numbers satisfy all rows; `spend` is told how many rows were made. TooLarge beyond MAX_ROWS."""
    left = list(rows)
    while True:
        spend(len(left))
        kept = _tightest(left)
        if kept is None:
            return False
        if not kept:
            return True
        equation = next((row for row in kept if row.relation == "="), None)
        if equation is not None:
            name, factor = equation.factors[0]
            left = [_combined(row, equation, name, factor) for row in kept if row is not equation]
        else:
            left = _without(_cheapest(kept), kept)
        if len(left) > MAX_ROWS:
            raise TooLarge


def equations_of(rows: Sequence[Row], spend: Callable[[int], None]) -> list[Row]:
    """Give the rows of a system with solutions that hold only as equations."""
    if feasible([_strict(row) for row in rows], spend):
        return []
    return [row for row in rows if row.relation != "<" and not feasible([*rows, _strict(row)], spend)]


def _strict(row: Row) -> Row:
    return Row(row.factors, row.rest, "<")


def _tightest(rows: Sequence[Row]) -> list[Row] | None:
    """Keep of parallel rows the one that says most; None when a row without variables is false."""
    found: dict[tuple[object, ...], Row] = {}
    for row in rows:
        if not row.factors:
            if not row.holds():
                return None
            continue
        scale = abs(row.factors[0][1])
        one = Row(tuple((name, factor / scale) for name, factor in row.factors), row.rest / scale, row.relation)
        key = (one.factors, one.rest) if one.relation == "=" else (one.factors,)
        other = found.get(key)
        if other is None or (one.rest, one.relation == "<") > (other.rest, other.relation == "<"):
            found[key] = one
    return list(found.values())


def _combined(row: Row, equation: Row, name: object, factor: Fraction) -> Row:
    """Put into a row what an equation says a variable is."""
    own = dict(row.factors).get(name)
    return row if own is None else _sum(row, Fraction(1), equation, -own / factor, row.relation)


def _sum(left: Row, times: Fraction, right: Row, other: Fraction, relation: str) -> Row:
    factors = {name: factor * times for name, factor in left.factors}
    for name, factor in right.factors:
        factors[name] = factors.get(name, Fraction(0)) + factor * other
    kept = tuple(sorted(((name, factor) for name, factor in factors.items() if factor), key=lambda pair: repr(pair[0])))
    return Row(kept, left.rest * times + right.rest * other, relation)


def _cheapest(rows: Sequence[Row]) -> object:
    """Give the variable whose removal makes the fewest rows."""
    below: dict[object, int] = {}
    above: dict[object, int] = {}
    for row in rows:
        for name, factor in row.factors:
            side = above if factor > 0 else below
            side[name] = side.get(name, 0) + 1
    names = sorted({*below, *above}, key=repr)
    return min(names, key=lambda name: below.get(name, 0) * above.get(name, 0))


def _without(name: object, rows: Sequence[Row]) -> list[Row]:
    upper: list[tuple[Row, Fraction]] = []
    lower: list[tuple[Row, Fraction]] = []
    free: list[Row] = []
    for row in rows:
        factor = dict(row.factors).get(name)
        if factor is None:
            free.append(row)
        else:
            (upper if factor > 0 else lower).append((row, factor))
    for high, up in upper:
        for low, down in lower:
            relation = "<" if "<" in (high.relation, low.relation) else "<="
            free.append(_sum(high, 1 / up, low, -1 / down, relation))
    return free
