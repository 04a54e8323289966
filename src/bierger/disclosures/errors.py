# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong when data are read.

DisclosuresError
├── NoLegalBasis   a purpose names no law: nothing is recorded, so nothing may be shown
├── NotOwnData     a selector for one's own data was called by somebody else, who owes a purpose
├── DelayRefused   delay-unknown, delay-reason, delay-length, delay-right: nothing was ordered
├── AnotherNotariser   somebody else sealed the same readings; nothing has happened
├── NotSealed          this one reading cannot be sealed; nothing has happened
└── ReadingUnknown     no reading with this number concerns who is acting, or not yet
"""


class DisclosuresError(Exception):
    """Root of the tree; `code` is stable."""

    code = "disclosures-error"


class NoLegalBasis(DisclosuresError):
    code = "no-legal-basis"


class NotOwnData(DisclosuresError):
    code = "not-own-data"


class DelayRefused(DisclosuresError):
    """code: which rule was not kept."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class AnotherNotariser(DisclosuresError):
    code = "another-notariser"


class NotSealed(DisclosuresError):
    """reading: its number; reason: the code of what was wrong, or its name."""

    code = "not-sealed"

    def __init__(self, reading: int, reason: str) -> None:
        super().__init__(f"Reading {reading} cannot be sealed: {reason}.")
        self.reading, self.reason = reading, reason


class ReadingUnknown(DisclosuresError):
    code = "reading-unknown"
