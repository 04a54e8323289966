# SPDX-License-Identifier: EUPL-1.2
"""Partial evaluation by example: what settles a decision, what cannot change it, where exactness ends."""

import random
import time
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

import pytest

from bierger_core.rules import (
    Decided,
    DecisionModel,
    Fails,
    InputRefused,
    Undecided,
    UnknownDecision,
    Verdict,
    compile_partial,
    read_dmn,
)
from bierger_core.rules.partial import diagram, search
from tests.core.rules.test_dmn import MODEL

N = Decimal
HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="urn:m">'
TYPES = """
<itemDefinition name="few"><typeRef>number</typeRef><allowedValues><text>1, 2, 3</text></allowedValues></itemDefinition>
<itemDefinition name="share"><typeRef>number</typeRef><allowedValues><text>[0..1]</text></allowedValues></itemDefinition>
<itemDefinition name="week"><typeRef>date</typeRef><allowedValues><text>[date("2026-06-01")..date("2026-06-03")]</text></allowedValues></itemDefinition>
<itemDefinition name="kind"><typeRef>string</typeRef><allowedValues><text>"a", "b"</text></allowedValues></itemDefinition>
<itemDefinition name="person"><itemComponent name="age"><typeRef>number</typeRef></itemComponent>
<itemComponent name="name"><typeRef>string</typeRef></itemComponent></itemDefinition>"""


def model(inputs: Mapping[str, str], **decisions: str) -> DecisionModel:
    """A model of literal expressions, each of which requires all inputs and the decisions before it."""
    text = HEAD + TYPES
    for name, kind in inputs.items():
        text += f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/></inputData>'
    required = "".join(
        f'<informationRequirement id="r_{one}"><requiredInput href="#{one}"/></informationRequirement>' for one in inputs
    )
    for name, logic in decisions.items():
        written = logic if logic.startswith("<") else f"<literalExpression><text>{escape(logic)}</text></literalExpression>"
        text += f'<decision id="{name}" name="{name}"><variable name="{name}"/>{required}{written}</decision>'
        required += f'<informationRequirement id="r_{name}"><requiredDecision href="#{name}"/></informationRequirement>'
    return read_dmn((text + "</definitions>").encode(), path="m.dmn")


def ask(text: str, known: Mapping[str, object], inputs: Mapping[str, str], null: tuple[str, ...] | None = ()) -> Verdict:
    name = "y" if "x" in inputs else "x"
    return compile_partial(model(inputs, **{name: text}), name, may_be_null=null).decide(known)


NUMBERS = {"a": "number", "b": "number", "c": "number"}
DAYS = {"d": "week", "e": "week", "f": "week"}


