# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong between the first answer and the receipt.

FilingError
├── DraftUnknown            no such draft, or not yours: the same answer on purpose
├── FilingUnknown           no such filing, or not yours
├── ProcedureUnknown        nothing is published and active under this name for this administration
├── SignInNeeded            the procedure cannot be filed anonymously
├── LevelTooLow             the sign-in is not strong enough (`needed`)
├── OutOfMandate            a representative, in a procedure that the mandate does not cover (`scope`), or one that is not there
├── InBundle                one of several drafts that are submitted, or deleted, together only (`bundle`)
├── NotComplete             submission with answers missing or no longer valid (`draft`, `step`, `errors`)
├── DeclarationMissing      the declaration at the end was not ticked
└── AdministrationRefused   the chosen administration does not offer this procedure

Of several procedures at once, those that are refused are named: `procedures`, as owner/name.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from bierger_core.interview import AnswerError


class FilingError(Exception):
    """Root of the tree; `code` is stable and translated by the screens."""

    code = "filing-error"

    def __init__(self, message: str = "", *, procedures: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.procedures = procedures


class DraftUnknown(FilingError):
    code = "draft-unknown"


class FilingUnknown(FilingError):
    code = "filing-unknown"


class ProcedureUnknown(FilingError):
    code = "procedure-unknown"


class SignInNeeded(FilingError):
    code = "sign-in-needed"


class LevelTooLow(FilingError):
    code = "level-too-low"

    def __init__(self, message: str, *, needed: str, procedures: tuple[str, ...] = ()) -> None:
        super().__init__(message, procedures=procedures)
        self.needed = needed


class OutOfMandate(FilingError):
    code = "out-of-mandate"

    def __init__(self, message: str, *, scope: str, procedures: tuple[str, ...] = ()) -> None:
        super().__init__(message, procedures=procedures)
        self.scope = scope


class InBundle(FilingError):
    code = "in-bundle"

    def __init__(self, message: str, *, bundle: UUID) -> None:
        super().__init__(message)
        self.bundle = bundle


class NotComplete(FilingError):
    code = "not-complete"

    def __init__(self, message: str, *, draft: UUID, step: str, errors: Mapping[str, AnswerError]) -> None:
        super().__init__(message)
        self.draft, self.step, self.errors = draft, step, errors


class DeclarationMissing(FilingError):
    code = "declaration-missing"


class AdministrationRefused(FilingError):
    code = "administration-refused"
