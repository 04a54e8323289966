# SPDX-License-Identifier: EUPL-1.2
"""Periodic work of filings."""

from bierger.filings.services import end_accounts, end_readings, erase_due, expire_drafts

PERIODIC = {
    "expire-drafts": (300, expire_drafts),
    "retention": (60.0, erase_due),
    "accounts": (3600.0, end_accounts),
    "erase-readings": (3600.0, end_readings),
}