@pytest.mark.parametrize(
    ("text", "known", "inputs", "verdict"),
    [
        # what cannot be true together
        ("if a < b and b < a then 1 else 2", {}, NUMBERS, Decided(N(2))),
        ("if a < b and b < c and c < a then 1 else 2", {}, NUMBERS, Decided(N(2))),
        ("if a + b > 10 and a < 5 and b < 5 then 1 else 2", {}, NUMBERS, Decided(N(2))),
        ("if a + b > 10 and a < 5 and b < 6 then 1 else 2", {}, NUMBERS, Undecided(("a", "b"))),
        ("if a + b >= 11 and a <= 5 and b <= 6 then 1 else 2", {}, NUMBERS, Undecided(("a", "b"))),
        ("if a + b >= 11 and a <= 5 and b < 6 then 1 else 2", {}, NUMBERS, Decided(N(2))),
        ("if a - b > 0 or b >= a then 1 else 2", {}, NUMBERS, Decided(N(1))),
        ("if 2 * a + 3 * b > c and 4 * a + 6 * b < 2 * c then 1 else 2", {}, NUMBERS, Decided(N(2))),
        # what is known moves the boundary
        ("if a + b > c then 1 else 2", {"a": 3, "c": 10}, NUMBERS, Undecided(("b",))),
        ("if a * b > c then 1 else 2", {"a": 0, "c": 10}, NUMBERS, Decided(N(2))),
        ("if a * b > c then 1 else 2", {"a": 2}, NUMBERS, Undecided(("b", "c"))),
        ("if a * b * c > 5 and a * b * c < 4 then 1 else 2", {}, NUMBERS, Decided(N(2))),
        # a third is no number of FEEL
        ("if 3 * a = 1 then 1 else 2", {}, NUMBERS, Decided(N(2))),
        ("if 3 * a + 6 * b = 1 then 1 else 2", {}, NUMBERS, Decided(N(2))),
        ("if 2 * a + b = 1 and a = b then 1 else 2", {}, NUMBERS, Decided(N(2))),
        ("if 2 * a + b >= 1 and a <= b and 2 * b + a <= 1 then 1 else 2", {}, NUMBERS, Decided(N(2))),
        ("if 3 * a + b = 1 and a = b then 1 else 2", {}, NUMBERS, Undecided(("a", "b"))),
        ("if 3 * a = b + 1 and a > 5 and b < 20 then 1 else 2", {}, NUMBERS, Undecided(("a", "b"))),
        ("if 3 * a = b and 3 * b = c and 9 * a != c then 1 else 2", {}, NUMBERS, Decided(N(2))),
        ("if 3 * a >= 1 then 1 else 2", {}, NUMBERS, Undecided(("a",))),
        # division: the sign of what divides turns the inequality
        ("if a / b > 2 and b > 0 and a < b then 1 else 2", {}, NUMBERS, Decided(N(2))),
        ("if a / b > 2 and b < 0 and a > b then 1 else 2", {}, NUMBERS, Decided(N(2))),
        ("if a / b > 2 and b < 0 and a < b then 1 else 2", {}, NUMBERS, Undecided(("a", "b"))),
        ("if b = 0 then a / b else null", {}, NUMBERS, Decided(None)),
        ("a ** 2", {"a": 3}, NUMBERS, Decided(N(9))),
        ("if a ** 0 = 1 then 1 else 2", {}, NUMBERS, Undecided(("a",))),
        # outcomes that are sums
        ("a + b", {}, NUMBERS, Undecided(("a", "b"))),
        ("a - a + b", {}, NUMBERS, Undecided(("b",))),
        ("if a = 5 then a else 5", {}, NUMBERS, Decided(N(5))),
        ("if a = b then a - b else 0", {}, NUMBERS, Decided(N(0))),
        ("if a > b then b - a else a - b", {}, NUMBERS, Undecided(("a", "b"))),
        ("if a + b = c then c else a + b", {}, NUMBERS, Undecided(("a", "b"))),
        # few values are tried one by one
        ("if a * b > 9 then 1 else 2", {}, {"a": "few", "b": "few"}, Decided(N(2))),
        ("if a * b = 6 then 1 else 2", {}, {"a": "few", "b": "few"}, Undecided(("a", "b"))),
        ("if a * b > 3 then 1 else 2", {}, {"a": "few", "b": "share"}, Decided(N(2))),
        ("if a * b >= 3 then 1 else 2", {}, {"a": "few", "b": "share"}, Undecided(("a", "b"))),
        ('if a + b in ("aa", "ab", "ba", "bb") then 1 else 2', {}, {"a": "kind", "b": "kind"}, Decided(N(1))),
        # days have no days between them
        ("if d < e and e < f then 1 else 2", {}, DAYS, Undecided(("d", "e", "f"))),
        ("if d < e and e < f then d else date(\"2026-06-01\")", {}, DAYS, Decided(date(2026, 6, 1))),
        ("if d < e and e < f and f < g then 1 else 2", {}, {**DAYS, "g": "week"}, Decided(N(2))),
        ("if d > e and e > date(\"2026-06-30\") and d < date(\"2026-07-02\") then 1 else 2", {}, {"d": "date", "e": "date"}, Decided(N(2))),
        # texts: between two stand others, before "" none
        ('if s < t and t < "" then 1 else 2', {}, {"s": "string", "t": "string"}, Decided(N(2))),
        ('if s > "a" and s < t and t < "b" then 1 else 2', {}, {"s": "string", "t": "string"}, Undecided(("s", "t"))),
        ('if s = t and s = "a" and t != "a" then 1 else 2', {}, {"s": "string", "t": "string"}, Decided(N(2))),
        # types
        ("if x.age > 17 then 1 else 2", {}, {"x": "person"}, Undecided(("x",))),
        ("if x.age > 17 and x.age < 10 then 1 else 2", {}, {"x": "person"}, Decided(N(2))),
        ("if x.age > 17 then 1 else 2", {"x": {"age": 20}}, {"x": "person"}, Decided(N(1))),
        ("if a = 1 and a = \"1\" then 1 else 2", {}, {"a": "Any"}, Decided(N(2))),
        ("if a > 1 or a <= 1 then 1 else 2", {}, {"a": "Any"}, Undecided(("a",))),
        ("if a in (b) then 1 else 2", {"b": [1, 2]}, {"a": "number", "b": "Any"}, Undecided(("a",))),
        ("if a in (b) then 1 else 2", {"b": [1, 2], "a": 2}, {"a": "number", "b": "Any"}, Decided(N(1))),
        ("if a in (b) then 1 else 2", {}, {"a": "Any", "b": "Any"}, Undecided(("a", "b"))),
        ("if l = l then 1 else 2", {}, {"l": "Any"}, Decided(N(1))),
    ],
)  # fmt: skip
def test_what_can_still_change_the_outcome(
    text: str, known: Mapping[str, object], inputs: Mapping[str, str], verdict: Verdict
) -> None:
    assert ask(text, known, inputs) == verdict


