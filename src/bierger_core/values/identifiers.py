# SPDX-License-Identifier: EUPL-1.2
"""Identifiers of persons, organisations, accounts and places: read, checked, normalised; and made, for demonstrations.

Each `parse_x(text)` accepts the spaces people write, returns one normal form, and raises `IdentifierError` with a
stable code. A number that passes is well formed; only its register knows whether it was ever given to anybody.
"""

import calendar
import re

import stdnum.exceptions
import stdnum.iban
import stdnum.lu.tva
import stdnum.luhn
import stdnum.verhoeff

from bierger_core.values.errors import IdentifierError, NotAllocatableError

_SPACES = re.compile(r"[ \u00a0\u202f]+")
_MATRICULE = re.compile(r"[0-9]{13}")
_ORGANISATION = re.compile(r"[0-9]{11}")
_ORGANISATION_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_VAT = re.compile(r"LU[0-9]{8}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_POSTAL_CODE = re.compile(r"(?:L-?)?([1-9][0-9]{3})")
_LEAP_YEAR = 2000


def _compact(text: str) -> str:
    # A hostile kilobyte is cut before any regular expression or error message sees it.
    return _SPACES.sub("", text[:80]).upper()


def parse_matricule(text: str) -> str:
    """The 13 digits of a natural person's identification number (RGD of 28 November 2013, article 1).

    Year, month, day, sequence, Luhn digit, Verhoeff digit; both check digits are computed over the first eleven digits.
    Codes: matricule-format, matricule-date, matricule-check.
    """
    number = _compact(text)
    if not _MATRICULE.fullmatch(number):
        raise IdentifierError("An identification number has 13 digits.", code="matricule-format")
    if not _possible_birth(int(number[4:6]), int(number[6:8])):
        raise IdentifierError("Month or day of the identification number is impossible.", code="matricule-date")
    if number[11:] != _matricule_checks(number[:11]):
        raise IdentifierError("The check digits of the identification number are wrong.", code="matricule-check")
    return number


def _possible_birth(month: int, day: int) -> bool:
    # 00 is legal for an unknown month or day. An unknown year is replaced by the year of registration, so even
    # 29 February can stand beside a common year: only days that no year has are impossible.
    if month == 0:
        return day <= 31
    return month <= 12 and day <= calendar.monthrange(_LEAP_YEAR, month)[1]


def _matricule_checks(first_eleven: str) -> str:
    return str(stdnum.luhn.calc_check_digit(first_eleven)) + str(stdnum.verhoeff.calc_check_digit(first_eleven))


def make_matricule(year: int, month: int, day: int, sequence: int) -> str:
    """A well-formed synthetic number. Month and day may be 0 (unknown); `sequence` is 1 to 999.

    Raises `NotAllocatableError`.
    """
    if min(month, day) < 0 or not (1000 <= year <= 9999 and _possible_birth(month, day) and 1 <= sequence <= 999):
        raise NotAllocatableError("No identification number exists for this day and sequence.")
    first_eleven = f"{year:04d}{month:02d}{day:02d}{sequence:03d}"
    return first_eleven + _matricule_checks(first_eleven)


def parse_organisation_number(text: str) -> str:
    """The 11 digits of a legal person's identification number (law of 30 March 1979).

    The last digit comes from weights 5 4 3 2 7 6 5 4 3 2 modulo 11; a number whose remainder is 1 was never allocated.
    Codes: organisation-number-format, organisation-number-check, number-not-allocatable.
    """
    number = _compact(text)
    if not _ORGANISATION.fullmatch(number):
        raise IdentifierError("The number of an organisation has 11 digits.", code="organisation-number-format")
    if number[10] != _organisation_check(number[:10]):
        raise IdentifierError("The check digit of the organisation number is wrong.", code="organisation-number-check")
    return number


def _organisation_check(first_ten: str) -> str:
    remainder = sum(weight * int(digit) for weight, digit in zip(_ORGANISATION_WEIGHTS, first_ten, strict=True)) % 11
    if remainder == 1:
        raise NotAllocatableError("No organisation number begins with these ten digits.")
    return str((11 - remainder) % 11)


def make_organisation_number(year: int, form: int, order: int) -> str:
    """A well-formed synthetic number: year of constitution, legal form (2 digits), order (4 digits), check digit.

    One beginning in eleven has no check digit and raises `NotAllocatableError`: take the next order. The widths of form
    and order are the usual reading of published numbers, not a text of law; `parse_organisation_number` does not rely
    on them.
    """
    if not (1000 <= year <= 9999 and 0 <= form <= 99 and 0 <= order <= 9999):
        raise NotAllocatableError("Year, form or order of the organisation number is out of range.")
    first_ten = f"{year:04d}{form:02d}{order:04d}"
    return first_ten + _organisation_check(first_ten)


def parse_vat(text: str) -> str:
    """A Luxembourg VAT number, `LU` and eight digits of which the last two are the first six modulo 89.

    Codes: vat-format, vat-check.
    """
    number = _compact(text)
    if not _VAT.fullmatch(number):
        raise IdentifierError("A Luxembourg VAT number is LU and 8 digits.", code="vat-format")
    if not stdnum.lu.tva.is_valid(number):
        raise IdentifierError("The check digits of the VAT number are wrong.", code="vat-check")
    return number


def parse_iban(text: str) -> str:
    """An account number (ISO 13616) of any country: structure of the country and check digits modulo 97.

    Codes: iban-format, iban-check.
    """
    number = _compact(text)
    if not _IBAN.fullmatch(number):
        raise IdentifierError("An IBAN has two letters, two digits and up to 30 more signs.", code="iban-format")
    try:
        stdnum.iban.validate(number, check_country=False)
    except stdnum.exceptions.InvalidChecksum:
        raise IdentifierError("The check digits of the IBAN are wrong.", code="iban-check") from None
    except stdnum.exceptions.ValidationError:
        raise IdentifierError("The IBAN does not have the form of its country.", code="iban-format") from None
    return number


def parse_postal_code(text: str) -> str:
    """A Luxembourg postal code: `5326`, `L5326` or `L-5326`, returned as `L-5326`. Code: postal-code-format."""
    match = _POSTAL_CODE.fullmatch(_compact(text))
    if match is None:
        raise IdentifierError("A postal code is written like L-1234.", code="postal-code-format")
    return f"L-{match[1]}"
