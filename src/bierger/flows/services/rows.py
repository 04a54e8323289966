# SPDX-License-Identifier: EUPL-1.2
"""The rows of one process, loaded under a lock, and the difference to be written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection

from bierger.flows.errors import TaskUnknown
from bierger.flows.models import Instance, Task, Timer, Token, Variables
from bierger.flows.selectors import as_state
from bierger.infra.rows import insert
from bierger_core.process import State
from bierger_core.rules import Value, from_json, to_json

_STILL_OPEN = ("open", "claimed", "running")


@dataclass
class Rows:
    """Open rows by their number in the process; `fresh` are not in the database yet. `known`: the variables, as stored."""

    instance: Instance
    known: Mapping[str, object] = field(default_factory=dict)
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
        """Lock the instance, then read what is open. Raises TaskUnknown when this principal may not see or move it."""
        instance = Instance.objects.select_for_update().filter(subject=subject).first()
        known = _variables_to_move(subject) if instance else None
        if instance is None or known is None:
            raise TaskUnknown(f"No process of {subject}.")
        return cls(
            instance,
            known,
            {row.number: row for row in Token.objects.filter(instance=instance)},
            {row.number: row for row in Task.objects.filter(instance=instance, state__in=("open", "claimed"))},
            {row.number: row for row in Timer.objects.filter(instance=instance, state__in=("running", "due"))},
        )

    def state(self) -> State:
        """The core's State, exactly as it was when it was saved."""
        known: dict[str, Value] = {name: from_json(value) for name, value in self.known.items()}
        return as_state(self.instance, known, self.tokens.values(), self.tasks.values(), self.timers.values())

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
        """Write the difference between the rows and `state`.

        The task that was done comes first: it is what lets a web login write the rest (migration 0002, `subject_moving`).
        """
        closed = self._closed()
        closed.sort(key=lambda row: row.state != "done")
        for row in closed:
            row.save(update_fields=["state"])
        instance = self.instance
        instance.status, instance.ended, instance.serial = state.status.value, state.ended, state.serial
        said = {name: to_json(value) for name, value in state.variables.items()}
        if self.fresh:
            insert([instance])
            insert([Variables(instance=instance, variables=said)])
            self.fresh = False
        else:
            instance.save(update_fields=["status", "ended", "serial"])
            if said != self.known:
                _variables_moved(instance.subject, said)
        self._save_tokens(state)
        tokens = {task.id: task.token for task in state.tasks}
        for task in self.tasks.values():
            task.token = tokens.get(task.number, task.token or 0)
        insert(self.tasks[number] for number in sorted(self._new_tasks))
        insert(self.timers[number] for number in sorted(self._new_timers))

    def _closed(self) -> list[Task | Timer]:
        """Rows of the database that are no longer open."""
        rows: list[Task | Timer] = [task for number, task in self.tasks.items() if number not in self._new_tasks]
        rows += [timer for number, timer in self.timers.items() if number not in self._new_timers]
        return [row for row in rows if row.state not in _STILL_OPEN]

    def _save_tokens(self, state: State) -> None:
        wanted = {token.id: token for token in state.tokens}
        gone = [row.id for number, row in self.tokens.items() if number not in wanted]
        if gone:
            Token.objects.filter(id__in=gone).delete()
        insert(
            Token(instance=self.instance, number=token.id, node=token.node, flow=token.flow, scope=token.scope)
            for number, token in wanted.items()
            if number not in self.tokens
        )
        for number, kept in self.tokens.items():
            token = wanted.get(number)
            if token and (kept.node, kept.flow, kept.scope) != (token.node, token.flow, token.scope):
                kept.node, kept.flow, kept.scope = token.node, token.flow, token.scope
                kept.save(update_fields=["node", "flow", "scope"])


def _variables_to_move(subject: UUID) -> Mapping[str, object] | None:
    """All variables, for the engine alone: a party of the subject moves it without being shown them. None: nothing to move."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT flows_variables_to_move(%s)", [subject])
        (stored,) = cursor.fetchone()
    return None if stored is None else dict(json.loads(stored) if isinstance(stored, str) else stored)


def _variables_moved(subject: UUID, said: Mapping[str, object]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT flows_variables_moved(%s, %s::jsonb)", [subject, json.dumps(said)])
        if cursor.fetchone() != (True,):
            raise TaskUnknown(f"The process of {subject} is not in a move.")
