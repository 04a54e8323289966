# SPDX-License-Identifier: EUPL-1.2
"""Forgetting what somebody said, wherever the process repeats it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from bierger.flows.models import Instance, Task, Timer, Token, Variables
from bierger.infra.erasures import Destroyed


def forget(*, subject: UUID, said: Mapping[str, object]) -> None:
    """Blank what is to be erased. `said`: JSON of the rules by variable. For the system, under the subject's lock.

    1. A variable that still holds what was said becomes null; one that was said anew since stays.
    2. What tasks show of it, open or closed, is taken out.
    """
    row = Variables.objects.select_for_update().filter(instance_id=subject).first()
    if row is not None:
        row.variables = {name: None if name in said and value == said[name] else value for name, value in row.variables.items()}
        row.save(update_fields=["variables"])
    for task in Task.objects.filter(instance_id=subject).exclude(shown={}):
        kept = {path: value for path, value in task.shown.items() if path.split(".")[0] not in said or value != _at(said, path)}
        if kept != task.shown:
            task.shown = kept
            task.save(update_fields=["shown"])


def forget_all(*, subject: UUID) -> Destroyed:
    """Blank everything that the process knows and that its tasks show. For the system, under the subject's lock."""
    variables = Variables.objects.filter(instance_id=subject).exclude(variables={}).update(variables={})
    shown = Task.objects.filter(instance_id=subject).exclude(shown={}).update(shown={})
    return Destroyed({"process": variables, "task-texts": shown})


def stop(*, subject: UUID) -> None:
    """Nothing more is done in this process: its tasks, timers and places end. For the system, under the subject's lock."""
    Task.objects.filter(instance_id=subject, state__in=("open", "claimed")).update(state="cancelled")
    Timer.objects.filter(instance_id=subject, state__in=("running", "due")).update(state="cancelled")
    Token.objects.filter(instance_id=subject).delete()
    Instance.objects.filter(subject=subject).update(status="cancelled")


def _at(said: Mapping[str, object], path: str) -> object:
    value: object = said
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