def test_an_input_may_be_null_unless_told_otherwise() -> None:
    text = "if a > 1 then 1 else if a <= 1 then 1 else 2"
    assert ask(text, {}, {"a": "number"}, null=None) == Undecided(("a",))
    assert ask(text, {}, {"a": "number"}, null=("a",)) == Undecided(("a",))
    assert ask(text, {}, {"a": "number"}, null=()) == Decided(N(1))
    assert ask(text, {"a": None}, {"a": "number"}, null=()) == Decided(N(2))
    assert ask("if a + b > 1 then 1 else 2", {"a": None}, NUMBERS, null=()) == Decided(N(2))


def test_an_error_is_an_outcome_of_its_own() -> None:
    table = (
        '<decisionTable hitPolicy="UNIQUE"><input><inputExpression><text>a</text></inputExpression></input><output/>'
        "<rule><inputEntry><text>&lt;= 5</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>"
        "<rule><inputEntry><text>&gt;= b</text></inputEntry><outputEntry><text>1</text></outputEntry></rule></decisionTable>"
    )
    decide = compile_partial(model({"a": "number", "b": "number"}, x=table), "x", may_be_null=()).decide
    assert decide({}) == Undecided(("a", "b"))
    assert decide({"a": 6}) == Undecided(("b",))  # null when b is above it
    assert decide({"b": 6}) == Undecided(("a",))
    assert decide({"a": 5, "b": 5}) == Fails("rules-overlap")
    assert decide({"a": 4, "b": 5}) == Decided(N(1))
    assert ask("a * a", {"a": N("9E6000")}, NUMBERS) == Fails("number-overflow")


def test_a_known_value_that_does_not_fit_is_refused() -> None:
    decide = compile_partial(model({"a": "few"}, x="a"), "x").decide
    for wrong in ("1", 7, date(2026, 1, 1), 0.5):
        with pytest.raises(InputRefused):
            decide({"a": wrong})
    with pytest.raises(UnknownDecision):
        compile_partial(model({"a": "few"}, x="a"), "y")


