# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong with a case.

CaseError
├── CaseUnknown     no such case, or not this principal's to see: the same answer on purpose
├── NotAllowed      seen, but not this principal's to do
├── CaseEnded       nothing can be added any more
└── ChainBroken     an event's hash does not follow from its header: somebody changed history
"""


class CaseError(Exception):
    """Root of the tree; `code` is stable and translated by the screens."""

    code = "case-error"


class CaseUnknown(CaseError):
    code = "case-unknown"


class NotAllowed(CaseError):
    code = "case-not-allowed"


class CaseEnded(CaseError):
    code = "case-ended"


class ChainBroken(CaseError):
    code = "chain-broken"

    def __init__(self, message: str, *, sequence: int) -> None:
        super().__init__(message)
        self.sequence = sequence
