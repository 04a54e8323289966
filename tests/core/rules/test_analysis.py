# SPDX-License-Identifier: EUPL-1.2
"""Proof of tables, compared with brute force over every input that a small domain has."""

import itertools
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger_core.rules import DecisionTable, Hit, InputType, parse_expression, parse_unary_tests
from bierger_core.rules.analysis import prove_table
from bierger_core.rules.tables import Column, Output, Rule

KINDS = ("a", "b", "c")
TYPES = {
    "n": InputType("number", parse_unary_tests("[0..6]")),
    "k": InputType("string", parse_unary_tests('"a", "b", "c"')),
    "f": InputType("boolean"),
    "d": InputType("date", parse_unary_tests('[date("2026-01-01")..date("2026-01-04")]')),
}
DOMAINS = {
    # halves between the whole numbers that cells name stand for everything between them
    "n": [Decimal(half) / 2 for half in range(13)],
    "k": list(KINDS),
    "f": [True, False],
    "d": [date(2026, 1, day) for day in range(1, 5)],
}
POINT = st.integers(-1, 7).map(str)
DAY = st.integers(1, 5).map(lambda day: f'date("2026-01-0{day}")')


def cells(points, operators=("<", "<=", ">", ">=", "!=", "=")):
    ranges = st.tuples(st.sampled_from("[("), points, points, st.sampled_from("])")).map(lambda r: f"{r[0]}{r[1]}..{r[2]}{r[3]}")
    comparisons = st.tuples(st.sampled_from(operators), points).map(" ".join)
    one = st.one_of(points, ranges, comparisons)
    several = st.lists(one, min_size=1, max_size=2).map(", ".join)
    return st.one_of(st.just("-"), several, several.map(lambda tests: f"not({tests})"))


CELLS = {
    "n": cells(POINT),
    "k": cells(st.sampled_from(['"a"', '"b"', '"c"']), ("=", "!=", "<", ">=")),
    "f": st.sampled_from(["-", "true", "false", "not(true)"]),
    "d": cells(DAY),
}


def table(hit: Hit, names, rows, default: str = "") -> DecisionTable:
    columns = tuple(Column(parse_expression(name), TYPES[name], 1) for name in names)
    given = [parse_expression(str(number % 2)) for number in range(len(rows))]  # every second rule gives the same
    rules = tuple(
        Rule(f"r{number}", number + 2, tuple(parse_unary_tests(cell) for cell in row), (given[number],), (), number + 1)
        for number, row in enumerate(rows)
    )
    output = Output("", InputType("any"), parse_expression(default) if default else None, 1)
    return DecisionTable(hit, columns, (output,), rules, "t.dmn", 1)


TABLES = st.tuples(st.sampled_from(list(Hit)), st.lists(st.sampled_from("nkfd"), min_size=1, max_size=3, unique=True)).flatmap(
    lambda head: st.lists(st.tuples(*(CELLS[name] for name in head[1])), min_size=1, max_size=5).map(
        lambda rows: (table(head[0], head[1], rows), head[1])
    )
)


@settings(max_examples=150, deadline=None)
@given(TABLES)
def test_the_proof_agrees_with_brute_force(drawn):
    one, names = drawn
    matches = [
        [
            index
            for index, rule in enumerate(one.rules)
            if all(c.matches(v) is True for c, v in zip(rule.cells, values, strict=True))
        ]
        for values in itertools.product(*(DOMAINS[name] for name in names))
    ]
    findings = prove_table(one, "x")
    found = {finding.code for finding in findings}
    assert ("table-gap" in found) == any(not matched for matched in matches)
    gives = {Hit.UNIQUE: lambda index: index, Hit.ANY: lambda index: index % 2}.get(one.hit, lambda _: 0)
    assert ("table-overlap" in found) == any(len({gives(index) for index in matched}) > 1 for matched in matches)
    first = 1 if one.hit in (Hit.FIRST, Hit.PRIORITY) else None
    fires = {index for matched in matches for index in matched[:first]}
    never = {finding.line - 2 for finding in findings if finding.code == "rule-never-fires"}
    assert never == set(range(len(one.rules))) - fires


