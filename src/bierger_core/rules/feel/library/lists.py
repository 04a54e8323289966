# SPDX-License-Identifier: EUPL-1.2
"""List functions (DMN 1.5 section 10.3.4.4, table 74), sort (table 79) and the boolean function not."""

from collections.abc import Sequence
from decimal import Decimal
from functools import cmp_to_key

from bierger_core.rules.feel.compare import equal, less
from bierger_core.rules.feel.library.numbers import listed
from bierger_core.rules.feel.library.registry import builtin
from bierger_core.rules.feel.limits import Run
from bierger_core.rules.feel.values import Function, Value
from bierger_core.rules.truth import Truth


@builtin("not(negand: any)")
def negation(_run: Run, value: Value) -> Value:
    return not value if isinstance(value, bool) else None


def contains_item(run: Run, items: Sequence[Value], element: Value) -> bool:
    """Tell whether a list holds a value."""
    run.count(len(items))
    return any(equal(run, item, element) is True for item in items)


@builtin("list contains(list: list, element: any)")
def list_contains(run: Run, items: tuple[Value, ...], element: Value) -> Value:
    return contains_item(run, items, element)


@builtin("count(list: list)", "count(*c: any)")
def count(_run: Run, *given: Value) -> Value:
    return None if given == (None,) else Decimal(len(listed(given)))


def _least(run: Run, items: Sequence[Value], *, greatest: bool) -> Value:
    run.items(len(items))
    if not items or items[0] is None:
        return None
    found: Value = items[0]
    for item in items[1:]:
        smaller = less(found, item) if greatest else less(item, found)
        if smaller is None:
            return None
        found = item if smaller else found
    return found if less(found, found) is not None else None


@builtin("min(list: list)", "min(*c: any)")
def minimum(run: Run, *given: Value) -> Value:
    return _least(run, listed(given), greatest=False)


@builtin("max(list: list)", "max(*c: any)")
def maximum(run: Run, *given: Value) -> Value:
    return _least(run, listed(given), greatest=True)


def _truths(items: Sequence[Value]) -> list[Truth]:
    return [item if isinstance(item, bool) else None for item in items]


@builtin("all(list: list)", "all(*b: any)")
def all_true(run: Run, *given: Value) -> Value:
    items = listed(given)
    run.items(len(items))
    truths = _truths(items)
    return False if False in truths else None if None in truths else True


@builtin("any(list: list)", "any(*b: any)")
def any_true(run: Run, *given: Value) -> Value:
    items = listed(given)
    run.items(len(items))
    truths = _truths(items)
    return True if True in truths else None if None in truths else False


@builtin("sublist(list: list, start position: number, [length: number?])")
def sublist(run: Run, items: tuple[Value, ...], start: Decimal, length: Decimal | None = None) -> Value:
    begin = place(items, start)
    if begin is None or (length is not None and (length < 1 or begin + int(length) > len(items))):
        return None
    end = len(items) if length is None else begin + int(length)
    run.items(end - begin)
    return items[begin:end]


def place(items: Sequence[Value], position: Decimal) -> int | None:
    """Turn a position that counts from 1, or from -1 at the end, into an index; None outside the list."""
    if not 1 <= abs(position) <= len(items):
        return None
    index = int(position)
    return index - 1 if index > 0 else len(items) + index


@builtin("append(list: list, *item: any)")
def append(run: Run, items: tuple[Value, ...], *more: Value) -> Value:
    run.items(len(items) + len(more))
    return items + more


@builtin("concatenate(*list: list)")
def concatenate(run: Run, *lists: tuple[Value, ...]) -> Value:
    run.items(sum(len(one) for one in lists))
    return tuple(item for one in lists for item in one)


@builtin("insert before(list: list, position: number, newItem: any)")
def insert_before(run: Run, items: tuple[Value, ...], position: Decimal, new: Value) -> Value:
    index = place(items, position)
    if index is None:
        return None
    run.items(len(items) + 1)
    return (*items[:index], new, *items[index:])


