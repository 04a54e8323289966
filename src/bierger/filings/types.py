# SPDX-License-Identifier: EUPL-1.2
"""Frozen shapes of drafts and filings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
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
    """A draft with its package. `answers` JSON by question name; `raw` typed text by HTML name where it was not valid.

    bundle   what it is submitted with; None: alone
    copied   of answers that were not typed here, their origin: `owner/name` of another draft, or "": the situation
    """

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
    bundle: UUID | None = None
    situation: str = ""
    copied: Mapping[str, str] = field(default_factory=dict)

    @property
    def procedure(self) -> str:
        """As owner/name."""
        return f"{self.package.owner}/{self.package.name}"


@personal_data
@dataclass(frozen=True)
class BundleView:
    """Drafts that are submitted together, in order. `situation`: digest of the one out of which they were begun, or ""."""

    id: UUID
    situation: str
    drafts: tuple[DraftView, ...]

    @property
    def unfinished(self) -> DraftView | None:
        """The first draft that lacks an answer; None: all can be checked."""
        return next((draft for draft in self.drafts if draft.next_step), None)


@dataclass(frozen=True)
class BundleStarted:
    """New drafts, one for each procedure. `bundle` None: there was one procedure, and its draft stands alone.

    token   the secret of the private link of whoever is not signed in: shown once, kept only as a hash
    """

    bundle: UUID | None
    drafts: tuple[UUID, ...]
    token: str | None


@personal_data
@dataclass(frozen=True)
class DraftLine:
    """A draft in the list "continue later", or (`bundle`) several that are submitted together."""

    id: UUID
    digest: str
    changed_at: datetime
    expires_at: datetime
    bundle: UUID | None = None
    situation: str = ""


@dataclass(frozen=True)
class Saved:
    """What saving a step gave: errors by question name (nothing: valid) and the next step (None: check the answers)."""

    errors: Mapping[str, AnswerError] = field(default_factory=dict)
    next_step: str | None = None


@personal_data
@dataclass(frozen=True)
class Receipt:
    """What is shown after the commit: number, time, hash of the submission event, and its code for /verify.

    digest      of the procedure, or of the situation when several were filed together
    cases       in the order in which they were opened
    event_hash  hex; of several cases, the root of the tree of their opening events (RFC 6962)
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


@dataclass(frozen=True)
class NotEnded:
    """An account or an office (kind) that could not be erased on its day. code: of the error, or its name."""

    kind: str
    id: UUID
    due_on: date
    code: str


@dataclass(frozen=True)
class AccountRound:
    """What a round over accounts and offices did."""

    erased: int
    failed: tuple[NotEnded, ...]
