# SPDX-License-Identifier: EUPL-1.2
"""Proof of a process before it is published: whatever people and timers do, it ends, and everybody knows what to do.

1. Start reaches every node; every node can reach an end.
2. Gateways are well formed, and no circle of gateways lets tokens run without a task.
3. Side branches (behind non-interrupting timers) keep to themselves, so each is a scope of its own.
4. In each scope tokens neither deadlock nor multiply, and the last one ends it (markings.py).
5. Every task says who does it, until when or by which action.
6. Every name is defined on all ways before it is read (dataflow.py).
"""

from collections.abc import Iterable, Iterator, Mapping

from bierger_core.process.dataflow import undefined_names
from bierger_core.process.definition import GATEWAYS, Definition, Kind, Node
from bierger_core.process.markings import Fallacy, Fault, explore
from bierger_core.values.findings import Finding

WORDS = {
    Fault.IMPROPER: (
        "parallel-not-joined",
        "{node} is reached while parallel branches are still on their way.",
        "Join the branches by a parallel gateway before the end.",
    ),
    Fault.MULTIPLIED: (
        "token-multiplied",
        "a second token can leave {node} while the first is still behind it.",
        "Join parallel branches by a parallel gateway, not by an exclusive one or a task.",
    ),
    Fault.DEADLOCK: (
        "parallel-deadlock",
        "{node} can wait for ever for a branch that does not come.",
        "Join what an exclusive gateway split by an exclusive gateway.",
    ),
    Fault.STUCK: (
        "no-proper-end",
        "from {node} the process can come to where no end is reached.",
        "Lead every way to an end.",
    ),
    Fault.TOO_LARGE: (
        "process-too-large",
        "too many combinations of parallel branches to prove.",
        "Split the process.",
    ),
}


def prove(
    definition: Definition,
    *,
    names: frozenset[str],
    decisions: Mapping[str, frozenset[str]] | None = None,
) -> tuple[Finding, ...]:
    """Give every finding, by line.

    names: the variables known at the start, as full paths or as roots of paths.
    decisions: what each decision of the package reads; None: rule tasks are not compared with decisions.
    """
    findings = [*_reach(definition), *_gateways(definition), *_sides(definition)]
    if all(finding.level == "warning" for finding in findings):  # the exploration presumes 1 to 3
        findings += _scopes(definition)
    findings += _duties(definition)
    findings += undefined_names(definition, names, decisions)
    return tuple(sorted(findings, key=lambda finding: (finding.line, finding.code, finding.message)))


# -- 1. reachability -------------------------------------------------------------------------------------------------


def _next(definition: Definition, node: Node, *, sides: bool) -> Iterator[str]:
    for flow in node.outgoing:
        yield definition.flows[flow].target
    for timer in definition.timers.get(node.id, ()):
        if sides or definition.nodes[timer].interrupting:
            yield timer


def _reachable(definition: Definition, first: Iterable[str], *, sides: bool) -> set[str]:
    found: set[str] = set()
    left = list(first)
    while left:
        node = left.pop()
        if node not in found:
            found.add(node)
            left += _next(definition, definition.nodes[node], sides=sides)
    return found


def _reach(definition: Definition) -> Iterator[Finding]:
    reached = _reachable(definition, [definition.start], sides=True)
    for node in definition.nodes.values():
        if node.id not in reached:
            message = f"no way leads to {node.id}."
            yield Finding("node-unreachable", definition.path, node.line, message, "Remove it or lead a flow to it.")
        ahead = _reachable(definition, [node.id], sides=False)
        if not any(definition.nodes[other].kind is Kind.END for other in ahead):
            message = f"from {node.id} no end event can be reached."
            yield Finding("no-way-to-end", definition.path, node.line, message, "Lead a way out to an end event.")


# -- 2. gateways -----------------------------------------------------------------------------------------------------


def _gateways(definition: Definition) -> Iterator[Finding]:
    for node in definition.nodes.values():
        if node.kind is Kind.EXCLUSIVE and len(node.outgoing) > 1:
            yield from _choices(definition, node)
        only = definition.flows[node.outgoing[0]] if len(node.outgoing) == 1 else None
        if node.kind is Kind.EXCLUSIVE and only and only.condition is not None and not node.default:
            message = f"the only flow that leaves {node.id} has a condition."
            yield Finding("gateway-without-default", definition.path, node.line, message, "Remove the condition.")
        if node.kind in GATEWAYS and _in_circle(definition, node):
            message = f"tokens can run in a circle through {node.id} without meeting a task."
            yield Finding("cycle-without-task", definition.path, node.line, message, "Put a task into the circle.")


def _choices(definition: Definition, node: Node) -> Iterator[Finding]:
    bare = [flow for flow in node.outgoing if flow != node.default and definition.flows[flow].condition is None]
    for flow in bare:
        message = f"{flow} leaves the exclusive gateway {node.id} without a condition and is not its default."
        mend = "Write the condition, or make it the default flow."
        yield Finding("flow-without-condition", definition.path, definition.flows[flow].line, message, mend)
    if not node.default and not bare:
        message = f"{node.id} has no default flow: a case that fits no condition would stop here."
        mend = "Make one of its flows the default."
        yield Finding("gateway-without-default", definition.path, node.line, message, mend, "warning")


def _in_circle(definition: Definition, node: Node) -> bool:
    found: set[str] = set()
    left = [definition.flows[flow].target for flow in node.outgoing]
    while left:
        other = definition.nodes[left.pop()]
        if other.id == node.id:
            return True
        if other.kind in GATEWAYS and other.id not in found:
            found.add(other.id)
            left += [definition.flows[flow].target for flow in other.outgoing]
    return False


# -- 3. and 4. scopes ------------------------------------------------------------------------------------------------


def _side_timers(definition: Definition) -> list[Node]:
    return [node for node in definition.nodes.values() if node.kind is Kind.TIMER and not node.interrupting]


def _sides(definition: Definition) -> Iterator[Finding]:
    main = _reachable(definition, [definition.start], sides=False)
    for timer in _side_timers(definition):
        branch = _reachable(definition, [timer.id], sides=True)
        shared = sorted(branch & (main | {timer.attached}))
        if shared:
            message = f"the side branch of {timer.id} runs into {', '.join(shared)} of the main way."
            mend = "Give it tasks and an end event of its own, or make the timer interrupting."
            yield Finding("side-branch-joins", definition.path, timer.line, message, mend)


def _scopes(definition: Definition) -> Iterator[Finding]:
    faults: set[Fallacy] = set()
    for node in [definition.nodes[definition.start], *_side_timers(definition)]:
        faults |= explore(definition, node.outgoing[0])
    for fault in faults:
        code, message, mend = WORDS[fault.fault]
        line = definition.nodes[fault.node].line
        yield Finding(code, definition.path, line, message.format(node=fault.node), mend)


# -- 5. duties -------------------------------------------------------------------------------------------------------


def _duties(definition: Definition) -> Iterator[Finding]:
    for node in definition.nodes.values():
        wanted: tuple[tuple[str, object], ...] = ()
        if node.kind is Kind.USER:
            wanted = (("role", node.role), ("due", node.due))
        elif node.kind is Kind.SERVICE:
            wanted = (("action", node.action),)
        elif node.kind is Kind.RULE:
            wanted = (("decision", node.decision), ("result", node.result))
        for attribute, value in wanted:
            if not value:
                message = f"the {node.kind.value} task {node.id} has no bierger:{attribute}."
                mend = f"Add the attribute bierger:{attribute}."
                yield Finding(f"task-without-{attribute}", definition.path, node.line, message, mend)
