# SPDX-License-Identifier: EUPL-1.2
"""The front door of the whole language: compile a text once, evaluate it many times.

compile_feel("for x in prices return x * 2", names={"prices": None}).evaluate({"prices": (Decimal(1),)})
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bierger_core.rules.errors import CallsTooDeep
from bierger_core.rules.feel.closures import Check, compile_node, compile_tests
from bierger_core.rules.feel.env import Code, Env
from bierger_core.rules.feel.limits import MAX_CALLS, Run
from bierger_core.rules.feel.moments import DateTime
from bierger_core.rules.feel.scope import Scope, surroundings
from bierger_core.rules.feel.syntax import Node, Test
from bierger_core.rules.feel.terms import START, parse, parse_tests
from bierger_core.rules.feel.values import Type, Value
from bierger_core.rules.syntax import Position

NO_NAMES: Mapping[str, Type | None] = {}


@dataclass(frozen=True, slots=True)
class Feel:
    """A compiled expression; immutable, so one object serves every case."""

    text: str
    root: Node
    code: Code

    def evaluate(self, values: Mapping[str, Value], *, now: DateTime | None = None, run: Run | None = None) -> Value:
        """Give the value; what has no meaning is null. Raises the EvaluationError family only, for limits."""
        return _guarded(self.code, Env(run or Run(now), values))


@dataclass(frozen=True, slots=True)
class FeelTests:
    """Compiled unary tests: the text of a table cell."""

    text: str
    tests: tuple[Test, ...]
    check: Check

    def matches(self, value: Value, values: Mapping[str, Value] | None = None, *, now: DateTime | None = None) -> bool | None:
        """Tell whether a value fits; null when that cannot be said."""
        found = _guarded(lambda env: self.check(env, value), Env(Run(now), values or {}))
        return found if isinstance(found, bool) else None


def _guarded(code: Code, env: Env) -> Value:
    try:
        return code(env)
    except RecursionError:  # the caller stood deep in the stack already, or the value is nested without end
        raise CallsTooDeep(MAX_CALLS) from None


def scope_of(names: Mapping[str, Type | None], parts: Iterable[str] = ()) -> Scope:
    """Give a scope of names with their types; `parts` are names with blanks of components whose place is not known."""
    scope = Scope(None, surroundings(parts))
    for name, shape in names.items():
        scope.names.add(name, shape)
    return scope


def compile_feel(text: str, *, names: Mapping[str, Type | None] = NO_NAMES, at: Position = START) -> Feel:
    """Compile an expression that may use `names`; raises ExpressionRefused."""
    root = parse(text, scope_of(names), at=at)
    return Feel(text.strip(), root, compile_node(root))


def compile_feel_tests(text: str, *, names: Mapping[str, Type | None] = NO_NAMES, at: Position = START) -> FeelTests:
    """Compile the unary tests of one cell; raises ExpressionRefused."""
    tests = parse_tests(text, scope_of(names), at=at)
    return FeelTests(text.strip(), tests, compile_tests(tests))
