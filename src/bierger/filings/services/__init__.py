# SPDX-License-Identifier: EUPL-1.2
"""Verbs of drafts and filings, inside the caller's `acting_as` transaction."""

from bierger.filings.services.attachments import attach, attach_to_task, remove_file
from bierger.filings.services.drafts import discard, expire_drafts, link_of, new_token, save_step, start_draft
from bierger.filings.services.retention import Failed, Round, erase_again, erase_due, erase_round
from bierger.filings.services.submission import submit

__all__ = [
    "Failed",
    "Round",
    "attach",
    "attach_to_task",
    "discard",
    "erase_again",
    "erase_due",
    "erase_round",
    "expire_drafts",
    "link_of",
    "new_token",
    "remove_file",
    "save_step",
    "start_draft",
    "submit",
]
