# SPDX-License-Identifier: EUPL-1.2
"""FEEL: what the subset means, what is refused by name, and that no text can crash the reader."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bierger_core.rules import (
    EvaluationError,
    ExpressionRefused,
    InputRefused,
    NumberOverflow,
    Position,
    StepsExceeded,
    TextTooLong,
    from_json,
    parse_expression,
    parse_unary_tests,
    to_json,
    to_value,
)

CONTEXT = {
    "age": 30,
    "kind": "garage",
    "born": date(1990, 5, 1),
    "yes": True,
    "applicant": {"age": 17, "address": {"town": "Mersch"}},
    "fire.opinion": True,
    "kinds": ["garage", "shed"],
    "nothing": None,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", Decimal(7)),
        ("(1 + 2) * 3", Decimal(9)),
        ("10 - 4 - 3", Decimal(3)),
        ("-5 ** 2", Decimal(25)),
        ("3 ** 2 ** 3", Decimal(729)),
        ("0.1 + 0.2 = 0.3", True),
        ("1 / 3 * 3 = 1", False),
        (".5 + 1e2", Decimal("100.5")),
        ("1 / 0", None),
        ("(-8) ** 0.5", None),
        ("- age", Decimal(-30)),
        ("- kind", None),
        ("1 + null", None),
        ('"a" + "b"', "ab"),
        ('"a" + 1', None),
        ('"a" * 2', None),
        (r'"\u00e9\n\"\\"', 'é\n"\\'),
        ('"\\U01F600"', "\U0001f600"),
        ('date("2026-02-28") < @"2026-03-01"', True),
        ('born = date("1990-05-01")', True),
        ("age >= 18", True),
        ("applicant.age >= 18", False),
        ('applicant.address.town = "Mersch"', True),
        ("applicant.unknown", None),
        ("age.unknown", None),
        ("fire.opinion", True),
        ("unknown", None),
        ("unknown = null", True),
        ("1 = null", False),
        ("null != null", False),
        ('1 = "1"', None),
        ('1 < "1"', None),
        ("true < false", None),
        ("null < 1", None),
        ("if age > 18 then 1 else 2", Decimal(1)),
        ("if null then 1 else 2", Decimal(2)),
        ("if 1 then 1 else 2", Decimal(2)),
        ('if false then 1 else if yes then "b" else "c"', "b"),
        ("not(null)", None),
        ("not(1)", None),
        ("age in [18..65]", True),
        ("age in (30..65]", False),
        ("age in [18..30)", False),
        ("age in ]29..31[", True),
        ("age in (< 18, >= 30)", True),
        ("age in > 30", False),
        ('kind in ("house", "garage")', True),
        ('kind in ["house", "garage"]', True),
        ("kind in kinds", True),
        ('kind in ("a", kinds)', True),
        ('"x" in kinds', False),
        ("nothing in (1, null)", True),
        ("nothing in [1..2]", None),
        ('"b" in ["a".."c"]', True),
        ('born in [@"1990-01-01"..@"1990-12-31"]', True),
        ("1 in (1 + 0)", True),
        ("1 in ((0..2), 7)", True),
        ("age > 10 and age < 20 or yes", True),
        ("not(yes) or age = 30", True),
        ("kinds = kinds", True),
        ("applicant = applicant", True),
        ("date", None),
        ("geburtsdatum_größe", None),
    ],
)
def test_meaning(text, expected):
    found = parse_expression(text).evaluate(CONTEXT)
    assert found == expected
    assert type(found) is type(expected)


TRUTHS = {"true": True, "false": False, "null": None, "1": None}


@pytest.mark.parametrize("left", TRUTHS)
@pytest.mark.parametrize("right", TRUTHS)
def test_three_valued_logic(left, right):
    """DMN 1.5 table 50: false decides an and, true an or, everything else that is no truth value is null."""
    a, b = TRUTHS[left], TRUTHS[right]
    both = False if False in (a, b) else None if None in (a, b) else True
    either = True if True in (a, b) else None if None in (a, b) else False
    assert parse_expression(f"{left} and {right}").evaluate({}) is both
    assert parse_expression(f"{left} or {right}").evaluate({}) is either
    assert parse_expression(f"not({left})").evaluate({}) is (None if a is None else not a)


@pytest.mark.parametrize(
    ("text", "code", "column", "construct"),
    [
        ("sum(1, 2)", "feel-not-in-subset", 1, "function sum()"),
        ("a.b(1)", "feel-not-in-subset", 1, "function a.b()"),
        ("1 + Monthly Salary", "feel-not-in-subset", 5, "name with spaces"),
        ("x between 1 and 2", "feel-not-in-subset", 3, "between"),
        ("for i in x return i", "feel-not-in-subset", 1, "for"),
        ("some i in x satisfies i", "feel-not-in-subset", 1, "some"),
        ("every i in x satisfies i", "feel-not-in-subset", 1, "every"),
        ("function(a) a", "feel-not-in-subset", 1, "function definition"),
        ("x instance of number", "feel-not-in-subset", 3, "instance of"),
        ("{a: 1}", "feel-not-in-subset", 1, "context literal"),
        ("x[1]", "feel-not-in-subset", 2, "filter or list"),
        ("[1, 2]", "feel-not-in-subset", 1, "filter or list"),
        ("(1..2)", "feel-not-in-subset", 1, "range or list as a value"),
        ("1 < 2 < 3", "feel-not-in-subset", 7, "chained comparison"),
        ("a == b", "feel-not-in-subset", 3, "operator =="),
        ("a && b", "feel-not-in-subset", 3, "operator &&"),
        ("a // b", "feel-not-in-subset", 3, "comment"),
        ("? > 5", "feel-not-in-subset", 1, "input placeholder ?"),
        ("'a'", "feel-not-in-subset", 1, "single quotes"),
        ("date(2026, 1, 1)", "feel-not-in-subset", 1, "date from something else than a text"),
        ('@"P1D"', "feel-syntax", 1, "impossible date"),
        ('date("2026-02-30")', "feel-syntax", 1, "impossible date"),
        ('date("20260228")', "feel-syntax", 1, "impossible date"),
        ("1 +", "feel-syntax", 4, "unfinished expression"),
        ("", "feel-syntax", 1, "unfinished expression"),
        ('"abc', "feel-syntax", 1, "unfinished text"),
        (r'"\d"', "feel-syntax", 1, "unknown escape"),
        (r'"\ud800"', "feel-syntax", 1, "unknown escape"),
        ("1 2", "feel-syntax", 3, "unexpected sign"),
        ("§", "feel-syntax", 1, "unknown sign"),
        ("if a then b", "feel-syntax", 12, "unfinished expression"),
        ("9 ** (9 ** 9)", "feel-overflow", 1, "huge number"),
        ("1e9999", "feel-overflow", 1, "huge number"),
        ("a in (1, 10 ** (10 ** 10))", "feel-overflow", 10, "huge number"),
        ("(" * 60 + "1" + ")" * 60, "feel-limit", 41, "deep nesting"),
        ("- " * 60 + "1", "feel-limit", 81, "deep nesting"),
        ("if true then 1 else " * 60 + "1", "feel-limit", 784, "deep nesting"),
        ("1 + " * 5000 + "1", "feel-limit", 1, "long expression"),
    ],
)
def test_refused_by_name(text, code, column, construct):
    with pytest.raises(ExpressionRefused) as caught:
        parse_expression(text, at=Position("f.yaml", 7, 1))
    error = caught.value
    assert (error.code, error.path, error.line, error.column) == (code, "f.yaml", 7, column)
    assert error.construct == construct
    assert error.finding.mend


def test_the_place_counts_from_where_the_text_stands():
    with pytest.raises(ExpressionRefused) as caught:
        parse_expression("a +\n  b c", at=Position("d.dmn", 10, 20))
    assert (caught.value.line, caught.value.column) == (11, 3)


def test_a_left_associative_tower_of_powers_is_a_plain_number():
    assert parse_expression("9 ** 9 ** 9").evaluate({}) == parse_expression("387420489 ** 9").evaluate({})
    assert parse_expression("9 ** 9 ** 9").evaluate({}).adjusted() == 77


def test_long_chains_do_not_exhaust_the_stack():
    assert parse_expression("1 " + "+ 1 " * 2400).evaluate({}) == 2401
    assert parse_expression("x " + "and x " * 1600).evaluate({"x": True}) is True


def test_limits_of_evaluation_have_names():
    with pytest.raises(NumberOverflow):
        parse_expression("9 ** a").evaluate({"a": 10**9})
    with pytest.raises(StepsExceeded):
        parse_expression("a in b").evaluate({"a": 1, "b": [0] * 100_001})
    with pytest.raises(TextTooLong):
        parse_expression("a + a").evaluate({"a": "x" * 60_000})
    with pytest.raises(NumberOverflow):
        to_value(10**7000)
    with pytest.raises(NumberOverflow):
        to_value(Decimal("1e7000"))


@pytest.mark.parametrize(
    "given",
    [
        1.5,
        datetime(2026, 1, 1, tzinfo=UTC),
        b"x",
        object(),
        {1: 2},
        {"$number": 1},
        Decimal("NaN"),
        Decimal("Infinity"),
        [0.5],
        {1},
    ],
)
def test_values_that_rules_do_not_know_are_refused(given):
    with pytest.raises(InputRefused) as caught:
        parse_expression("x").evaluate({"x": given})
    assert caught.value.code == "input-refused"
    assert caught.value.name.startswith("x")


def test_deep_values_are_refused():
    deep: object = 1
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(InputRefused):
        to_value(deep)


def test_names_are_full_paths():
    expression = parse_expression('if a.b > 1 then c else d in (e, < f, [g..h]) and not(i = "j")')
    assert expression.names() == {"a.b", "c", "d", "e", "f", "g", "h", "i"}
    assert parse_unary_tests("not(a, < b)").names() == {"a", "b"}
    assert parse_unary_tests("a, [b..c], < d").names() == {"a", "b", "c", "d"}


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("-", None, True),
        ("-", 5, True),
        ("- 5", -5, True),
        ("5", 5, True),
        ('"a","b"', "b", True),
        ('"a","b"', "c", False),
        ("< 5", 5, False),
        ("< 5", None, None),
        ("null", None, True),
        ("!= 3", 4, True),
        ("[1..3), > 10", 3, False),
        ("[1..3), > 10", 11, True),
        ("not(1, 2)", 3, True),
        ("not(< 5)", None, None),
        ("true", True, True),
        ('>= date("2026-01-01")', date(2026, 1, 1), True),
        ("> limit", 11, True),
        ("limit + 1", 11, True),
    ],
)
def test_cells(text, value, expected):
    assert parse_unary_tests(text).matches(value, {"limit": 10}) is expected


@pytest.mark.parametrize("text", ["", "-,1", "not(-)", "1 and 2", "? < 5", "contains(1)", "x between 1 and 2"])
def test_cells_outside_the_subset_are_refused(text):
    with pytest.raises(ExpressionRefused):
        parse_unary_tests(text)


PIECES = st.sampled_from(
    [
        "if",
        "then",
        "else",
        "and",
        "or",
        "not",
        "in",
        "true",
        "false",
        "null",
        "date",
        "(",
        ")",
        "[",
        "]",
        "..",
        ".",
        ",",
        "+",
        "-",
        "*",
        "/",
        "**",
        "=",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "@",
        '"a"',
        '"2026-01-01"',
        "a",
        "b.c",
        "1",
        "2.5",
        "for",
        "?",
        "{",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map(" ".join)))
@example("1..2")
@example("not(")
@example("(((((1..")
def test_no_text_crashes_the_reader(text):
    refused: list[ExpressionRefused | EvaluationError] = []
    try:
        parse_expression(text).evaluate(CONTEXT)
    except (ExpressionRefused, EvaluationError) as error:
        refused.append(error)
    try:
        parse_unary_tests(text).matches(1, CONTEXT)
    except (ExpressionRefused, EvaluationError) as error:
        refused.append(error)
    assert all(error.code and str(error) for error in refused)
    assert all(error.finding.mend and error.line >= 1 for error in refused if isinstance(error, ExpressionRefused))


NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_ranges_are_two_comparisons(value, low, high):
    context = {"v": value, "l": low, "h": high}
    for text, same in (
        ("v in [l..h]", "v >= l and v <= h"),
        ("v in (l..h)", "v > l and v < h"),
        ("v in (l..h]", "v > l and v <= h"),
    ):
        assert parse_expression(text).evaluate(context) is parse_expression(same).evaluate(context)


VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=10) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.from_regex(r"[a-z]{1,4}", fullmatch=True), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(VALUES)
def test_json_keeps_value_and_type(value):
    assert from_json(to_json(to_value(value))) == value


def test_json_is_canonical():
    assert to_json(Decimal("12.50")) == to_json(Decimal("12.5")) == {"$number": "12.5"}
    assert to_json(Decimal("-0.00")) == {"$number": "0"}
    assert to_json(Decimal("1e3")) == {"$number": "1000"}


@pytest.mark.parametrize("given", [{"$number": "x"}, {"$date": "2026-02-30"}, 1, 1.5, {"$other": 1, "a": 2}])
def test_json_that_was_not_written_by_to_json_is_refused(given):
    with pytest.raises(InputRefused):
        from_json(given)


def test_deep_json_is_refused():
    deep: object = True
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(InputRefused):
        from_json(deep)
