# SPDX-License-Identifier: EUPL-1.2
"""What people type: read leniently in form, strictly in meaning, and never with a crash."""

import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger_core.interview import (
    ERROR_CODES,
    AnswerError,
    Parsed,
    Question,
    Setting,
    Type,
    check_file,
    field_names,
    from_json,
    is_blank,
    parse_answer,
    pick,
    show_raw,
    to_json,
    unprintable,
)

SETTING = Setting(today=date(2026, 3, 2), communes=frozenset({"esch-sur-alzette", "differdange"}))


def question(kind: Type, **more) -> Question:
    more.setdefault("options", ("bank", "school"))
    return Question("q", kind, **more)


def read(kind: Type, *raw: str, **more):
    result = parse_answer(question(kind, **more), raw, setting=SETTING)
    return result.value if isinstance(result, Parsed) else result.code


@pytest.mark.parametrize(
    ("kind", "raw", "answer"),
    [
        (Type.TEXT, ["  Marc   Schmit "], "Marc Schmit"),
        (Type.TEXT, ["e\u0301cole"], "école"),
        (Type.LONGTEXT, ["a\r\nb\rc"], "a\nb\nc"),
        (Type.NUMBER, ["1 000"], "1000"),
        (Type.NUMBER, ["-0"], "0"),
        (Type.MONEY, ["48 500,5"], "48500.50"),
        (Type.MONEY, ["1.234,50 €"], "1234.50"),
        (Type.MONEY, ["1,234.50"], "1234.50"),
        (Type.MONEY, ["1\u202f234,50"], "1234.50"),
        (Type.DATE, ["31", "1", "2026"], "2026-01-31"),
        (Type.DATE, ["31.1.2026"], "2026-01-31"),
        (Type.DATE, ["2026-01-31"], "2026-01-31"),
        (Type.BOOLEAN, ["yes"], True),
        (Type.BOOLEAN, ["no"], False),
        (Type.CHOICE, ["bank"], "bank"),
        (Type.CHOICES, ["school", "bank", "school"], ["bank", "school"]),
        (Type.EMAIL, ["Anne.Klein@Example.LU"], "Anne.Klein@example.lu"),
        (Type.PHONE, ["621 123 456"], "+352621123456"),
        (Type.PHONE, ["0033 6 12 34 56 78"], "+33612345678"),
        (Type.MATRICULE, ["1893 1201 05732"], "1893120105732"),
        (Type.MATRICULE, ["2000000000143"], "2000000000143"),  # unknown month and day: legal (RGD 28 Nov 2013, art. 1)
        (Type.ORGANISATION_NUMBER, ["20211000032"], "20211000032"),
        (Type.IBAN, ["LU28 0019 4006 4475 0000"], "LU280019400644750000"),
        (Type.POSTAL_CODE, ["L-4010"], "4010"),
        (Type.POSTAL_CODE, ["4010"], "4010"),
        (Type.COMMUNE, ["differdange"], "differdange"),
        (Type.PARCEL, ["a", " 123 / 4567"], {"section": "A", "number": "123/4567"}),
        (Type.PLACE, ["Rue X", "", ""], {"text": "Rue X", "lat": None, "lon": None}),
        (Type.PLACE, ["", "49,4958001", "5.9806"], {"text": "", "lat": "49.4958", "lon": "5.9806"}),
    ],
)
def test_what_is_right_is_read(kind, raw, answer):
    assert read(kind, *raw) == answer


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        (Type.TEXT, [""], "required"),
        (Type.TEXT, ["a\x00b"], "bad-characters"),
        (Type.TEXT, ["abc\u202egnp.exe"], "bad-characters"),
        (Type.TEXT, ["x" * 201], "too-long"),
        (Type.TEXT, ["a", "b"], "too-many-values"),
        (Type.NUMBER, ["zwei"], "not-a-number"),
        (Type.NUMBER, ["٣"], "not-a-number"),
        (Type.NUMBER, ["1e5"], "not-a-number"),
        (Type.NUMBER, ["1,5"], "too-many-decimals"),
        (Type.MONEY, ["2.500"], "too-many-decimals"),  # two and a half, or two thousand five hundred: not guessed
        (Type.DATE, ["31", "2", "2026"], "date-impossible"),
        (Type.DATE, ["1", "1", "26"], "date-impossible"),
        (Type.DATE, ["1", "", "2026"], "not-a-date"),
        (Type.DATE, ["morgen"], "not-a-date"),
        (Type.BOOLEAN, ["vielleicht"], "not-a-boolean"),
        (Type.CHOICE, ["gold"], "not-a-choice"),
        (Type.CHOICES, ["bank", "gold"], "not-a-choice"),
        (Type.EMAIL, ["anne.klein"], "bad-email"),
        (Type.EMAIL, ["anne..klein@example.lu"], "bad-email"),
        (Type.EMAIL, ["a@-x.lu"], "bad-email"),
        (Type.PHONE, ["112a"], "bad-phone"),
        (Type.MATRICULE, ["1893120105739"], "bad-matricule"),
        (Type.ORGANISATION_NUMBER, ["20999901231"], "bad-organisation-number"),
        (Type.IBAN, ["LU280019400644750001"], "bad-iban"),
        (Type.POSTAL_CODE, ["40100"], "bad-postal-code"),
        (Type.COMMUNE, ["luxembourg"], "bad-commune"),
        (Type.COMMUNE, ["../etc"], "bad-commune"),
        (Type.PARCEL, ["A", "rue"], "bad-parcel"),
        (Type.PLACE, ["X", "49.5", ""], "bad-place"),
        (Type.PLACE, ["X", "99", "6"], "bad-place"),
    ],
)
def test_what_is_wrong_is_refused_by_code(kind, raw, code):
    assert read(kind, *raw) == code
    assert code in ERROR_CODES


