# SPDX-License-Identifier: EUPL-1.2
"""Periodic work of filings."""

from bierger.filings.services import expire_drafts

PERIODIC = {"expire-drafts": (300, expire_drafts)}