@builtin("remove(list: list, position: number)")
def remove(run: Run, items: tuple[Value, ...], position: Decimal) -> Value:
    index = place(items, position)
    if index is None:
        return None
    run.items(len(items))
    return items[:index] + items[index + 1 :]


@builtin("list replace(list: list, position: number, newItem: any)", "list replace(list: list, match: function, newItem: any)")
def list_replace(run: Run, items: tuple[Value, ...], where: Decimal | Function, new: Value) -> Value:
    run.items(len(items))
    if isinstance(where, Decimal):
        index = place(items, where)
        return None if index is None else (*items[:index], new, *items[index + 1 :])
    if len(where.parameters) != 2:
        return None
    found: list[Value] = []
    for item in items:
        chosen = where.positional(run, (item, new))
        if not isinstance(chosen, bool):
            return None
        found.append(new if chosen else item)
    return tuple(found)


@builtin("reverse(list: list)")
def reverse(run: Run, items: tuple[Value, ...]) -> Value:
    run.items(len(items))
    return items[::-1]


@builtin("index of(list: list, match: any)")
def index_of(run: Run, items: tuple[Value, ...], match: Value) -> Value:
    run.items(len(items))
    return tuple(Decimal(place) for place, item in enumerate(items, start=1) if equal(run, item, match) is True)


def distinct(run: Run, items: Sequence[Value]) -> tuple[Value, ...]:
    """Keep the first of equal items."""
    found: list[Value] = []
    others: list[Value] = []  # those that only `equal` can compare
    seen: set[Decimal | str] = set()
    for item in items:
        run.count()
        if isinstance(item, (Decimal, str)):
            if item not in seen:
                seen.add(item)
                found.append(item)
        elif not contains_item(run, others, item):
            others.append(item)
            found.append(item)
    return tuple(found)


@builtin("distinct values(list: list)")
def distinct_values(run: Run, items: tuple[Value, ...]) -> Value:
    return distinct(run, items)


@builtin("union(*list: list)")
def union(run: Run, *lists: tuple[Value, ...]) -> Value:
    run.items(sum(len(one) for one in lists))
    return distinct(run, [item for one in lists for item in one])


@builtin("duplicate values(list: list)")
def duplicate_values(run: Run, items: tuple[Value, ...]) -> Value:
    once: list[Value] = []
    twice: list[Value] = []
    for item in items:
        (twice if contains_item(run, once, item) else once).append(item)
    return distinct(run, twice)


@builtin("flatten(list: list)")
def flatten(run: Run, items: tuple[Value, ...]) -> Value:
    found: list[Value] = []
    waiting: list[Value] = list(reversed(items))
    while waiting:
        run.count()
        item = waiting.pop()
        if isinstance(item, tuple):
            waiting.extend(reversed(item))
        else:
            found.append(item)
            run.items(len(found)) if len(found) % 10_000 == 0 else None
    return tuple(found)


@builtin("sort(list: list, [precedes: function])")
def sort(run: Run, items: tuple[Value, ...], precedes: Function | None = None) -> Value:
    """Sort stably; null when the items have no order, or the function is none of two arguments."""
    run.items(len(items))
    if precedes is not None and len(precedes.parameters) != 2 and precedes.parameters:
        return None

    def comes_first(left: Value, right: Value) -> bool:
        before = less(left, right) if precedes is None else precedes.positional(run, (left, right))
        if not isinstance(before, bool):
            raise NoOrder
        return before

    def order(left: Value, right: Value) -> int:
        run.count()
        return -1 if comes_first(left, right) else int(comes_first(right, left))

    try:
        return tuple(sorted(items, key=cmp_to_key(order)))
    except NoOrder:
        run.note("sort: the items have no order")
        return None


class NoOrder(Exception):
    """Two items cannot be compared."""
