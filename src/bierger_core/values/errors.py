# SPDX-License-Identifier: EUPL-1.2
"""Errors of the values, and the root of all errors of the core.

CoreError                     every refusal of the core: stable `code`, `data`, English message
├── InvalidValueError         a text or number is not what it claims to be
│   ├── MoneyError            money-currency, money-mixed
│   ├── InstantError          instant-format, instant-naive, zone-unknown
│   ├── TermError             term-format, term-range, calendar-unknown
│   ├── IdentifierError       matricule-*, organisation-number-*, vat-*, iban-*, postal-code-*
│   │   └── NotAllocatableError a number that no register may give out
│   ├── TextError             text-language, text-register, text-empty, text-missing
│   ├── CanonicalError        canonical-*
│   └── CommitmentError       commitment-kind, commitment-salt
└── SigningError              signing-algorithm, signing-key
"""

from collections.abc import Mapping


class CoreError(Exception):
    """A refusal with a stable `code` (kebab-case), `data` for the translated sentence, and an English message."""

    default_code = "core-error"

    def __init__(self, message: str, *, code: str | None = None, **data: object) -> None:
        super().__init__(message)
        self.code = code or self.default_code
        self.data: Mapping[str, object] = data


class InvalidValueError(CoreError):
    """A text or number is not what it claims to be."""

    default_code = "value-refused"


class MoneyError(InvalidValueError):
    """A currency that is not supported, or two in one sum."""

    default_code = "money-currency"


class InstantError(InvalidValueError):
    """An instant without zone, or not written as RFC 3339 in UTC."""

    default_code = "instant-format"


class TermError(InvalidValueError):
    """A legal term that cannot be read or is out of range."""

    default_code = "term-format"


class IdentifierError(InvalidValueError):
    """An identifier whose form or check digits are wrong."""

    default_code = "identifier-format"


class NotAllocatableError(IdentifierError):
    """The number is well formed but no register may give it out."""

    default_code = "number-not-allocatable"


class TextError(InvalidValueError):
    """A text in an unknown language or register, or an empty one."""

    default_code = "text-language"


class CanonicalError(InvalidValueError):
    """A value that has no canonical JSON, or bytes that are not canonical JSON."""

    default_code = "canonical-type"


class CommitmentError(InvalidValueError):
    """A commitment with an unknown kind or a salt of the wrong length."""

    default_code = "commitment-salt"


class SigningError(CoreError):
    """A key that does not fit the algorithm it is used with."""

    default_code = "signing-algorithm"
