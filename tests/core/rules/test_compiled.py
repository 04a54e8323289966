# SPDX-License-Identifier: EUPL-1.2
"""Compiled decisions, compared with the plain reading of the same table: cell by cell, rule by rule, by `evaluate` alone."""

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal, localcontext
from types import CodeType, MappingProxyType
from xml.sax.saxutils import escape

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bierger_core.rules import DmnRefused, InputRefused, RulesError, RulesOverlap, UnknownDecision, look_up, read_dmn
from bierger_core.rules.evaluate import Evaluation
from bierger_core.rules.index.straight import BUILTINS, _make

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
NUMBERS = ["0", "1", "2.5", "-3", "18", "1e33", "-1e34", "0.0000000000000000000000000000000001", "9.999999999999999999999999999999999e6144"]
TEXTS = ['""', '"a"', '"b"', '"ab"', '"\\n"']
DAYS = ['date("2026-01-01")', 'date("2026-01-02")', 'date("2026-03-01")', 'date("9999-12-31")', 'date("0001-01-01")']
POINTS = {"number": NUMBERS, "string": TEXTS, "date": DAYS, "boolean": ["true", "false"], "any": [*NUMBERS[:5], *TEXTS[:3], *DAYS[:2], "true"]}
INPUTS = {
    "number": [0, 1, 2, 18, 19, -3, -4, 10**33, -(10**33) - 1, 10**34 + 1, 10**7000, Decimal("2.5"), Decimal("2.50"), Decimal("17." + "9" * 40),
               Decimal("1e-34"), Decimal("-1e34"), Decimal("1.5e34"), Decimal("9." + "9" * 33 + "e6144"), Decimal("9." + "9" * 34 + "e6144")],
    "string": ["", "a", "b", "ab", "aa", "b\0", "\n", "\U0010ffff"],
    "date": [date(2026, 1, 1), date(2026, 1, 2), date(2026, 2, 1), date(2026, 3, 1), date.min, date.max, date(1, 1, 2)],
    "boolean": [True, False],
}  # fmt: skip
STRANGE = [None, 1.5, datetime(2026, 1, 1, tzinfo=UTC), [1], ("a",), {"a": 1}, {"$a": 1}, Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"),
           Decimal("-Infinity"), object, b"a"]  # fmt: skip


def cell_for(base, *, opaque):
    points = st.sampled_from([*POINTS[base], *POINTS[base], "null", *(["other", "other + 1"] if opaque else [])])
    order = st.sampled_from(["<", "<=", ">", ">=", "!=", "="]) if base != "boolean" else st.sampled_from(["!=", "="])
    ranges = st.tuples(st.sampled_from("[("), points, points, st.sampled_from("])")).map(lambda r: f"{r[0]}{r[1]}..{r[2]}{r[3]}")
    one = st.one_of(points, points, st.tuples(order, points).map(" ".join), *([ranges] if base != "boolean" else []))
    several = st.lists(one, min_size=1, max_size=3).map(", ".join)
    return st.one_of(st.just("-"), several, several, several.map(lambda tests: f"not({tests})"))


def xml(columns, rows, outputs, *, hit, default, kind, allowed):
    """A model of one table; columns are (expression, base of the input, whether the column is typed too)."""
    types = "".join(
        f'<itemDefinition name="t{n}"><typeRef>{base}</typeRef><allowedValues><text>{escape(allowed[n])}</text></allowedValues></itemDefinition>'
        for n, (_, base, _) in enumerate(columns) if n in allowed and base != "any"
    )  # fmt: skip
    names = [*((f"x.n{n}" if expression == "dotted" else f"n{n}", n, base) for n, (expression, base, _) in enumerate(columns)), ("other", 99, "number")]
    data = "".join(
        f'<inputData id="i{n}" name="{name}"><variable name="{name}" {f"typeRef={chr(34)}t{n}{chr(34)}" if n in allowed and base != "any" else "" if base == "any" else f"typeRef={chr(34)}{base}{chr(34)}"}/></inputData>'
        for name, n, base in names
    )
    needs = "".join(f'<informationRequirement><requiredInput href="#i{n}"/></informationRequirement>' for _, n, _ in names)
    heads = "".join(
        f'<input id="c{n}"><inputExpression {f"typeRef={chr(34)}{base}{chr(34)}" if typed and base != "any" else ""}><text>{escape({"plain": f"n{n}", "dotted": f"x.n{n}", "computed": f"n{n} + 1"}[expression])}</text></inputExpression></input>'
        for n, (expression, base, typed) in enumerate(columns)
    )
    result = "".join(
        f'<output name="o{n}">{f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""}</output>'
        for n in range(len(outputs[0]))
    )
    rules = "".join(
        f'<rule id="r{n}">{"".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in row)}'
        f'{"".join(f"<outputEntry><text>{escape(text)}</text></outputEntry>" for text in texts)}</rule>'
        for n, (row, texts) in enumerate(zip(rows, outputs, strict=True))
    )
    variable = f'<variable name="d" {f"typeRef={chr(34)}{kind}{chr(34)}" if kind else ""}/>'
    return (
        f'<definitions xmlns="{DMN}" name="m">{types}{data}<decision id="d" name="d">{variable}{needs}'
        f'<decisionTable hitPolicy="{hit}">{heads}{result}{rules}</decisionTable></decision></definitions>'
    ).encode()


