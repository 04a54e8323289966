# SPDX-License-Identifier: EUPL-1.2
"""How long a case is kept, by whom it is held longer, what is left when it was erased: nothing of what the case says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

HOLD_REASONS: Final = ("appeal", "litigation", "inquiry", "claim")
"""Why a case is held: an appeal or lawsuit under way, an inquiry or audit, a claim that the person makes."""
LONGEST_HOLD: Final = timedelta(days=5 * 366)
REMAINS: Final = ("number", "dates", "event-kinds", "actors", "hashes", "deletion-record")
"""What is left of an erased case, always; the acts' numbers come with them (`ActKept`)."""


@dataclass(frozen=True)
class ActKept:
    """An act of the case. until: the first day on which it is no longer kept. erased: it is gone."""

    number: str
    document_type: str
    erase_on: date | None
    erased_at: datetime | None


@dataclass(frozen=True)
class DeletionView:
    """A record of an erasure. destroyed: how many of which kind. logged: its proof can be had."""

    id: UUID
    at: datetime
    destroyed: Mapping[str, int]
    logged: bool


@dataclass(frozen=True)
class RetentionView:
    """erase_on: by the rule, None: the case is open, or has ended a moment ago. held: it is not erased before `day`.

    period, year_end: the rule, as the package says it. acts: those that are kept longer, or were erased later.
    """

    case: UUID
    period: str
    year_end: bool
    erase_on: date | None
    ended: bool
    erased_at: datetime | None
    hold_until: date | None
    hold_reason: str
    held: bool
    acts: tuple[ActKept, ...]
    deletions: tuple[DeletionView, ...]

    @property
    def day(self) -> date | None:
        """The day on which it will be erased, as far as it is known now."""
        if self.erase_on is None or not self.held or self.hold_until is None:
            return self.erase_on
        return max(self.erase_on, self.hold_until + timedelta(days=1))


@dataclass(frozen=True)
class Overdue:
    """A case that is held, or late: its day has come and it is still there. problem: code of why it could not be erased."""

    case: UUID
    number: str
    erase_on: date | None
    hold_until: date | None
    hold_reason: str
    held: bool
    problem: str = ""
