# SPDX-License-Identifier: EUPL-1.2
"""Forgetting what somebody said, wherever the process repeats it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from bierger.flows.models import Task, Variables


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


def _at(said: Mapping[str, object], path: str) -> object:
    value: object = said
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