def messages(one: DecisionTable) -> list[str]:
    return [finding.message for finding in prove_table(one, "x")]


def test_a_gap_is_shown_by_an_example():
    one = table(Hit.UNIQUE, "nk", [("< 3", "-"), (">= 3", '"a", "c"')])
    assert messages(one) == ['decision x: no rule matches n = 3, k = "b".']


def test_an_overlap_is_shown_by_an_example_at_its_line():
    one = table(Hit.UNIQUE, "nf", [("<= 3", "-"), (">= 3", "true"), ("> 3", "false")])
    (finding,) = prove_table(one, "x")
    assert (finding.code, finding.line) == ("table-overlap", 3)
    assert finding.message == "rules 1 and 2 both match n = 3, f = true."


def test_a_default_output_closes_gaps():
    assert messages(table(Hit.FIRST, "n", [("1",)], default="0")) == []


def test_texts_without_allowed_values_leave_a_gap_for_every_other_text():
    columns = (Column(parse_expression("t"), InputType("string"), 1),)
    one = table(Hit.UNIQUE, "k", [('"a"',), ('"other"',)])
    bare = DecisionTable(one.hit, columns, one.outputs, one.rules, one.path, one.line)
    assert messages(bare) == ['decision x: no rule matches t = "other_".']


def test_null_counts_only_where_a_cell_names_it():
    assert messages(table(Hit.UNIQUE, "f", [("true",), ("false",)])) == []
    assert messages(table(Hit.UNIQUE, "f", [("true",), ("false",), ("null",)])) == []
    assert messages(table(Hit.FIRST, "nf", [("-", "null"), ("-", "true"), ("< 9", "false")])) == []


def test_a_cell_that_reads_a_name_is_judged_carefully():
    found = [(finding.code, finding.level) for finding in prove_table(table(Hit.UNIQUE, "n", [("< limit",), (">= limit",)]), "x")]
    assert ("table-cell-opaque", "warning") in found
    assert ("table-gap", "error") in found
    assert ("table-overlap", "error") in found


def test_constants_of_two_types_in_an_untyped_column_cannot_be_cut():
    one = table(Hit.UNIQUE, "k", [('"a"',), ("1",), ("true",)])
    columns = (Column(parse_expression("t"), InputType("any"), 1),)
    bare = DecisionTable(one.hit, columns, one.outputs, one.rules, one.path, one.line)
    assert [finding.code for finding in prove_table(bare, "x")] == ["table-not-analysable"]


@pytest.mark.parametrize(
    "edge", ["1e34", "-1e34", "0.0000000000000000000000000000000001", "9.999999999999999999999999999999999e6144"]
)
def test_extreme_numbers_are_cut_beside_the_constant_too(edge):
    columns = (Column(parse_expression("t"), InputType("number"), 1),)
    one = table(Hit.UNIQUE, "n", [(f"<= {edge}",)])
    bare = DecisionTable(one.hit, columns, one.outputs, one.rules, one.path, one.line)
    assert [finding.code for finding in prove_table(bare, "x")] == ([] if "e6144" in edge else ["table-gap"])


def test_two_hundred_rules_are_proved():
    rows = [(str(number % 7), *["-"] * 3) for number in range(7)]
    wide = table(Hit.UNIQUE, "nkfd", [*rows, ("(0..1)", "-", "-", "-")])
    assert {finding.code for finding in prove_table(wide, "x")} == {"table-gap"}
    many = table(Hit.FIRST, "nkfd", [(f"< {number / 40}", '"a"', "true", "-") for number in range(1, 200)] + [("-",) * 4])
    assert prove_table(many, "x") == []
