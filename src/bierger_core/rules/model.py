# SPDX-License-Identifier: EUPL-1.2
"""A decision model: inputs, decisions that build on each other, one evaluation with its derivation."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bierger_core.rules.analysis import prove_table
from bierger_core.rules.data import Value, to_json
from bierger_core.rules.errors import UnknownDecision
from bierger_core.rules.evaluate import look_up
from bierger_core.rules.expression import Expression
from bierger_core.rules.index.cover import Budget
from bierger_core.rules.index.direct import Decide
from bierger_core.rules.short import short_way
from bierger_core.rules.tables import DecisionTable, Derivation
from bierger_core.rules.types import InputType
from bierger_core.values.findings import Finding


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided, and why: `derivation` is plain JSON, stored with the decision and never recomputed."""

    value: Value
    derivation: Derivation


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: its logic and the names of the inputs and decisions it requires."""

    name: str
    line: int
    type: InputType
    logic: DecisionTable | Expression
    inputs: tuple[str, ...]
    decisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionModel:
    """What read_dmn gives: proved free of cycles and of unknown names, so that every evaluation ends."""

    path: str
    name: str
    version: str
    inputs: Mapping[str, InputType]
    input_lines: Mapping[str, int]
    by_name: Mapping[str, Decision] = field(repr=False)
    _compiled: dict[str, Decide] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def decisions(self) -> tuple[str, ...]:
        return tuple(self.by_name)

    def decision(self, name: str) -> Decision:
        """Give a decision; UnknownDecision when there is none of this name."""
        if name not in self.by_name:
            raise UnknownDecision(name, self.decisions)
        return self.by_name[name]

    def needs(self, decision: str) -> frozenset[str]:
        """Give the names of all input data a decision depends on, through other decisions too."""
        found = self.decision(decision)
        return frozenset(found.inputs).union(*(self.needs(name) for name in found.decisions))

    def evaluate(self, decision: str, inputs: Mapping[str, object]) -> Outcome:
        """Decide. Inputs that the decision does not need are ignored, absent ones are null.

        Raises UnknownDecision, InputRefused (wrong type, value not allowed), RulesOverlap, and the evaluation limits.
        """
        return self._outcome(self.decision(decision), self._given(decision, inputs), {})

    def decide(self, decision: str, inputs: Mapping[str, object]) -> Value:
        """Give the value that `evaluate` gives, without its derivation; raises what `evaluate` raises.

        The decision is compiled when it is first asked.
        """
        compiled = self._compiled.get(decision)
        return (compiled or self.compile(decision))(inputs)

    def compile(self, decision: str) -> Decide:
        """Give a decision as a function of its inputs, as `decide` calls it: a table over inputs becomes lookups (`short`)."""
        if decision not in self._compiled:
            found = self.decision(decision)

            def otherwise(inputs: Mapping[str, object]) -> Value:
                return self._value(found, self._given(decision, inputs), {})

            self._compiled[decision] = otherwise
            if isinstance(found.logic, DecisionTable) and not found.decisions:
                needed = {name: self.inputs[name] for name in found.inputs}
                self._compiled[decision] = short_way(found.logic, needed, found.type, otherwise)
        return self._compiled[decision]

    def _given(self, decision: str, inputs: Mapping[str, object]) -> dict[str, Value]:
        return {
            name: self.inputs[name].accept(look_up(inputs, tuple(name.split("."))), name=name)
            for name in sorted(self.needs(decision))
        }

    def _value(self, decision: Decision, given: Mapping[str, Value], done: dict[str, Value]) -> Value:
        """Decide as `_outcome` does, without keeping how."""
        if decision.name not in done:
            context: dict[str, object] = {name: given[name] for name in decision.inputs}
            for name in decision.decisions:
                context[name] = self._value(self.by_name[name], given, done)
            logic = decision.logic
            value = logic.decide(decision.name, context) if isinstance(logic, DecisionTable) else logic.evaluate(context)
            done[decision.name] = decision.type.accept(value, name=decision.name)
        return done[decision.name]

    def _outcome(self, decision: Decision, given: Mapping[str, Value], done: dict[str, Outcome]) -> Outcome:
        if decision.name in done:
            return done[decision.name]
        required = [self._outcome(self.by_name[name], given, done) for name in decision.decisions]
        context: dict[str, object] = {name: given[name] for name in decision.inputs}
        context.update(zip(decision.decisions, (outcome.value for outcome in required), strict=True))
        derivation: Derivation = {"decision": decision.name}
        if isinstance(decision.logic, DecisionTable):
            value, trace = decision.logic.evaluate(decision.name, context)
            derivation.update(trace)
        else:
            value = decision.logic.evaluate(context)
            derivation.update(self._trace(decision, decision.logic, context))
        value = decision.type.accept(value, name=decision.name)
        derivation["value"] = to_json(value)
        derivation["requires"] = [outcome.derivation for outcome in required]
        done[decision.name] = Outcome(value, derivation)
        return done[decision.name]

    def _trace(self, decision: Decision, logic: Expression, context: Mapping[str, object]) -> Derivation:
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
        """Give what is wrong although it can be read: gaps, overlaps, rules that never fire, unused inputs."""
        findings: list[Finding] = []
        used: set[str] = set()
        budget = Budget()
        for decision in self.by_name.values():
            used.update(decision.inputs)
            findings += self._unused_requirements(decision)
            if isinstance(decision.logic, DecisionTable):
                findings += prove_table(decision.logic, decision.name, budget)
        for name, line in self.input_lines.items():
            if name not in used:
                message, mend = f"input {name} serves no decision.", "Remove it or draw the requirement."
                findings.append(Finding("dmn-input-unused", self.path, line, message, mend, "warning"))
        return tuple(sorted(findings, key=lambda finding: (finding.line, finding.code)))

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
