# SPDX-License-Identifier: EUPL-1.2
"""The names a tree reads, as full paths: what check compares with the names that exist."""

from collections.abc import Iterator

from bierger_core.rules import syntax
from bierger_core.rules.syntax import Node, Test


def free_names(node: Node | Test) -> frozenset[str]:
    """Give every path of a tree: `applicant.age > limit` gives {"applicant.age", "limit"}."""
    return frozenset(".".join(name.parts) for name in walk(node) if isinstance(name, syntax.Name))


def walk(node: Node | Test) -> Iterator[Node | Test]:
    """Give the node and everything below it, in reading order."""
    yield node
    for child in _children(node):
        yield from walk(child)


def _children(node: Node | Test) -> tuple[Node | Test, ...]:
    match node:
        case syntax.Negate() | syntax.Not() | syntax.CompareTest() | syntax.EqualTest():
            return (node.operand,)
        case syntax.Arithmetic():
            return (node.first, *(operand for _, operand in node.rest))
        case syntax.Compare():
            return (node.left, node.right)
        case syntax.And() | syntax.Or():
            return node.operands
        case syntax.If():
            return (node.condition, node.then, node.otherwise)
        case syntax.In():
            return (node.value, *node.tests)
        case syntax.RangeTest():
            return (node.low, node.high)
        case syntax.NotTest():
            return node.tests
        case syntax.Literal() | syntax.Name() | syntax.AnyTest():
            return ()
