# SPDX-License-Identifier: EUPL-1.2
"""Taking a task and giving it back: a compare-and-swap, so that of two officers exactly one gets it."""

from __future__ import annotations

from uuid import UUID

from bierger.flows.errors import TaskClosed, TaskNotYours, TaskUnknown
from bierger.flows.models import Task


def take(*, task: UUID, officer: UUID) -> None:
    """The officer takes an open task. Raises TaskUnknown, TaskNotYours (a colleague was quicker), TaskClosed."""
    if Task.objects.filter(id=task, state="open", kind="user").update(state="claimed", officer=officer):
        return
    _explain(task, officer)


def give_back(*, task: UUID, officer: UUID) -> None:
    """The officer no longer holds it. Raises as `take`."""
    if Task.objects.filter(id=task, state="claimed", officer=officer).update(state="open", officer=None):
        return
    _explain(task, officer)


def _explain(task: UUID, officer: UUID) -> None:
    row = Task.objects.filter(id=task).first()
    if row is None:
        raise TaskUnknown(f"No task {task}.")
    if row.state in ("done", "cancelled"):
        raise TaskClosed(f"Task {task} is closed.")
    if row.officer != officer:
        raise TaskNotYours(f"Task {task} is held by somebody else, or by nobody.")
