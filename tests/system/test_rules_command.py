# SPDX-License-Identifier: EUPL-1.2
"""`./bierger rules`: one decision of a file, and the conformance kit, as a person calls them."""

import csv
import json

import pytest

from bierger.site.cli import main

MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="d" name="fees" namespace="urn:fees">
<import namespace="urn:base" name="base" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>
<inputData id="i" name="copies"><variable name="copies" typeRef="number"/></inputData>
<inputData id="j" name="asked on"><variable name="asked on" typeRef="date"/></inputData>
<decision id="fee" name="fee"><variable name="fee"/>
<informationRequirement><requiredInput href="#i"/></informationRequirement>
<informationRequirement><requiredInput href="#j"/></informationRequirement>
<literalExpression><text>{fee: copies * 2.50, due: asked on + @"P1M", why: contains(1, 2)}</text></literalExpression></decision>
<decision id="bad" name="bad"><variable name="bad"/><literalExpression><text>1 +</text></literalExpression></decision>
</definitions>"""
BASE = '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="b" name="base" namespace="urn:base"/>'
CASES = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns:xsd="http://www.w3.org/2001/XMLSchema"><modelName>fees.dmn</modelName>
<testCase id="1"><inputNode name="copies"><value xsi:type="xsd:decimal">2</value></inputNode>
<resultNode name="fee"><expected><component name="fee"><value xsi:type="xsd:decimal">5</value></component>
<component name="due"><value xsi:nil="true"/></component><component name="why"><value xsi:nil="true"/></component></expected></resultNode></testCase>
<testCase id="2"><resultNode name="bad" errorResult="true"><expected><value xsi:nil="true"/></expected></resultNode></testCase>
<testCase id="3"><resultNode name="fee"><expected><value>7</value></expected></resultNode></testCase>
</testCases>"""


@pytest.fixture
def folder(tmp_path):
    test = tmp_path / "compliance-level-3" / "fees"
    test.mkdir(parents=True)
    (test / "fees.dmn").write_text(MODEL)
    (test / "base.dmn").write_text(BASE)
    (test / "fees-test-01.xml").write_text(CASES)
    return test


def test_a_decision_is_printed_as_json(folder, capsys):
    given = json.dumps({"copies": 3, "asked on": "2026-01-31"})
    assert main(["rules", "eval", str(folder / "fees.dmn"), "--decision", "fee", "--input", given]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == {"fee": 7.5, "due": "2026-02-28", "why": None}
    assert said.err == "note: contains() does not take these arguments\n"


def test_the_input_may_stand_in_a_file(folder, capsys):
    (folder / "in.json").write_text('{"copies": 1}')
    assert main(["rules", "eval", str(folder / "fees.dmn"), "--decision", "fee", "--input", f"@{folder / 'in.json'}"]) == 0
    assert json.loads(capsys.readouterr().out)["fee"] == 2.5


@pytest.mark.parametrize(
    ("decision", "given", "status", "word"),
    [
        ("fee", '{"copies": "three"}', 1, "input-refused: copies"),
        ("fee", '{"copys": 3}', 1, "input-refused: copys"),
        ("fee", '{"asked on": "31 January"}', 1, "input-refused: asked on"),
        ("fee", "[1]", 1, "input-refused: input"),
        ("fee", "{", 1, "input-refused: input"),
        ("tax", "{}", 1, "decision-unknown"),
        ("bad", "{}", 1, "feel-syntax"),
        ("fee", "@gone.json", 2, "gone.json"),
    ],
)
def test_what_cannot_be_decided_is_said_in_one_sentence(folder, capsys, decision, given, status, word):
    assert main(["rules", "eval", str(folder / "fees.dmn"), "--decision", decision, "--input", given]) == status
    said = capsys.readouterr()
    assert said.out == ""
    assert word in said.err


def test_no_file_and_no_kit(tmp_path, capsys):
    assert main(["rules", "eval", str(tmp_path / "gone.dmn"), "--decision", "x"]) == 2
    assert main(["rules", "tck", str(tmp_path)]) == 2
    (tmp_path / "bad.dmn").write_text("<a")
    assert main(["rules", "eval", str(tmp_path / "bad.dmn"), "--decision", "x"]) == 1
    assert "xml-malformed" in capsys.readouterr().err


def test_the_kit_is_counted_and_every_failure_has_its_reason(folder, tmp_path, capsys):
    results = tmp_path / "out.csv"
    assert main(["rules", "tck", str(tmp_path), "--csv", str(results)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("compliance-level-3/fees fees-test-01 3: ERROR fee: ")
    assert lines[1:] == ["level 2: 0/0", "level 3: 2/3", "expected value not null: 1/2", "all: 2/3"]
    rows = list(csv.reader(results.read_text().splitlines()))
    assert [row[:4] for row in rows] == [
        ["compliance-level-3/fees", "fees-test-01", "1", "SUCCESS"],
        ["compliance-level-3/fees", "fees-test-01", "2", "SUCCESS"],
        ["compliance-level-3/fees", "fees-test-01", "3", "ERROR"],
    ]
    assert results.read_text().startswith('"compliance-level-3/fees","fees-test-01","1","SUCCESS",""')
