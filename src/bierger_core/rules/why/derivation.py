# SPDX-License-Identifier: EUPL-1.2
"""How a value came: the rules that fired, what they read, the rules that did not and by which cell, the law of each.

    derive(model, "fee", inputs)            -> Derivation; raises what `evaluate` raises
    derive(model, "fee", inputs, at=day)    by the law of another day
    replay(model, stored)                   -> the same again, if the rules are still those

A derivation is stored with its decision (`as_json`) and never recomputed to be shown. Each decision stands in it once,
after those it requires, however many ways lead to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bierger_core.rules.data import Json, Value, from_json, to_json
from bierger_core.rules.dated import Law, Period
from bierger_core.rules.errors import EvaluationError, OtherLaw
from bierger_core.rules.evaluate import Evaluation, look_up
from bierger_core.rules.expression import UnaryTests
from bierger_core.rules.model import Decision, DecisionModel
from bierger_core.rules.tables import Annotation, DecisionTable, Rule


@dataclass(frozen=True, slots=True)
class Read:
    """A path that a decision read, and what stood there; `decision` when it leads to the result of another decision."""

    name: str
    value: Value
    decision: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """A cell: the number of its column from 1, the value found there, the cell, what both read, whether it holds (None: open)."""

    column: int
    expression: str
    value: Value
    cell: str
    reads: tuple[str, ...]
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Fired:
    """The rule that counts: its cells, those that stand for anything left out; the articles of law beside it."""

    rule: str
    number: int
    line: int
    conditions: tuple[Condition, ...]
    law: tuple[Law, ...]
    annotations: tuple[Annotation, ...]


@dataclass(frozen=True, slots=True)
class Excluded:
    """A rule that does not count: the cells that do not hold. None of them: it stands behind the rule that counts."""

    rule: str
    number: int
    line: int
    by: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One decision. A table has a hit policy, columns (expression, value) and rules; an expression has its text.

    `also`: the other rules that matched, where all of them count or where they give the same (ANY). Where all count the
    outputs are lists, a value for each rule that fired.
    """

    decision: str
    path: str
    line: int
    expression: str
    hit: str
    reads: tuple[Read, ...]
    columns: tuple[tuple[str, Value], ...]
    fired: Fired | None
    also: tuple[Fired, ...]
    excluded: tuple[Excluded, ...]
    outputs: Mapping[str, Value]
    value: Value
    requires: tuple[str, ...]
    law: tuple[Law, ...]

    @property
    def rules(self) -> tuple[Fired, ...]:
        """All rules that matched and were looked at."""
        return (self.fired, *self.also) if self.fired is not None else ()

    def as_json(self) -> dict[str, Json]:
        """Write it with the names that `DecisionModel.evaluate` uses too."""
        found: dict[str, Json] = {"decision": self.decision, "path": self.path}
        if self.hit:
            fired = self.fired
            cells = {one.column: one.cell for one in fired.conditions} if fired else {}
            found |= {
                "kind": "table",
                "hitPolicy": self.hit,
                "line": fired.line if fired else self.line,
                "rule": fired.rule if fired else None,
                "number": fired.number if fired else None,
                "inputs": [
                    {"expression": text, "value": to_json(value), "cell": cells.get(number, "-") if fired else None}
                    for number, (text, value) in enumerate(self.columns, start=1)
                ],
                "outputs": to_json(self.outputs),
                "annotations": [{"name": one.name, "text": one.text} for one in fired.annotations] if fired else [],
                "excluded": [_excluded(one) for one in self.excluded],
            }
            if self.also:  # only then, so that derivations that were stored before stay as they are
                found["also"] = [_also(one) for one in self.also]
        else:
            inputs: list[Json] = [{"expression": one.name, "value": to_json(one.value)} for one in self.reads]
            found |= {"kind": "expression", "line": self.line, "expression": self.expression, "inputs": inputs}
        return found | {
            "reads": [{"name": one.name, "value": to_json(one.value), "decision": one.decision} for one in self.reads],
            "law": [_law(one) for one in self.law],
            "value": to_json(self.value),
            "requires": list(self.requires),
        }


def _also(one: Fired) -> Json:
    return {
        "rule": one.rule,
        "number": one.number,
        "line": one.line,
        "cells": [{"column": cell.column, "cell": cell.cell} for cell in one.conditions],
        "annotations": [{"name": remark.name, "text": remark.text} for remark in one.annotations],
    }


