# SPDX-License-Identifier: EUPL-1.2
"""DMN files: read, decide with the derivation, refuse by name with the line."""

import json
from datetime import date
from decimal import Decimal

import pytest

from bierger_core.rules import DmnRefused, InputRefused, RulesOverlap, UnknownDecision, XmlRefused, read_dmn

MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="permit" namespace="https://bierger.eu/permit">
  <itemDefinition name="work"><typeRef>string</typeRef><allowedValues><text>"garage", "house", "pool"</text></allowedValues></itemDefinition>
  <inputData id="i_surface" name="surface"><variable name="surface" typeRef="number"/></inputData>
  <inputData id="i_work" name="project.work"><variable name="project.work" typeRef="work"/></inputData>
  <inputData id="i_listed" name="listed"><variable name="listed" typeRef="boolean"/></inputData>
  <decision id="d_kind" name="kind"><variable name="kind" typeRef="string"/>
    <informationRequirement id="r1"><requiredInput href="#i_surface"/></informationRequirement>
    <informationRequirement id="r2"><requiredInput href="#i_work"/></informationRequirement>
    <informationRequirement id="r3"><requiredInput href="#i_listed"/></informationRequirement>
    <decisionTable id="t" hitPolicy="FIRST">
      <input id="c1"><inputExpression typeRef="boolean"><text>listed</text></inputExpression></input>
      <input id="c2"><inputExpression><text>project.work</text></inputExpression></input>
      <input id="c3"><inputExpression typeRef="number"><text>surface</text></inputExpression><inputValues><text>[0..10000]</text></inputValues></input>
      <output id="o"/>
      <annotation name="law"/>
      <rule id="r_listed"><inputEntry><text>true</text></inputEntry><inputEntry><text>-</text></inputEntry><inputEntry><text></text></inputEntry>
        <outputEntry><text>"permit"</text></outputEntry><annotationEntry><text>Art. 1</text></annotationEntry></rule>
      <rule id="r_small"><description>Art. 2, small works</description><inputEntry><text>-</text></inputEntry>
        <inputEntry><text>"garage","pool"</text></inputEntry><inputEntry><text>&lt; 20</text></inputEntry><outputEntry><text>"declaration"</text></outputEntry></rule>
      <rule id="r_rest"><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry>
        <outputEntry><text>"permit"</text></outputEntry></rule>
    </decisionTable>
  </decision>
  <decision id="d_fee" name="fee"><variable name="fee" typeRef="number"/>
    <informationRequirement id="r4"><requiredDecision href="#d_kind"/></informationRequirement>
    <informationRequirement id="r5"><requiredInput href="#i_surface"/></informationRequirement>
    <literalExpression><text>if kind = "permit" then 50 + 2 * surface else 0</text></literalExpression>
  </decision>
