# SPDX-License-Identifier: EUPL-1.2
"""A partial evaluator as one would write it first: cell by cell, in three values. The tests must find its mistakes.

A rule is excluded by a cell that is known not to hold, fires when all hold, and is pending otherwise; the inputs of
pending rules are asked for. It does not see that two pending rules give the same, or that one shadows another.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bierger_core.rules import (
    Decided,
    DecisionModel,
    DecisionTable,
    EvaluationError,
    Fails,
    Undecided,
    Value,
    Verdict,
    parse_expression,
    syntax,
)
from bierger_core.rules.evaluate import Evaluation
from bierger_core.rules.names import free_names


@dataclass(frozen=True)
class Unknown:
    """A value that waits for inputs."""

    inputs: frozenset[str]


class Naive:
    """Decides as far as single cells tell."""

    def __init__(self, model: DecisionModel, decision: str) -> None:
        self.model, self.decision = model, decision

    def decide(self, known: Mapping[str, object]) -> Verdict:
        try:
            found = self.taken(self.decision, known)
        except EvaluationError as error:
            return Fails(error.code)
        if isinstance(found, Unknown):
            return Undecided(tuple(name for name in self.model.inputs if name in found.inputs))
        return Decided(found)

    def taken(self, name: str, known: Mapping[str, object]) -> Value | Unknown:
        decision = self.model.decision(name)
        context: dict[str, object] = {one: known.get(one, Unknown(frozenset((one,)))) for one in decision.inputs}
        context.update({one: self.taken(one, known) for one in decision.decisions})
        if isinstance(decision.logic, DecisionTable):
            found = self.table(decision.logic, context)
        else:
            found = self.value(decision.logic.root, context)
        return found if isinstance(found, Unknown) else decision.type.accept(found, name=name)

    def table(self, table: DecisionTable, context: Mapping[str, object]) -> Value | Unknown:
        values = [self.value(column.expression.root, context) for column in table.columns]
        waiting: set[str] = set()
        for rule in table.rules:
            missing: set[str] = set()
            for cell, value in zip(rule.cells, values, strict=True):
                if cell.is_any:
                    continue
                if isinstance(value, Unknown):
                    missing |= value.inputs
                elif cell.matches(value, context) is not True:
                    break
            else:
                if not missing and not waiting:
                    return self.outputs(table, [one.root for one in rule.outputs], context)
                waiting |= missing
                if not missing:
                    break
        if waiting:
            return Unknown(frozenset(waiting))
        nothing = parse_expression("null")
        defaults = [(one.default or nothing).root for one in table.outputs]
        return self.outputs(table, defaults, context) if table.has_default else None

    def outputs(self, table: DecisionTable, nodes: list[syntax.Node], context: Mapping[str, object]) -> Value | Unknown:
        values = [self.value(node, context) for node in nodes]
        waiting = [one for one in values if isinstance(one, Unknown)]
        if waiting:
            return Unknown(frozenset[str]().union(*(one.inputs for one in waiting)))
        known = [one for one in values if not isinstance(one, Unknown)]
        return known[0] if len(known) == 1 else {one.name: value for one, value in zip(table.outputs, known, strict=True)}

    def value(self, node: syntax.Node, context: Mapping[str, object]) -> Value | Unknown:
        read = free_names(node)
        found = [value for name, value in context.items() if any(f"{one}.".startswith(f"{name}.") for one in read)]
        missing = [one for one in found if isinstance(one, Unknown)]
        if not missing:
            return Evaluation(context).value(node)
        if isinstance(node, syntax.If):
            condition = self.value(node.condition, context)
            if not isinstance(condition, Unknown):
                return self.value(node.then if condition is True else node.otherwise, context)
        if isinstance(node, syntax.And | syntax.Or):
            operands = [self.value(operand, context) for operand in node.operands]
            if isinstance(node, syntax.Or) in [one for one in operands if isinstance(one, bool)]:
                return isinstance(node, syntax.Or)
        return Unknown(frozenset[str]().union(*(one.inputs for one in missing)))
