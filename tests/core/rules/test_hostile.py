# SPDX-License-Identifier: EUPL-1.2
"""Hostile files and expressions: each ends by name, within ten seconds and 300 MB of the process that reads it.

The bounds stand in docs/reference/rules.md. Each runs in a process of its own whose memory and time the system limits, so
that a bound that does not hold is seen as such and does not take the suite with it.
"""

import json
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[3] / "src"
SECONDS, MEGABYTES = 10, 300
PROGRAM = """
import json, os, resource, sys
from bierger_core.rules import RulesError, compile_feel, compile_partial, derive, load_model, parse_expression, read_dmn

def outcome(kind, text):
    try:
        if kind == "feel":
            compile_feel(text).evaluate({{}})
        elif kind == "proof":
            return " ".join(sorted({{finding.code for finding in read_dmn(text.encode(), path="m").prove()}}))
        elif kind == "decision":
            load_model({{"m": text.encode()}}, main="m").evaluate("x", {{}})
        elif kind == "derived":
            derive(read_dmn(text.encode(), path="m"), "x", {{"a": 1}}).as_json()
        elif kind == "partial":
            return type(compile_partial(read_dmn(text.encode(), path="m"), "x").decide({{}})).__name__
        else:
            read_dmn(text.encode(), path="m")
        return "ended"
    except RulesError as error:
        return error.code

for kind, text in json.loads(sys.stdin.read()):
    sys.stdout.flush()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds}))
        resource.setrlimit(resource.RLIMIT_AS, ({megabytes} << 20, {megabytes} << 20))
        print(json.dumps(outcome(kind, text)), flush=True)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if status:
        print(json.dumps(f"ended by the system, status {{status}}"), flush=True)
"""
HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="d" name="m" namespace="urn:m">'
LOOP = (
    HEAD + '<businessKnowledgeModel id="f" name="f"><variable name="f"/><encapsulatedLogic><formalParameter name="n"/>'
    "<literalExpression><text>f(n + 1)</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"
    '<decision id="x" name="x"><variable name="x"/><knowledgeRequirement><requiredKnowledge href="#f"/></knowledgeRequirement>'
    "<literalExpression><text>f(1)</text></literalExpression></decision></definitions>"
)
LONG_CHAIN = (
    HEAD
    + "".join(
        f'<decision id="d{n}" name="d{n}"><variable name="d{n}"/><informationRequirement><requiredDecision href="#d{n + 1}"/>'
        f"</informationRequirement><literalExpression><text>d{n + 1}</text></literalExpression></decision>"
        for n in range(3000)
    )
    + '<decision id="d3000" name="d3000"><variable name="d3000"/><literalExpression><text>7</text></literalExpression></decision>'
    + '<decision id="x" name="x"><variable name="x"/><informationRequirement><requiredDecision href="#d0"/>'
    + "</informationRequirement><literalExpression><text>d0</text></literalExpression></decision></definitions>"
)
DEEP_VALUE = "for i in 1..1500 return if count(partial) = 0 then [1] else [partial[-1]]"
SHARED_VALUE = "for i in 1..200 return if count(partial) = 0 then [1] else [partial[-1], partial[-1]]"
A = "a" * 5000


