# SPDX-License-Identifier: EUPL-1.2
"""Reads of cases. What returns personal data takes a Purpose, or is one's own."""

from bierger.cases.selectors.chain import replay, verify_chain
from bierger.cases.selectors.desk import case_view, concerned_by_file, may_open, purpose_of, worklist
from bierger.cases.selectors.requests import origins, request, requests, requests_page, timeline

__all__ = [
    "case_view",
    "concerned_by_file",
    "may_open",
    "origins",
    "purpose_of",
    "replay",
    "request",
    "requests",
    "requests_page",
    "timeline",
    "verify_chain",
    "worklist",
]
