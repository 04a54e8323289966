# SPDX-License-Identifier: EUPL-1.2
"""Periodic work of filings."""

from bierger.filings.services import erase_due, expire_drafts

PERIODIC = {"expire-drafts": (300, expire_drafts), "retention": (60.0, erase_due)}