def test_nested_mappings_and_dotted_keys_are_known_inputs() -> None:
    permit = read_dmn(MODEL.encode(), path="decisions.dmn")
    fee = compile_partial(permit, "fee", may_be_null=())
    assert fee.inputs == ("surface", "project.work", "listed")
    assert fee.exact
    assert fee.decide({"listed": False, "surface": 10}) == Undecided(("project.work",))
    assert fee.decide({"listed": False, "surface": 10, "project": {"work": "pool"}}) == Decided(N(0))
    assert fee.decide({"listed": False, "surface": 10, "project.work": "house", "other": 1}) == Decided(N(70))
    assert fee.decide({"surface": 30, "project": {}}) == Decided(N(110))
    assert fee.decide({"project": {"work": "house"}}) == Undecided(("surface",))


@pytest.mark.parametrize(
    ("text", "kinds", "verdict"),
    [
        ("if a * b < 4 and a > 2 and b > 2 then 1 else 2", NUMBERS, Undecided(("a", "b"), exact=False)),
        ('if a + b = "xy" then 1 else 2', {"a": "string", "b": "string"}, Undecided(("a", "b"), exact=False)),
        ("if a ** b = 2 then 1 else 2", NUMBERS, Undecided(("a", "b"), exact=False)),
        ("if x.age > 5 and x = null then 1 else 2", {"x": "person"}, Undecided(("x",), exact=False)),
    ],
)
def test_where_exactness_ends_the_answer_says_so(text: str, kinds: Mapping[str, str], verdict: Verdict) -> None:
    """The first and the last are settled in truth (2 * 2 is not below 4; a person of an age is not null): late, never wrong."""
    assert ask(text, {}, kinds, null=("x",)) == verdict


def test_what_is_not_exact_becomes_so_when_more_is_known() -> None:
    decide = compile_partial(model({"a": "number", "b": "number"}, x="if a ** b = 8 then 1 else 2"), "x", may_be_null=()).decide
    assert decide({"b": 3}) == Undecided(("a",), exact=False)  # a cube is a product of unknowns
    assert decide({"b": 1}) == Undecided(("a",))
    assert decide({"a": 2}) == Undecided(("b",), exact=False)
    assert decide({"a": 2, "b": 3}) == Decided(N(1))


@pytest.mark.parametrize(
    ("text", "known", "verdict"),
    [
        ("if a / 3 * 3 = 1 then 1 else b", {"a": 1}, Undecided(("b",))),  # 0.999... in decimals
        ("if a / 3 * 3 = a then 1 else 2", {}, Undecided(("a",), exact=False)),  # true for 3, not for 1
        ("if a / 3 + b / 3 + c / 3 = 1 then 1 else 2", {"a": 1, "b": 1}, Decided(N(2))),
        ("if a / 3 + b / 3 = 1 then 1 else 2", {}, Undecided(("a", "b"), exact=False)),
        ("if a / 12 >= 1000 and a < 12000 then 1 else 2", {}, Decided(N(2))),
        ("if a / 12 + b >= 1000 and a < 12000 and b <= 0 then 1 else 2", {}, Decided(N(2))),
        ("if a / b * 100 > 50 and a / b <= 0.5 then 1 else 2", {}, Decided(N(2))),
        ("if a / 3 > b / 3 and a <= b then 1 else 2", {}, Decided(N(2))),
        ("if b > c or b <= c then a / 3 * 2 else 0", {"a": 1}, Decided(N("0." + 34 * "6"))),
    ],
)
def test_what_the_evaluation_rounds_is_not_taken_for_a_fraction(text: str, known: Mapping[str, object], verdict: Verdict) -> None:
    assert ask(text, known, NUMBERS) == verdict


def test_an_error_that_becomes_known_settles_the_decision() -> None:
    text = "if a ** b = c then 1 else 2"
    assert ask(text, {"a": 10}, NUMBERS) == Undecided(("b", "c"), exact=False)
    assert ask(text, {"a": 10, "b": 9999}, NUMBERS) == Fails("number-overflow")


# -- bounds ----------------------------------------------------------------------------------------------------------


