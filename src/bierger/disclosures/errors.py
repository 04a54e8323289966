# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong when data are read.

DisclosuresError
├── NoLegalBasis   a purpose names no law: nothing is recorded, so nothing may be shown
└── NotOwnData     a selector for one's own data was called by somebody else, who owes a purpose
"""


class DisclosuresError(Exception):
    """Root of the tree; `code` is stable."""

    code = "disclosures-error"


class NoLegalBasis(DisclosuresError):
    code = "no-legal-basis"


class NotOwnData(DisclosuresError):
    code = "not-own-data"
