# SPDX-License-Identifier: EUPL-1.2
"""Verbs of cases. All run inside the caller's `acting_as` transaction; each locks the case before it adds an event."""

from bierger.cases.services.desk import add_note, ask_applicant, complete, give_back, take, withdraw_question
from bierger.cases.services.erasure import erase_payload
from bierger.cases.services.followup import answer_question
from bierger.cases.services.opening import open_case

__all__ = [
    "add_note",
    "answer_question",
    "ask_applicant",
    "complete",
    "erase_payload",
    "give_back",
    "open_case",
    "take",
    "withdraw_question",
]
