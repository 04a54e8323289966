# SPDX-License-Identifier: EUPL-1.2
"""Verbs of drafts and filings, inside the caller's `acting_as` transaction."""

from bierger.filings.services.attachments import attach, attach_to_task, remove_file
from bierger.filings.services.drafts import discard, expire_drafts, link_of, new_token, save_step, start_draft
from bierger.filings.services.submission import submit

__all__ = [
    "attach",
    "attach_to_task",
    "discard",
    "expire_drafts",
    "link_of",
    "new_token",
    "remove_file",
    "save_step",
    "start_draft",
    "submit",
]
