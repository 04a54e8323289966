# SPDX-License-Identifier: EUPL-1.2
"""Frozen shapes of cases: what the services take and the selectors give."""

from bierger.cases.types.acts import Correction, IssuedAct
from bierger.cases.types.events import GENESIS, Header, payload_commitment
from bierger.cases.types.retention import HOLD_REASONS, LONGEST_HOLD, REMAINS, ActKept, DeletionView, Overdue, RetentionView
from bierger.cases.types.views import (
    ERASED,
    EVERY_REQUEST,
    LONGEST_TEXT,
    CaseHeading,
    CaseView,
    Entry,
    Opened,
    Opening,
    Origin,
    PartyView,
    RequestFilters,
    RequestView,
    WorkFilters,
    WorkView,
)
from bierger.cases.types.waiting import of_question, of_task

__all__ = [
    "ERASED",
    "EVERY_REQUEST",
    "GENESIS",
    "HOLD_REASONS",
    "LONGEST_HOLD",
    "LONGEST_TEXT",
    "REMAINS",
    "ActKept",
    "CaseHeading",
    "CaseView",
    "Correction",
    "DeletionView",
    "Entry",
    "Header",
    "IssuedAct",
    "Opened",
    "Opening",
    "Origin",
    "Overdue",
    "PartyView",
    "RequestFilters",
    "RequestView",
    "RetentionView",
    "WorkFilters",
    "WorkView",
    "of_question",
    "of_task",
    "payload_commitment",
]