def _excluded(one: Excluded) -> Json:
    head: dict[str, Json] = {"rule": one.rule, "number": one.number, "line": one.line}
    if not one.by:
        return {**head, "later": True}
    return {**head, "by": [{"column": cell.column, "cell": cell.cell, "holds": cell.holds} for cell in one.by]}


@dataclass(frozen=True, slots=True)
class Version:
    """Which rules: their digest (of the day, where they have dates), the day, and how long the same hold."""

    digest: str
    at: date | None
    period: Period

    def as_json(self) -> dict[str, Json]:
        days = {"at": self.at, "from": self.period.first, "to": self.period.last}
        return {"digest": self.digest, **{name: day.isoformat() if day is not None else None for name, day in days.items()}}


@dataclass(frozen=True, slots=True)
class Derivation:
    """How the value of a decision came. The last of the steps is the decision itself."""

    steps: tuple[Step, ...]
    version: Version

    @property
    def decision(self) -> str:
        return self.steps[-1].decision

    @property
    def value(self) -> Value:
        return self.steps[-1].value

    @property
    def law(self) -> tuple[Law, ...]:
        """All articles on which the value rests, those of the decision itself first."""
        return tuple(dict.fromkeys(one for step in reversed(self.steps) for one in step.law))

    def as_json(self) -> dict[str, Json]:
        """Write the decision itself, with `steps`: what it required, and `version`: by which rules."""
        below: list[Json] = [step.as_json() for step in self.steps[:-1]]
        return {**self.steps[-1].as_json(), "steps": below, "version": self.version.as_json()}


def derive(model: DecisionModel, decision: str, inputs: Mapping[str, object], *, at: date | None = None) -> Derivation:
    """Decide as `evaluate` does, and tell how the value came; raises what it raises.

    `at`: by the law of this day and not of the one that the inputs give.
    """
    day = at
    if day is None and model.is_dated:
        found = look_up(inputs, tuple(model.reference.split(".")))
        day = found if isinstance(found, date) else None
    model = model.at(day) if day is not None else model.judging(inputs)
    given = model.given(decision, inputs)
    steps: dict[str, Step] = {}
    for one in model.required(decision):
        context: dict[str, object] = {name: given[name] for name in one.inputs}
        context.update({name: steps[name].value for name in one.decisions})
        steps[one.name] = _step(model, one, context)
    version = Version(model.digest, day if model.whole is not None else None, model.period)
    return Derivation(tuple(steps.values()), version)


def _step(model: DecisionModel, decision: Decision, context: Mapping[str, object]) -> Step:
    logic = decision.logic
    if isinstance(logic, DecisionTable):
        return _table(decision, logic, context)
    value = decision.type.accept(logic.evaluate(context), name=decision.name)
    reads = _reads(decision, logic.names(), context)
    law = decision.law
    below = decision.decisions
    return Step(decision.name, model.path, decision.line, logic.text, "", reads, (), None, (), (), {}, value, below, law)


def _reads(decision: Decision, names: Iterable[str], context: Mapping[str, object]) -> tuple[Read, ...]:
    known = decision.decisions
    return tuple(
        Read(
            name,
            look_up(context, tuple(name.split("."))),
            any(name == one or name.startswith(f"{one}.") for one in known),
        )
        for name in sorted(set(names))
    )


def _table(decision: Decision, table: DecisionTable, context: Mapping[str, object]) -> Step:
    table.refuse_empty(decision.name)
    values = table.values(context)
    matched = table.matched(decision.name, values, context)
    outputs = table.given(matched, context)
    counting = matched if table.hit.takes_all else matched[:1]
    sources = [entry for index in counting for entry in table.rules[index].outputs]
    sources += [] if matched else [output.default for output in table.outputs if output.default is not None]
    value = decision.type.accept(table.value_of(matched, outputs), name=decision.name)
    cells = _Cells(table, values, context)
    fired = [cells.fired(table.rules[index]) for index in matched]
    excluded, counted = [], set(matched)
    for place, rule in enumerate(table.rules):
        if place not in counted:
            behind = table.hit.takes_first and bool(matched) and place > matched[0]
            excluded.append(Excluded(rule.id, rule.number, rule.line, () if behind else cells.against(rule)))
    law = dict.fromkeys(one for rule in fired for one in rule.law)
    names = [name for column in table.columns for name in column.expression.names()]
    names += [name for cell in cells.known.values() for name in cell.reads if name]
    names += [name for source in sources for name in source.names()]
    return Step(
        decision.name,
        table.path,
        table.line,
        "",
        table.policy,
        _reads(decision, names, context),
        tuple((column.expression.text, value) for column, value in zip(table.columns, values, strict=True)),
        fired[0] if fired else None,
        tuple(fired[1:]),
        tuple(sorted(excluded, key=lambda one: one.number)),
        outputs,
        value,
        decision.decisions,
        tuple(law) or decision.law,
    )


