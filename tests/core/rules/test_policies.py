# SPDX-License-Identifier: EUPL-1.2
"""Tables of each hit policy in the subset of packages: decided, with unknowns, explained, proved."""

import json
from decimal import Decimal

import pytest

from bierger_core.rules import (
    Decided,
    DmnRefused,
    Fails,
    InputRefused,
    RulesOverlap,
    Undecided,
    Verdict,
    compile_feel,
    compile_partial,
    derive,
    load_model,
    read_dmn,
    to_plain,
    told,
    why_not,
)

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="urn:m">'
LISTED = '<outputValues><text>"permit", "notice", "nothing"</text></outputValues>'
WORDS = '"notice"', '"permit"', '"nothing"'
NUMBERS = "10", "20", "5"


def model(policy: str, outputs: tuple[str, ...], extra: str = "", rest: str = "", cells: tuple[tuple[str, str], ...] = ()):
    """A table over an area and whether music is played: small, loud, and any."""
    cells = cells or (("&lt; 50", "-"), ("-", "true"), ("-", "-"))
    rules = "".join(
        f"<rule id='r{number}'><inputEntry><text>{area}</text></inputEntry><inputEntry><text>{music}</text></inputEntry>"
        f"<outputEntry><text>{output}</text></outputEntry></rule>"
        for number, ((area, music), output) in enumerate(zip(cells, outputs, strict=True), start=1)
    )
    columns = "".join(f"<input><inputExpression><text>{name}</text></inputExpression></input>" for name in ("area", "music"))
    inputs = "".join(
        f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/></inputData>'
        for name, kind in (("area", "number"), ("music", "boolean"))
    )
    require = "".join(f'<informationRequirement><requiredInput href="#{name}"/></informationRequirement>' for name in ("area", "music"))
    table = f"<decisionTable hitPolicy={policy}>{columns}<output>{extra}</output>{rules}</decisionTable>"
    text = f'{HEAD}{inputs}<decision id="d" name="d"><variable name="d"/>{require}{table}</decision>{rest}</definitions>'
    return read_dmn(text.encode(), path="m.dmn")


ALL = {"area": 10, "music": True}
ONE = {"area": 90, "music": False}


@pytest.mark.parametrize(
    ("policy", "outputs", "extra", "of_all", "of_one"),
    [
        ('"PRIORITY"', WORDS, LISTED, "permit", "nothing"),
        ('"OUTPUT ORDER"', WORDS, LISTED, ["permit", "notice", "nothing"], ["nothing"]),
        ('"RULE ORDER"', WORDS, "", ["notice", "permit", "nothing"], ["nothing"]),
        ('"COLLECT"', NUMBERS, "", [10, 20, 5], [5]),
        ('"COLLECT" aggregation="SUM"', NUMBERS, "", 35, 5),
        ('"COLLECT" aggregation="MIN"', NUMBERS, "", 5, 5),
        ('"COLLECT" aggregation="MAX"', NUMBERS, "", 20, 5),
        ('"COLLECT" aggregation="COUNT"', WORDS, "", 3, 1),
        ('"ANY"', ("1", "1.0", "1.00"), "", 1, 1),
        ('"COLLECT" aggregation="MAX"', ("true", "true", "true"), "", None, None),
        ('"COLLECT" aggregation="SUM"', ("null", "1", "2"), "", None, 2),
    ],
)
def test_what_each_policy_makes_of_the_rules_that_match(policy, outputs, extra, of_all, of_one) -> None:
    read = model(policy, outputs, extra)
    for given, expected in ((ALL, of_all), (ONE, of_one)):
        assert json.loads(to_plain(read.evaluate("d", given).value)) == expected
        assert read.decide("d", given) == read.evaluate("d", given).value
        assert derive(read, "d", given).value == read.evaluate("d", given).value


@pytest.mark.parametrize(
    ("policy", "outputs", "extra", "known", "verdict"),
    [
        ('"PRIORITY"', WORDS, LISTED, {"music": True}, Decided("permit")),
        ('"PRIORITY"', WORDS, LISTED, {"music": False}, Undecided(("area",))),
        ('"PRIORITY"', WORDS, LISTED, {"area": 60}, Undecided(("music",))),
        ('"ANY"', ("1", "1.0", "1"), "", {}, Decided(Decimal(1))),
        ('"ANY"', ("1", "2", "1"), "", {"music": True}, Fails("rules-overlap")),
        ('"COLLECT" aggregation="COUNT"', WORDS, "", {"area": 90}, Undecided(("music",))),
        ('"COLLECT" aggregation="MIN"', NUMBERS, "", {}, Decided(Decimal(5))),
        ('"COLLECT" aggregation="MAX"', NUMBERS, "", {"music": True}, Decided(Decimal(20))),
        ('"COLLECT" aggregation="SUM"', ("0", "20", "5"), "", {"music": True}, Decided(Decimal(25))),
        ('"COLLECT" aggregation="SUM"', ("area", "0", "0"), "", {"music": True}, Undecided(("area",))),
        ('"COLLECT"', ("area", "1", "1"), "", {"area": 90}, Undecided(("music",))),
        ('"COLLECT"', ("1", "area", "1"), "", {"music": True}, Undecided(("area",))),
        ('"COLLECT"', ("1", "area", "1"), "", {"area": 90, "music": True}, Decided((Decimal(90), Decimal(1)))),
    ],
)
def test_what_is_not_known_yet(policy, outputs, extra, known, verdict: Verdict) -> None:
    assert compile_partial(model(policy, outputs, extra), "d", may_be_null=()).decide(known) == verdict


