# SPDX-License-Identifier: EUPL-1.2
"""Decision tables: which rule matches, what it gives, and the trace that explains it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from bierger_core.rules.data import Json, Value, to_json
from bierger_core.rules.dated import ALWAYS, CONFIRMED, ELI, LAW, Law, Period, law_of, named
from bierger_core.rules.errors import NotInForce, RulesOverlap
from bierger_core.rules.evaluate import Evaluation
from bierger_core.rules.expression import Expression, UnaryTests
from bierger_core.rules.index.table import TableIndex, table_index
from bierger_core.rules.types import InputType

Trace = dict[str, Json]  # plain JSON: how a value came


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
    number: int  # in the file, from 1: rules out of force are counted too
    period: Period = ALWAYS

    @property
    def law(self) -> tuple[Law, ...]:
        """The articles of law: what stands under `law`, else the description."""
        texts: dict[str, list[str]] = {}
        for one in self.annotations:
            texts.setdefault(named(one.name), []).append(one.text)
        words = texts.get(LAW) or (texts.get("description", []) if ELI not in texts else [])
        return law_of(words, texts.get(ELI, []), confirmed="false" not in texts.get(CONFIRMED, []))


@dataclass(frozen=True)
class DecisionTable:
    """A table of hit policy UNIQUE (exactly one rule may match) or FIRST (the first that matches counts).

    Without a rule it is the table of a day on which none is in force (`DecisionModel.at`).
    Its cells are turned into lookups once, when they are first asked (`index`); cells that read names are judged one by one.
    """

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

    @cached_property
    def index(self) -> TableIndex:
        """The lookups of the cells."""
        return table_index([rule.cells for rule in self.rules], [column.type.base for column in self.columns])

    def decide(self, decision: str, context: Mapping[str, object]) -> Value:
        """Give the value alone: default outputs or null where no rule matches; raises what `evaluate` raises."""
        self.refuse_empty(decision)
        matched = self.matched(decision, self.values(context), context)
        return self.result(matched[0] if matched else None, context)

    def result(self, rule: int | None, context: Mapping[str, object]) -> Value:
        """Give what a rule, counted from 0, gives; None stands for no rule: default outputs, or null."""
        return self.value_of(self.given(rule, context))

    def evaluate(self, decision: str, context: Mapping[str, object]) -> tuple[Value, Trace]:
        """Give the value and how it came; RulesOverlap when two rules of a UNIQUE table match, NotInForce.

        No rule that matches: the default outputs, or null.
        """
        self.refuse_empty(decision)
        values = self.values(context)
        matched = self.matched(decision, values, context)
        rule = self.rules[matched[0]] if matched else None
        given = self.given(matched[0] if matched else None, context)
        return self.value_of(given), {
            "kind": "table",
            "path": self.path,
            "line": rule.line if rule else self.line,
            "hitPolicy": self.hit.value,
            "rule": rule.id if rule else None,
            "number": rule.number if rule else None,
            "inputs": self._inputs(rule, values),
            "outputs": to_json(given),
            "annotations": [{"name": a.name, "text": a.text} for a in rule.annotations] if rule else [],
        }

    def refuse_empty(self, decision: str) -> None:
        """Raise NotInForce for a table without rules."""
        if not self.rules:
            raise NotInForce(decision)

    def values(self, context: Mapping[str, object]) -> list[Value]:
        """Give the value of each column."""
        return [column.type.accept(column.expression.evaluate(context), name=column.expression.text) for column in self.columns]

    def matched(self, decision: str, values: Sequence[Value], context: Mapping[str, object]) -> list[int]:
        """Give the rule that counts, from 0, or none; RulesOverlap when several of a UNIQUE table match."""
        sure, possible = self.index.matched(values)
        matched: list[int] = []
        for index in _bits(sure | possible):
            if sure >> index & 1 or self._matches(self.rules[index], values, context):
                matched.append(index)
                if self.hit is Hit.FIRST:
                    break
        if len(matched) > 1:
            raise RulesOverlap(decision, tuple(self.rules[index].id for index in matched))
        return matched

    @staticmethod
    def _matches(rule: Rule, values: Sequence[Value], context: Mapping[str, object]) -> bool:
        evaluation = Evaluation(context)  # one for each rule: the limit of steps holds for a rule, not for the table
        return all(evaluation.any_test(c.tests, v) is True for c, v in zip(rule.cells, values, strict=True))

    def given(self, rule: int | None, context: Mapping[str, object]) -> dict[str, Value]:
        """Give the outputs by name; none where no rule matches and there is no default."""
        if rule is None and not self.has_default:
            return {}
        return self._outputs(None if rule is None else self.rules[rule], context)

    @staticmethod
    def value_of(given: dict[str, Value]) -> Value:
        """Give the value of outputs by name: null, the only one, or all as a context."""
        if not given:
            return None
        return next(iter(given.values())) if len(given) == 1 else given

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


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
