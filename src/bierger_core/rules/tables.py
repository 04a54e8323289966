# SPDX-License-Identifier: EUPL-1.2
"""Decision tables: which rule matches, what it gives, and the trace that explains it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bierger_core.rules.data import Json, Value, to_json
from bierger_core.rules.errors import RulesOverlap
from bierger_core.rules.evaluate import Evaluation
from bierger_core.rules.expression import Expression, UnaryTests
from bierger_core.rules.types import InputType

Derivation = dict[str, Json]  # plain JSON, stored with the decision it explains


class Hit(StrEnum):
    """Hit policies of the subset."""

    UNIQUE = "UNIQUE"
    FIRST = "FIRST"


@dataclass(frozen=True, slots=True)
class Column:
    """An input of a table: an expression and the values it may take."""

    expression: Expression
    type: InputType
    line: int


@dataclass(frozen=True, slots=True)
class Output:
    """An output of a table; `name` is "" when it is the only one and has none."""

    name: str
    type: InputType
    default: Expression | None
    line: int


@dataclass(frozen=True, slots=True)
class Annotation:
    """A remark of the author on a rule; the article of law stands under the name `law` or `description`."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: a cell for each column, an expression for each output."""

    id: str
    line: int
    cells: tuple[UnaryTests, ...]
    outputs: tuple[Expression, ...]
    annotations: tuple[Annotation, ...]


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A table of hit policy UNIQUE (exactly one rule may match) or FIRST (the first that matches counts)."""

    hit: Hit
    columns: tuple[Column, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    path: str
    line: int

    def names(self) -> frozenset[str]:
        """Give every path that columns, cells, outputs and defaults read."""
        found: set[str] = set()
        for column in self.columns:
            found |= column.expression.names()
        for rule in self.rules:
            found = found.union(*(cell.names() for cell in rule.cells), *(out.names() for out in rule.outputs))
        for output in self.outputs:
            found |= output.default.names() if output.default else frozenset()
        return frozenset(found)

    @property
    def has_default(self) -> bool:
        return all(output.default for output in self.outputs)

    def evaluate(self, decision: str, context: Mapping[str, object]) -> tuple[Value, Derivation]:
        """Give the value and how it came; RulesOverlap when two rules of a UNIQUE table match.

        No rule: the default outputs, or null.
        """
        values = [column.type.accept(column.expression.evaluate(context), name=column.expression.text) for column in self.columns]
        matched = self._matched(decision, values, context)
        rule = self.rules[matched[0]] if matched else None
        if rule is None and not self.has_default:
            value: Value = None
            given: dict[str, Value] = {}
        else:
            given = self._outputs(rule, context)
            value = next(iter(given.values())) if len(given) == 1 else given
        return value, {
            "kind": "table",
            "path": self.path,
            "line": rule.line if rule else self.line,
            "hitPolicy": self.hit.value,
            "rule": rule.id if rule else None,
            "number": matched[0] + 1 if matched else None,
            "inputs": self._inputs(rule, values),
            "outputs": to_json(given),
            "annotations": [{"name": a.name, "text": a.text} for a in rule.annotations] if rule else [],
        }

    def _matched(self, decision: str, values: list[Value], context: Mapping[str, object]) -> list[int]:
        matched: list[int] = []
        for index, rule in enumerate(self.rules):
            evaluation = Evaluation(context)  # one for each rule: the limit of steps holds for a rule, not for the table
            if all(evaluation.any_test(c.tests, v) is True for c, v in zip(rule.cells, values, strict=True)):
                matched.append(index)
                if self.hit is Hit.FIRST:
                    break
        if len(matched) > 1:
            raise RulesOverlap(decision, tuple(self.rules[index].id for index in matched))
        return matched

    def _outputs(self, rule: Rule | None, context: Mapping[str, object]) -> dict[str, Value]:
        given: dict[str, Value] = {}
        for index, output in enumerate(self.outputs):
            expression = rule.outputs[index] if rule else output.default
            assert expression is not None  # the caller asks for defaults only where all outputs have one
            given[output.name or "value"] = output.type.accept(expression.evaluate(context), name=output.name)
        return given

    def _inputs(self, rule: Rule | None, values: list[Value]) -> list[Json]:
        return [
            {
                "expression": column.expression.text,
                "value": to_json(value),
                "cell": rule.cells[index].text if rule else None,
            }
            for index, (column, value) in enumerate(zip(self.columns, values, strict=True))
        ]
