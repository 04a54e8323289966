# SPDX-License-Identifier: EUPL-1.2
"""Decision tables: which rule matches, what it gives, and the trace that explains it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from bierger_core.rules.data import MAX_PARTS, Json, Value, key_of, parts_of, refuse_large, to_json
from bierger_core.rules.dated import ALWAYS, CONFIRMED, ELI, LAW, Law, Period, law_of, named
from bierger_core.rules.errors import NotInForce, RulesOverlap, ValueTooLarge
from bierger_core.rules.evaluate import Evaluation
from bierger_core.rules.expression import Expression, UnaryTests
from bierger_core.rules.index.table import TableIndex, table_index
from bierger_core.rules.policies import Aggregation, Hit, aggregate, rows_of
from bierger_core.rules.types import InputType

Trace = dict[str, Json]  # plain JSON: how a value came


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
    """A table with its hit policy. Without a rule it is the table of a day on which none is in force (`DecisionModel.at`).

    The rules stand in the order in which they are looked at: that of the file, or of their outputs (`Hit`).
    Its cells are turned into lookups once, when they are first asked (`index`); cells that read names are judged one by one.
    """

    hit: Hit
    columns: tuple[Column, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    path: str
    line: int
    aggregation: Aggregation = Aggregation.LIST

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
        """Tell whether some output has a default; the others are null, then."""
        return any(output.default for output in self.outputs)

    @cached_property
    def index(self) -> TableIndex:
        """The lookups of the cells."""
        return table_index([rule.cells for rule in self.rules], [column.type.base for column in self.columns])

    @cached_property
    def results(self) -> tuple[int, ...]:
        """Give for each rule the first with the same constant outputs."""
        first: dict[object, int] = {}
        keys = [tuple(key_of(entry.evaluate({})) for entry in rule.outputs) for rule in self.rules]
        return tuple(first.setdefault(key, index) for index, key in enumerate(keys))

    def decide(self, decision: str, context: Mapping[str, object]) -> Value:
        """Give the value alone: default outputs or null where no rule matches; raises what `evaluate` raises."""
        self.refuse_empty(decision)
        return self.result(self.matched(decision, self.values(context), context), context)

    def result(self, matched: Sequence[int], context: Mapping[str, object]) -> Value:
        """Give what the rules that count, from 0, give; without one the default outputs, or null, or a count of 0."""
        return self.value_of(matched, self.given(matched, context))

    def evaluate(self, decision: str, context: Mapping[str, object]) -> tuple[Value, Trace]:
        """Give the value and how it came; RulesOverlap when rules match together that must not, NotInForce."""
        self.refuse_empty(decision)
        values = self.values(context)
        matched = self.matched(decision, values, context)
        rule = self.rules[matched[0]] if matched else None
        given = self.given(matched, context)
        trace: Trace = {
            "kind": "table",
            "path": self.path,
            "line": rule.line if rule else self.line,
            "hitPolicy": self.policy,
            "rule": rule.id if rule else None,
            "number": rule.number if rule else None,
            "inputs": self._inputs(rule, values),
            "outputs": to_json(given),
            "annotations": [{"name": a.name, "text": a.text} for a in rule.annotations] if rule else [],
        }
        if len(matched) > 1:
            trace["also"] = [{"rule": one.id, "number": one.number} for one in map(self.rules.__getitem__, matched[1:])]
        return self.value_of(matched, given), trace

    @property
    def policy(self) -> str:
        """The hit policy in words: COLLECT SUM."""
        return f"{self.hit} {self.aggregation}".rstrip()

    def refuse_empty(self, decision: str) -> None:
        """Raise NotInForce for a table without rules."""
        if not self.rules:
            raise NotInForce(decision)

    def values(self, context: Mapping[str, object]) -> list[Value]:
        """Give the value of each column."""
        return [column.type.accept(column.expression.evaluate(context), name=column.expression.text) for column in self.columns]

    def matched(self, decision: str, values: Sequence[Value], context: Mapping[str, object]) -> list[int]:
        """Give the rules that match, from 0, as far as they are looked at; RulesOverlap when they must not match together."""
        sure, possible = self.index.matched(values)
        matched: list[int] = []
        for index in _bits(sure | possible):
            if sure >> index & 1 or self._matches(self.rules[index], values, context):
                matched.append(index)
                if self.hit.takes_first:
                    break
        if self.hit is Hit.UNIQUE and len(matched) > 1:
            raise RulesOverlap(decision, tuple(self.rules[index].id for index in matched))
        if self.hit is Hit.ANY and len({self.results[index] for index in matched}) > 1:
            raise RulesOverlap(decision, tuple(self.rules[index].id for index in matched))
        return matched

    @staticmethod
    def _matches(rule: Rule, values: Sequence[Value], context: Mapping[str, object]) -> bool:
        evaluation = Evaluation(context)  # one for each rule: the limit of steps holds for a rule, not for the table
        return all(evaluation.any_test(c.tests, v) is True for c, v in zip(rule.cells, values, strict=True))

    def given(self, matched: Sequence[int], context: Mapping[str, object]) -> dict[str, Value]:
        """Give the outputs by name, where all rules count a list of them; none where no rule matches and there is no default."""
        if not matched:
            return self._outputs(None, context) if self.has_default else {}
        if not self.hit.takes_all:
            return self._outputs(self.rules[matched[0]], context)
        rows: list[dict[str, Value]] = []
        parts = 0
        for index in matched:
            rows.append(self._outputs(self.rules[index], context))
            parts += parts_of(rows[-1].values())
            if parts > MAX_PARTS:
                raise ValueTooLarge(MAX_PARTS)
        return {name: tuple(row[name] for row in rows) for name in rows[0]}

    def value_of(self, matched: Sequence[int], given: Mapping[str, Value]) -> Value:
        """Give the value of outputs by name: null, the only one, all as a context; or what several rules make together."""
        if matched and self.hit.takes_all:
            return aggregate(self.aggregation, rows_of({name: one for name, one in given.items() if isinstance(one, tuple)}))
        if not given:
            return Decimal(0) if self.aggregation is Aggregation.COUNT else None
        return next(iter(given.values())) if len(given) == 1 else given

    def _outputs(self, rule: Rule | None, context: Mapping[str, object]) -> dict[str, Value]:
        given: dict[str, Value] = {}
        for index, output in enumerate(self.outputs):
            expression = rule.outputs[index] if rule else output.default
            value = output.type.accept(expression.evaluate(context) if expression is not None else None, name=output.name)
            given[output.name or "value"] = value
            if isinstance(value, (tuple, Mapping)):
                refuse_large(given.values())
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
