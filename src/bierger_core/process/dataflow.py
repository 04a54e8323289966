# SPDX-License-Identifier: EUPL-1.2
"""Names defined before use: which names every way to a node has defined (greatest fixed point over the flows).

A task defines its outputs, a join unites what its branches defined, any other meeting of ways keeps what all of them
defined. A task that an interrupting timer ended has defined nothing.
"""

from collections.abc import Iterator, Mapping

from bierger_core.process.definition import Definition, Kind, Node
from bierger_core.rules import Expression
from bierger_core.values.findings import Finding


def undefined_names(
    definition: Definition, names: frozenset[str], decisions: Mapping[str, frozenset[str]] | None
) -> Iterator[Finding]:
    """Give a finding for each name that is read where some way has not defined it."""
    defined = _defined(definition, names)
    for node in definition.nodes.values():
        known = _before(definition, node, defined)
        for what, line, expression in _expressions(definition, node):
            for name in sorted(expression.names()):
                if not covers(known, name):
                    yield _finding(definition, line, f"{what} reads {name}", "bierger:outputs of a task")
        if node.kind is Kind.RULE and decisions is not None:
            if node.decision not in decisions:
                message = f"{node.id} asks for the decision {node.decision or '(none)'}, which does not exist."
                mend = f"Choose one of: {', '.join(sorted(decisions)) or '(there are none)'}."
                yield Finding("decision-unknown", definition.path, node.line, message, mend)
                continue
            for name in sorted(decisions[node.decision]):
                if not covers(known, name):
                    what = f"the decision {node.decision} of {node.id} reads {name}"
                    yield _finding(definition, node.line, what, "the form or bierger:outputs of a task")


def covers(known: frozenset[str], path: str) -> bool:
    """Tell whether a path, or something it is a part of, is known."""
    parts = path.split(".")
    return any(".".join(parts[:length]) in known for length in range(1, len(parts) + 1))


def _finding(definition: Definition, line: int, what: str, where: str) -> Finding:
    message = f"{what}, which not every way to here has defined."
    return Finding("name-not-defined", definition.path, line, message, f"Define it before, in {where}, or mend the name.")


def _expressions(definition: Definition, node: Node) -> Iterator[tuple[str, int, Expression]]:
    if node.service_expression is not None:
        yield f"bierger:service of {node.id}", node.line, node.service_expression
    for flow_id in node.outgoing:
        flow = definition.flows[flow_id]
        if flow.condition is not None:
            yield f"the condition of {flow.id}", flow.condition.at.line, flow.condition


def _before(definition: Definition, node: Node, defined: Mapping[str, frozenset[str]]) -> frozenset[str]:
    if node.kind is Kind.TIMER:
        return _before(definition, definition.nodes[node.attached], defined)
    sets = [defined[flow] for flow in node.incoming]
    if not sets:
        return frozenset()
    if node.kind is Kind.PARALLEL:
        return frozenset[str]().union(*sets)
    return sets[0].intersection(*sets[1:])


def _defined(definition: Definition, names: frozenset[str]) -> dict[str, frozenset[str]]:
    everything = names.union(*(node.outputs for node in definition.nodes.values()))
    defined = dict.fromkeys(definition.flows, everything)  # from above: unreached ways take nothing away
    changed = True
    while changed:  # each round takes names away or is the last
        changed = False
        for node in definition.nodes.values():
            after = names if node.kind is Kind.START else _before(definition, node, defined).union(node.outputs)
            if not node.incoming and node.kind not in (Kind.START, Kind.TIMER):
                continue  # unreachable, reported as such
            for flow in node.outgoing:
                if defined[flow] != after:
                    defined[flow] = after
                    changed = True
    return defined
