# SPDX-License-Identifier: EUPL-1.2
"""Verbs of drafts and filings, inside the caller's `acting_as` transaction."""

from bierger.filings.services.accounts import account_round, end_accounts, erase_account, erase_office, tell_accounts
from bierger.filings.services.attachments import attach, attach_to_task, remove_file
from bierger.filings.services.bundles import begin_bundle, discard_bundle, take_out
from bierger.filings.services.drafts import discard, expire_drafts, link_of, new_token, save_step, start_draft
from bierger.filings.services.readings import end_readings
from bierger.filings.services.retention import Failed, Round, erase_again, erase_due, erase_round
from bierger.filings.services.submission import submit, submit_bundle

__all__ = [
    "Failed",
    "Round",
    "account_round",
    "attach",
    "attach_to_task",
    "begin_bundle",
    "discard",
    "discard_bundle",
    "end_accounts",
    "end_readings",
    "erase_account",
    "erase_again",
    "erase_due",
    "erase_office",
    "erase_round",
    "expire_drafts",
    "link_of",
    "new_token",
    "remove_file",
    "save_step",
    "start_draft",
    "submit",
    "submit_bundle",
    "take_out",
    "tell_accounts",
]