def test_rules_of_any_that_differ_are_an_error() -> None:
    with pytest.raises(RulesOverlap) as caught:
        model('"ANY"', ("1", "2", "1")).evaluate("d", ALL)
    assert caught.value.rules == ("r1", "r2", "r3")


def test_every_rule_that_counts_is_told() -> None:
    derivation = derive(model('"COLLECT" aggregation="SUM"', NUMBERS), "d", {"area": 10, "music": False})
    assert [rule.rule for rule in derivation.steps[-1].rules] == ["r1", "r3"]
    assert [one.rule for one in derivation.steps[-1].excluded] == ["r2"]
    assert derivation.as_json()["also"] == [{"rule": "r3", "number": 3, "line": 1, "cells": [], "annotations": []}]
    assert [one.text for one in told(derivation, "en", excluded=True)] == [
        "d: 15.",
        "Rule 1 applies: area: 10.",
        "Rule 3 applies: it sets no condition.",
        "Rule 2 does not apply: music: no.",
    ]


def test_a_rule_without_priority_is_told_so() -> None:
    derivation = derive(model('"PRIORITY"', WORDS, LISTED), "d", ALL)
    assert [one.code for one in told(derivation, "en", excluded=True)] == ["result", "fired", "outranked", "outranked"]
    assert [one.number for one in derivation.steps[-1].excluded] == [1, 3]


def test_what_would_change_a_collection() -> None:
    (change,) = why_not(model('"COLLECT"', NUMBERS), "d", ONE, (Decimal(20), Decimal(5)), fixed=("area",)).found
    assert change.inputs == ("music",)


@pytest.mark.parametrize(
    ("policy", "outputs", "extra", "findings"),
    [
        ('"ANY"', ("1", "1.0", "1"), "", []),
        ('"ANY"', ("1", "2", "1"), "", [("table-overlap", "error"), ("table-overlap", "error")]),
        ('"PRIORITY"', WORDS, LISTED, []),
        ('"PRIORITY"', ('"nothing"', '"nothing"', '"permit"'), LISTED, [("rule-never-fires", "error")] * 2),
        ('"COLLECT"', NUMBERS, "", []),
    ],
)
def test_what_is_proved(policy, outputs, extra, findings) -> None:
    assert [(one.code, one.level) for one in model(policy, outputs, extra).prove()] == findings


def test_where_nothing_is_collected_a_warning_says_so() -> None:
    cells = (("&lt; 50", "-"), ("-", "true"))
    found = model('"COLLECT"', ("1", "2"), cells=cells).prove()
    assert [(one.code, one.level) for one in found] == [("table-gap", "warning")]
    assert model('"COLLECT" aggregation="COUNT"', ("1", "2"), cells=cells).prove() == ()
    assert model('"COLLECT" aggregation="COUNT"', ("1", "2"), cells=cells).evaluate("d", ONE).value == 0
    assert model('"COLLECT"', ("1", "2"), cells=cells).evaluate("d", ONE).value is None


def test_one_of_a_list_is_tested_by_in() -> None:
    rest = (
        '<decision id="e" name="e"><variable name="e"/><informationRequirement><requiredDecision href="#d"/></informationRequirement>'
        '<literalExpression><text>if "permit" in d then "ask" else "go on"</text></literalExpression></decision>'
    )
    read = model('"RULE ORDER"', WORDS, rest=rest)
    assert [read.evaluate("e", given).value for given in (ALL, ONE)] == ["ask", "go on"]
    assert compile_partial(read, "e", may_be_null=()).decide({"area": 10}) == Undecided(("music",))


