# SPDX-License-Identifier: EUPL-1.2
"""The proof at scale: 2,000 rules over 20 inputs, complete by construction, then with one fault planted at a time.

Every example that the proof gives is tried on the table itself, cell by cell.
"""

import random
import re
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import combinations

import pytest
from benchmarks.rules import large

from bierger_core.rules import DecisionTable, Hit, InputType, parse_expression, parse_unary_tests, read_dmn
from bierger_core.rules.analysis import MAX_REPORTED, prove_table
from bierger_core.rules.index import cover
from bierger_core.rules.tables import Column, Output, Rule

RULES, COLUMNS = 2_000, 20
SPACE = large.space(COLUMNS)
cell = cache(parse_unary_tests)


@cache
def partition():
    return tuple(large.parts(SPACE, RULES, seed=11))


def table(hit, rows, space=SPACE):
    types = {kind: InputType(kind, parse_unary_tests(text) if text else None) for kind in ("number", "string", "boolean") for text in [large.allowed(kind)]}
    columns = tuple(Column(parse_expression(name), types[kind], 1) for name, kind in space.columns)
    rules = tuple(Rule(f"r{n}", n, tuple(cell(text) for text in row), (parse_expression("1"),), (), n) for n, row in enumerate(rows, start=1))
    return DecisionTable(hit, columns, (Output("", InputType("any"), None, 1),), rules, "t.dmn", 0)


def example_of(one, message):
    """The input that a message names, as values."""
    values = dict(re.findall(r"(\w+) = (\"[^\"]*\"|date\(\"[^\"]*\"\)|[^ ,.]+(?:\.\d+)?)", message))
    read = {"true": True, "false": False}
    assert set(values) >= {column.expression.text for column in one.columns}
    return [
        read[text] if text in read else text[1:-1] if text[0] == '"' else date.fromisoformat(text[6:-2]) if text[0] == "d" else Decimal(text)
        for text in (values[column.expression.text] for column in one.columns)
    ]


def matching(one, values):
    """The numbers of the rules that match, asked cell by cell."""
    assert all(column.type.allowed is None or column.type.allowed.matches(value) is True for column, value in zip(one.columns, values, strict=True))
    return [rule.line for rule in one.rules if all(c.matches(v) is True for c, v in zip(rule.cells, values, strict=True))]


def lies_in(values, part):
    return all(
        domain[0] <= value < domain[1] if kind == "number" else value in domain
        for value, (name, kind) in zip(values, SPACE.columns, strict=True) for domain in [part[name]]
    )  # fmt: skip


@pytest.mark.parametrize("hit", list(Hit))
def test_a_complete_table_without_overlap_is_proved(hit):
    assert prove_table(table(hit, large.rows(SPACE, partition())), "x") == []


@pytest.mark.parametrize("hit", list(Hit))
@pytest.mark.parametrize("lost", [0, 1234, RULES - 1])
def test_a_planted_gap_is_found(hit, lost):
    parts = [part for number, part in enumerate(partition()) if number != lost]
    one = table(hit, large.rows(SPACE, parts))
    findings = prove_table(one, "x")
    assert {finding.code for finding in findings} == {"table-gap"}
    assert 1 <= len(findings) <= MAX_REPORTED
    for finding in findings:
        values = example_of(one, finding.message)
        assert matching(one, values) == []
        assert lies_in(values, partition()[lost])


def test_a_planted_overlap_is_found():
    parts = [dict(part) for part in partition()]
    wider = next(number for number, part in enumerate(parts) if part["b3"] == (True,))
    parts[wider]["b3"] = (True, False)
    one = table(Hit.UNIQUE, large.rows(SPACE, parts))
    findings = prove_table(one, "x")
    assert {finding.code for finding in findings} == {"table-overlap"}
    for finding in findings:
        first, second = (int(number) for number in re.findall(r"rules (\d+) and (\d+)", finding.message)[0])
        assert wider + 1 in (first, second)
        assert matching(one, example_of(one, finding.message)) == [first, second]


def siblings(parts):
    """Two parts that make one when joined in a column."""
    for first, second in combinations(range(len(parts)), 2):
        names = [name for name, _ in SPACE.columns if parts[first][name] != parts[second][name]]
        if len(names) == 1 and dict(SPACE.columns)[names[0]] == "boolean":
            return first, second, names[0]
    raise AssertionError("no two parts were split in a column of truth values last")


@pytest.mark.parametrize("exceptions", [0, 300])
def test_a_planted_rule_that_never_fires_is_found(exceptions):
    """It is taken by two rules together, by neither alone; with exceptions before them these rules overlap with many."""
    draw = random.Random(3)
    parts = list(partition()[: RULES - exceptions]) if exceptions else list(partition())
    first, _, name = siblings(parts)
    planted = {**parts[first], name: (True, False)}
    special = [tuple(narrow(draw, kind) if draw.random() < 0.4 else "-" for _, kind in SPACE.columns) for _ in range(exceptions)]
    rows = [*special, *large.rows(SPACE, parts), *large.rows(SPACE, [planted])]
    one = table(Hit.FIRST, rows)
    found = [finding for finding in prove_table(one, "x") if finding.code != "table-gap"]
    never = {finding.line: finding for finding in found}
    assert {finding.code for finding in found} == {"rule-never-fires"}
    assert len(rows) in never
    assert exceptions or len(never) == 1
    for line, finding in list(never.items())[:20]:
        taking = int(re.findall(r"as rule (\d+) takes", finding.message)[0])
        matched = matching(one, example_of(one, finding.message.partition(" takes ")[2]))
        assert matched[0] == taking < line
        assert line in matched


def narrow(draw, kind):
    if kind == "boolean":
        return draw.choice(["true", "false"])
    if kind == "string":
        return draw.choice(['"a"', '"b", "c"', '"f"'])
    low = draw.randrange(0, 900, 20)
    return f"[{low}..{low + 100})"


def test_a_table_of_this_size_can_be_read_proved_and_decided():
    rows = large.rows(SPACE, partition())
    model = read_dmn(large.xml(SPACE, rows, "UNIQUE"), path="large.dmn")
    assert model.prove() == ()
    inputs = {name: {"number": 500, "string": "c", "boolean": True}[kind] for name, kind in SPACE.columns}
    (rule,) = matching(table(Hit.UNIQUE, rows), [Decimal(500) if value == 500 else value for value in inputs.values()])
    assert model.decide("outcome", inputs) == rule
    assert model.evaluate("outcome", inputs).derivation["number"] == rule


def guests(count, rooms):
    """Complete because there are more guests than rooms: a rule for every two guests and room that both are in."""
    columns = large.Space(tuple((f"n{guest}", "number") for guest in range(count)))
    rows = [
        tuple(str(room) if guest in pair else "-" for guest in range(count))
        for pair in combinations(range(count), 2) for room in range(rooms)
    ]  # fmt: skip
    one = table(Hit.FIRST, rows, columns)
    allowed = InputType("number", parse_unary_tests(", ".join(str(room) for room in range(rooms))))
    return DecisionTable(one.hit, tuple(Column(c.expression, allowed, 1) for c in one.columns), one.outputs, one.rules, one.path, 0)


def test_what_is_too_large_is_refused_by_name(monkeypatch):
    assert prove_table(guests(5, 4), "x") == []
    assert {finding.code for finding in prove_table(guests(4, 4), "x")} == {"table-gap"}
    monkeypatch.setattr(cover, "MAX_WORK", 20_000)
    assert {finding.code for finding in prove_table(guests(8, 7), "x")} == {"table-too-large"}
