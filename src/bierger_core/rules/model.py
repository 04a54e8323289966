# SPDX-License-Identifier: EUPL-1.2
"""A decision model: inputs, decisions that build on each other, one evaluation with how it came; the model of a day."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from bierger_core.rules.analysis import prove_table
from bierger_core.rules.data import Json, Value, to_json
from bierger_core.rules.dated import ALWAYS, FROM, TO, Law, Period, cut, named, place, runs
from bierger_core.rules.errors import DateMissing, UnknownDecision
from bierger_core.rules.evaluate import look_up
from bierger_core.rules.expression import Expression
from bierger_core.rules.index.cover import Budget
from bierger_core.rules.index.direct import Decide
from bierger_core.rules.short import short_way
from bierger_core.rules.tables import DecisionTable, Trace
from bierger_core.rules.types import InputType
from bierger_core.values.findings import Finding

FILED_ON = "case.opened_on"  # by the law of which day a case is judged, where the file names no other
MAX_PROVED = 20_000  # rules of one file, counted again in each period in which their table is another one


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided, and how it came: `derivation` is plain JSON; `derive` says more."""

    value: Value
    derivation: Trace


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: its logic and the names of the inputs and decisions it requires; `law`: what it rests on as a whole."""

    name: str
    line: int
    type: InputType
    logic: DecisionTable | Expression
    inputs: tuple[str, ...]
    decisions: tuple[str, ...]
    law: tuple[Law, ...] = ()


@dataclass(slots=True)
class _Made:
    """What is computed when it is first asked, and kept."""

    compiled: dict[str, Decide] = field(default_factory=dict)
    required: dict[str, tuple[Decision, ...]] = field(default_factory=dict)
    needs: dict[str, frozenset[str]] = field(default_factory=dict)
    days: dict[int, "DecisionModel"] = field(default_factory=dict)  # by place among the periods
    periods: tuple[Period, ...] = ()
    digest: str = ""
    partial: dict[str, object] = field(default_factory=dict)  # for why.py: what is compiled once for each decision


@dataclass(frozen=True, slots=True)
class DecisionModel:
    """What read_dmn gives: proved free of cycles and of unknown names, so that every evaluation ends.

    Where rules have dates it holds the law of all days: an evaluation takes that of the day which the inputs give under
    `reference`; `at` gives it alone. `period` is ALWAYS but for the model of a day.
    """

    path: str
    name: str
    version: str
    inputs: Mapping[str, InputType]
    input_lines: Mapping[str, int]
    by_name: Mapping[str, Decision] = field(repr=False)
    reference: str = FILED_ON
    period: Period = ALWAYS
    whole: "DecisionModel | None" = field(default=None, repr=False, compare=False)
    made: _Made = field(default_factory=_Made, init=False, repr=False, compare=False)

    @property
    def decisions(self) -> tuple[str, ...]:
        return tuple(self.by_name)

    def decision(self, name: str) -> Decision:
        """Give a decision; UnknownDecision when there is none of this name."""
        if name not in self.by_name:
            raise UnknownDecision(name, self.decisions)
        return self.by_name[name]

    def required(self, decision: str) -> tuple[Decision, ...]:
        """Give a decision and all below it, each once, after those it requires; without recursion."""
        if decision in self.made.required:
            return self.made.required[decision]
        done: dict[str, Decision] = {}
        stack = [(self.decision(decision), iter(self.decision(decision).decisions))]
        while stack:
            one, below = stack[-1]
            following = next((name for name in below if name not in done), None)
            if following is not None:
                stack.append((self.by_name[following], iter(self.by_name[following].decisions)))
            else:
                stack.pop()
                done.setdefault(one.name, one)
        self.made.required[decision] = tuple(done.values())
        return self.made.required[decision]

    def needs(self, decision: str) -> frozenset[str]:
        """Give the names of all input data a decision depends on, through other decisions and the dates of rules too."""
        known = self.made.needs.get(decision)
        if known is None:
            found = frozenset(name for one in self.required(decision) for name in one.inputs)
            known = found | ({self.reference} & self.inputs.keys() if self.is_dated else frozenset())
            self.made.needs[decision] = known
        return known

    # -- the law of a day --------------------------------------------------------------------------------------

    @property
    def periods(self) -> tuple[Period, ...]:
        """All of time, cut where rules begin and end; one period where no rule has a date."""
        if not self.made.periods:
            self.made.periods = cut(rule.period for _, table in self._tables() for rule in table.rules)
        return self.made.periods

    @property
    def is_dated(self) -> bool:
        """Tell whether this is the law of several periods; the model of a day is not."""
        return self.whole is None and len(self.periods) > 1

    def at(self, day: date) -> "DecisionModel":
        """Give the model of a day: without the rules that do not hold on it. One object for all days of a period."""
        whole = self.whole or self
        if not whole.is_dated:
            return self
        index = place(whole.periods, day)
        if index not in whole.made.days:
            decisions = {name: _on(one, day) for name, one in whole.by_name.items()}
            whole.made.days[index] = replace(whole, by_name=decisions, period=whole.periods[index], whole=whole)
        return whole.made.days[index]

    def judging(self, inputs: Mapping[str, object]) -> "DecisionModel":
        """Give the model by which a case is judged, of the day under `reference`; DateMissing when there is none."""
        if not self.is_dated:
            return self
        day = look_up(inputs, tuple(self.reference.split(".")))
        if not isinstance(day, date):
            raise DateMissing(self.reference)
        return self.at(day)

    @property
    def digest(self) -> str:
        """SHA-256 of what the rules mean, not of lines; in the model of a day not of the dates of its rules either.

        So the law of a day has the same digest before and after the file learns of next year's.
        """
        if not self.made.digest:
            text = json.dumps(self._content(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            self.made.digest = hashlib.sha256(text.encode()).hexdigest()
        return self.made.digest

    def _content(self) -> Json:
        inputs: dict[str, Json] = {name: _type(kind) for name, kind in self.inputs.items()}
        return [inputs, self.reference, [_decision(one, dated=self.is_dated) for one in self.by_name.values()]]

    def _tables(self) -> Iterator[tuple[str, DecisionTable]]:
        for one in self.by_name.values():
            if isinstance(one.logic, DecisionTable):
                yield one.name, one.logic

    # -- decide ------------------------------------------------------------------------------------------------

    def evaluate(self, decision: str, inputs: Mapping[str, object]) -> Outcome:
        """Decide. Inputs that the decision does not need are ignored, absent ones are null.

        Raises UnknownDecision, InputRefused (wrong type, value not allowed), RulesOverlap, DateMissing, NotInForce, and the
        evaluation limits.
        """
        if self.is_dated:
            return self.judging(inputs).evaluate(decision, inputs)
        return self._outcome(decision, inputs)

    def decide(self, decision: str, inputs: Mapping[str, object]) -> Value:
        """Give the value that `evaluate` gives, without its derivation; raises what `evaluate` raises.

        The decision is compiled when it is first asked.
        """
        compiled = self.made.compiled.get(decision)
        return (compiled or self.compile(decision))(inputs)

    def compile(self, decision: str) -> Decide:
        """Give a decision as a function of its inputs, as `decide` calls it: a table over inputs becomes lookups (`short`)."""
        compiled = self.made.compiled
        if decision not in compiled:
            found = self.decision(decision)

            def otherwise(inputs: Mapping[str, object]) -> Value:
                return self._value(decision, inputs)

            def dated(inputs: Mapping[str, object]) -> Value:
                return self.judging(inputs).decide(decision, inputs)

            compiled[decision] = dated if self.is_dated else otherwise
            if not self.is_dated and isinstance(found.logic, DecisionTable) and found.logic.rules and not found.decisions:
                needed = {name: self.inputs[name] for name in found.inputs}
                compiled[decision] = short_way(found.logic, needed, found.type, otherwise)
        return compiled[decision]

    def given(self, decision: str, inputs: Mapping[str, object]) -> dict[str, Value]:
        """Give the input data that a decision needs, checked against their types; absent ones are null."""
        return {
            name: self.inputs[name].accept(look_up(inputs, tuple(name.split("."))), name=name)
            for name in sorted(self.needs(decision))
        }

    def _value(self, decision: str, inputs: Mapping[str, object]) -> Value:
        """Decide as `_outcome` does, without keeping how."""
        given, done = self.given(decision, inputs), dict[str, Value]()
        for one in self.required(decision):
            context: dict[str, object] = {name: given[name] for name in one.inputs}
            context.update({name: done[name] for name in one.decisions})
            logic = one.logic
            value = logic.decide(one.name, context) if isinstance(logic, DecisionTable) else logic.evaluate(context)
            done[one.name] = one.type.accept(value, name=one.name)
        return done[decision]

    def _outcome(self, decision: str, inputs: Mapping[str, object]) -> Outcome:
        given, done = self.given(decision, inputs), dict[str, Outcome]()
        for one in self.required(decision):
            required = [done[name] for name in one.decisions]
            context: dict[str, object] = {name: given[name] for name in one.inputs}
            context.update(zip(one.decisions, (outcome.value for outcome in required), strict=True))
            derivation: Trace = {"decision": one.name}
            if isinstance(one.logic, DecisionTable):
                value, trace = one.logic.evaluate(one.name, context)
                derivation.update(trace)
            else:
                value = one.logic.evaluate(context)
                derivation.update(self._trace(one, one.logic, context))
            value = one.type.accept(value, name=one.name)
            derivation["value"] = to_json(value)
            derivation["requires"] = [outcome.derivation for outcome in required]
            done[one.name] = Outcome(value, derivation)
        return done[decision]

    def _trace(self, decision: Decision, logic: Expression, context: Mapping[str, object]) -> Trace:
        return {
            "kind": "expression",
            "path": self.path,
            "line": decision.line,
            "expression": logic.text,
            "inputs": [
                {"expression": name, "value": to_json(look_up(context, tuple(name.split("."))))} for name in sorted(logic.names())
            ],
        }

    def prove(self) -> tuple[Finding, ...]:
        """Give what is wrong although it can be read: gaps, overlaps, rules that never fire, unused inputs.

        Where rules have dates every period is proved, and what is wrong in some alone says in which.
        """
        findings: list[Finding] = []
        used: set[str] = {self.reference} if self.is_dated else set()
        for decision in self.by_name.values():
            used.update(decision.inputs)
            findings += self._unused_requirements(decision)
        for name, line in self.input_lines.items():
            if name not in used:
                message, mend = f"input {name} serves no decision.", "Remove it or draw the requirement."
                findings.append(Finding("dmn-input-unused", self.path, line, message, mend, "warning"))
        return tuple(sorted([*findings, *self._prove_tables()], key=lambda finding: (finding.line, finding.code)))

    def _prove_tables(self) -> Iterator[Finding]:
        """Prove each table as often as it changes with time."""
        budget, rules = Budget(), 0
        for name, table in self._tables():
            found: dict[Finding, list[int]] = {}
            proved: dict[tuple[int, ...], list[Finding]] = {(): [_hole(name, table)]}
            periods = cut(rule.period for rule in table.rules)
            for index, one in enumerate(_slices(table, periods)):
                key = tuple(rule.number for rule in one.rules)
                if key not in proved:
                    rules += len(key)
                    proved[key] = prove_table(one, name, budget) if rules <= MAX_PROVED else [_too_many(name, table)]
                for finding in proved[key]:
                    found.setdefault(finding, []).append(index)
            outside = _outside(table, periods)
            for finding, places in found.items():
                inside = [index for index in places if finding.code != "table-not-in-force" or index not in outside]
                yield from (_in_period(finding, period) for period in runs(inside, periods))

    def _unused_requirements(self, decision: Decision) -> list[Finding]:
        read = decision.logic.names()
        return [
            Finding(
                "dmn-requirement-unused",
                self.path,
                decision.line,
                f"decision {decision.name} requires {name} and does not read it.",
                "Remove the requirement.",
                "warning",
            )
            for name in (*decision.inputs, *decision.decisions)
            if not any(path == name or path.startswith(f"{name}.") for path in read)
        ]


# -- the law of a day ------------------------------------------------------------------------------------------------


def _on(decision: Decision, day: date) -> Decision:
    """Give a decision without the rules that do not hold on a day."""
    if not isinstance(decision.logic, DecisionTable) or all(rule.period == ALWAYS for rule in decision.logic.rules):
        return decision
    return replace(decision, logic=_table_on(decision.logic, day))


def _table_on(table: DecisionTable, day: date) -> DecisionTable:
    return replace(table, rules=tuple(rule for rule in table.rules if rule.period.holds(day)))


def _slices(table: DecisionTable, periods: tuple[Period, ...]) -> list[DecisionTable]:
    """Give the table of each of its periods."""
    if len(periods) == 1:
        return [table]
    return [_table_on(table, period.first or period.last or date.min) for period in periods]


def _outside(table: DecisionTable, periods: tuple[Period, ...]) -> set[int]:
    """Give the periods before the first rule of a table and after its last: there it is no law yet, or no more."""
    held = [index for index, one in enumerate(periods) if any(rule.period.covers(one) for rule in table.rules)]
    return set(range(len(periods))) - set(range(held[0], held[-1] + 1))


def _hole(decision: str, table: DecisionTable) -> Finding:
    message = f"decision {decision}: no rule is in force."
    return Finding("table-not-in-force", table.path, table.line, message, "Give a rule that holds then, or mend the dates.")


def _too_many(decision: str, table: DecisionTable) -> Finding:
    message = f"decision {decision}: too many rules in too many periods to prove."
    return Finding("table-too-large", table.path, table.line, message, "Split it into several decisions.")


def _in_period(finding: Finding, period: Period) -> Finding:
    if period == ALWAYS:
        return finding
    message = f"{finding.message.removesuffix('.')} ({period})."
    return replace(finding, message=message, data=(*finding.data, ("period", str(period))))


# -- the digest ------------------------------------------------------------------------------------------------------


def _type(kind: InputType) -> Json:
    components: dict[str, Json] = {name: _type(one) for name, one in kind.components.items()}
    item = [_type(kind.item)] if kind.item is not None else []
    return [kind.base, kind.allowed.text if kind.allowed is not None else None, components, *item]


def _decision(decision: Decision, *, dated: bool) -> Json:
    logic = decision.logic
    head: list[Json] = [decision.name, _type(decision.type), list(decision.inputs), list(decision.decisions)]
    law: list[Json] = [[one.text, one.eli] for one in decision.law]
    if not isinstance(logic, DecisionTable):
        return [*head, law, logic.text]
    columns: list[Json] = [[one.expression.text, _type(one.type)] for one in logic.columns]
    outputs: list[Json] = [[one.name, _type(one.type), one.default.text if one.default else None] for one in logic.outputs]
    rules: list[Json] = []
    for rule in logic.rules:
        cells: list[Json] = [cell.text for cell in rule.cells]
        given: list[Json] = [entry.text for entry in rule.outputs]
        notes: list[Json] = [[one.name, one.text] for one in rule.annotations if named(one.name) not in (FROM, TO)]
        rules.append([rule.id, cells, given, notes, str(rule.period) if dated else None])
    return [*head, law, logic.policy, columns, outputs, rules]