@pytest.mark.parametrize(
    ("policy", "outputs", "extra", "words"),
    [
        ('"PRIORITY"', ("area", "1", "2"), "<outputValues><text>1, 2</text></outputValues>", "computes an output"),
        ('"ANY"', ("area", "1", "2"), "", "computes an output"),
        ('"OUTPUT ORDER"', NUMBERS, "", "none are listed"),
    ],
)
def test_what_a_policy_has_to_know_is_asked_for(policy, outputs, extra, words) -> None:
    with pytest.raises(DmnRefused, match=words):
        model(policy, outputs, extra)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<variable name="d"/>', '<variable name="d" typeRef="number"/>'),  # a list is no number
        ('<variable name="d"/>', '<variable name="d" typeRef="tList"/>'),
        ("", ""),
    ],
)
def test_a_decision_declares_the_list_that_its_table_makes(old, new) -> None:
    item = '<itemDefinition name="tList" isCollection="true"><typeRef>number</typeRef></itemDefinition>'
    text = (
        f'{HEAD}{item}<inputData id="area" name="area"/><decision id="d" name="d"><variable name="d"/>'
        '<informationRequirement><requiredInput href="#area"/></informationRequirement><decisionTable hitPolicy="COLLECT"><input>'
        "<inputExpression><text>area</text></inputExpression></input><output/><rule><inputEntry><text>-</text></inputEntry>"
        "<outputEntry><text>1</text></outputEntry></rule></decisionTable></decision></definitions>"
    ).replace(old, new)
    if "number" in new:
        with pytest.raises(DmnRefused, match="of type list, and number is declared"):
            read_dmn(text.encode(), path="m.dmn")
    else:
        assert read_dmn(text.encode(), path="m.dmn").evaluate("d", {}).value == (1,)
        assert compile_partial(read_dmn(text.encode(), path="m.dmn"), "d").decide({}) == Decided((Decimal(1),))


def test_an_input_that_is_a_list_is_refused() -> None:
    item = '<itemDefinition name="tList" isCollection="true"><typeRef>number</typeRef></itemDefinition>'
    text = f'{HEAD}{item}<inputData id="a" name="a"><variable name="a" typeRef="tList"/></inputData></definitions>'
    with pytest.raises(DmnRefused, match="the input a is a list"):
        read_dmn(text.encode(), path="m.dmn")


def test_several_outputs_are_collected_but_not_added() -> None:
    def of(policy: str) -> str:
        return (
            f'{HEAD}<inputData id="a" name="a"/><decision id="d" name="d"><variable name="d"/><informationRequirement>'
            f'<requiredInput href="#a"/></informationRequirement><decisionTable hitPolicy="COLLECT"{policy}><input>'
            '<inputExpression><text>a</text></inputExpression></input><output name="x"/><output name="y"/>'
            "<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>1</text></outputEntry><outputEntry><text>a</text>"
            "</outputEntry></rule></decisionTable></decision></definitions>"
        )

    read = read_dmn(of("").encode(), path="m.dmn")
    assert read.evaluate("d", {"a": 3}).value == ({"x": Decimal(1), "y": Decimal(3)},)
    assert compile_partial(read, "d").decide({}) == Undecided(("a",))
    assert read_dmn(of(' aggregation="COUNT"').encode(), path="m.dmn").evaluate("d", {}).value == 1
    with pytest.raises(DmnRefused, match="2 outputs, and COLLECT SUM takes one"):
        read_dmn(of(' aggregation="SUM"').encode(), path="m.dmn")


def followed(policy: str, outputs: tuple[str, ...], text: str, extra: str = ""):
    """The table of `model`, and an expression over what it gives."""
    rest = (
        '<decision id="e" name="e"><variable name="e"/><informationRequirement><requiredDecision href="#d"/></informationRequirement>'
        f"<literalExpression><text>{text}</text></literalExpression></decision>"
    )
    return model(policy, outputs, extra, rest)


ROWS = (
    f'{HEAD}<inputData id="a" name="a"><variable name="a" typeRef="number"/></inputData><decision id="d" name="d"><variable name="d"/>'
    '<informationRequirement><requiredInput href="#a"/></informationRequirement><decisionTable hitPolicy="COLLECT"><input>'
    '<inputExpression><text>a</text></inputExpression></input><output name="p"/><output name="q"/>'
    "<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>a</text></outputEntry><outputEntry><text>1</text></outputEntry>"
    "</rule><rule><inputEntry><text>&gt; 3</text></inputEntry><outputEntry><text>2</text></outputEntry><outputEntry><text>2</text>"
    '</outputEntry></rule></decisionTable></decision><decision id="e" name="e"><variable name="e"/><informationRequirement>'
    '<requiredDecision href="#d"/></informationRequirement><literalExpression><text>2 in d.p</text></literalExpression></decision>'
    "</definitions>"
)