</definitions>
"""
PERMIT = read_dmn(MODEL.encode(), path="decisions.dmn")


def refused(old: str, new: str) -> list[tuple[str, int, str]]:
    assert old in MODEL
    with pytest.raises(DmnRefused) as caught:
        read_dmn(MODEL.replace(old, new).encode(), path="decisions.dmn")
    assert all(finding.path == "decisions.dmn" and finding.mend for finding in caught.value.findings)
    return [(finding.code, finding.line, finding.message) for finding in caught.value.findings]


def test_a_decision_is_taken_through_the_decisions_it_requires():
    given = {"surface": 30, "project": {"work": "garage"}, "listed": False, "unrelated": object}
    outcome = PERMIT.evaluate("fee", given)
    assert outcome.value == Decimal(110)
    assert PERMIT.evaluate("fee", {"surface": 10, "project.work": "pool", "listed": False}).value == 0
    assert PERMIT.needs("fee") == {"surface", "project.work", "listed"}
    assert PERMIT.decisions == ("kind", "fee")
    assert PERMIT.version == "1.3"
    assert PERMIT.prove() == ()


def test_the_derivation_is_plain_json_and_names_the_article():
    derivation = PERMIT.evaluate("fee", {"surface": 12, "project.work": "pool", "listed": None}).derivation
    assert json.loads(json.dumps(derivation)) == derivation
    assert derivation["kind"] == "expression"
    assert derivation["inputs"] == [
        {"expression": "kind", "value": "declaration"},
        {"expression": "surface", "value": {"$number": "12"}},
    ]
    (kind,) = derivation["requires"]
    assert (kind["decision"], kind["rule"], kind["number"], kind["hitPolicy"]) == ("kind", "r_small", 2, "FIRST")
    assert kind["annotations"] == [{"name": "description", "text": "Art. 2, small works"}]
    assert kind["inputs"][2] == {"expression": "surface", "value": {"$number": "12"}, "cell": "< 20"}
    assert MODEL.splitlines()[kind["line"] - 1].lstrip().startswith('<rule id="r_small">')
    listed = PERMIT.evaluate("kind", {"listed": True}).derivation
    assert listed["annotations"] == [{"name": "law", "text": "Art. 1"}]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"surface": "12"}, "surface"),
        ({"surface": 1.5}, "surface"),
        ({"surface": True}, "surface"),
        ({"project.work": "castle"}, "project.work"),
        ({"project": {"work": 1}}, "project.work"),
        ({"listed": "true"}, "listed"),
        ({"surface": -1}, "surface"),
        ({"surface": date(2026, 1, 1)}, "surface"),
    ],
)
def test_inputs_of_another_type_or_not_allowed_are_refused(given, name):
    with pytest.raises(InputRefused) as caught:
        PERMIT.evaluate("fee", given)
    assert caught.value.name == name


def test_an_unknown_decision_is_refused():
    with pytest.raises(UnknownDecision) as caught:
        PERMIT.evaluate("tax", {})
    assert caught.value.known == ("kind", "fee")


@pytest.mark.parametrize("uri", ["20211108", "20230324"])
def test_later_versions_are_read(uri):
    assert read_dmn(MODEL.replace("20191111", uri).encode(), path="d").evaluate("fee", {"listed": True, "surface": 0}).value == 50


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ('hitPolicy="FIRST"', 'hitPolicy="SOMETIMES"', "dmn-hit-policy", 11),
        ('hitPolicy="FIRST"', 'hitPolicy="FIRST" aggregation="SUM"', "dmn-hit-policy", 11),
        ('hitPolicy="FIRST"', 'hitPolicy="COLLECT" aggregation="MEAN"', "dmn-hit-policy", 11),
        ('hitPolicy="FIRST"', 'hitPolicy="PRIORITY"', "dmn-hit-policy", 15),
        ('hitPolicy="FIRST"', 'hitPolicy="OUTPUT ORDER"', "dmn-hit-policy", 15),
        ("20191111", "20151101", "dmn-namespace", 2),
        ('<inputData id="i_surface"', '<businessKnowledgeModel id="b" name="b"/><inputData id="i_surface"', "dmn-not-in-subset", 4),
        ('<inputData id="i_surface"', '<import namespace="x" importType="y" name="z"/><inputData id="i_surface"', "dmn-not-in-subset", 4),
        ('<inputData id="i_surface"', '<decisionService id="b" name="b"/><inputData id="i_surface"', "dmn-not-in-subset", 4),
        ('typeRef="boolean"/></inputData>', 'typeRef="time"/></inputData>', "dmn-type", 6),
        ('name="surface"', 'name="living surface"', "dmn-name", 4),
        ('name="surface"', 'name="if"', "dmn-name", 4),
        ('name="listed"', 'name="project"', "dmn-name-overlap", 5),
        ('name="listed"', 'name="surface"', "dmn-name-twice", 6),
        ('<variable name="listed"', '<variable name="other"', "dmn-variable-name", 6),
        ('href="#i_listed"', 'href="#i_gone"', "dmn-requirement", 10),
        ("<text>listed</text>", "<text>sum(listed)</text>", "feel-not-in-subset", 12),
        ("<text>listed</text>", "<text></text>", "dmn-expression-missing", 12),
        ("&lt; 20", "? &lt; 20", "feel-not-in-subset", 20),
        ('<outputEntry><text>"declaration"</text></outputEntry>', "", "dmn-rule-shape", 19),
        ("<text>if kind", "<text>if other", "dmn-name-unknown", 25),
        ("<literalExpression>", "<context/><literalExpression>", "dmn-not-in-subset", 28),
        ("<literalExpression>", '<literalExpression expressionLanguage="urn:java">', "dmn-language", 28),
        ("<text>if kind = \"permit\" then 50 + 2 * surface else 0</text>", "", "dmn-expression-missing", 28),
        ('<requiredInput href="#i_listed"/>', '<requiredDecision href="#d_fee"/>', "dmn-cycle", 7),
        ('<typeRef>string</typeRef>', "<typeRef>work</typeRef>", "dmn-type-cycle", 3),
        ('name="work"><', 'name="work" isCollection="true"><', "dmn-not-in-subset", 5),
        ('"garage", "house", "pool"', "surface", "dmn-allowed-values", 3),
        ('"garage", "house", "pool"', "contains(x)", "feel-not-in-subset", 3),
    ],
)  # fmt: skip
def test_everything_outside_the_subset_is_refused_by_name(old, new, code, line):
    found = refused(old, new)
    assert (code, line) in [(known, at) for known, at, _ in found], found


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('<output id="o"/>', '<output id="o" typeRef="number"/>', 15, "output kind is of type number, and string is declared."),
        ('"declaration"', "7", 20, "output kind of rule 2, 7, is of type number, and string is declared."),
        ('"declaration"', "surface", 20, "output kind of rule 2, surface, is of type number, and string is declared."),
        ('<output id="o"/>', '<output id="o"><defaultOutputEntry><text>false</text></defaultOutputEntry></output>', 15,
         "the default of output kind, false, is of type boolean, and string is declared."),
        ("&lt; 20", '"abc"', 19, 'the cell "abc" for surface is of type string, and the column of type number.'),
        ("&lt; 20", '[1.."z"]', 19, 'the cell "z" for surface is of type string, and the column of type number.'),
        ("&lt; 20", "not(3, true)", 19, "the cell true for surface is of type boolean, and the column of type number."),
        ('"garage","pool"', '"garage", 3', 19, "the cell 3 for project.work is of type number, and the column of type string."),
        ("<text>true</text>", '<text>"yes"</text>', 17, 'the cell "yes" for listed is of type string, and the column of type boolean.'),
        ('typeRef="boolean"><text>listed', 'typeRef="number"><text>listed', 12, "column listed, listed, is of type boolean, and number is declared."),
        ("50 + 2 * surface", 'surface + "x"', 28, "+ has no meaning for number and string: its value is always null."),
        ("50 + 2 * surface", "kind * 2", 28, "* has no meaning for number and string: its value is always null."),
        ("50 + 2 * surface", "-kind", 28, "- has no meaning for string: its value is always null."),
        ('kind = "permit"', "kind = 7", 28, "= has no meaning for number and string: its value is always null."),
        ('kind = "permit"', 'kind = "permit" and surface', 28, "and has no meaning for boolean and number: its value is always null."),
        ('kind = "permit"', "surface in [1..kind]", 28, "in has no meaning for number and string: its value is always null."),
        ('kind = "permit"', "not(kind)", 28, "not has no meaning for string: its value is always null."),
        ('kind = "permit"', "kind", 28, "if has no meaning for string: its value is always null."),
        ("50 + 2 * surface else 0", '"much" else "little"', 28,
         'decision fee, if kind = "permit" then "much" else "lit…, is of type string, and number is declared.'),
    ],
)  # fmt: skip
def test_what_contradicts_its_declared_type_is_refused_by_line(old, new, line, says):
    assert (("dmn-type", line, says)) in refused(old, new)


def test_null_and_what_has_no_declared_type_contradict_nothing():
    for old, new in [('"declaration"', "null"), ('typeRef="number"/></inputData>', "/></inputData>"), ("else 0", "else null"),
                     ('kind = "permit"', '(if surface > 3 then kind else 1) in (0, "permit")')]:  # fmt: skip
        assert old in MODEL
        assert read_dmn(MODEL.replace(old, new).encode(), path="d").decisions == ("kind", "fee")


def test_hostile_files_are_refused_by_name():
    bomb = '<!DOCTYPE d [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]>'
    for data in (MODEL.replace("<definitions", f"{bomb}<definitions", 1), "<a>" * 10_000, MODEL + "x" * 3_000_000):
        with pytest.raises(XmlRefused) as caught:
            read_dmn(data.encode(), path="d")
        assert caught.value.code.startswith("xml-")


def test_a_megabyte_of_line_breaks_is_read_in_passing():
    data = MODEL.replace("<literalExpression><text>", "<literalExpression><text>" + "\n" * 1_000_000)
    assert read_dmn(data.encode(), path="d").evaluate("fee", {"listed": True, "surface": 1}).value == 52


TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="t" namespace="https://bierger.eu/t">
<inputData id="i" name="n"><variable name="n" typeRef="number"/></inputData>
<decision id="x" name="x"><variable name="x" typeRef="any"/><informationRequirement id="r"><requiredInput href="#i"/></informationRequirement>
<decisionTable id="t" hitPolicy="UNIQUE"><input id="c"><inputExpression><text>n</text></inputExpression></input>
<output id="o1" name="a"><defaultOutputEntry><text>0</text></defaultOutputEntry></output><output id="o2" name="b"><defaultOutputEntry><text>null</text></defaultOutputEntry></output>
<rule id="one"><inputEntry><text>[1..5]</text></inputEntry><outputEntry><text>n + 1</text></outputEntry><outputEntry><text>"low"</text></outputEntry></rule>
<rule id="two"><inputEntry><text>[5..9]</text></inputEntry><outputEntry><text>n - 1</text></outputEntry><outputEntry><text>"high"</text></outputEntry></rule>
</decisionTable></decision></definitions>""".replace('typeRef="any"', 'typeRef="Any"')


