# SPDX-License-Identifier: EUPL-1.2
"""Equality, order and membership (DMN 1.5 section 10.3.2.13, tables 41, 42 and 54): three-valued.

Null equals null only; values of different types cannot be compared (null). Dates and times are compared as instants,
a local one as if in UTC; `is` compares what is written (section 10.3.4.5).
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from bierger_core.rules.feel.calendar import day_number, instant, time_instant
from bierger_core.rules.feel.limits import Run
from bierger_core.rules.feel.values import DateTime, DaysTime, FarDate, Range, Time, Value, YearsMonths, kind_of
from bierger_core.rules.truth import Truth, all_of, any_of


def order_key(value: Value) -> Decimal | str | int | None:
    """What orders a value among those of its kind; None for kinds without order."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (Decimal, str)):
        return value
    if isinstance(value, (date, FarDate)):
        return day_number(value)
    if isinstance(value, DateTime):
        return instant(value)
    if isinstance(value, Time):
        return time_instant(value)
    if isinstance(value, DaysTime):
        return value.nanos
    return value.months if isinstance(value, YearsMonths) else None


def equal(run: Run, left: Value, right: Value) -> Truth:
    """`left = right`."""
    if left is None or right is None:
        return left is right
    if isinstance(left, tuple) and isinstance(right, tuple):
        if len(left) != len(right):
            return False
        run.count(len(left))
        return all_of([equal(run, a, b) for a, b in zip(left, right, strict=True)])
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        if left.keys() != right.keys():
            return False
        run.count(len(left))
        return all_of([equal(run, left[key], right[key]) for key in left])
    kind = kind_of(left)
    if kind != kind_of(right):
        return None
    if isinstance(left, Range) and isinstance(right, Range):
        return equal_ranges(run, left, right)
    key = order_key(left)
    return left == right if key is None else key == order_key(right)


def equal_ranges(run: Run, left: Range, right: Range) -> Truth:
    """Ranges are equal when their ends are, and equally open or closed."""
    if (left.low_closed, left.high_closed) != (right.low_closed, right.high_closed):
        return False
    return all_of([equal(run, left.low, right.low), equal(run, left.high, right.high)])


def less(left: Value, right: Value) -> Truth:
    """`left < right`; null for values without common order."""
    if type(left) is Decimal and type(right) is Decimal:
        return left < right
    if left is None or right is None or kind_of(left) != kind_of(right):
        return None
    low, high = order_key(left), order_key(right)
    return None if low is None else bool(low < high)  # type: ignore[operator]  # one kind has one type of key


def compare(run: Run, operator: str, left: Value, right: Value) -> Truth:
    """`left operator right` for = != < <= > >=."""
    if operator == "=":
        return equal(run, left, right)
    if operator == "!=":
        same = equal(run, left, right)
        return None if same is None else not same
    if operator == "<":
        return less(left, right)
    if operator == ">":
        return less(right, left)
    other = less(right, left) if operator == "<=" else less(left, right)
    return None if other is None else not other


def in_range(value: Value, interval: Range) -> Truth:
    """Tell whether a value lies between the ends."""
    if interval.low is None and interval.high is None:
        return None
    results: list[Truth] = []
    if interval.low is not None:
        beside = less(value, interval.low) if interval.low_closed else less(interval.low, value)
        results.append(beside if beside is None or not interval.low_closed else not beside)
    if interval.high is not None:
        beside = less(interval.high, value) if interval.high_closed else less(value, interval.high)
        results.append(beside if beside is None or not interval.high_closed else not beside)
    return all_of(results)


def member(run: Run, value: Value, container: Value) -> Truth:
    """`value in container` for one container: a range, a list (of values or ranges), or a single value."""
    if isinstance(container, Range):
        return equal_ranges(run, value, container) if isinstance(value, Range) else in_range(value, container)
    if isinstance(container, tuple):
        if isinstance(value, tuple) and equal(run, value, container) is True:
            return True
        run.count(len(container))
        results = [
            in_range(value, item) if isinstance(item, Range) and not isinstance(value, Range) else equal(run, value, item)
            for item in container
        ]
        return any_of(results)
    return equal(run, value, container)


def same_value(run: Run, left: Value, right: Value) -> bool:
    """`is(left, right)`: same kind and same value as written, zones and offsets included."""
    if left is None or right is None:
        return left is right
    if kind_of(left) != kind_of(right):
        return False
    if isinstance(left, (Time, DateTime)):
        return left == right
    return equal(run, left, right) is True