def test_a_part_of_a_list_is_the_list_of_these_parts() -> None:
    read, whole = read_dmn(ROWS.encode(), path="m.dmn"), load_model({"m.dmn": ROWS.encode()}, main="m.dmn")
    for number, expected in ((1, False), (2, True), (4, True)):
        given = {"a": Decimal(number)}
        assert read.evaluate("e", given).value is expected
        assert whole.evaluate("e", given).value is expected
        (below, step) = derive(read, "e", given).steps
        assert [one.value for one in step.reads] == [tuple(row["p"] for row in below.value)]
    assert compile_partial(read, "e", may_be_null=()).decide({}) == Undecided(("a",))
    assert [change.inputs for change in why_not(read, "e", {"a": 1}, outcome=True).found] == [("a",)]


def test_a_sum_is_rounded_as_the_whole_language_rounds_it() -> None:
    outputs = "4", "4", "99999999999999999999999999999999990"
    read, given = model('"COLLECT" aggregation="SUM"', outputs), {"area": Decimal(10), "music": True}
    assert read.evaluate("d", given).value == sum_of_feel(outputs)
    assert sum_of_feel(outputs) != sum_of_feel(tuple(reversed(outputs)))
    partial = compile_partial(read, "d", may_be_null=())
    assert partial.decide(given) == Decided(sum_of_feel(outputs))
    assert why_not(read, "d", {"area": 60, "music": True}, sum_of_feel(outputs)).found[0].inputs == ("area",)


def sum_of_feel(outputs: tuple[str, ...]):
    return compile_feel(f"sum([{', '.join(outputs)}])").evaluate({})


def test_what_lists_are_made_of_may_stay_unknown_in_a_test() -> None:
    read = followed('"COLLECT"', ("area", "1", "7"), "3 in d")
    partial = compile_partial(read, "e", may_be_null=())
    assert partial.decide({"music": True}) == Undecided(("area",))
    assert partial.decide({"area": 60}) == Decided(value=False)
    assert partial.decide({"area": 3}) == Decided(value=True)


@pytest.mark.parametrize("policy", ['"PRIORITY"', '"OUTPUT ORDER"', '"COLLECT"', '"ANY"'])
def test_no_rule_gives_what_its_output_does_not_list(policy) -> None:
    with pytest.raises(DmnRefused, match='rule 2 gives "refusal", which is none of the values'):
        model(policy, ('"permit"', '"refusal"', '"nothing"'), LISTED)


def test_a_computed_output_is_held_to_the_values_listed() -> None:
    read = model('"COLLECT"', ("area", "1", "2"), "<outputValues><text>1, 2, 3</text></outputValues>")
    assert read.evaluate("d", {"area": 3, "music": True}).value == (3, 1, 2)
    with pytest.raises(InputRefused):
        read.evaluate("d", {"area": 10, "music": True})
    assert compile_partial(read, "d").decide({"area": 10}) == Fails("input-refused")


def test_a_default_that_is_no_list_is_refused_where_a_list_is_declared() -> None:
    text = ROWS.replace(' name="p"/><output name="q"/>', "><defaultOutputEntry><text>0</text></defaultOutputEntry></output>")
    text = text.replace("<outputEntry><text>1</text></outputEntry>", "").replace("<outputEntry><text>2</text></outputEntry>", "", 1)
    item = '<itemDefinition name="tList" isCollection="true"><typeRef>number</typeRef></itemDefinition>'
    text = text.replace("2 in d.p", "2 in d").replace(HEAD, HEAD + item)
    assert read_dmn(text.encode(), path="m.dmn").evaluate("d", {"a": 1}).value == (1,)
    with pytest.raises(DmnRefused, match="the default is of type number, and list is declared"):
        read_dmn(text.replace('<variable name="d"/>', '<variable name="d" typeRef="tList"/>').encode(), path="m.dmn")


def test_the_values_of_an_output_that_is_a_list_are_those_of_its_items() -> None:
    item = '<itemDefinition name="tList" isCollection="true"><typeRef>number</typeRef></itemDefinition>'
    table = (
        '<decision id="e" name="e"><variable name="e"/><informationRequirement><requiredDecision href="#d"/></informationRequirement>'
        '<decisionTable hitPolicy="FIRST"><input><inputExpression><text>d</text></inputExpression></input><output typeRef="tList">'
        "<outputValues><text>10, 20, 5</text></outputValues></output><rule><inputEntry><text>-</text></inputEntry>"
        "<outputEntry><text>d</text></outputEntry></rule></decisionTable></decision>"
    )
    assert model('"COLLECT"', NUMBERS, rest=table + item).evaluate("e", ALL).value == (10, 20, 5)
    with pytest.raises(InputRefused):
        model('"COLLECT"', ("10", "20", "6"), rest=table + item).evaluate("e", ALL)