@st.composite
def models(draw):
    expressions = st.sampled_from(["plain"] * 8 + ["dotted", "computed"])
    columns = draw(st.lists(st.tuples(expressions, st.sampled_from(["number", "string", "date", "boolean", "number", "any"]), st.booleans()), min_size=1, max_size=4))
    opaque = draw(st.sampled_from([False, False, False, True]))
    rows = draw(st.lists(st.tuples(*(cell_for(base, opaque=opaque) for _, base, _ in columns)), min_size=1, max_size=6))
    width = draw(st.sampled_from([1, 1, 2]))
    output = st.sampled_from(["1", '"x"', "true", "null", 'date("2026-01-01")', "2 * 3", "1 / 0", *(["other", "other + 1"] if opaque else [])])
    outputs = draw(st.lists(st.tuples(*[output] * width), min_size=len(rows), max_size=len(rows)))
    allowed = {
        n: draw(cell_for(base, opaque=False))
        for n, (_, base, _) in enumerate(columns) if base != "any" and draw(st.sampled_from([False, False, True]))
    }  # fmt: skip
    data = xml(columns, rows, outputs, hit=draw(st.sampled_from(["UNIQUE", "FIRST"])), default=draw(st.sampled_from(["", "7", "null"])),
               kind=draw(st.sampled_from(["", "", "number"])) if width == 1 else "", allowed=allowed)  # fmt: skip
    try:
        return read_dmn(data, path="m.dmn"), columns
    except DmnRefused as refused:  # types that contradict what is declared are drawn too, and never compiled
        assume(any(finding.code != "dmn-type" for finding in refused.findings))
        raise


@st.composite
def cases(draw):
    model, columns = draw(models())
    inputs = []
    for _ in range(4):
        one = {}
        for n, (expression, base, _) in enumerate(columns):
            usual = INPUTS[base] if base != "any" else [value for values in INPUTS.values() for value in values]
            other = [value for values in INPUTS.values() for value in values] + STRANGE
            value = draw(st.sampled_from(usual if draw(st.integers(0, 9)) else other))
            if not draw(st.integers(0, 15)):
                continue
            if expression == "dotted" and draw(st.booleans()):
                one.setdefault("x", {})
                one["x"][f"n{n}"] = value
            else:
                one[f"x.n{n}" if expression == "dotted" else f"n{n}"] = value
        if draw(st.booleans()):
            one["other"] = draw(st.sampled_from([1, Decimal(18), None, "a"]))
        inputs.append(one)
    return model, inputs


def plainly(model, inputs):
    """The decision as the standard says it, without any table of bits: every cell of every rule is asked."""
    decision = model.decision("d")
    given = {name: model.inputs[name].accept(look_up(inputs, tuple(name.split("."))), name=name) for name in sorted(model.needs("d"))}
    context = {name: given[name] for name in decision.inputs}
    table = decision.logic
    values = [column.type.accept(column.expression.evaluate(context), name=column.expression.text) for column in table.columns]
    matched = []
    for rule in table.rules:
        evaluation = Evaluation(context)
        if all(evaluation.any_test(cell.tests, value) is True for cell, value in zip(rule.cells, values, strict=True)):
            matched.append(rule)
            if table.hit == "FIRST":
                break
    if len(matched) > 1:
        raise RulesOverlap("d", tuple(rule.id for rule in matched))
    if not matched and not table.has_default:
        return decision.type.accept(None, name="d")
    sources = matched[0].outputs if matched else [output.default for output in table.outputs]
    outputs = {o.name: o.type.accept(source.evaluate(context), name=o.name) for o, source in zip(table.outputs, sources, strict=True)}
    return decision.type.accept(next(iter(outputs.values())) if len(outputs) == 1 else outputs, name="d")


