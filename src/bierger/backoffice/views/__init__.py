# SPDX-License-Identifier: EUPL-1.2
"""Views of the officer's desk; `access` lets nobody else in."""

from bierger.backoffice.views.acts import acts, correct, issued, issued_pdf, revoke
from bierger.backoffice.views.case import act, attachment, case, note, question, withdraw
from bierger.backoffice.views.oversight import delay, end, extend, readings
from bierger.backoffice.views.retention import deletion, hold, release
from bierger.backoffice.views.task import done, give_back, task
from bierger.backoffice.views.worklist import next_task, take, worklist

__all__ = [
    "act",
    "acts",
    "attachment",
    "case",
    "correct",
    "delay",
    "deletion",
    "done",
    "end",
    "extend",
    "give_back",
    "hold",
    "issued",
    "issued_pdf",
    "next_task",
    "note",
    "question",
    "readings",
    "release",
    "revoke",
    "take",
    "task",
    "withdraw",
    "worklist",
]
