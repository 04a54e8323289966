# SPDX-License-Identifier: EUPL-1.2
"""Where tokens can stand together: the reachable markings of one scope, explored with a bound.

A marking is the set of flows that hold a token. From each marking one token is moved in all its ways (the other tokens
keep theirs, so their order does not matter: two moves at different nodes never take from each other). Found on the way:

    improper   a token reaches an end while others are still on their way
    multiplied a second token comes to a flow that holds one already
    deadlock   all tokens wait at joins
    stuck      everything moves, and the end cannot be reached any more
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bierger_core.process.definition import Definition, Kind, Node

MAX_MARKINGS = 20_000

Marking = frozenset[str]


class Fault(StrEnum):
    """What can go wrong with tokens that move together."""

    IMPROPER = "improper"
    MULTIPLIED = "multiplied"
    DEADLOCK = "deadlock"
    STUCK = "stuck"
    TOO_LARGE = "too-large"


@dataclass(frozen=True, slots=True)
class Fallacy:
    """A fault and the node at which it shows."""

    fault: Fault
    node: str


def explore(definition: Definition, first: str, *, reduced: bool = True) -> frozenset[Fallacy]:
    """Explore from one token on flow `first`; `reduced=False` moves every token in every order (for tests)."""
    faults: set[Fallacy] = set()
    begin: Marking = frozenset({first})
    successors: dict[Marking, list[Marking]] = {}
    left = [begin]
    while left:
        marking = left.pop()
        if marking in successors:
            continue
        if len(successors) >= MAX_MARKINGS:
            return frozenset({*faults, Fallacy(Fault.TOO_LARGE, definition.start)})
        successors[marking] = []
        moved = False
        for node, consumed in _movable(definition, marking):
            if node.kind is Kind.END and len(marking) > 1:
                faults.add(Fallacy(Fault.IMPROPER, node.id))
            moved = True
            for produced in _ways(definition, node):
                rest = marking - consumed
                if rest & produced:
                    faults.add(Fallacy(Fault.MULTIPLIED, node.id))
                else:
                    successors[marking].append(rest | produced)
            if reduced:
                break
        if marking and not moved:
            faults |= {Fallacy(Fault.DEADLOCK, definition.target(flow).id) for flow in marking}
        left += successors[marking]
    return frozenset(faults or _stuck(definition, successors))


def _movable(definition: Definition, marking: Marking) -> Iterator[tuple[Node, Marking]]:
    """Give the nodes that can move and the tokens they take; ends first, so that improper ends show early."""
    waiting = sorted(marking, key=lambda flow: (definition.target(flow).kind is not Kind.END, flow))
    for flow in waiting:
        node = definition.target(flow)
        if node.kind is not Kind.PARALLEL:
            yield node, frozenset({flow})
        elif marking.issuperset(node.incoming):
            yield node, frozenset(node.incoming)


def _ways(definition: Definition, node: Node) -> Iterator[Marking]:
    """Give the sets of flows that a node may fill."""
    if node.kind is Kind.END:
        yield frozenset()
    elif node.kind is Kind.PARALLEL:
        yield frozenset(node.outgoing)
    else:
        for flow in node.outgoing:
            yield frozenset({flow})
        for timer in definition.timers.get(node.id, ()):
            if definition.nodes[timer].interrupting:
                yield frozenset(definition.nodes[timer].outgoing)


def _stuck(definition: Definition, successors: dict[Marking, list[Marking]]) -> set[Fallacy]:
    """Go back from the empty marking; what is not met cannot end."""
    before: dict[Marking, list[Marking]] = {}
    for marking, after in successors.items():
        for one in after:
            before.setdefault(one, []).append(marking)
    ends: set[Marking] = set()
    left: list[Marking] = [frozenset()]
    while left:
        marking = left.pop()
        if marking not in ends:
            ends.add(marking)
            left += before.get(marking, [])
    return {Fallacy(Fault.STUCK, definition.target(min(marking)).id) for marking in successors.keys() - ends}