class _Cells:
    """The cells of a table, each different one judged once: a large table writes few."""

    def __init__(self, table: DecisionTable, values: Sequence[Value], context: Mapping[str, object]) -> None:
        self.table, self.values, self.context = table, values, context
        self.known: dict[tuple[int, str], Condition] = {}

    def condition(self, column: int, cell: UnaryTests) -> Condition:
        found = self.known.get((column, cell.text))
        if found is None:
            value, expression = self.values[column], self.table.columns[column].expression
            holds = Evaluation(self.context).any_test(cell.tests, value)
            reads = tuple(sorted(cell.names() | expression.names()))
            found = self.known[column, cell.text] = Condition(column + 1, expression.text, value, cell.text, reads, holds)
        return found

    def fired(self, rule: Rule) -> Fired:
        conditions = tuple(self.condition(column, cell) for column, cell in enumerate(rule.cells) if not cell.is_any)
        return Fired(rule.id, rule.number, rule.line, conditions, rule.law, rule.annotations)

    def against(self, rule: Rule) -> tuple[Condition, ...]:
        """Give the cells of a rule that do not hold, up to one that cannot be judged: the evaluation stopped before it."""
        found: list[Condition] = []
        for column, cell in enumerate(rule.cells):
            try:
                one = self.condition(column, cell)
            except EvaluationError:
                break
            if one.holds is not True:
                found.append(one)
        return tuple(found)


def _law(one: Law) -> Json:
    """What is confirmed says nothing of it: derivations that were stored before stay as they are."""
    return {"text": one.text, "eli": one.eli, **({} if one.confirmed else {"confirmed": False})}


# -- again -----------------------------------------------------------------------------------------------------------


def replay(model: DecisionModel, stored: Mapping[str, Json]) -> Derivation:
    """Decide again what `Derivation.as_json` wrote: by the law of the same day, from the inputs that were read.

    OtherLaw when the rules of that day are no longer those that decided: then only the file that was pinned can tell.
    """
    version, decision = stored["version"], stored["decision"]
    assert isinstance(version, dict)
    assert isinstance(decision, str)
    day = version["at"]
    ruling = model.at(date.fromisoformat(day)) if isinstance(day, str) else model
    if ruling.digest != version["digest"]:
        raise OtherLaw(made=str(version["digest"]), now=ruling.digest)
    return derive(model, decision, _inputs(model, stored), at=date.fromisoformat(day) if isinstance(day, str) else None)


def _inputs(model: DecisionModel, stored: Mapping[str, Json]) -> dict[str, object]:
    """Collect what all steps read of the input data; a context that was read in parts has these parts."""
    read: dict[str, Value] = {}
    below = stored["steps"]
    for step in [*(below if isinstance(below, list) else []), stored]:
        reads = step["reads"] if isinstance(step, Mapping) else []
        for one in reads if isinstance(reads, list) else []:
            if isinstance(one, dict) and not one["decision"]:
                read[str(one["name"])] = from_json(one["value"])
    inputs: dict[str, object] = {}
    for path in sorted(read):
        if read[path] is None:
            continue  # absent is null, and what has parts need not be there to have none
        name = next(name for name in model.inputs if path == name or path.startswith(f"{name}."))
        if path == name:
            inputs[name] = read[path]
        elif name not in read:
            _put(inputs.setdefault(name, {}), path.removeprefix(f"{name}.").split("."), read[path])
    return inputs


def _put(context: object, parts: Sequence[str], value: Value) -> None:
    for part in parts[:-1]:
        context = context.setdefault(part, {}) if isinstance(context, dict) else None
    if isinstance(context, dict):
        context[parts[-1]] = value
