# SPDX-License-Identifier: EUPL-1.2
"""Cells as sets of positions: where a test is true and where it is false; elsewhere it is null.

The meaning is that of `evaluate`, test by test; a property test compares the two.
"""

from collections.abc import Iterator

from bierger_core.rules import syntax
from bierger_core.rules.data import Value, type_word
from bierger_core.rules.evaluate import Evaluation
from bierger_core.rules.expression import UnaryTests
from bierger_core.rules.index.lines import Line
from bierger_core.rules.names import walk
from bierger_core.rules.syntax import Node, Test

Sets = tuple[int, int]  # positions where true, positions where false


def constants(tests: UnaryTests) -> list[Value]:
    """Give the values that the tests compare with; they must read no names."""
    found: list[Value] = []
    for test in tests.tests:
        for node in walk(test):
            if isinstance(node, (syntax.CompareTest, syntax.EqualTest)):
                found.append(_constant(node.operand))
            elif isinstance(node, syntax.RangeTest):
                found += [_constant(node.low), _constant(node.high)]
    return found


def _constant(node: Node) -> Value:
    return node.value if isinstance(node, syntax.Literal) else Evaluation({}).value(node)


def is_ordering(tests: UnaryTests) -> bool:
    """Tell whether a test asks for an order, not for equality alone."""
    return any(
        isinstance(node, syntax.RangeTest) or (isinstance(node, syntax.CompareTest) and node.operator not in ("=", "!="))
        for test in tests.tests
        for node in walk(test)
    )


def positions(tests: UnaryTests, line: Line) -> int:
    """Give the positions of a line that satisfy a cell."""
    return _any_of(tests.tests, line)[0]


def _any_of(tests: tuple[Test, ...], line: Line) -> Sets:
    yes, no = 0, line.every
    for test in tests:
        true, false = _sets(test, line)
        yes, no = yes | true, no & false
    return yes, no


def _sets(test: Test, line: Line) -> Sets:
    match test:
        case syntax.AnyTest():
            return line.every, 0
        case syntax.CompareTest():
            return _compare(test.operator, _constant(test.operand), line)
        case syntax.EqualTest():
            return _compare("=", _constant(test.operand), line)
        case syntax.RangeTest():
            low = _compare(">=" if test.low_closed else ">", _constant(test.low), line)
            high = _compare("<=" if test.high_closed else "<", _constant(test.high), line)
            return low[0] & high[0], low[1] | high[1]
        case syntax.NotTest():
            yes, no = _any_of(test.tests, line)
            return no, yes


def _compare(operator: str, constant: Value, line: Line) -> Sets:
    if operator == "!=":
        yes, no = _compare("=", constant, line)
        return no, yes
    if constant is None:
        return (0, line.every) if operator == "=" else (0, 0)
    if type_word(constant) != line.kind or not (operator == "=" or line.is_ordered):
        return 0, 0
    place = line.places[constant]  # type: ignore[index]  # of the line's kind, so no list and no context
    below, at = (1 << place) - 1, 1 << place
    yes = {"=": at, "<": below, "<=": below | at, ">": line.every & ~(below | at), ">=": line.every & ~below}[operator]
    return yes, line.every & ~yes


def runs(bits: int) -> Iterator[tuple[int, int]]:
    """Give the runs of ones, each from its first position to the one after its last."""
    base = 0
    while bits:
        skip = (bits & -bits).bit_length() - 1
        bits >>= skip
        length = (~bits & (bits + 1)).bit_length() - 1
        yield base + skip, base + skip + length
        bits >>= length
        base += skip + length


def null_satisfies(tests: UnaryTests) -> bool:
    """Tell whether null satisfies a cell."""
    return tests.matches(None) is True
