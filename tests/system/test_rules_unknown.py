# SPDX-License-Identifier: EUPL-1.2
"""`./bierger rules eval --unknown`: what can still matter, as a person asks for it."""

import json
from pathlib import Path

import pytest

from bierger.site.cli import main

MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="fees" namespace="urn:fees">
<itemDefinition name="person"><itemComponent name="born"><typeRef>date</typeRef></itemComponent></itemDefinition>
<inputData id="i" name="copies"><variable name="copies" typeRef="number"/></inputData>
<inputData id="j" name="request.on"><variable name="request.on" typeRef="date"/></inputData>
<inputData id="k" name="applicant"><variable name="applicant" typeRef="person"/></inputData>
<decision id="fee" name="fee"><variable name="fee"/>
<informationRequirement><requiredInput href="#i"/></informationRequirement>
<informationRequirement><requiredInput href="#j"/></informationRequirement>
<informationRequirement><requiredInput href="#k"/></informationRequirement>
<literalExpression><text>if request.on &lt; date("2026-01-01") then 0 else if applicant.born &gt; date("2008-01-01") then 1.50 else copies * 2</text></literalExpression>
</decision></definitions>"""


@pytest.fixture
def fees(tmp_path: Path) -> str:
    (tmp_path / "fees.dmn").write_text(MODEL)
    return str(tmp_path / "fees.dmn")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, {"undecided": ["copies", "request.on", "applicant"]}),
        ({"request": {"on": "2025-12-31"}}, 0),
        ({"request.on": "2026-06-01"}, {"undecided": ["copies", "applicant"]}),
        ({"request.on": "2026-06-01", "applicant": {"born": "2010-05-17"}}, 1.5),
        ({"request.on": "2026-06-01", "copies": None, "applicant": {}}, None),
        ({"request.on": "2026-06-01", "copies": 3, "applicant": {"born": "1980-01-01"}}, 6),
    ],
)
def test_the_answer_is_a_value_or_what_can_still_change_it(fees, capsys, given, said):
    assert main(["rules", "eval", fees, "--decision", "fee", "--unknown", "--input", json.dumps(given)]) == 0
    assert json.loads(capsys.readouterr().out) == said


def test_unknown_inputs_may_be_empty_unless_told_otherwise(fees, capsys, tmp_path):
    (tmp_path / "all.dmn").write_text(MODEL.replace('request.on &lt; date("2026-01-01")', "copies &lt; 5 or copies &gt;= 5"))
    call = ["rules", "eval", str(tmp_path / "all.dmn"), "--decision", "fee", "--unknown"]
    assert main(call) == 0
    assert json.loads(capsys.readouterr().out) == {"undecided": ["copies", "applicant"]}
    assert main([*call, "--not-null"]) == 0
    assert json.loads(capsys.readouterr().out) == 0


@pytest.mark.parametrize(
    ("decision", "given", "status", "word"),
    [
        ("fee", '{"copies": "three"}', 1, "input-refused: copies"),
        ("fee", '{"request": {"on": "2026-02-31"}}', 1, "input-refused: request.on"),
        ("fee", '{"request": {"at": 1}}', 1, "input-refused: request.at"),
        ("fee", '{"applicant": {"born": "soon"}}', 1, "input-refused: applicant.born"),
        ("fee", '{"copys": 3}', 1, "input-refused: copys"),
        ("fee", "[1]", 1, "input-refused: input"),
        ("fees", "{}", 1, "decision-unknown"),
        ("fee", "@nowhere.json", 2, "nowhere.json"),
    ],
)
def test_bad_input_gets_one_sentence(fees, capsys, decision, given, status, word):
    assert main(["rules", "eval", fees, "--decision", decision, "--unknown", "--input", given]) == status
    said = capsys.readouterr()
    assert said.out == ""
    assert word in said.err
    assert len(said.err.splitlines()) == 1


def test_a_decision_that_fails_anyway_says_so(fees, capsys, tmp_path):
    tariff = '<itemDefinition name="tariff"><typeRef>number</typeRef><allowedValues><text>50, 100</text></allowedValues></itemDefinition>'
    text = MODEL.replace("<inputData", f"{tariff}<inputData", 1).replace('<variable name="fee"/>', '<variable name="fee" typeRef="tariff"/>')
    (tmp_path / "fails.dmn").write_text(text.replace("copies * 2", "3"))
    assert main(["rules", "eval", str(tmp_path / "fails.dmn"), "--decision", "fee", "--unknown"]) == 1
    assert capsys.readouterr().err == "input-refused: however the unknown inputs turn out\n"


def test_a_file_outside_the_subset_is_refused_with_the_line(capsys, tmp_path):
    (tmp_path / "for.dmn").write_text(MODEL.replace("copies * 2", "for i in 1..3 return i"))
    assert main(["rules", "eval", str(tmp_path / "for.dmn"), "--decision", "fee", "--unknown"]) == 1
    assert "for.dmn:10" in capsys.readouterr().err
