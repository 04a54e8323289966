# SPDX-License-Identifier: EUPL-1.2
"""What processes refuse, by name.

CoreError > ProcessError
|-- BpmnRefused       a BPMN file is refused at load: bpmn-*; carries findings
|-- DurationRefused   duration-refused: no ISO 8601 duration of the subset, or beyond a hundred years
|-- TaskNotOpen       task-not-open: the task is done, cancelled or unknown; a replay, nothing to do
|-- TimerNotOpen      timer-not-open: the timer fired, was cancelled or is unknown; a replay, nothing to do
|-- ProcessEnded      process-ended: a finished or cancelled process cannot be cancelled
|-- OutputRefused     output-refused: the outputs of a task are not exactly those it declares
|-- NoFlowTaken       no-flow-taken: no condition of a gateway holds and it has no default
`-- ProcessLoops      process-loops: tokens move without end between gateways
"""

from bierger_core.values.errors import CoreError
from bierger_core.values.findings import Finding


class ProcessError(CoreError):
    """Root of the tree; every error has a stable `code` and `data` for the translated sentence."""

    default_code = "process-error"


class BpmnRefused(ProcessError):
    """A BPMN file holds something outside the subset, or contradicts itself; `findings` has at least one."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings), code=findings[0].code)
        self.findings = findings


class DurationRefused(ProcessError):
    """A text is no duration."""

    default_code = "duration-refused"


class TaskNotOpen(ProcessError):
    """An event for a task that is not open. The state is unchanged."""

    default_code = "task-not-open"

    def __init__(self, task_id: int) -> None:
        super().__init__(f"task {task_id} is not open", task=task_id)
        self.task_id = task_id


class TimerNotOpen(ProcessError):
    """An event for a timer that does not run. The state is unchanged."""

    default_code = "timer-not-open"

    def __init__(self, timer_id: int) -> None:
        super().__init__(f"timer {timer_id} does not run", timer=timer_id)
        self.timer_id = timer_id


class ProcessEnded(ProcessError):
    """A process that has ended cannot be cancelled."""

    default_code = "process-ended"

    def __init__(self, status: str) -> None:
        super().__init__(f"the process is {status}", status=status)
        self.status = status


class OutputRefused(ProcessError):
    """A task was answered with `unexpected` names, or without the `missing` ones."""

    default_code = "output-refused"

    def __init__(self, node: str, *, missing: frozenset[str], unexpected: frozenset[str]) -> None:
        parts = [
            f"{word}: {', '.join(sorted(names))}" for word, names in (("missing", missing), ("unexpected", unexpected)) if names
        ]
        super().__init__(f"outputs of {node}: {'; '.join(parts)}", node=node)
        self.node, self.missing, self.unexpected = node, missing, unexpected


class NoFlowTaken(ProcessError):
    """No way leads on from the exclusive gateway `node`. The state is unchanged."""

    default_code = "no-flow-taken"

    def __init__(self, node: str) -> None:
        super().__init__(f"no condition of gateway {node} holds and it has no default", node=node)
        self.node = node


class ProcessLoops(ProcessError):
    """More moves in one step than a proved process can make. The state is unchanged."""

    default_code = "process-loops"

    def __init__(self, node: str) -> None:
        super().__init__(f"tokens move without end, last through {node}", node=node)
        self.node = node
