# SPDX-License-Identifier: EUPL-1.2
"""Range functions (DMN 1.5 section 10.3.4.7, table 78: Allen's relations between points and intervals).

A missing end lies infinitely far away. Points and ends that have no common order give null.
"""

from collections.abc import Callable
from typing import NamedTuple

from bierger_core.rules.feel.compare import less
from bierger_core.rules.feel.library.registry import builtin
from bierger_core.rules.feel.limits import Run
from bierger_core.rules.feel.values import Range, Value

POINT = "number|string|date|time|dt|duration"


class End(NamedTuple):
    """An end of an interval: its value, whether it belongs to it, and -1 or 1 when it lies infinitely far below or above."""

    value: Value
    closed: bool
    far: int


class Interval(NamedTuple):
    """A point is an interval whose ends are the same, closed."""

    start: End
    end: End
    point: bool


class NoOrder(Exception):
    """Two values cannot be compared."""


def _interval(value: Value) -> Interval:
    if not isinstance(value, Range):
        end = End(value, closed=True, far=0)
        return Interval(end, end, point=True)
    low = End(value.low, value.low_closed, -1 if value.low is None else 0)
    high = End(value.high, value.high_closed, 1 if value.high is None else 0)
    return Interval(low, high, point=False)


def _order(left: End, right: End) -> int:
    """-1, 0 or 1; raises NoOrder."""
    if left.far or right.far:
        return (left.far > right.far) - (left.far < right.far)
    below, above = less(left.value, right.value), less(right.value, left.value)
    if below is None or above is None:
        raise NoOrder
    return -1 if below else int(above)


def _before(a: Interval, b: Interval) -> bool:
    order = _order(a.end, b.start)
    return order < 0 or (order == 0 and not (a.end.closed and b.start.closed))


def _meets(a: Interval, b: Interval) -> bool:
    return a.end.closed and b.start.closed and _order(a.end, b.start) == 0


def _reaches(a: Interval, b: Interval) -> bool:
    """Tell whether `a` does not end before `b` begins."""
    order = _order(a.end, b.start)
    return order > 0 or (order == 0 and a.end.closed and b.start.closed)


def _overlaps(a: Interval, b: Interval) -> bool:
    return _reaches(a, b) and _reaches(b, a)


def _starts_first(a: Interval, b: Interval) -> bool:
    order = _order(a.start, b.start)
    return order < 0 or (order == 0 and a.start.closed and not b.start.closed)


def _ends_not_after(a: Interval, b: Interval) -> bool:
    order = _order(a.end, b.end)
    return order < 0 or (order == 0 and (not a.end.closed or b.end.closed))


def _starts_not_before(a: Interval, b: Interval) -> bool:
    order = _order(a.start, b.start)
    return order > 0 or (order == 0 and (not a.start.closed or b.start.closed))


def _overlaps_before(a: Interval, b: Interval) -> bool:
    return _starts_first(a, b) and _reaches(a, b) and _ends_not_after(a, b)


def _finishes(a: Interval, b: Interval) -> bool:
    if a.point:
        return b.end.closed and _order(a.end, b.end) == 0
    return a.end.closed == b.end.closed and _order(a.end, b.end) == 0 and _starts_not_before(a, b)


def _includes(a: Interval, b: Interval) -> bool:
    return _starts_not_before(b, a) and _ends_not_after(b, a)


def _starts(a: Interval, b: Interval) -> bool:
    if a.point:
        return b.start.closed and _order(a.start, b.start) == 0
    return a.start.closed == b.start.closed and _order(a.start, b.start) == 0 and _ends_not_after(a, b)


def _coincides(a: Interval, b: Interval) -> bool:
    if (a.start.closed, a.end.closed) != (b.start.closed, b.end.closed):
        _order(a.start, b.start)
        return False
    return _order(a.start, b.start) == 0 and _order(a.end, b.end) == 0


Relation = Callable[[Interval, Interval], bool]


def _declare(name: str, relation: Relation, forms: tuple[tuple[str, str], ...], *, swapped: bool = False) -> None:
    """Declare a relation; `swapped` for the converse of another."""
    texts = []
    for form in forms:
        parts = [f"{word}: {'range' if word.startswith('range') else POINT}" for word in form]
        texts.append(f"{name}({', '.join(parts)})")

    def call(_run: Run, left: Value, right: Value) -> Value:
        first, second = _interval(left), _interval(right)
        try:
            return relation(second, first) if swapped else relation(first, second)
        except NoOrder:
            return None

    builtin(*texts)(call)


POINTS = ("point1", "point2")
BOTH = ("range1", "range2")
POINT_FIRST = ("point", "range")
RANGE_FIRST = ("range", "point")

_declare("before", _before, (POINTS, POINT_FIRST, RANGE_FIRST, BOTH))
_declare("after", _before, (POINTS, POINT_FIRST, RANGE_FIRST, BOTH), swapped=True)
_declare("meets", _meets, (BOTH,))
_declare("met by", _meets, (BOTH,), swapped=True)
_declare("overlaps", _overlaps, (BOTH,))
_declare("overlaps before", _overlaps_before, (BOTH,))
_declare("overlaps after", _overlaps_before, (BOTH,), swapped=True)
_declare("finishes", _finishes, (POINT_FIRST, BOTH))
_declare("finished by", _finishes, (RANGE_FIRST, BOTH), swapped=True)
_declare("includes", _includes, (RANGE_FIRST, BOTH))
_declare("during", _includes, (POINT_FIRST, BOTH), swapped=True)
_declare("starts", _starts, (POINT_FIRST, BOTH))
_declare("started by", _starts, (RANGE_FIRST, BOTH), swapped=True)
_declare("coincides", _coincides, (POINTS, BOTH))