def outcome(decide, *arguments):
    try:
        value = decide(*arguments)
    except RulesError as error:
        return type(error), str(error)
    return type(value), value


@settings(max_examples=300, deadline=None)
@given(cases())
def test_the_compiled_decision_is_the_plain_one(drawn):
    model, inputs = drawn
    compiled = model.compile("d")
    for one in inputs:
        expected = outcome(plainly, model, one)
        assert outcome(compiled, one) == expected
        assert outcome(model.decide, "d", one) == expected
        assert outcome(lambda one=one: model.evaluate("d", one).value) == expected


def table(*rows, base="number", hit="FIRST", output="1", default="", allowed=None, names=1):
    columns = [("plain", base, False)] * names
    return read_dmn(xml(columns, rows, [(output,)] * len(rows), hit=hit, default=default, kind="", allowed=allowed or {}), path="m.dmn")


def test_several_outputs_are_a_fresh_mapping_for_each_caller():
    model = read_dmn(xml([("plain", "number", False)], [("-",)], [("1", "2")], hit="FIRST", default="", kind="", allowed={}), path="m.dmn")
    first = model.decide("d", {"n0": 1})
    first["o0"] = None
    assert model.decide("d", {"n0": 1}) == {"o0": Decimal(1), "o1": Decimal(2)}


@pytest.mark.parametrize("kind", [lambda given: defaultdict(lambda: 5, given), MappingProxyType, dict])
def test_any_mapping_is_read_and_none_is_changed(kind):
    model, inputs = table(("null",), ("5",)), kind({"stray": 1})
    assert model.evaluate("d", inputs).derivation["number"] == 1
    assert model.decide("d", inputs) == Decimal(1)
    assert dict(inputs) == {"stray": 1}


def test_the_callers_decimal_context_changes_nothing():
    model = table(("1.23456789",), default="0")
    with localcontext() as context:
        context.prec = 2
        for signal in context.traps:
            context.traps[signal] = False
        assert model.decide("d", {"n0": Decimal("1.23456789")}) == 1
        assert outcome(model.decide, "d", {"n0": Decimal("NaN")})[0] is InputRefused


def test_an_unknown_decision_is_named():
    with pytest.raises(UnknownDecision, match="no decision 'e'; there are: d"):
        table(("1",)).decide("e", {})


def test_rules_that_match_together_are_named():
    with pytest.raises(RulesOverlap, match="rules r0, r1 match together"):
        table(("-",), ("1",), hit="UNIQUE").decide("d", {"n0": 1})


def test_two_hundred_rules_and_ninety_columns_are_compiled():
    rows = [tuple(str(n) if place == n % 90 else "-" for place in range(90)) for n in range(1, 200)]
    model = table(*rows, names=90, default="0")
    assert model.evaluate("d", {f"n{place}": 0 for place in range(90)}).derivation["rule"] is None
    given_ = {f"n{place}": 0 for place in range(90)} | {"n7": 97}
    assert model.evaluate("d", given_).derivation["rule"] == "r96"
    assert model.decide("d", given_) == 1


def codes_of(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes_of(constant)


@pytest.mark.parametrize("text", ["a", "__import__('os')", "mask_0", "\\n); raise SystemExit", "return 1"])
def test_nothing_of_a_file_reaches_the_compiler(text):
    _make.cache_clear()
    compiled = table((f'"{text}"',), base="string", default="0").compile("d")
    codes = list(codes_of(compiled.__code__))
    assert {constant for code in codes for constant in code.co_consts if not isinstance(constant, CodeType)} <= {None, 0, 1, 2, "make.<locals>.decide.<locals>.<listcomp>"}
    names = {name for code in codes for name in (*code.co_names, *code.co_varnames)}
    assert names <= {*BUILTINS, "bit_length", "fromkeys", "inputs", "given", "mask", "absent", "name", "value", ".0"}
    table(('"another"',), base="string", default="1").compile("d")
    assert (_make.cache_info().misses, _make.cache_info().hits) == (1, 1)