def guests(count: int) -> str:
    """A table that is complete because there is a room less than guests: whoever proves it must count."""
    names = [f"n{guest}" for guest in range(count)]
    rooms = ", ".join(str(room) for room in range(count - 1))
    types = f'<itemDefinition name="room"><typeRef>number</typeRef><allowedValues><text>{rooms}</text></allowedValues></itemDefinition>'
    data = "".join(f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="room"/></inputData>' for name in names)
    needs = "".join(f'<informationRequirement><requiredInput href="#{name}"/></informationRequirement>' for name in names)
    heads = "".join(f"<input><inputExpression><text>{name}</text></inputExpression></input>" for name in names)
    rules = "".join(
        "<rule>" + "".join(f"<inputEntry><text>{room if name in pair else '-'}</text></inputEntry>" for name in names)
        + "<outputEntry><text>1</text></outputEntry></rule>"
        for pair in combinations(names, 2) for room in range(count - 1)
    )  # fmt: skip
    table = f'<decisionTable hitPolicy="FIRST">{heads}<output/>{rules}</decisionTable>'
    return HEAD + f'{types}{data}<decision id="x" name="x"><variable name="x"/>{needs}{table}</decision></definitions>'


def repeated(depth: int, outputs: int, rules: int = 1, policy: str = "COLLECT") -> str:
    """Decisions that give the one before many times over: a short file for a value that no memory holds."""
    found, before = HEAD + '<inputData id="a" name="a"/>', "a"
    for number in range(depth):
        name = "x" if number == depth - 1 else f"d{number}"
        link = f'<required{"Decision" if number else "Input"} href="#{before}"/>'
        heads = "".join(f'<output name="o{index}"/>' for index in range(outputs))
        entries = f"<outputEntry><text>{before}</text></outputEntry>" * outputs
        rule = f"<rule><inputEntry><text>-</text></inputEntry>{entries}</rule>"
        found += (
            f'<decision id="{name}" name="{name}"><variable name="{name}"/><informationRequirement>{link}</informationRequirement>'
            f'<decisionTable hitPolicy="{policy}"><input><inputExpression><text>1</text></inputExpression></input>'
            f"{heads}{rule * rules}</decisionTable></decision>"
        )
        before = name
    return found + "</definitions>"


def steps(policy: str, values: str = "") -> str:
    """A table of 5,000 rules, each of which matches more than the next."""
    listed = f"<outputValues><text>{values}</text></outputValues>" if values else ""
    given = "a" if policy == "COLLECT" and not values else "1"
    rules = "".join(
        f"<rule><inputEntry><text>&gt;= {number}</text></inputEntry><outputEntry><text>{given}</text></outputEntry></rule>"
        for number in range(-4_998 if policy == "ANY" else -4_999, 1)
    )
    rules += "<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>" if policy == "ANY" else ""
    return HEAD + (
        '<inputData id="a" name="a"><variable name="a" typeRef="number"/></inputData><decision id="x" name="x"><variable name="x"/>'
        f'<informationRequirement><requiredInput href="#a"/></informationRequirement><decisionTable hitPolicy="{policy}"><input>'
        f"<inputExpression><text>a</text></inputExpression></input><output>{listed}</output>{rules}</decisionTable></decision>"
        "</definitions>"
    )


CASES = [
    ("decision", '<!DOCTYPE d [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>' + LOOP, "xml-dtd"),
    ("decision", '<!DOCTYPE d SYSTEM "file:///etc/passwd">' + LOOP, "xml-dtd"),
    ("decision", HEAD.replace('name="m"', 'name="' + "m" * 10_000_000 + '"') + "</definitions>", "xml-limit"),
    ("decision", HEAD.replace('name="m"', 'name="' + "m" * 1_900_000 + '"') + "</definitions>", "decision-unknown"),
    ("decision", "<a>" * 10_000, "xml-limit"),
    ("decision", HEAD + "<context>" * 10_000, "xml-limit"),
    ("decision", HEAD + '<a b="" c=""/>' * 110_000 + "</definitions>", "xml-limit"),
    ("decision", HEAD + '<a b=""/>' * 149_000 + "</definitions>", "decision-unknown"),
    ("decision", HEAD + "<description>" + "x" * 5_900_000 + "</description></definitions>", "decision-unknown"),
    ("subset", '<!DOCTYPE d [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>' + LOOP, "xml-dtd"),
    ("subset", HEAD.replace('name="m"', 'name="' + "m" * 10_000_000 + '"') + "</definitions>", "xml-limit"),
    ("subset", HEAD + "<context>" * 10_000, "xml-limit"),
    ("proof", guests(4), ""),
    ("proof", guests(16), "table-too-large"),
    ("decision", LOOP, "calls-too-deep"),
    ("decision", LONG_CHAIN, "ended"),
    ("subset", LOOP, "dmn-not-in-subset"),
    *((kind, text, outcome) for text in (repeated(6, 60, policy="FIRST"), repeated(6, 1, 300))
      for kind, outcome in (("derived", "value-too-large"), ("partial", "Undecided"))),
    ("derived", repeated(1_200, 1), "input-refused"),
    ("subset", steps("COLLECT", ",".join(["1"] * 500)), "dmn-limit"),
    ("subset", steps("OUTPUT ORDER", ",".join(["1"] * 500)), "dmn-limit"),
    ("feel", "(" * 10_000 + "1" + ")" * 10_000, "feel-limit"),
    ("feel", "(" * 9_000 + "1" + ")" * 9_000, "feel-limit"),
    ("feel", "[" * 9_000, "feel-limit"),
    ("feel", "{a:" * 6_000, "feel-limit"),
    ("feel", "- " * 9_000 + "1", "feel-limit"),
    ("feel", "if true then 1 else " * 900 + "1", "feel-limit"),
    ("feel", "1 instance of " + "list<" * 3_000, "feel-limit"),
    ("feel", "x" + "[1]" * 6_000, "feel-limit"),
    ("feel", "f" + "()" * 6_000, "feel-limit"),
    ("feel", "x in " + "(" * 5_000, "feel-limit"),
    ("feel", "x in (" * 2_000, "feel-limit"),
    ("feel", "[1.." * 4_000, "feel-limit"),
    ("feel", "1" + "0" * 19_000, "feel-overflow"),
    ("feel", "10 ** (10 ** 10)", "number-overflow"),
    ("feel", "x in (x in (" + "x in (" * 25 + "1 +", "feel-limit"),
    ("feel", "10 ** 10 ** 10 ** 10 ** 10", "number-overflow"),
    ("feel", "exp(100000)", "number-overflow"),
    ("feel", "for i in 1..100000 return 1.234567890123456789 ** 0.987654321", "steps-exceeded"),
    ("feel", "for i in 1..100000 return 9.876e6000 ** -0.9876543210987654321", "steps-exceeded"),
    ("feel", "for i in 1..100000 return log(1.234567890123456789)", "steps-exceeded"),
    ("feel", "for i in 1..100000 return exp(14000.12345678901234567890)", "steps-exceeded"),
    ("feel", "some i in 1..100000 satisfies sqrt(sqrt(sqrt(i / 7))) < 0", "steps-exceeded"),
    ("feel", "for i in 1..1000000000 return i", "list-too-long"),
    ("feel", "count(for i in 1..1000, j in 1..1000 return 1)", "list-too-long"),
    ("feel", "some i in 1..100000, j in 1..100000 satisfies i + j < 0", "steps-exceeded"),
    ("feel", "for i in 1..100000 return for j in 1..100000 return j", "steps-exceeded"),
    ("feel", 'for d in @"-999999999-01-01"..@"999999999-01-01" return d', "list-too-long"),
    ("feel", "{f: function(x) f(x), r: f(1)}.r", "ended"),
    ("feel", "(function(f) f(f))(function(f) f(f))", "calls-too-deep"),
    ("feel", "(function(f) [f(f), f(f)])(function(f) [f(f), f(f)])", "calls-too-deep"),
    ("feel", DEEP_VALUE + " = 1", "ended"),
    ("feel", f"({DEEP_VALUE}) = ({DEEP_VALUE})", "calls-too-deep"),
    ("feel", f"string({SHARED_VALUE})", "steps-exceeded"),
    ("feel", f"flatten({SHARED_VALUE})", "steps-exceeded"),
    ("feel", f'string join(for i in 1..20000 return "{A}")', "text-too-long"),
    ("feel", f'count(for i in 1..100000 return upper case("{A}" + string(i)))', "steps-exceeded"),
    ("feel", f'matches("{A}", "(a+)+$b")', "ended"),
    ("feel", f'matches("{A}b", "^(a|a)*$")', "ended"),
    ("feel", f'matches("{A}", "((a*)*)*\\2b")', "pattern-too-costly"),
    ("feel", f'matches("{A}", "^(a?){{30}}a{{30}}(\\1)*b")', "pattern-too-costly"),
    ("feel", 'matches("a", "((((a{99}){99}){99}){99}){99}")', "ended"),
    ("feel", 'matches("a", "' + "(" * 900 + ")" * 900 + '")', "ended"),
    ("feel", f'replace("{A}", "a", "{A}")', "text-too-long"),
    ("feel", "sort(for i in 1..60000 return modulo(i * 7919, 60007), function(a, b) a < b)", "steps-exceeded"),
    ("feel", "distinct values(for i in 1..5000 return [i])", "steps-exceeded"),
]


HEAVY = [  # each takes seconds, within the same bounds
    ("derived", repeated(3, 60, 300), "value-too-large"),
    ("partial", repeated(3, 60, 300), "Undecided"),
    ("derived", repeated(1, 1, 5_000), "ended"),
    ("partial", repeated(1, 1, 5_000), "Undecided"),
    ("partial", repeated(1_200, 1), "Undecided"),
    ("partial", repeated(1_200, 2, policy="FIRST"), "Undecided"),
    ("derived", steps("COLLECT"), "ended"),
    ("partial", steps("COLLECT"), "Undecided"),
    ("proof", steps("ANY"), ""),
    ("derived", steps("COLLECT", ",".join(["1"] * 39)), "ended"),
]


def ended(cases):
    """One process reads the engine once and gives every case a child of its own."""
    program = PROGRAM.format(seconds=SECONDS, megabytes=MEGABYTES)
    done = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps([case[:2] for case in cases]), capture_output=True, text=True,
        timeout=300, env={"PYTHONPATH": str(SOURCE)}, check=False,
    )  # fmt: skip
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(cases), done.stderr[-2000:]
    return found


@pytest.fixture(scope="module")
def outcomes():
    return ended(CASES)


@pytest.mark.slow
def test_what_takes_seconds_ends_by_name_within_time_and_memory():
    assert ended(HEAVY) == [outcome for _, _, outcome in HEAVY]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_it_ends_by_name_within_time_and_memory(outcomes, number):
    assert outcomes[number] == CASES[number][2]


def test_the_bounds_are_those_of_the_page():
    page = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "rules.md").read_text()
    assert f"{SECONDS} seconds" in page
    assert f"{MEGABYTES} MB" in page
