# SPDX-License-Identifier: EUPL-1.2
"""Moving a process: rows -> State -> step -> rows.

1. The instance's row is locked: two events of one process wait for each other.
2. The State is rebuilt from the rows; the core says what follows.
3. Rule tasks are answered at once, until nothing is left to decide.
4. Only the difference is written.
5. A service task is announced in the outbox (`flows.task-ready`): whoever knows its action does it in a job of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from bierger.catalogue import selectors as catalogue
from bierger.flows.errors import TaskClosed, TaskUnknown, TimerClosed
from bierger.flows.models import Task, Timer
from bierger.flows.plugins.shown import shown_of
from bierger.flows.selectors import view
from bierger.flows.services.rows import Rows
from bierger.flows.types import Decided, Moved
from bierger.infra import clock, outbox
from bierger_core.procedures import Package, due_at, settle
from bierger_core.process import (
    CancelTask,
    CancelTimer,
    Command,
    CreateTask,
    Decide,
    Event,
    Finish,
    Kind,
    StartTimer,
    State,
    TaskCompleted,
    TaskNotOpen,
    TimerFired,
    TimerNotOpen,
    step,
)
from bierger_core.process import start as start_process
from bierger_core.rules import Value, to_json


def start(*, subject: UUID, administration: UUID, digest: str, variables: Mapping[str, Value]) -> Moved:
    """Begin the process of the package `digest` for `subject`."""
    package = catalogue.package(digest)
    state, commands = start_process(package.process, variables)
    rows = Rows.new(subject=subject, administration=administration, digest=digest)
    return _run(package, rows, state, commands)


def complete(*, task: UUID, outputs: Mapping[str, object]) -> Moved:
    """A task is done. Raises TaskUnknown, TaskClosed (already done: a replay changes nothing)."""
    subject = Task.objects.filter(id=task).values_list("instance_id", flat=True).first()
    if subject is None:
        raise TaskUnknown(f"No task {task}.")
    rows = Rows.load(subject)
    row = next((row for row in rows.tasks.values() if row.id == task), None)
    if row is None:
        raise TaskClosed(f"Task {task} is closed.")
    row.state = "done"
    return _advance(rows, TaskCompleted(row.number, dict(outputs)))


def fire(*, timer: int, subject: UUID) -> tuple[int, Moved]:
    """A timer of the subject has run out; gives back its number in the process.

    Raises TimerClosed when it already fired, was cancelled, was not announced (`poll_timers`), or is another's.
    """
    number = Timer.objects.filter(id=timer, instance_id=subject).values_list("number", flat=True).first()
    if number is None:
        raise TimerClosed(f"No timer {timer}.")
    rows = Rows.load(subject)
    row = rows.timers.get(number)
    if row is None or row.state != "due":
        raise TimerClosed(f"Timer {timer} is closed.")
    row.state = "fired"
    return row.number, _advance(rows, TimerFired(row.number))


def _advance(rows: Rows, event: Event) -> Moved:
    package = catalogue.package(rows.instance.digest)
    try:
        state, commands = step(package.process, rows.state(), event)
    except TaskNotOpen as closed:
        raise TaskClosed(str(closed)) from closed
    except TimerNotOpen as closed:
        raise TimerClosed(str(closed)) from closed
    return _run(package, rows, state, commands)


def _run(package: Package, rows: Rows, state: State, commands: Sequence[Command]) -> Moved:
    """Carry out commands; rule tasks are answered on the way and bring further commands."""
    decided: list[Decided] = []
    finished: str | None = None
    opened: list[Task] = []
    cancelled: list[UUID] = []
    for settled in settle(package, state, commands):
        state, command, outcome = settled.state, settled.command, settled.outcome
        match command:
            case Decide():
                assert outcome is not None
                value = to_json(outcome.value)
                decided.append(
                    Decided(command.node, command.task_id, command.decision, command.result, value, outcome.derivation)
                )
            case CreateTask():
                opened.append(_open(package, rows, command, state.variables))
            case CancelTask():
                cancelled.append(rows.cancel_task(command.task_id))
            case StartTimer():
                due = due_at(package, command.node, command.due, now=clock.now(), variables=state.variables)
                rows.start_timer(number=command.timer_id, node=command.node, task=command.task_id, due_at=due)
            case CancelTimer():
                rows.cancel_timer(command.timer_id)
            case Finish():
                finished = command.end
    rows.save(state)
    for task in opened:
        if task.kind == Kind.SERVICE.value and task.state == "open":
            outbox.send("flows.task-ready", task=str(task.id), subject=str(rows.instance.subject))
    views = tuple(view(task) for task in opened if task.state == "open")
    return Moved(views, tuple(cancelled), tuple(decided), finished, dict(state.variables))


def _open(package: Package, rows: Rows, command: CreateTask, variables: Mapping[str, Value]) -> Task:
    now = clock.now()
    due = command.due and due_at(
        package, command.node, command.due, now=now, variables=variables, working=command.calendar == "working"
    )
    return rows.open_task(
        number=command.task_id,
        node=command.node,
        kind=str(command.kind.value),
        role=command.role or "",
        service=command.service or "",
        action=command.action or "",
        document=command.document or "",
        outputs=list(command.outputs),
        opened_at=now,
        due_at=due or None,
        shown=shown_of(package, command.node, command.role or "", variables),
    )
