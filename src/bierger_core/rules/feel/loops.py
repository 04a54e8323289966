# SPDX-License-Identifier: EUPL-1.2
"""for, some, every and filters (DMN 1.5 section 10.3.2.13.4, 10.3.2.5); every turn is counted."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from bierger_core.rules.feel import syntax
from bierger_core.rules.feel.calendar import day_number, day_of_number
from bierger_core.rules.feel.env import Code, Compile, Env
from bierger_core.rules.feel.limits import MAX_ITEMS, Run
from bierger_core.rules.feel.values import FarDate, Range, Value
from bierger_core.rules.truth import Truth

Source = tuple[str, Code, Code | None]


class NoList(Exception):
    """What is iterated over is no list and no range."""


def _sources(iterators: tuple[syntax.Iterator, ...], compile_node: Compile) -> tuple[Source, ...]:
    return tuple(
        (one.name, compile_node(one.source), compile_node(one.end) if one.end is not None else None) for one in iterators
    )


def _items(run: Run, start: Value, end: Value, *, interval: bool) -> Iterator[Value]:
    """Give what one iterator runs over; raises NoList."""
    if not interval:
        if isinstance(start, Range):
            yield from _range_items(run, start)
        elif isinstance(start, tuple):
            yield from start
        elif start is None:
            raise NoList
        else:
            yield start
        return
    yield from _span(run, start, end)


def _range_items(run: Run, interval: Range) -> Iterator[Value]:
    items = list(_span(run, interval.low, interval.high))
    yield from items[0 if interval.low_closed else 1 : len(items) if interval.high_closed else -1]


def _span(run: Run, start: Value, end: Value) -> Iterator[Value]:
    """Whole numbers or days from start to end, upwards or downwards; raises NoList."""
    if isinstance(start, Decimal) and isinstance(end, Decimal):
        if start != start.to_integral_value() or end != end.to_integral_value():
            raise NoList
        step = Decimal(1 if start <= end else -1)
        run.items(int(min(abs(end - start), Decimal(MAX_ITEMS)) + 1))
        value = start
        while (value <= end) if step > 0 else (value >= end):
            yield value
            value += step
    elif isinstance(start, (date, FarDate)) and isinstance(end, (date, FarDate)):
        first, last = day_number(start), day_number(end)
        run.items(abs(last - first) + 1)
        for number in range(first, last + 1) if first <= last else range(first, last - 1, -1):
            yield day_of_number(number)
    else:
        raise NoList


def turns(sources: tuple[Source, ...], env: Env) -> Iterator[Env]:
    """Give an environment for each combination; the last iterator turns fastest."""
    if not sources:
        yield env
        return
    (name, source, end), rest = sources[0], sources[1:]
    start = source(env)
    stop = end(env) if end is not None else None
    inner = env.copy()  # one for all turns: what outlives a turn, a function, has copied it
    for item in _items(env.run, start, stop, interval=end is not None):
        env.run.count()
        inner[name] = item
        if rest:
            yield from turns(rest, inner)
        else:
            yield inner


def compile_for(node: syntax.For, compile_node: Compile) -> Code:
    """`for x in a return b`; `partial` in the body is the list of results so far."""
    sources, body, partial = _sources(node.iterators, compile_node), compile_node(node.body), node.partial

    def loop(env: Env) -> Value:
        results: list[Value] = []
        try:
            for inner in turns(sources, env):
                if partial:
                    inner["partial"] = tuple(results)
                    env.run.count(len(results) >> 4)
                results.append(body(inner))
                if len(results) > MAX_ITEMS:
                    env.run.items(len(results))
        except NoList:
            env.run.note("for: what is iterated over is no list")
            return None
        return tuple(results)

    return loop


def compile_quantified(node: syntax.Quantified, compile_node: Compile) -> Code:
    """`some` is decided by one true, `every` by one false; else one null leaves it open."""
    sources, body, every = _sources(node.iterators, compile_node), compile_node(node.body), node.every

    def quantified(env: Env) -> Value:
        result: Truth = every
        try:
            for inner in turns(sources, env):
                value = body(inner)
                if value is (not every):
                    return not every
                if not isinstance(value, bool):
                    result = None
        except NoList:
            env.run.note("some, every: what is iterated over is no list")
            return None
        return result

    return quantified


def compile_filter(node: syntax.Filter, compile_node: Compile) -> Code:
    """`list[condition]` keeps items, `list[number]` takes one; what is no list is a list of one."""
    source, condition = compile_node(node.source), compile_node(node.condition)
    fixed = _position(node.condition)

    def filtered(env: Env) -> Value:
        found = source(env)
        if found is None:
            return None
        items = found if isinstance(found, tuple) else (found,)
        if fixed is not None:
            return take(items, fixed)
        return select(env, items, condition)

    return filtered


def _position(node: syntax.Node) -> Decimal | None:
    """Tell the position that a condition writes out: `[1]`, `[-1]`."""
    if isinstance(node, syntax.Negate) and isinstance(node.operand, syntax.Literal):
        value = node.operand.value
        return -value if isinstance(value, Decimal) else None
    return node.value if isinstance(node, syntax.Literal) and isinstance(node.value, Decimal) else None


def take(items: tuple[Value, ...], position: Decimal) -> Value:
    """The item at a position, counted from 1 or, from the end, from -1; null outside."""
    if position != position.to_integral_value() or not 1 <= abs(position) <= len(items):
        return None
    return items[int(position) - 1 if position > 0 else int(position)]


def item_scope(env: Env, item: Value) -> Env:
    """Within a filter `item` is the item, and its entries are names; an entry named item is stronger."""
    inner = env.copy()
    inner["item"] = item
    if isinstance(item, Mapping):
        inner.update(item)
    return inner


def select(env: Env, items: tuple[Value, ...], condition: Code) -> Value:
    """Evaluate the condition for each item; a number at the first is a position."""
    kept: list[Value] = []
    if not items:
        return None if isinstance(condition(item_scope(env, None)), Decimal) else ()
    plain = env.copy()
    for index, item in enumerate(items):
        if isinstance(item, Mapping):
            value = condition(item_scope(env, item))
        else:
            plain["item"] = item
            value = condition(plain)
        if index == 0 and isinstance(value, Decimal):
            return take(items, value)
        if value is True:
            kept.append(item)
        env.run.count()
    return tuple(kept)
