# SPDX-License-Identifier: EUPL-1.2
"""Reads of cases. What returns personal data takes a Purpose, or is one's own."""

from bierger.cases.selectors.acts import act_numbered, issued_act, issued_file, purpose_of_act, shown_as_acts_stand
from bierger.cases.selectors.chain import replay, verify_chain
from bierger.cases.selectors.desk import case_view, concerned_by_file, headings, purpose_of, worklist
from bierger.cases.selectors.oversight import case_under_oversight, number_under_oversight
from bierger.cases.selectors.requests import origins, request, requests, requests_of, requests_page, timeline
from bierger.cases.selectors.retention import (
    case_by_number,
    deletion_certificate,
    due,
    due_by_day,
    exists,
    held,
    overdue,
    retention,
)

__all__ = [
    "act_numbered",
    "case_by_number",
    "case_under_oversight",
    "case_view",
    "concerned_by_file",
    "deletion_certificate",
    "due",
    "due_by_day",
    "exists",
    "headings",
    "held",
    "issued_act",
    "issued_file",
    "number_under_oversight",
    "origins",
    "overdue",
    "purpose_of",
    "purpose_of_act",
    "replay",
    "request",
    "requests",
    "requests_of",
    "requests_page",
    "retention",
    "shown_as_acts_stand",
    "timeline",
    "verify_chain",
    "worklist",
]
