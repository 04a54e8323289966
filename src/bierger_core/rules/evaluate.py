# SPDX-License-Identifier: EUPL-1.2
"""Evaluation of a syntax tree: three-valued logic and null propagation as in DMN 1.5 section 10.3.2 (tables 48 to 56).

What has no meaning (a text times a number, 1 / 0, an absent name) is null; nothing but the EvaluationError family is
raised. Work is counted: the trees have no loops, so only lists given as input can make an evaluation long.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from functools import cached_property
from typing import cast

from bierger_core.rules import syntax
from bierger_core.rules.data import Value, decimal_context, part_of, to_value, type_word
from bierger_core.rules.errors import NumberOverflow, StepsExceeded, TextTooLong
from bierger_core.rules.syntax import Node, Test
from bierger_core.rules.truth import all_of, any_of

MAX_STEPS = 100_000  # nodes visited and list items compared in one evaluation
POWER_STEPS = 50  # a power of 34 digits costs as much as so many other nodes
MAX_TEXT = 100_000  # characters of one concatenation

Operation = Callable[[Decimal, Decimal], Decimal]


def negation(result: bool | None) -> bool | None:  # noqa: FBT001 - a truth value is the operand here
    """Turn true and false round; null stays null."""
    return None if result is None else not result


def equal(left: Value, right: Value) -> bool | None:
    """Compare: null equals null only; values of different types cannot be compared (null)."""
    if left is None or right is None:
        return left is right
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all_of([equal(a, b) for a, b in zip(left, right, strict=True)])
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all_of([equal(left[key], right[key]) for key in left])
    return left == right if type_word(left) == type_word(right) else None


def ordered(operator: str, left: Value, right: Value) -> bool | None:
    """Compare by = != < <= > >=; only numbers, texts (by code point) and dates have an order."""
    if operator == "=":
        return equal(left, right)
    if operator == "!=":
        return negation(equal(left, right))
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return _order(operator, smaller=left < right, same=left == right)
    if isinstance(left, str) and isinstance(right, str):
        return _order(operator, smaller=left < right, same=left == right)
    if isinstance(left, date) and isinstance(right, date):
        return _order(operator, smaller=left < right, same=left == right)
    return None


def _order(operator: str, *, smaller: bool, same: bool) -> bool:
    if operator == "<":
        return smaller
    if operator == "<=":
        return smaller or same
    return not smaller if operator == ">=" else not (smaller or same)


def look_up(context: Mapping[str, object], parts: tuple[str, ...]) -> Value:
    """Follow a path through nested mappings and dotted keys, the shortest key first; absent is null."""
    return to_value(follow(context, parts), name=".".join(parts))


def follow(context: Mapping[str, object], parts: tuple[str, ...]) -> object:
    """Give what stands at the end of a path, as it was given; in a list of values (not one of JSON) what stands in each."""
    for length in range(1, len(parts) + 1):
        key = ".".join(parts[:length])
        if key in context:
            found: object = context[key]
            for part in parts[length:]:
                found = part_of(cast("Value", found), part)
            return found
    return None


class Evaluation:
    """One evaluation of one tree in one context."""

    def __init__(self, context: Mapping[str, object]) -> None:
        self.context = context
        self.steps = 0

    @cached_property
    def decimals(self) -> Context:
        return decimal_context()

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """Made when something is computed: most expressions are a name or a constant."""
        return {
            "+": self.decimals.add,
            "-": self.decimals.subtract,
            "*": self.decimals.multiply,
            "/": self.decimals.divide,
            "**": self.decimals.power,
        }

    def count(self, steps: int = 1) -> None:
        self.steps += steps
        if self.steps > MAX_STEPS:
            raise StepsExceeded(MAX_STEPS)

    def value(self, node: Node) -> Value:  # noqa: C901 - one case for each kind of node
        self.count()
        match node:
            case syntax.Literal():
                return node.value
            case syntax.Name():
                return look_up(self.context, node.parts)
            case syntax.Negate():
                operand = self.value(node.operand)
                return self.decimals.minus(operand) if isinstance(operand, Decimal) else None
            case syntax.Arithmetic():
                result = self.value(node.first)
                for operator, operand_node in node.rest:
                    result = self.arithmetic(operator, result, self.value(operand_node))
                return result
            case syntax.Compare():
                return ordered(node.operator, self.value(node.left), self.value(node.right))
            case syntax.And():
                return all_of([self.truth(operand) for operand in node.operands])
            case syntax.Or():
                return any_of([self.truth(operand) for operand in node.operands])
            case syntax.Not():
                return negation(self.truth(node.operand))
            case syntax.If():
                chosen = node.then if self.value(node.condition) is True else node.otherwise
                return self.value(chosen)
            case syntax.In():
                return self.any_test(node.tests, self.value(node.value))

    def truth(self, node: Node) -> bool | None:
        """Give the truth of an operand of and, or, not: what is no boolean counts as null."""
        result = self.value(node)
        return result if isinstance(result, bool) else None

    def arithmetic(self, operator: str, left: Value, right: Value) -> Value:
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            if len(left) + len(right) > MAX_TEXT:
                raise TextTooLong(MAX_TEXT)
            return left + right
        if not isinstance(left, Decimal) or not isinstance(right, Decimal):
            return None
        if operator == "**":
            self.count(POWER_STEPS)
        try:
            return self.operations[operator](left, right)
        except (DivisionByZero, InvalidOperation):
            return None
        except Overflow as error:
            raise NumberOverflow from error

    def any_test(self, tests: tuple[Test, ...], value: Value) -> bool | None:
        return any_of([self.test(test, value) for test in tests])

    def test(self, test: Test, value: Value) -> bool | None:
        self.count()
        match test:
            case syntax.AnyTest():
                return True
            case syntax.CompareTest():
                return ordered(test.operator, value, self.value(test.operand))
            case syntax.RangeTest():
                low = ordered(">=" if test.low_closed else ">", value, self.value(test.low))
                high = ordered("<=" if test.high_closed else "<", value, self.value(test.high))
                return all_of([low, high])
            case syntax.EqualTest():
                return self.equal_test(value, self.value(test.operand))
            case syntax.NotTest():
                return negation(self.any_test(test.tests, value))

    def equal_test(self, value: Value, operand: Value) -> bool | None:
        if isinstance(operand, tuple) and not isinstance(value, tuple):
            self.count(len(operand))
            return any_of([equal(value, item) for item in operand])
        return equal(value, operand)
