# SPDX-License-Identifier: EUPL-1.2
"""Identifiers: published vectors, legal oddities, and every single wrong digit refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bierger_core.values import (
    IdentifierError,
    NotAllocatableError,
    make_matricule,
    make_organisation_number,
    parse_iban,
    parse_matricule,
    parse_organisation_number,
    parse_postal_code,
    parse_vat,
)

PUBLISHED = ["1893120105732", "1960090900163", "1985011500173"]
SYNTHETIC = [
    "1900010100152",
    "1900010199902",
    "1985060012314",  # day unknown
    "2024022904251",
    "2099123100721",
    "1990022900137",  # 29 February beside a common year: the year may be that of the registration
    "2000000000143",  # month and day unknown
]


@pytest.mark.parametrize("number", PUBLISHED + SYNTHETIC)
def test_a_legal_matricule_is_read(number):
    assert parse_matricule(number) == number
    assert parse_matricule(f"{number[:4]} {number[4:6]}\u00a0{number[6:8]} {number[8:]}") == number


@pytest.mark.parametrize("number", PUBLISHED + SYNTHETIC)
def test_a_matricule_is_made_from_its_parts(number):
    assert make_matricule(int(number[:4]), int(number[4:6]), int(number[6:8]), int(number[8:11])) == number


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("2000060500127", "matricule-check"),
        ("1893120105739", "matricule-check"),  # Verhoeff over twelve digits
        ("1893120105723", "matricule-check"),  # the two check digits swapped
        ("1893130105732", "matricule-date"),
        ("1893023005732", "matricule-date"),
        ("1893003205732", "matricule-date"),
        ("189312010573", "matricule-format"),
        ("1893-12-01-057-32", "matricule-format"),
        ("١٨٩٣١٢٠١٠٥٧٣٢", "matricule-format"),
        ("", "matricule-format"),
    ],
)
def test_a_wrong_matricule_is_refused_by_code(number, code):
    with pytest.raises(IdentifierError) as refused:
        parse_matricule(number)
    assert refused.value.code == code


@given(st.sampled_from(PUBLISHED + SYNTHETIC), st.integers(0, 12), st.integers(1, 9))
def test_any_single_wrong_digit_of_a_matricule_is_refused(number, position, shift):
    digit = str((int(number[position]) + shift) % 10)
    with pytest.raises(IdentifierError):
        parse_matricule(number[:position] + digit + number[position + 1 :])


@pytest.mark.parametrize(
    "parts", [(1990, 2, 30, 1), (1990, 13, 1, 1), (1990, 1, 1, 0), (1990, 1, 1, 1000), (1990, -1, 1, 1)]
)
def test_a_number_of_no_day_is_not_allocated(parts):
    with pytest.raises(NotAllocatableError):
        make_matricule(*parts)


@pytest.mark.parametrize("number", ["20990000000", "20202200010", "20992400014", "19992400121", "20211000032"])
def test_an_organisation_number_is_read_and_made(number):
    assert parse_organisation_number(number) == number
    assert make_organisation_number(int(number[:4]), int(number[4:6]), int(number[6:10])) == number


def test_an_organisation_number_with_remainder_one_never_existed():
    for digit in range(10):
        with pytest.raises(NotAllocatableError) as refused:
            parse_organisation_number(f"2099990123{digit}")
        assert refused.value.code == "number-not-allocatable"
    with pytest.raises(NotAllocatableError):
        make_organisation_number(2099, 99, 123)


@pytest.mark.parametrize(
    ("parse", "text", "code"),
    [
        (parse_organisation_number, "20202200011", "organisation-number-check"),
        (parse_organisation_number, "2020220001", "organisation-number-format"),
        (parse_vat, "15027443", "vat-format"),
        (parse_vat, "LU15027443", "vat-check"),
        (parse_vat, "LU12345678", "vat-check"),
        (parse_iban, "LU280019400644750001", "iban-check"),
        (parse_iban, "LU28001940064475000", "iban-check"),
        (parse_iban, "LU", "iban-format"),
        (parse_iban, "XX280019400644750000", "iban-check"),
        (parse_postal_code, "0123", "postal-code-format"),
        (parse_postal_code, "L-12345", "postal-code-format"),
        (parse_postal_code, "D-1234", "postal-code-format"),
    ],
)
def test_other_identifiers_are_refused_by_code(parse, text, code):
    with pytest.raises(IdentifierError) as refused:
        parse(text)
    assert refused.value.code == code


@pytest.mark.parametrize("number", ["LU15027442", "LU10000053", "LU12345613", "LU99999984", "LU00000101"])
def test_a_vat_number_is_read(number):
    assert parse_vat(number.lower()) == number


@pytest.mark.parametrize("number", ["LU280019400644750000", "LU830000000000000001", "LU159999999999999999"])
def test_an_iban_is_read(number):
    assert parse_iban(" ".join(number[i : i + 4] for i in range(0, 20, 4))) == number


@pytest.mark.parametrize("text", ["5326", "L5326", "L-5326", "l - 5326"])
def test_a_postal_code_has_one_form(text):
    assert parse_postal_code(text) == "L-5326"


@pytest.mark.parametrize(
    "parse", [parse_matricule, parse_organisation_number, parse_vat, parse_iban, parse_postal_code]
)
@given(text=st.text())
def test_no_text_gets_past_its_parser_unnormalised(parse, text):
    try:
        number = parse(text)
    except IdentifierError:
        number = None
    assert number is None or parse(number) == number