def test_dates_know_the_day():
    assert read(Type.DATE, "3.3.2026", max_date="today") == "date-in-future"
    assert read(Type.DATE, "2.3.2026", max_date="today") == "2026-03-02"
    assert read(Type.DATE, "1.3.2026", min_date="today") == "date-in-past"
    assert read(Type.DATE, "1.1.1999", min_date="2000-01-01") == "date-too-early"
    assert read(Type.DATE, "1.1.2030", max_date="2029-12-31") == "date-too-late"


def test_limits_come_with_their_figures():
    result = parse_answer(question(Type.NUMBER, min=Decimal(3)), ["2"], setting=SETTING)
    assert result == AnswerError("too-small", {"min": "3"})
    assert read(Type.NUMBER, "9", max=Decimal(8)) == "too-large"
    assert read(Type.TEXT, "ab", min_length=3) == "too-short"


def test_a_field_left_empty_is_null_when_it_may_be():
    for kind in Type:
        assert parse_answer(question(kind, required=False), [""], setting=SETTING) == Parsed(None)


def test_files_are_judged_one_by_one():
    plans = question(Type.FILE, accept=("application/pdf",), max_files=2, max_bytes=1000)
    assert check_file(plans, media_type="application/pdf", size=1000, count=1) is None
    assert check_file(plans, media_type="application/pdf", size=1, count=2).code == "too-many-files"
    assert check_file(plans, media_type="application/pdf", size=0, count=0).code == "file-empty"
    assert check_file(plans, media_type="application/pdf", size=1001, count=0).code == "file-too-large"
    assert check_file(plans, media_type="application/x-dosexec", size=9, count=0).code == "bad-media-type"


anything = st.lists(
    st.text(max_size=60) | st.sampled_from(["2026-01-31", "1.234,5", "49.5", "yes", "\ud800", "L-4010"]), max_size=4
)


