# SPDX-License-Identifier: EUPL-1.2
"""The examples of docs/reference/rules.md do what the page says, and its limits are those of the code."""

import doctest
import json
import re
import subprocess
from pathlib import Path

import pytest

from bierger_core.rules import data, dated, types
from bierger_core.rules.drg.hits import MAX_COLUMNS, MAX_RULES
from bierger_core.rules.feel.lexer import MAX_SOURCE
from bierger_core.rules.feel.limits import LOGARITHM_STEPS, MAX_CALLS, MAX_ITEMS, MAX_STEPS, MAX_TEXT, POWER_STEPS
from bierger_core.rules.feel.parser import MAX_NESTING
from bierger_core.rules.feel.patterns import MAX_PATTERN, MAX_WORK
from bierger_core.rules.model import MAX_PROVED
from bierger_core.rules.partial import diagram, search, sums
from bierger_core.rules.partial.build import MAX_POINTS
from bierger_core.rules.partial.decision import RETRY_WORK
from bierger_core.rules.why import changes, meeting
from bierger_core.rules.xmltree import LARGE, MAX_DEPTH
from tests.docs.blocks import ROOT, blocks_of

NAME = "docs/reference/rules.md"
PAGE = ROOT / NAME
FEES = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="d" name="fees" namespace="urn:fees">
<inputData id="i" name="copies"><variable name="copies" typeRef="number"/></inputData>
<decision id="fee" name="fee"><variable name="fee"/><informationRequirement><requiredInput href="#i"/></informationRequirement>
<literalExpression><text>copies * 2.50</text></literalExpression></decision></definitions>"""
CASES = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns:xsd="http://www.w3.org/2001/XMLSchema"><modelName>fees.dmn</modelName>
<testCase id="1"><inputNode name="copies"><value xsi:type="xsd:decimal">2</value></inputNode>
<resultNode name="fee"><expected><value xsi:type="xsd:decimal">5</value></expected></resultNode></testCase></testCases>"""


def test_every_block_is_run_here():
    assert [one.language for one in blocks_of(NAME)] == ["sh", "python", "python", "python"]


@pytest.mark.parametrize("example", [one for one in blocks_of(NAME) if one.language == "python"], ids=lambda one: one.name)
def test_the_example_runs(example):
    test = doctest.DocTestParser().get_doctest(example.text, {}, NAME, NAME, 0)
    results = doctest.DocTestRunner().run(test)
    assert results.attempted >= 4
    assert results.failed == 0


def test_the_commands_run(tmp_path: Path):
    folder = tmp_path / "DIR" / "compliance-level-3" / "fees"
    folder.mkdir(parents=True)
    for place in (tmp_path, folder):
        (place / "fees.dmn").write_text(FEES)
    (folder / "fees-test-01.xml").write_text(CASES)
    (tmp_path / "inputs.json").write_text('{"copies": 4}')
    (tmp_path / "bierger").symlink_to(ROOT / "bierger")
    (commands,) = (one.commands for one in blocks_of(NAME) if one.language == "sh")
    said = [
        subprocess.run(["/bin/sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        for line in commands
    ]
    assert [one.strip() for one in said[:3]] == ["7.5", "10", '{"undecided": ["copies"]}']
    why = json.loads(said[3])
    assert why["derivation"]["value"] == {"$number": "7.5"}
    assert why["changes"]["changes"][0]["ways"][0]["example"] == {"copies": {"$number": "8"}}
    assert said[4].strip() == "7.5"
    assert "1/1" in said[5]
    assert (tmp_path / "tck_results.csv").exists()


def test_the_limits_are_those_of_the_code():
    table = PAGE.read_text().partition("## Limits")[2].partition("Together")[0]
    said = {int(number.replace(",", "")) for number in re.findall(r"\b\d[\d,]*\b", table)}
    known = {
        LARGE.size,
        LARGE.elements,
        LARGE.attributes,
        POWER_STEPS,
        LOGARITHM_STEPS,
        MAX_DEPTH,
        MAX_SOURCE,
        MAX_NESTING,
        MAX_RULES,
        MAX_COLUMNS,
        MAX_STEPS,
        MAX_ITEMS,
    }
    unknown = {diagram.MAX_VARIABLES, diagram.MAX_WORK, RETRY_WORK, search.MAX_STEPS, sums.MAX_TERMS, sums.MAX_DEGREE, MAX_POINTS}
    dated_ = {
        dated.MAX_DATES,
        MAX_PROVED,
        changes.MAX_INPUTS,
        changes.MAX_TRIED,
        changes.MAX_PATHS,
        meeting.MAX_PATHS,
        meeting.MAX_POINTS,
    }
    values = {data.MAX_PARTS, data.MAX_DEPTH, types.MAX_TESTS}
    assert said == known | values | unknown | dated_ | {MAX_TEXT, MAX_CALLS, MAX_PATTERN, MAX_WORK, 10, 6144}