def test_a_decision_too_large_for_a_diagram_names_what_it_reads() -> None:
    names = [f"n{number}" for number in range(2 * diagram.MAX_VARIABLES)]
    one = compile_partial(model(dict.fromkeys(names, "number"), x=" + ".join(names) + " > 0"), "x")
    assert not one.exact
    assert one.decide({}) == Undecided(tuple(names), exact=False)
    known = dict.fromkeys(names[3:], 1)
    assert one.decide(known) == Undecided(tuple(names[:3]))
    assert one.decide({**known, "n0": 1, "n1": None}) == Decided(None)


def test_hostile_models_end() -> None:
    pairs = [f"a{one} * a{two} > {one + two}" for one in range(12) for two in range(one)]
    inputs = {f"a{number}": "number" for number in range(12)}
    started = time.process_time()
    one = compile_partial(model(inputs, x=" or ".join(pairs)), "x")
    assert not one.exact
    assert one.decide({}) == Undecided(tuple(inputs), exact=False)
    assert time.process_time() - started < 30


def test_the_bound_of_the_search_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MAX_STEPS", 3)
    text = "if a < b and b < c and c < a then 1 else 2"
    assert ask(text, {}, NUMBERS) == Undecided(("a", "b", "c"), exact=False)


def test_the_deepest_model_leaves_the_stack_alone() -> None:
    most = diagram.MAX_VARIABLES
    names = [f"n{number}" for number in range(most)]
    sums = [f"n{number} + n{(number + 1) % most} > {number}" for number in range(most - 1)]
    text = "(" * 36 + " and ".join(sums) + ")" * 36
    one = compile_partial(model(dict.fromkeys(names, "number"), x=text, y="if x then 1 else 2"), "y", may_be_null=())
    assert one.exact
    started = time.process_time()
    verdict = one.decide({})
    assert isinstance(verdict, Undecided)
    assert set(verdict.inputs) == set(names)
    assert time.process_time() - started < 20


def test_a_node_that_comes_out_again_is_the_same() -> None:
    """Whoever follows known inputs meets nodes as they were and nodes made anew: equal ones are one, or too much is asked."""
    text = "if not(a) then 1 else if n > 5 then (if b and c then 2 else if b then 3 else 4) else if b then 3 else 4"
    kinds = {"a": "boolean", "n": "number", "b": "boolean", "c": "boolean"}
    assert ask(text, {"a": True, "c": False}, kinds) == Undecided(("b",))


def test_a_compiled_table_answers_in_less_than_a_millisecond() -> None:
    """20 rules over 6 inputs, any of them unknown: processor time, so that a busy machine does not matter much."""
    chance = random.Random(5)
    inputs = {"a": "number", "b": "number", "c": "string", "d": "string", "e": "boolean", "f": "boolean"}
    ends = [f"{sign} {number}" for sign in ("&lt;", "&gt;=", "[0..") for number in (10, 20, 30)]
    cells = {"number": [end + "]" * ("[" in end) for end in ends], "string": ['"x"', '"y", "z"'], "boolean": ["true", "false"]}
    rows = [[chance.choice(cells[kind]) if chance.random() < 0.7 else "-" for kind in inputs.values()] for _ in range(20)]
    table = '<decisionTable hitPolicy="FIRST">'
    table += "".join(f"<input><inputExpression><text>{name}</text></inputExpression></input>" for name in inputs) + "<output/>"
    for number, row in enumerate(rows):
        entries = "".join(f"<inputEntry><text>{cell}</text></inputEntry>" for cell in row)
        table += f"<rule>{entries}<outputEntry><text>{number % 4}</text></outputEntry></rule>"
    one = compile_partial(model(inputs, x=table + "</decisionTable>"), "x")
    values = {"number": N(25), "string": "y", "boolean": True}
    questions = [{name: values[kind] for name, kind in inputs.items() if chance.random() < 0.5} for _ in range(500)]
    started = time.process_time()
    verdicts = [one.decide(known) for known in questions]
    assert (time.process_time() - started) / len(questions) < 0.001
    assert {type(verdict) for verdict in verdicts} == {Decided, Undecided}
