# SPDX-License-Identifier: EUPL-1.2
"""Which variables are certainly there when a node of the process is reached.

The process layer proves its own conditions; documents, decisions and task screens name variables too, and those names
are known to the package only. Sets shrink where ways meet that exclude each other and grow where parallel ways join.
"""

from collections.abc import Mapping

from bierger_core.process import Definition, Kind, Node


def defined_before(definition: Definition, start: frozenset[str]) -> Mapping[str, frozenset[str]]:
    """Give, for every reachable node, the variables that every way to it has defined."""
    everything = start.union(*(node.outputs for node in definition.nodes.values()))
    before: dict[str, frozenset[str]] = {
        node_id: start if node.kind is Kind.START else everything for node_id, node in definition.nodes.items()
    }
    changed = True
    while changed:  # sets only shrink from `everything`, so this ends
        changed = False
        for node_id, node in definition.nodes.items():
            arriving = _arriving(definition, node, before)
            if node.kind is Kind.START or not arriving:
                continue
            joins = node.kind is Kind.PARALLEL
            now = frozenset().union(*arriving) if joins else frozenset.intersection(*arriving)
            if now != before[node_id]:
                before[node_id] = now
                changed = True
    return before


def _arriving(definition: Definition, node: Node, before: Mapping[str, frozenset[str]]) -> list[frozenset[str]]:
    if node.kind is Kind.TIMER:  # a boundary timer fires while its task is open: the task has defined nothing yet
        return [before[node.attached]]
    flows = [definition.flows[flow] for flow in node.incoming]
    return [before[flow.source] | frozenset(definition.nodes[flow.source].outputs) for flow in flows]
