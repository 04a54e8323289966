# SPDX-License-Identifier: EUPL-1.2
"""The state of one running process as rows, the events that move it, the commands it gives.

Nothing here is a blob: tokens, tasks, timers and variables are one row each, and `State(...)` of those rows is the same
state again. Numbers come from one counter, so the same events give the same numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bierger_core.process.definition import Kind
from bierger_core.process.durations import Duration
from bierger_core.rules import Value


class Status(StrEnum):
    """Where a process as a whole stands."""

    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Token:
    """A token rests at a task, or at a join until the others come.

    flow: the flow it came by (a join counts flows)
    scope: 0 on the main way; on a side branch the id of the timer that began it (joins count within a scope)
    """

    id: int
    node: str
    flow: str
    scope: int


@dataclass(frozen=True, slots=True)
class Task:
    """An open task at `node`, holding a token."""

    id: int
    node: str
    kind: Kind
    token: int


@dataclass(frozen=True, slots=True)
class Timer:
    """A running timer: `node` is the boundary event, `task` the open task it watches."""

    id: int
    node: str
    task: int


@dataclass(frozen=True, slots=True)
class State:
    """Everything a process remembers. `ended`: end event of the main way, "" before; `serial`: last id given."""

    status: Status
    ended: str
    serial: int
    tokens: tuple[Token, ...]
    tasks: tuple[Task, ...]
    timers: tuple[Timer, ...]
    variables: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class TaskCompleted:
    """A task was done; `outputs` has exactly the names that its node declares."""

    task_id: int
    outputs: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer ran out."""

    timer_id: int


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The process is called off (withdrawn request); `reason` is kept by the caller."""

    reason: str = ""


Event = TaskCompleted | TimerFired | Cancelled


@dataclass(frozen=True, slots=True)
class CreateTask:
    """Open a task for a person (kind user) or for a worker (kind service)."""

    task_id: int
    node: str
    kind: Kind
    name: str
    role: str
    service: str
    due: Duration | None
    calendar: str
    action: str
    document: str
    form: str
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decide:
    """Evaluate `decision` and answer TaskCompleted(task_id, {result: value})."""

    task_id: int
    node: str
    decision: str
    result: str


@dataclass(frozen=True, slots=True)
class CancelTask:
    task_id: int
    node: str


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Fire TimerFired(timer_id) when `due` has passed from now."""

    timer_id: int
    node: str
    task_id: int
    due: Duration


@dataclass(frozen=True, slots=True)
class CancelTimer:
    timer_id: int
    node: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The process has ended at `end`, the end event of the main way."""

    end: str
    name: str


Command = CreateTask | Decide | CancelTask | StartTimer | CancelTimer | Finish
