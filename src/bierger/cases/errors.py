# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong with a case.

CaseError
├── CaseUnknown     no such case, or not this principal's to see: the same answer on purpose
├── NotAllowed      seen, but not this principal's to do
│   └── QuestionClosed   the question was answered, withdrawn, or never asked
├── QuestionOpen    the applicant has not answered the question before
├── TextTooLong     longer than a case keeps; what somebody wrote is refused, never cut
├── CaseEnded       nothing can be added any more
├── CaseErased      its time is over: nothing of what it said is left
├── NotDue          it is not erased yet: still kept, held, or an act is on its way (`code`)
├── HoldRefused     it is not held so: no such reason, no such day (`code`)
└── ChainBroken     an event's hash does not follow from its header: somebody changed history
"""


class CaseError(Exception):
    """Root of the tree; `code` is stable and translated by the screens."""

    code = "case-error"


class CaseUnknown(CaseError):
    code = "case-unknown"


class NotAllowed(CaseError):
    code = "case-not-allowed"


class QuestionClosed(NotAllowed):
    code = "question-closed"


class QuestionOpen(CaseError):
    code = "question-open"


class TextTooLong(CaseError):
    """`max`: characters that are allowed."""

    code = "text-too-long"

    def __init__(self, *, max: int) -> None:  # noqa: A002 - the name of the field in every such error
        super().__init__(f"A text of a case has at most {max} characters.")
        self.max = max


class CaseEnded(CaseError):
    code = "case-ended"


class CaseErased(CaseError):
    code = "case-erased"


class NotDue(CaseError):
    """`code`: case-still-kept, case-held, act-under-way, act-still-kept."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class HoldRefused(CaseError):
    """`code`: hold-reason, hold-until."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class ChainBroken(CaseError):
    code = "chain-broken"

    def __init__(self, message: str, *, sequence: int) -> None:
        super().__init__(message)
        self.sequence = sequence
