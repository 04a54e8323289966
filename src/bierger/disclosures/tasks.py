# SPDX-License-Identifier: EUPL-1.2
"""The notariser's minute. Old readings are erased by `filings`, with a record in the log."""

from __future__ import annotations

from bierger.disclosures import services

EVERY = 60.0  # seconds: the window in which a reading is recorded and not sealed yet; pages and docs name it


def notarise() -> int:
    """Seal all that waits: after a day of standing still too."""
    return services.seal_all()


PERIODIC = {"notarise": (EVERY, notarise)}
