# SPDX-License-Identifier: EUPL-1.2
"""Frozen shapes of drafts and filings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bierger.disclosures.types import personal_data
from bierger_core.interview import JSON, AnswerError
from bierger_core.procedures import Package


@dataclass(frozen=True)
class DraftStarted:
    """A new draft. `token` is the secret of an anonymous draft's private link: shown once, kept only as a hash."""

    id: UUID
    first_step: str
    token: str | None


@dataclass(frozen=True)
class StepState:
    """One step in the list of steps: `state` is done, current, todo or not-needed."""

    id: str
    state: str


@personal_data
@dataclass(frozen=True)
class DraftView:
    """A draft with its package. `answers` JSON by question name; `raw` typed text by HTML name where it was not valid."""

    id: UUID
    package: Package
    administration: UUID | None
    language: str
    answers: Mapping[str, JSON]
    raw: Mapping[str, list[str]]
    known: Mapping[str, JSON]
    steps: tuple[StepState, ...]
    next_step: str | None
    begun_at: datetime
    changed_at: datetime
    expires_at: datetime


@personal_data
@dataclass(frozen=True)
class DraftLine:
    """A draft in the list "continue later"."""

    id: UUID
    digest: str
    changed_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Saved:
    """What saving a step gave: errors by question name (nothing: valid) and the next step (None: check the answers)."""

    errors: Mapping[str, AnswerError] = field(default_factory=dict)
    next_step: str | None = None


@personal_data
@dataclass(frozen=True)
class Receipt:
    """What is shown after the commit: number, time, hash of the submission event, and its code for /verify.

    level       of the sign-in under which everything was declared true, `none` without one; "": a filing older than this record
    fee_cents   what it cost on the day of filing; None: the administration sets it
    """

    id: UUID
    number: str
    submitted_at: datetime
    event_hash: str
    code: str
    digest: str
    language: str
    cases: tuple[UUID, ...]
    level: str
    fee_cents: int | None
    again: bool = False
