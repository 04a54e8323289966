# SPDX-License-Identifier: EUPL-1.2
"""From a decision of a model to one diagram: its inputs with their lines, then decision after decision.

A leaf is an input, or a part of an input that is a context: what expressions read. Each leaf is one variable.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from bierger_core.rules import syntax
from bierger_core.rules.data import Value
from bierger_core.rules.model import Decision, DecisionModel
from bierger_core.rules.names import walk
from bierger_core.rules.partial.comparisons import ONE
from bierger_core.rules.partial.diagram import MAX_VARIABLES, MAX_WORK, Diagram, Node, Variable
from bierger_core.rules.partial.errors import TooLarge
from bierger_core.rules.partial.lift import NOTHING, Lift, Scope, split_name
from bierger_core.rules.partial.lines import (
    CONTEXT,
    DATE,
    EVERYTHING,
    FALSE,
    LIST,
    NUMBER,
    RANKS,
    TEXT,
    Line,
    Piece,
    example,
    joined,
    of_rank,
    only_value,
)
from bierger_core.rules.partial.sums import Sum
from bierger_core.rules.partial.terms import Number, Plain, Term, constant
from bierger_core.rules.tables import DecisionTable
from bierger_core.rules.types import ANY, InputType

Path = tuple[str, ...]  # the name of an input, then the parts of a context

MAX_POINTS = 100  # allowed values that are looked at one by one; beyond, a number among them is any of them
WORDS: dict[object, str] = {DATE: "date", TEXT: "string", LIST: "list", CONTEXT: "context"}
NULL_PIECE: Piece = of_rank(0)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a decision needs: decisions in the order they are taken, input data, leaves with their lines."""

    decisions: tuple[Decision, ...]
    inputs: tuple[str, ...]
    leaves: tuple[Path, ...]
    lines: tuple[Line, ...]
    entangled: bool = field(default=False)  # an input is read whole and in parts: its leaves are not independent


def plan(model: DecisionModel, decision: str, may_be_null: Collection[str] | None) -> Plan:
    """Look at everything a decision depends on."""
    decisions = model.required(decision)
    needed = {name for one in decisions for name in one.inputs}
    inputs = tuple(name for name in model.inputs if name in needed)
    leaves = tuple(dict.fromkeys(path for one in decisions for path in _paths(one)))
    lines = []
    for name, *rest in leaves:
        kind = model.inputs[name]
        for part in rest:
            kind = kind.components.get(part, ANY) if kind.base in ("context", "any") else NEVER
        lines.append(Line(_domain(kind, nullable=may_be_null is None or name in may_be_null)))
    entangled = any(a != b and a == b[: len(a)] for a in leaves for b in leaves)
    return Plan(decisions, inputs, leaves, tuple(lines), entangled)


NEVER = InputType("any")  # the part of something that has no parts: always null


def _paths(decision: Decision) -> Iterator[Path]:
    """Give the inputs and parts of inputs that a decision reads, in reading order."""
    logic = decision.logic
    roots: list[syntax.Node | syntax.Test] = []
    if isinstance(logic, DecisionTable):
        roots += [column.expression.root for column in logic.columns]
        for rule in logic.rules:
            roots += [test for cell in rule.cells for test in cell.tests]
            roots += [output.root for output in rule.outputs]
        roots += [output.default.root for output in logic.outputs if output.default is not None]
    else:
        roots.append(logic.root)
    known = frozenset((*decision.inputs, *decision.decisions))
    for root in roots:
        for node in walk(root):
            found = split_name(node.parts, known) if isinstance(node, syntax.Name) else None
            if found is not None and found[0] in decision.inputs:
                yield found[0], *found[1]


def _domain(kind: InputType, *, nullable: bool) -> tuple[Piece, ...]:
    """Give what a declared type accepts, as pieces of the line."""
    if kind is NEVER:
        return (NULL_PIECE,)
    if kind.base == "any":
        pieces = joined([((FALSE,), EVERYTHING[0][1])])
    elif kind.base == "boolean":
        pieces = joined([((FALSE,), (NUMBER,))])
    else:
        pieces = joined([of_rank(RANKS[kind.base])])
        if kind.allowed is not None:
            lift = Lift(Diagram([Variable(0, "input", 1, Line(pieces))]))
            node = lift.any_test(kind.allowed.tests, leaf_node(lift, 0), NOTHING)
            starts, ends = (pieces[0][0], *node.cuts), (*node.cuts, pieces[-1][1])
            found = [node.child(low) if node.children else node for low in starts]
            pieces = joined([(low, high) for low, high, one in zip(starts, ends, found, strict=True) if one is lift.true])
    return joined([NULL_PIECE, *pieces]) if nullable or not pieces else pieces


def leaf_node(lift: Lift, variable: int) -> Node:
    """Give the diagram of an input: null, each of few allowed values, or the unknown itself."""
    line = lift.diagram.variables[variable].line
    assert line is not None
    pieces = [piece for rank in range(CONTEXT + 1) for piece in line.within(*of_rank(rank))]
    points = sum(only_value(piece) is not None for piece in pieces)
    children = [lift.diagram.end(_leaf_term(variable, piece, alone=points <= MAX_POINTS)) for piece in pieces]
    return lift.diagram.make(variable, [low for low, _ in pieces[1:]], children)


def _leaf_term(variable: int, piece: Piece, *, alone: bool) -> Term:
    value = only_value(piece) if alone else None
    if value is not None:
        return constant(value)
    rank = piece[0][0]
    if rank == NUMBER:
        return Number(Sum.variable(variable), ONE)
    word = WORDS.get(rank)
    return constant(example(piece)) if word is None else Plain(variable, word)


def build(plan: Plan, known: Mapping[Path, Value], most: int = MAX_WORK) -> tuple[Lift, Node]:
    """Make the diagram of the last decision; leaves in `known` are constants. TooLarge beyond the bounds."""
    if len(plan.leaves) - len(known) > MAX_VARIABLES:
        raise TooLarge
    variables = [Variable(index, "input", 1 << index, line) for index, line in enumerate(plan.lines)]
    lift = Lift(Diagram(variables, most))
    leaves = {
        path: lift.constant(known[path]) if path in known else leaf_node(lift, index) for index, path in enumerate(plan.leaves)
    }
    results: dict[str, Node] = {}
    for decision in plan.decisions:
        scope = Scope(decision.inputs, leaves, {name: results[name] for name in decision.decisions})
        if isinstance(decision.logic, DecisionTable):
            node = lift.table(decision.logic, scope)
        else:
            node = lift.value(decision.logic.root, scope)
        node = lift.accept(decision.type, node)
        for name in reversed(decision.decisions):  # a required decision that fails ends the evaluation, read or not
            node = lift.after(results[name], node)
        results[decision.name] = node
    return lift, results[plan.decisions[-1].name]
