# SPDX-License-Identifier: EUPL-1.2
"""Frozen shapes of cases: what the services take and the selectors give."""

from bierger.cases.types.events import GENESIS, Header, payload_commitment
from bierger.cases.types.views import (
    ERASED,
    CaseStatus,
    CaseView,
    Entry,
    Opened,
    Opening,
    Page,
    PartyView,
    RequestView,
    WorkFilters,
    WorkView,
)
from bierger.cases.types.waiting import of_question, of_task

__all__ = [
    "ERASED",
    "GENESIS",
    "CaseStatus",
    "CaseView",
    "Entry",
    "Header",
    "Opened",
    "Opening",
    "Page",
    "PartyView",
    "RequestView",
    "WorkFilters",
    "WorkView",
    "of_question",
    "of_task",
    "payload_commitment",
]
