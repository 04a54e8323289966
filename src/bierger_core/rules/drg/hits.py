# SPDX-License-Identifier: EUPL-1.2
"""Decision tables with every hit policy (DMN 1.5 section 8.2.8) to closures.

A table that contradicts its policy (two rules of UNIQUE, different outputs of ANY) gives null with a note; so does an
input outside its declared values. An output outside its own is null: they are its domain, default outputs included.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bierger_core.rules.dated import BIERGER
from bierger_core.rules.drg.context import Reading
from bierger_core.rules.feel.closures import Check
from bierger_core.rules.feel.compare import equal
from bierger_core.rules.feel.env import Code, Env
from bierger_core.rules.feel.library import BUILTINS
from bierger_core.rules.feel.scope import Scope
from bierger_core.rules.feel.shapes import fields_of
from bierger_core.rules.feel.types import ANY, Test, Type, conform
from bierger_core.rules.feel.values import Value
from bierger_core.rules.xmltree import Element

AGGREGATIONS = {"SUM": "sum", "MIN": "min", "MAX": "max", "COUNT": "count"}
POLICIES = frozenset(["UNIQUE", "ANY", "PRIORITY", "FIRST", "OUTPUT ORDER", "RULE ORDER", "COLLECT"])
MAX_RULES, MAX_COLUMNS = 5_000, 100

Row = tuple[Value, ...]  # the outputs of one rule


@dataclass(frozen=True, slots=True)
class Output:
    """A column of results: its name, its type, the order of its values, and what it gives when no rule matches."""

    name: str
    type: Type
    order: tuple[Check, ...]
    default: Code | None
    bounded: bool  # the column itself declares its values; those of its type are looked at with the type

    def fit(self, env: Env, given: Value) -> Value:
        """The value as the column declares it, or null with a note. Of a list each item may be one of the declared values."""
        value = conform(env.run, given, self.type)
        if value is None or not self.bounded or self._allows(env, value):
            return value
        if isinstance(value, tuple) and all(item is None or self._allows(env, item) for item in value):
            return value
        env.run.note("an output of a table lies outside its declared values")
        return None

    def _allows(self, env: Env, value: Value) -> bool:
        return any(check(env, value) is True for check in self.order)


@dataclass(frozen=True, slots=True)
class Table:
    """A compiled table."""

    policy: str
    aggregation: str
    inputs: tuple[tuple[Code, Check | None], ...]
    outputs: tuple[Output, ...]
    rules: tuple[tuple[tuple[Check | None, ...], tuple[Code, ...]], ...]

    def evaluate(self, env: Env) -> Value:
        """Give the result of the table."""
        values: list[Value] = []
        for expression, allowed in self.inputs:
            value = expression(env)
            if allowed is not None and value is not None and allowed(env, value) is not True:
                env.run.note("an input of a table lies outside its declared values")
                return None
            values.append(value)
        env.run.count(len(self.rules))
        matched = self._matched(env, values)
        if not matched:
            return self._default(env)
        return self._result(env, [self._row(env, codes) for codes in matched])

    def _row(self, env: Env, codes: tuple[Code, ...]) -> Row:
        return tuple(out.fit(env, code(env)) for code, out in zip(codes, self.outputs, strict=True))

    def _matched(self, env: Env, values: Sequence[Value]) -> list[tuple[Code, ...]]:
        found: list[tuple[Code, ...]] = []
        for cells, codes in self.rules:
            if all(cell is None or cell(env, value) is True for cell, value in zip(cells, values, strict=True)):
                found.append(codes)
                if self.policy == "FIRST":
                    break
        return found

    def _default(self, env: Env) -> Value:
        if any(output.default is not None for output in self.outputs):
            row = (out.fit(env, out.default(env)) if out.default is not None else None for out in self.outputs)
            return self._value(tuple(row))
        if self.policy == "COLLECT" and self.aggregation == "COUNT":
            return BUILTINS["count"].positional(env.run, ((),))
        return None

    def _value(self, row: Row) -> Value:
        if len(self.outputs) == 1:
            return row[0]
        return {output.name: value for output, value in zip(self.outputs, row, strict=True)}

    def _result(self, env: Env, rows: list[Row]) -> Value:
        run = env.run
        if self.policy == "UNIQUE" and len(rows) > 1:
            run.note("several rules of a UNIQUE table match")
            return None
        if self.policy == "ANY" and not all(equal(run, self._value(row), self._value(rows[0])) is True for row in rows[1:]):
            run.note("rules of an ANY table that match give different results")
            return None
        if self.policy in ("PRIORITY", "OUTPUT ORDER"):
            rows = sorted(rows, key=lambda row: self._rank(env, row))
        if self.policy in ("UNIQUE", "ANY", "FIRST", "PRIORITY"):
            return self._value(rows[0])
        values = tuple(self._value(row) for row in rows)
        if not self.aggregation:
            return values
        if len(self.outputs) > 1 and self.aggregation != "COUNT":
            run.note("only one output can be aggregated")
            return None
        return BUILTINS[AGGREGATIONS[self.aggregation]].positional(run, (values,))

    def _rank(self, env: Env, row: Row) -> tuple[int, ...]:
        """The place of each output among its declared values; what is not declared comes last."""
        ranks: list[int] = []
        for output, value in zip(self.outputs, row, strict=True):
            places = [place for place, check in enumerate(output.order) if check(env, value) is True]
            ranks.append(places[0] if places else len(output.order))
        return tuple(ranks)


class TableCompiler:
    """Compiles the decision tables of one model."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def compile(self, element: Element, scope: Scope, kind: Type) -> Code:
        """Give the closure of a table; `kind` is the type that its decision declares."""
        parts = {tag: list(self.reading.parts(element, tag)) for tag in ("input", "output", "rule")}
        policy, aggregation = element.get("hitPolicy") or "UNIQUE", element.get("aggregation")
        if policy not in POLICIES or (aggregation and aggregation not in AGGREGATIONS):
            message = f"there is no hit policy {policy} {aggregation}".rstrip() + "."
            self.reading.refuse("dmn-hit-policy", element.line, message, "Use one of DMN.")
            return self._nothing
        if len(parts["rule"]) > MAX_RULES or len(parts["input"]) + len(parts["output"]) > MAX_COLUMNS:
            message = f"the table has more than {MAX_RULES} rules or {MAX_COLUMNS} columns."
            self.reading.refuse("dmn-limit", element.line, message, "Split it into several decisions.")
            return self._nothing
        day = element.get("out-of-force", BIERGER)
        if day:
            self.reading.refuse("not-in-force", element.line, f"no rule of the table is in force on {day}.", "Take another day.")
            return self._nothing
        inputs = [self._input(part, scope) for part in parts["input"]]
        outputs = [self._output(part, scope, kind, alone=len(parts["output"]) == 1) for part in parts["output"]]
        rules = []
        for number, part in enumerate(parts["rule"], start=1):
            cells = tuple(self.reading.tests(entry, scope) for entry in self.reading.parts(part, "inputEntry"))
            codes = tuple(self.reading.expression(entry, scope)[0] for entry in self.reading.parts(part, "outputEntry"))
            if len(cells) != len(inputs) or len(codes) != len(outputs) or not codes:
                message = f"rule {number} has {len(cells)} inputs and {len(codes)} outputs, not {len(inputs)} and {len(outputs)}."
                self.reading.refuse("dmn-rule-shape", part.line, message, "Fill every cell; - stands for any value.")
                continue
            rules.append((cells, codes))
        return Table(policy, aggregation, tuple(inputs), tuple(outputs), tuple(rules)).evaluate

    @staticmethod
    def _nothing(_env: Env) -> Value:
        return None

    def _input(self, element: Element, scope: Scope) -> tuple[Code, Check | None]:
        source = self.reading.part(element, "inputExpression")
        code = self.reading.expression(source, scope)[0] if source is not None else self.reading.missing(element)
        kind = self.reading.type_of(source)
        allowed = self.reading.tests(self.reading.part(element, "inputValues"), scope)
        if kind.kind == "Any":
            return code, allowed
        return (lambda env: conform(env.run, code(env), kind)), allowed

    def _output(self, element: Element, scope: Scope, kind: Type, *, alone: bool) -> Output:
        name = element.get("name")
        declared = self.reading.type_of(element)
        if declared.kind == "Any":
            declared = ANY if alone else fields_of(kind).get(name, ANY)
        values = self.reading.part(element, "outputValues")
        default = self.reading.part(element, "defaultOutputEntry")
        code = self.reading.expression(default, scope)[0] if default is not None else None
        own = self.reading.test_list(values, scope)  # each a test, in the order of their priority
        return Output(name, declared, own or tuple(_as_check(test) for test in declared.ordered), code, bool(own))


def _as_check(test: Test) -> Check:
    return lambda env, value: test(env.run, value)
