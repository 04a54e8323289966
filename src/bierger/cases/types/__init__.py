# SPDX-License-Identifier: EUPL-1.2
"""Frozen shapes of cases: what the services take and the selectors give."""

from bierger.cases.types.events import GENESIS, Header, payload_commitment
from bierger.cases.types.views import (
    ERASED,
    EVERY_REQUEST,
    LONGEST_TEXT,
    CaseStatus,
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
    "LONGEST_TEXT",
    "CaseStatus",
    "CaseView",
    "Entry",
    "Header",
    "Opened",
    "Opening",
    "Origin",
    "PartyView",
    "RequestFilters",
    "RequestView",
    "WorkFilters",
    "WorkView",
    "of_question",
    "of_task",
    "payload_commitment",
]
