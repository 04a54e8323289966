# SPDX-License-Identifier: EUPL-1.2
"""Verbs of cases. All run inside the caller's `acting_as` transaction; each locks the case before it adds an event."""

from bierger.cases.services.acts import correct_act
from bierger.cases.services.desk import add_note, ask_applicant, complete, give_back, take, withdraw_question
from bierger.cases.services.erasure import erase_payload
from bierger.cases.services.followup import answer_question
from bierger.cases.services.holds import hold_case, release_case
from bierger.cases.services.opening import open_case
from bierger.cases.services.retention import erase_acts, erase_case, note_failure, plan

__all__ = [
    "add_note",
    "answer_question",
    "ask_applicant",
    "complete",
    "correct_act",
    "erase_acts",
    "erase_case",
    "erase_payload",
    "give_back",
    "hold_case",
    "note_failure",
    "open_case",
    "plan",
    "release_case",
    "take",
    "withdraw_question",
]
