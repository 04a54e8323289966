# SPDX-License-Identifier: EUPL-1.2
"""The two front doors of FEEL: an expression gives a value, unary tests say whether a value fits a cell."""

from collections.abc import Mapping
from dataclasses import dataclass

from bierger_core.rules import syntax
from bierger_core.rules.data import Value, to_value
from bierger_core.rules.errors import NumberOverflow
from bierger_core.rules.evaluate import Evaluation
from bierger_core.rules.lexer import refusal
from bierger_core.rules.names import free_names, walk
from bierger_core.rules.parser import Parser
from bierger_core.rules.syntax import Node, Position, Test

START = Position()


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed FEEL expression; immutable, so one object serves every case."""

    text: str
    root: Node

    @property
    def at(self) -> Position:
        return self.root.at

    def evaluate(self, context: Mapping[str, object]) -> Value:
        """Give the value in a context of nested mappings or flat dotted keys; only EvaluationError is raised."""
        return Evaluation(context).value(self.root)

    def names(self) -> frozenset[str]:
        """Give the paths it reads."""
        return free_names(self.root)


@dataclass(frozen=True, slots=True)
class UnaryTests:
    """The parsed text of a table cell (`-`, `< 5`, `[1..3]`, `"a", "b"`, `not(...)`) or of allowed values."""

    text: str
    tests: tuple[Test, ...]

    def matches(self, value: object, context: Mapping[str, object] | None = None) -> bool | None:
        """Tell whether a value fits; null when that cannot be said (a null value against `< 5`)."""
        return Evaluation(context or {}).any_test(self.tests, to_value(value))

    def names(self) -> frozenset[str]:
        """Give the paths it reads."""
        return frozenset[str]().union(*(free_names(test) for test in self.tests))

    @property
    def is_any(self) -> bool:
        return any(isinstance(test, syntax.AnyTest) for test in self.tests)


def parse_expression(text: str, *, at: Position = START) -> Expression:
    """Read one expression that stands at `at`; ExpressionRefused for everything outside the subset."""
    parser = Parser(text, at)
    root = parser.expression()
    parser.finish()
    _refuse_overflow(root)
    return Expression(text.strip(), root)


def parse_unary_tests(text: str, *, at: Position = START) -> UnaryTests:
    """Read the unary tests of one cell; ExpressionRefused for everything outside the subset."""
    parser = Parser(text, at)
    tests = parser.cell()
    parser.finish()
    for test in tests:
        _refuse_overflow(test)
    return UnaryTests(text.strip(), tests)


def _refuse_overflow(root: Node | Test) -> None:
    """Compute the powers that stand on constants alone: 9 ** (9 ** 9) is refused at load, not met in a case."""
    for node in walk(root):
        if isinstance(node, syntax.Arithmetic) and not free_names(node):
            try:
                Evaluation({}).value(node)
            except NumberOverflow:
                message = "this constant grows beyond 10^6144."
                raise refusal("feel-overflow", node.at, "huge number", message, "Write a smaller number.") from None
