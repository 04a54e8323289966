# SPDX-License-Identifier: EUPL-1.2
"""What stands still: service tasks that nobody carried out, timers that were announced and never fired.

A sweep of those above sends the topic again for tasks, since they know which wait for something of theirs; timers are sent here.
"""

from __future__ import annotations

from collections.abc import Iterable

from bierger.flows.models import Task, Timer
from bierger.flows.selectors import view
from bierger.flows.types import TaskView
from bierger.infra import clock, outbox
from bierger_core.process import Kind


def standing_tasks() -> tuple[TaskView, ...]:
    """Service tasks open for longer than `outbox.STANDING_AFTER`, the oldest first."""
    since = clock.now() - outbox.STANDING_AFTER
    rows = Task.objects.filter(kind=Kind.SERVICE.value, state="open", opened_at__lte=since).order_by("opened_at", "id")
    return tuple(view(row) for row in rows)


def send_tasks_again(tasks: Iterable[TaskView]) -> int:
    """`flows.task-ready` for those that no job stands for; gives back how many."""
    return outbox.send_again("flows.task-ready", [{"task": str(task.id), "subject": str(task.subject)} for task in tasks])


def send_timers_again() -> int:
    """`flows.timer-due` for timers that were announced long ago and never fired, and that no job stands for; how many."""
    since = clock.now() - outbox.STANDING_AFTER
    due = Timer.objects.filter(state="due", due_at__lte=since).values_list("id", "instance_id")
    return outbox.send_again("flows.timer-due", [{"timer": str(timer), "subject": str(subject)} for timer, subject in due])