@settings(max_examples=400, deadline=None)
@given(kind=st.sampled_from(list(Type)), raw=anything, required=st.booleans())
def test_nothing_typed_makes_it_crash(kind, raw, required):
    result = parse_answer(question(kind, required=required), raw, setting=SETTING)
    assert isinstance(result, Parsed) or result.code in ERROR_CODES


@settings(max_examples=300, deadline=None)
@given(kind=st.sampled_from([kind for kind in Type if kind is not Type.FILE]), raw=anything)
def test_an_answer_shown_again_reads_as_itself(kind, raw):
    one = question(kind, required=False)
    first = parse_answer(one, raw, setting=SETTING)
    if isinstance(first, Parsed) and first.value is not None:
        again = parse_answer(one, pick(one, show_raw(one, first.value)), setting=SETTING)
        assert again == first
        assert to_json(one, from_json(one, first.value)) == first.value


@settings(max_examples=200, deadline=None)
@given(
    kind=st.sampled_from(list(Type)),
    answer=st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), st.lists, max_leaves=4),
)
def test_a_stored_answer_of_another_shape_is_null_not_a_crash(kind, answer):
    from_json(question(kind), answer)
    assert isinstance(field_names(question(kind)), tuple)


@pytest.mark.parametrize("text", ["a\0b", "\x1b[31m", "ok \u202etxet", "\u2066x", "\ud800", "a\x7f"])
def test_unprintable(text):
    assert unprintable(text, lines=True)
    assert unprintable(text, lines=False)


def test_lines_are_printable_where_lines_are_asked():
    assert not unprintable("Zwee\r\n\tZeilen, é ß 中 👍🏽", lines=True)
    assert unprintable("two\nlines", lines=False)


# What keyboards, web pages and word processors leave behind without anybody seeing it.
UNSEEN = "\u200b\ufeff\u00ad\u2060\u200d\u200e\u180e\u3164\u115f\uffa0\u2800\u034f\ufe0f\u00a0\u3000\u2028 \t\n\U000e0101\U000e0020"
SOMETHING = st.text(min_size=1, alphabet=st.characters(categories=("Lu", "Ll", "Nd", "Po"), exclude_characters=UNSEEN))


@settings(max_examples=150)
@given(st.sampled_from(list(Type)), st.lists(st.text(alphabet=UNSEEN, max_size=8), max_size=3))
def test_what_nobody_sees_is_no_answer(kind, raw):
    assert all(is_blank(text) for text in raw)
    if kind is not Type.FILE:
        assert read(kind, *raw, required=True) == "required"
    assert read(kind, *raw, required=False) is None


@settings(max_examples=150)
@given(st.text(alphabet=UNSEEN, max_size=4), SOMETHING, st.text(alphabet=UNSEEN, max_size=4))
def test_what_is_seen_is_an_answer_whatever_stands_around_it(before, seen, after):
    assert not is_blank(before + seen + after)
    answer = read(Type.LONGTEXT, before + seen + after, max_length=10_000)
    assert isinstance(answer, str)
    assert unicodedata.normalize("NFC", seen).strip() in answer.replace("\r", "\n") or answer == "bad-characters"


def test_every_space_and_format_sign_of_unicode_is_blank_and_no_digit_or_punctuation():
    signs = [chr(code) for code in range(0x110000)]
    of = {kind: [sign for sign in signs if unicodedata.category(sign).startswith(kind)] for kind in ("Z", "Cf", "N", "P", "Lu", "Ll")}
    assert all(is_blank(sign) for kind in ("Z", "Cf") for sign in of[kind])
    assert not any(is_blank(sign) for kind in ("N", "P", "Lu", "Ll") for sign in of[kind])


def test_controls_are_refused_as_what_they_are():
    assert read(Type.TEXT, "\0", required=True) == "bad-characters"
    assert read(Type.TEXT, "\u200b\0", required=True) == "bad-characters"
    assert read(Type.PLACE, "\u200b", "49.6", "6.1") == {"text": "", "lat": "49.6", "lon": "6.1"}
