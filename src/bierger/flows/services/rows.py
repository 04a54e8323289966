# SPDX-License-Identifier: EUPL-1.2
"""The rows of one process, loaded under a lock, and the difference to be written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bierger.flows.errors import TaskUnknown
from bierger.flows.models import Instance, Task, Timer, Token
from bierger.flows.selectors import as_state
from bierger.infra.rows import insert
from bierger_core.process import State
from bierger_core.rules import to_json

_STILL_OPEN = ("open", "claimed", "running")


@dataclass
class Rows:
    """Open rows by their number in the process; `fresh` are not in the database yet."""

    instance: Instance
    tokens: dict[int, Token] = field(default_factory=dict)
    tasks: dict[int, Task] = field(default_factory=dict)
    timers: dict[int, Timer] = field(default_factory=dict)
    fresh: bool = False
    _new_tasks: set[int] = field(default_factory=set)
    _new_timers: set[int] = field(default_factory=set)

    @classmethod
    def new(cls, *, subject: UUID, administration: UUID, digest: str) -> Rows:
        return cls(Instance(subject=subject, administration=administration, digest=digest), fresh=True)

    @classmethod
    def load(cls, subject: UUID) -> Rows:
        """Lock the instance, then read what is open. Raises TaskUnknown when this principal may not see it."""
        instance = Instance.objects.select_for_update().filter(subject=subject).first()
        if instance is None:
            raise TaskUnknown(f"No process of {subject}.")
        return cls(
            instance,
            {row.number: row for row in Token.objects.filter(instance=instance)},
            {row.number: row for row in Task.objects.filter(instance=instance, state__in=("open", "claimed"))},
            {row.number: row for row in Timer.objects.filter(instance=instance, state__in=("running", "due"))},
        )

    def state(self) -> State:
        """The core's State, exactly as it was when it was saved."""
        return as_state(self.instance, self.tokens.values(), self.tasks.values(), self.timers.values())

    def open_task(self, *, number: int, **values: object) -> Task:
        self.tasks[number] = Task(instance=self.instance, number=number, **values)
        self._new_tasks.add(number)
        return self.tasks[number]

    def cancel_task(self, number: int) -> UUID:
        self.tasks[number].state = "cancelled"
        return self.tasks[number].id

    def start_timer(self, *, number: int, node: str, task: int, due_at: datetime) -> None:
        self.timers[number] = Timer(instance=self.instance, number=number, node=node, task=task, due_at=due_at)
        self._new_timers.add(number)

    def cancel_timer(self, number: int) -> None:
        self.timers[number].state = "cancelled"

    def save(self, state: State) -> None:
        """Write the difference between the rows and `state`."""
        instance = self.instance
        instance.status, instance.ended, instance.serial = state.status.value, state.ended, state.serial
        instance.variables = {name: to_json(value) for name, value in state.variables.items()}
        if self.fresh:
            insert([instance])
            self.fresh = False
        else:
            instance.save()
        wanted = {token.id: token for token in state.tokens}
        gone = [row.id for number, row in self.tokens.items() if number not in wanted]
        if gone:
            Token.objects.filter(id__in=gone).delete()
        insert(
            Token(instance=instance, number=token.id, node=token.node, flow=token.flow, scope=token.scope)
            for number, token in wanted.items()
            if number not in self.tokens
        )
        for number, kept in self.tokens.items():
            token = wanted.get(number)
            if token and (kept.node, kept.flow, kept.scope) != (token.node, token.flow, token.scope):
                kept.node, kept.flow, kept.scope = token.node, token.flow, token.scope
                kept.save(update_fields=["node", "flow", "scope"])
        tokens = {task.id: task.token for task in state.tasks}
        for task in self.tasks.values():
            task.token = tokens.get(task.number, task.token or 0)
        insert(self.tasks[number] for number in sorted(self._new_tasks))
        insert(self.timers[number] for number in sorted(self._new_timers))
        closed: list[Task | Timer] = [task for number, task in self.tasks.items() if number not in self._new_tasks]
        closed += [timer for number, timer in self.timers.items() if number not in self._new_timers]
        for row in closed:
            if row.state not in _STILL_OPEN:
                row.save(update_fields=["state"])
