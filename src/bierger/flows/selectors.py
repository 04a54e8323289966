# SPDX-License-Identifier: EUPL-1.2
"""Reads of processes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from bierger.flows.errors import TaskUnknown
from bierger.flows.models import Instance, Task, Timer, Token, Variables
from bierger.flows.types import TaskView
from bierger_core import process
from bierger_core.process import Kind, State, Status
from bierger_core.rules import Value, from_json

OPEN = ("open", "claimed")
RUNNING = ("running", "due")


def task(task_id: UUID) -> TaskView:
    """One task. Raises TaskUnknown, also when it is not this principal's to see."""
    row = Task.objects.filter(id=task_id).first()
    if row is None:
        raise TaskUnknown(f"No task {task_id}.")
    return view(row)


def tasks_of(subject: UUID, *, open_only: bool = False) -> tuple[TaskView, ...]:
    """Tasks of a subject in the order they were opened."""
    rows = Task.objects.filter(instance_id=subject).order_by("number")
    if open_only:
        rows = rows.filter(state__in=OPEN)
    return tuple(view(row) for row in rows)


def waiting_for(role: str, subjects: Iterable[UUID]) -> frozenset[UUID]:
    """Those of the subjects in which a task of this role is open."""
    rows = Task.objects.filter(instance_id__in=list(subjects), role=role, state__in=OPEN)
    return frozenset(rows.values_list("instance_id", flat=True))


def variables_of(subject: UUID) -> Mapping[str, Value]:
    """The process variables of a subject; none for a party of it, to whom the database does not show them."""
    stored = Variables.objects.filter(instance_id=subject).values_list("variables", flat=True).first()
    return _values(stored or {})


def state_of(subject: UUID) -> State | None:
    """The whole state, as the core knows it; None when there is no process of which this principal may see all."""
    instance = Instance.objects.filter(subject=subject, variables__isnull=False).select_related("variables").first()
    if instance is None:
        return None
    return as_state(
        instance,
        _values(instance.variables.variables),
        Token.objects.filter(instance=instance),
        Task.objects.filter(instance=instance, state__in=OPEN),
        Timer.objects.filter(instance=instance, state__in=RUNNING),
    )


def as_state(
    instance: Instance, variables: Mapping[str, Value], tokens: Iterable[Token], tasks: Iterable[Task], timers: Iterable[Timer]
) -> State:
    """The core's State from its rows, exactly as it was when it was saved."""
    return State(
        status=Status(instance.status),
        ended=instance.ended,
        serial=instance.serial,
        tokens=tuple(sorted((process.Token(row.number, row.node, row.flow, row.scope) for row in tokens), key=lambda t: t.id)),
        tasks=tuple(sorted((process.Task(row.number, row.node, Kind(row.kind), row.token) for row in tasks), key=lambda t: t.id)),
        timers=tuple(sorted((process.Timer(row.number, row.node, row.task) for row in timers), key=lambda t: t.id)),
        variables=variables,
    )


def view(row: Task) -> TaskView:
    """The row as those above see it."""
    return TaskView(
        id=row.id, subject=row.instance_id, number=row.number, node=row.node, kind=row.kind, role=row.role, service=row.service,
        action=row.action, document=row.document, outputs=tuple(row.outputs), state=row.state, opened_at=row.opened_at,
        due_at=row.due_at, officer=row.officer, shown=_values(row.shown),
    )  # fmt: skip


def _values(stored: Mapping[str, object]) -> dict[str, Value]:
    return {name: from_json(value) for name, value in stored.items()}
