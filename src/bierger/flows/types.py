# SPDX-License-Identifier: EUPL-1.2
"""What those above see of a process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from bierger_core.rules import Value

APPLICANT: Final = "applicant"  # the role of whoever filed; every other role is an officer's


@dataclass(frozen=True)
class TaskView:
    """One task. `kind` user or service; `state` open, claimed, done or cancelled; `officer` who took it.

    shown   of an applicant's task: what its form shows, by path
    """

    id: UUID
    subject: UUID
    number: int
    node: str
    kind: str
    role: str
    service: str
    action: str
    document: str
    outputs: tuple[str, ...]
    state: str
    opened_at: datetime
    due_at: datetime | None
    officer: UUID | None
    shown: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Decided:
    """A business-rule task that was evaluated: its decision, its value (JSON) and the derivation to be kept."""

    node: str
    number: int
    decision: str
    result: str
    value: object
    derivation: object


@dataclass(frozen=True)
class Moved:
    """What one step of a process brought about, in order."""

    opened: tuple[TaskView, ...] = ()
    cancelled: tuple[UUID, ...] = ()
    decided: tuple[Decided, ...] = ()
    finished: str | None = None
    variables: dict[str, Value] = field(default_factory=dict)