def test_several_outputs_give_a_mapping_and_a_default_where_no_rule_matches():
    model = read_dmn(TABLE.encode(), path="t")
    assert model.evaluate("x", {"n": 2}).value == {"a": Decimal(3), "b": "low"}
    outcome = model.evaluate("x", {"n": 0})
    assert outcome.value == {"a": Decimal(0), "b": None}
    assert outcome.derivation["rule"] is None


def test_two_rules_of_a_unique_table_never_decide_together():
    model = read_dmn(TABLE.encode(), path="t")
    with pytest.raises(RulesOverlap) as caught:
        model.evaluate("x", {"n": 5})
    assert caught.value.rules == ("one", "two")
    assert [(finding.code, finding.line) for finding in model.prove()] == [("table-overlap", 7)]


def test_what_serves_nothing_is_a_warning():
    unread = read_dmn(MODEL.replace("50 + 2 * surface", "50").encode(), path="d").prove()
    assert [(finding.code, finding.level, finding.line) for finding in unread] == [("dmn-requirement-unused", "warning", 25)]
    extra = '<inputData id="i_new" name="new"><variable name="new"/></inputData></definitions>'
    unused = read_dmn(MODEL.replace("</definitions>", extra).encode(), path="d").prove()
    assert [(finding.code, finding.level) for finding in unused] == [("dmn-input-unused", "warning")]


def test_decisions_that_many_ways_lead_to_are_taken_once_and_a_long_chain_ends():
    """Each of 1,500 levels reads the one below twice: by ways they would be 2^1500, by calls deeper than Python goes."""
    levels = "".join(
        f'<decision id="x{n}" name="x{n}"><variable name="x{n}"/>{_links(n)}{_logic(n)}</decision>' for n in range(1_500)
    )
    model = read_dmn(
        f'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="urn:m">'
        f'<inputData id="a" name="a"><variable name="a" typeRef="number"/></inputData>{levels}</definitions>'.encode(),
        path="chain.dmn",
    )
    assert model.needs("x1499") == {"a"}
    assert model.decide("x1499", {"a": 1}) == 1500
    assert model.evaluate("x40", {"a": 1}).value == 41


def _links(level: int) -> str:
    if not level:
        return '<informationRequirement><requiredInput href="#a"/></informationRequirement>'
    return f'<informationRequirement><requiredDecision href="#x{level - 1}"/></informationRequirement>' * 2


def _logic(level: int) -> str:
    text = f"if x{level - 1} = 0 then x{level - 1} else x{level - 1} + 1" if level else "a"
    return f"<literalExpression><text>{text}</text></literalExpression>"
