# SPDX-License-Identifier: EUPL-1.2
"""A process as it was drawn: nodes and flows, immutable; what runs is the State."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bierger_core.process.durations import Duration
from bierger_core.rules import Expression


class Kind(StrEnum):
    """Kinds of nodes of the BPMN subset."""

    START = "start"
    END = "end"
    USER = "user"
    SERVICE = "service"
    RULE = "rule"
    EXCLUSIVE = "exclusive"
    PARALLEL = "parallel"
    TIMER = "timer"


TASKS = frozenset({Kind.USER, Kind.SERVICE, Kind.RULE})
GATEWAYS = frozenset({Kind.EXCLUSIVE, Kind.PARALLEL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One node. Texts are "" and durations None where the drawing says nothing; `incoming` and `outgoing` are flow ids.

    service: a code; `service_expression` instead, when it is worked out from variables
    outputs: the names a task defines (a rule task: its result)
    attached, duration, interrupting: of a boundary timer
    """

    id: str
    kind: Kind
    line: int
    name: str = ""
    role: str = ""
    service: str = ""
    service_expression: Expression | None = None
    due: Duration | None = None
    calendar: str = "calendar"
    action: str = ""
    document: str = ""
    decision: str = ""
    result: str = ""
    form: str = ""
    outputs: tuple[str, ...] = ()
    default: str = ""
    attached: str = ""
    duration: Duration | None = None
    interrupting: bool = True
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow between two nodes; a condition only where it leaves an exclusive gateway."""

    id: str
    source: str
    target: str
    condition: Expression | None
    line: int


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole process. `timers` gives the boundary timers of a user task, in the order they were drawn."""

    id: str
    name: str
    path: str
    start: str
    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]
    timers: Mapping[str, tuple[str, ...]]

    def target(self, flow: str) -> Node:
        """Give the node a flow leads to."""
        return self.nodes[self.flows[flow].target]
