# SPDX-License-Identifier: EUPL-1.2
"""Whole DMN models: graphs, tables of every hit policy, knowledge models, services, boxed expressions, imports, types."""

from datetime import date
from decimal import Decimal

import pytest

from bierger_core.rules import (
    CallsTooDeep,
    DmnRefused,
    InputRefused,
    UnknownDecision,
    XmlRefused,
    load_model,
    read_cases,
    read_json,
    run_case,
    to_feel,
    to_plain,
)

XSI = "http://www.w3.org/2001/XMLSchema-instance"
HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/{}/MODEL/" id="d" name="m" namespace="{}">'


def model(body, *, version="20230324", namespace="https://bierger.eu/m", **others):
    data = (HEAD.format(version, namespace) + body + "</definitions>").encode()
    files = {f"{name}.dmn": text.encode() for name, text in others.items()}
    return load_model({"m.dmn": data, **files}, main="m.dmn")


def numbers(*given):
    return tuple(map(Decimal, given))


def decision(name, logic, *required, kind=""):
    wants = "".join(
        f"<knowledgeRequirement><requiredKnowledge href='#{one[1:]}'/></knowledgeRequirement>"
        if one.startswith("!")
        else f"<informationRequirement><{'requiredInput' if one.startswith('i_') else 'requiredDecision'} href='#{one}'/>"
        "</informationRequirement>"
        for one in required
    )
    declared = f" typeRef='{kind}'" if kind else ""
    return f"<decision id='{name}' name='{name}'><variable name='{name}'{declared}/>{wants}{logic}</decision>"


def literal(text):
    return f"<literalExpression><text>{text}</text></literalExpression>"


def given(name, kind="number"):
    return f"<inputData id='i_{name}' name='{name}'><variable name='{name}' typeRef='{kind}'/></inputData>"


def table(policy, rules, *, aggregation="", outputs="<output name='o'/>"):
    rows = "".join(
        f"<rule><inputEntry><text>{cell}</text></inputEntry>"
        + "".join(f"<outputEntry><text>{out}</text></outputEntry>" for out in outs)
        + "</rule>"
        for cell, *outs in rules
    )
    extra = f" aggregation='{aggregation}'" if aggregation else ""
    column = "<input><inputExpression><text>n</text></inputExpression></input>"
    return f"<decisionTable hitPolicy='{policy}'{extra}>{column}{outputs}{rows}</decisionTable>"


RULES = [("&lt; 10", "1"), ("&lt; 20", "5"), ("-", "3")]


@pytest.mark.parametrize(
    ("policy", "aggregation", "n", "expected"),
    [
        ("UNIQUE", "", 5, None),
        ("UNIQUE", "", 25, Decimal(3)),
        ("ANY", "", 5, None),
        ("FIRST", "", 5, Decimal(1)),
        ("RULE ORDER", "", 5, numbers(1, 5, 3)),
        ("COLLECT", "", 15, numbers(5, 3)),
        ("COLLECT", "SUM", 5, Decimal(9)),
        ("COLLECT", "MIN", 5, Decimal(1)),
        ("COLLECT", "MAX", 5, Decimal(5)),
        ("COLLECT", "COUNT", 5, Decimal(3)),
    ],
)
def test_hit_policies(policy, aggregation, n, expected):
    built = model(given("n") + decision("x", table(policy, RULES, aggregation=aggregation), "i_n"))
    assert built.findings == ()
    assert built.evaluate("x", {"n": Decimal(n)}).value == expected


def test_priority_follows_the_order_of_the_output_values():
    values = "<output name='o'><outputValues><text>5, 3, 1</text></outputValues></output>"
    for policy, expected in (("PRIORITY", Decimal(5)), ("OUTPUT ORDER", numbers(5, 3, 1))):
        built = model(given("n") + decision("x", table(policy, RULES, outputs=values), "i_n"))
        assert built.evaluate("x", {"n": Decimal(5)}).value == expected


def test_several_outputs_make_a_context_and_defaults_stand_in():
    outputs = (
        "<output name='a'><defaultOutputEntry><text>0</text></defaultOutputEntry></output>"
        "<output name='b'><defaultOutputEntry><text>\"none\"</text></defaultOutputEntry></output>"
    )
    built = model(given("n") + decision("x", table("UNIQUE", [("1", "10", '"one"')], outputs=outputs), "i_n"))
    assert built.evaluate("x", {"n": Decimal(1)}).value == {"a": Decimal(10), "b": "one"}
    assert built.evaluate("x", {"n": Decimal(2)}).value == {"a": Decimal(0), "b": "none"}


def test_a_contradiction_is_null_with_a_note():
    result = model(given("n") + decision("x", table("UNIQUE", RULES), "i_n")).evaluate("x", {"n": Decimal(1)})
    assert (result.value, result.notes) == (None, ("several rules of a UNIQUE table match",))


def knowledge(name, parameters, logic, *required, kind="FEEL"):
    formals = "".join(f"<formalParameter name='{one}'/>" for one in parameters)
    wants = "".join(f"<knowledgeRequirement><requiredKnowledge href='#{one}'/></knowledgeRequirement>" for one in required)
    return (
        f"<businessKnowledgeModel id='{name}' name='{name}'><variable name='{name}'/>"
        f"<encapsulatedLogic kind='{kind}'>{formals}{logic}</encapsulatedLogic>{wants}</businessKnowledgeModel>"
    )


CIRCLE = (
    knowledge("even one", ["n"], literal("if n = 0 then true else odd one(n - 1)"), "odd one")
    + knowledge("odd one", ["n"], literal("if n = 0 then false else even one(n - 1)"), "even one")
    + given("n")
    + decision("x", literal("even one(n)"), "i_n", "!even one")
)


def test_knowledge_models_may_call_each_other_and_end_by_name():
    built = model(CIRCLE)
    assert built.evaluate("x", {"n": Decimal(20)}).value is True
    assert built.evaluate("x", {"n": Decimal(21)}).value is False
    with pytest.raises(CallsTooDeep):
        built.evaluate("x", {"n": Decimal(-1)})


def test_only_what_is_required_is_in_scope():
    built = model(given("n") + decision("y", literal("5")) + decision("x", literal("[n, y]"), "y"))
    assert built.evaluate("x", {"n": Decimal(1)}).value == (None, Decimal(5))


def test_an_output_outside_its_declared_values_is_null_with_a_note():
    """Output values are the domain of the output, whatever the hit policy."""
    said = ("an output of a table lies outside its declared values",)
    bounded = '<output name="o"><outputValues><text>"a", "b"</text></outputValues>{}</output>'
    default = "<defaultOutputEntry><text>{}</text></defaultOutputEntry>"

    def found(policy, rules, n, outputs):
        result = model(given("n") + decision("x", table(policy, rules, outputs=outputs), "i_n")).evaluate("x", numbers_of(n))
        return result.value, result.notes

    def numbers_of(n):
        return {"n": Decimal(n)}

    rules = [("1", '"a"'), ("2", '"c"'), ("3", '["a", "b"]'), ("4", "null"), ("5", '["a", "c"]')]
    for policy in ("UNIQUE", "ANY", "FIRST", "PRIORITY"):
        assert found(policy, rules, 1, bounded.format("")) == ("a", ())
        assert found(policy, rules, 2, bounded.format("")) == (None, said)
        assert found(policy, rules, 3, bounded.format("")) == (("a", "b"), ())
        assert found(policy, rules, 4, bounded.format("")) == (None, ())
        assert found(policy, rules, 5, bounded.format("")) == (None, said)
    assert found("COLLECT", [("1", '"a"'), ("-", '"c"')], 1, bounded.format("")) == (("a", None), said)
    assert found("UNIQUE", rules, 9, bounded.format(default.format('"b"'))) == ("b", ())
    assert found("UNIQUE", rules, 9, bounded.format(default.format('"c"'))) == (None, said)
    two = bounded.format("") + '<output name="p"/>'
    assert found("UNIQUE", [("1", '"c"', "7")], 1, two) == ({"o": None, "p": Decimal(7)}, said)


def test_services_are_functions_and_can_be_called_from_outside():
    service = (
        "<decisionService id='s' name='s'><variable name='s'/><outputDecision href='#x'/><encapsulatedDecision href='#y'/>"
        "<inputDecision href='#z'/><inputData href='#i_n'/></decisionService>"
    )
    built = model(
        given("n")
        + decision("z", literal("100"))
        + decision("y", literal("n * 2"), "i_n")
        + decision("x", literal("y + z"), "y", "z")
        + service
        + decision("by order", literal("s(1, 2)"), "!s")
        + decision("by name", literal("s(z: 7, n: 4)"), "!s")
        + decision("wrong", literal("s(n: 4)"), "!s")
    )
    assert built.invoke("s", {"n": Decimal(3), "z": Decimal(1)}).value == 7
    assert [built.evaluate(name, {}).value for name in ("by order", "by name", "wrong")] == [Decimal(4), Decimal(15), None]


def test_a_case_of_the_kit_reads_each_decision_of_a_service():
    built = model(
        given("n")
        + decision("x", literal("n + 1"), "i_n")
        + decision("y", literal("n * 2"), "i_n")
        + "<decisionService id='s' name='s'><outputDecision href='#x'/><outputDecision href='#y'/><inputData href='#i_n'/>"
        "</decisionService>"
    )
    results = "".join(
        f"<resultNode name='{name}'><expected><value>{value}</value></expected></resultNode>" for name, value in (("x", 4), ("y", 6))
    )
    kinds = f"xmlns:xsi='{XSI}' xsi:type='xsd:decimal'"
    text = (
        "<testCases xmlns='http://www.omg.org/spec/DMN/20160719/testcase'><testCase id='1' type='decisionService' "
        f"invocableName='s'><inputNode name='n'><value>3</value></inputNode>{results}</testCase></testCases>"
    ).replace("<value>", f"<value {kinds}>")
    for wanted, outcome in ((text, "SUCCESS"), (text.replace(">6<", ">7<"), "ERROR")):
        _, (case,) = read_cases(wanted.encode(), path="test.xml")
        assert run_case(built, case).outcome == outcome


BOXED = {
    "<context><contextEntry><variable name='net pay'/>" + literal("n * 2") + "</contextEntry>"
    "<contextEntry>" + literal("net pay + 1") + "</contextEntry></context>": Decimal(7),
    "<list>" + literal("n") + literal("2") + "</list>": numbers(3, 2),
    "<relation><column name='a'/><column name='b'/><row>" + literal("n") + literal("1") + "</row></relation>": (
        {"a": Decimal(3), "b": Decimal(1)},
    ),
    "<conditional><if>" + literal("n &gt; 2") + "</if><then>" + literal('"big"') + "</then><else>" + literal('"small"')
    + "</else></conditional>": "big",
    "<filter><in>" + literal("[1, n, 9]") + "</in><match>" + literal("item &gt; 2") + "</match></filter>": numbers(3, 9),
    "<filter><in>" + literal("[1, n]") + "</in><match>" + literal("if item = 1 then true else item") + "</match></filter>": None,
    "<filter><in>" + literal("[1, null]") + "</in><match>" + literal("item &gt; 0") + "</match></filter>": numbers(1),
    "<for iteratorVariable='i'><in>" + literal("1..n") .replace("1..n", "[1..n]") + "</in><return>" + literal("i * n")
    + "</return></for>": numbers(3, 6, 9),
    "<some iteratorVariable='i'><in>" + literal("[1, n]") + "</in><satisfies>" + literal("i = 3") + "</satisfies></some>": True,
    "<every iteratorVariable='i'><in>" + literal("[1, n]") + "</in><satisfies>" + literal("i = 3") + "</satisfies></every>": False,
    "<invocation>" + literal("sum") + "<binding><parameter name='list'/>" + literal("[n, 1]") + "</binding></invocation>":
        Decimal(4),
    "<context><contextEntry><variable name='f'/><functionDefinition><formalParameter name='x'/>" + literal("x + n")
    + "</functionDefinition></contextEntry><contextEntry>" + literal("f(1)") + "</contextEntry></context>": Decimal(4),
}  # fmt: skip


@pytest.mark.parametrize(("logic", "expected"), BOXED.items())
def test_boxed_expressions(logic, expected):
    built = model(given("n") + decision("x", logic, "i_n"))
    assert built.findings == ()
    assert built.evaluate("x", {"n": Decimal(3)}).value == expected


TYPES = """
<itemDefinition name="age"><typeRef>number</typeRef><allowedValues><text>[0..150]</text></allowedValues></itemDefinition>
<itemDefinition name="person"><itemComponent name="full name"><typeRef>string</typeRef></itemComponent>
  <itemComponent name="age"><typeRef>age</typeRef></itemComponent></itemDefinition>
<itemDefinition name="people" isCollection="true"><typeRef>person</typeRef></itemDefinition>
<inputData id="i_people" name="people"><variable name="people" typeRef="people"/></inputData>
"""


def test_types_are_checked_and_converted():
    built = model(
        TYPES
        + decision("names", literal("people[age &gt; 17].full name"), "i_people")
        + decision("one", literal("[5]"), kind="number")
        + decision("many", literal("5"), kind="people")
        + decision("old", literal("151"), kind="age")
        + decision("instant", literal('@"2026-01-01"'), kind="date and time")
    )
    people = ({"full name": "Ana", "age": Decimal(30)}, {"full name": "Luc", "age": Decimal(3)})
    assert built.evaluate("names", {"people": people}).value == ("Ana",)
    assert built.evaluate("names", {"people": people[0]}).value == ("Ana",)
    assert built.evaluate("names", {"people": ({"full name": "Ana", "age": Decimal(200)},)}).value is None
    assert [built.evaluate(name, {}).value for name in ("one", "many", "old")] == [Decimal(5), None, None]
    assert to_plain(built.evaluate("instant", {}).value) == '"2026-01-01T00:00:00Z"'


def test_imports_bring_types_knowledge_and_decisions_and_keep_ways_apart():
    base = HEAD.format("20191111", "urn:base") + given("who", "string") + decision("hello", literal('"Hi " + who'), "i_who")
    base += '<itemDefinition name="word"><typeRef>string</typeRef></itemDefinition>'
    base += knowledge("twice", ["x"], literal("x * 2")) + "</definitions>"
    bring = "<import namespace='urn:base' name='base' importType='https://www.omg.org/spec/DMN/20191111/MODEL/'/>"
    between = bring + decision("greet", literal("base.hello + tail"), "i_tail") + given("tail", "string")
    between = between.replace("<decision id='greet' name='greet'><variable name='greet'/>",
                              "<decision id='greet' name='greet'><variable name='greet'/><informationRequirement>"
                              "<requiredDecision href='urn:base#hello'/></informationRequirement>")  # fmt: skip
    one = HEAD.format("20211108", "urn:one") + between + "</definitions>"
    two = one.replace("urn:one", "urn:two")
    body = "".join(
        f"<import namespace='urn:{name}' name='{name}' importType='https://www.omg.org/spec/DMN/20211108/MODEL/'/>"
        for name in ("one", "two", "base")
    )
    wants = "".join(
        f"<informationRequirement><requiredDecision href='urn:{name}#greet'/></informationRequirement>" for name in ("one", "two")
    )
    wants += "<knowledgeRequirement><requiredKnowledge href='urn:base#twice'/></knowledgeRequirement>"
    body += f"<decision id='x' name='x'><variable name='x'/>{wants}" + literal("[one.greet, two.greet, base.twice(4)]") + "</decision>"
    body += decision("y", literal('"a"'), kind="base.word")
    built = model(body, base=base, one=one, two=two)
    assert built.findings == ()
    inputs = {"one": {"base": {"who": "Ana"}, "tail": "!"}, "two": {"base": {"who": "Luc"}, "tail": "?"}}
    assert built.evaluate("x", inputs).value == ("Hi Ana!", "Hi Luc?", Decimal(8))
    assert built.evaluate("x", {"who": "Eva", "tail": "."}).value == ("Hi Eva.", "Hi Eva.", Decimal(8))
    assert built.evaluate("y", {}).value == "a"


def test_a_decision_may_be_given_instead_of_taken():
    built = model(given("n") + decision("y", literal("n"), "i_n") + decision("x", literal("y + 1"), "y"))
    assert built.evaluate("x", {"y": Decimal(41)}).value == 42


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (decision("x", literal("1 +")), "feel-syntax"),
        (decision("x", literal("n"), "i_gone"), "dmn-requirement"),
        (decision("x", literal("1"), kind="nothing"), "dmn-type"),
        (decision("x", "<literalExpression/>"), "dmn-expression-missing"),
        (decision("x", table("SOMETIMES", RULES)), "dmn-hit-policy"),
        (decision("x", literal("x"), "x"), "dmn-cycle"),
        (knowledge("f", ["a"], literal("1"), kind="Java") + decision("x", literal("f(1)"), "!f"), "dmn-external-function"),
        (knowledge("f", ["a"], literal("1"), kind="PMML") + decision("x", literal("f(1)"), "!f"), "dmn-external-function"),
        (decision("x", literal("(function(a) external {java: {}})(1)")), "feel-external-function"),
        (decision("x", '<literalExpression expressionLanguage="urn:python"><text>1</text></literalExpression>'), "dmn-language"),
    ],
)
def test_a_decision_that_rests_on_something_refused_is_refused_by_name(body, code):
    built = model(body)
    assert code in [finding.code for finding in built.findings]
    with pytest.raises(DmnRefused) as caught:
        built.evaluate("x", {})
    assert caught.value.code == code
    assert all(finding.line >= 1 and finding.mend for finding in caught.value.findings)
    assert built.evaluate("x", {}, strict=False).value == (1 if code == "dmn-type" else None)  # an unknown type is any


def test_what_is_not_refused_is_decided_all_the_same():
    built = model(decision("bad", literal("1 +")) + decision("good", literal("2")))
    assert built.evaluate("good", {}).value == 2


def test_other_files_and_unknown_names_are_refused():
    with pytest.raises(DmnRefused):
        load_model({"m": b"<a/>"}, main="m")
    with pytest.raises(XmlRefused):
        load_model({"m": b"<a"}, main="m")
    with pytest.raises(DmnRefused):
        model("", version="20151101")
    with pytest.raises(UnknownDecision):
        model("").evaluate("x", {})


@pytest.mark.parametrize(("namespace", "version"), [("20191111", "1.3"), ("20211108", "1.4"), ("20230324", "1.5")])
def test_three_versions_are_read(namespace, version):
    built = model(decision("x", literal("1")), version=namespace)
    assert built.evaluate("x", {}).value == 1
    assert built.version == version


def test_json_is_read_by_the_declared_type_and_written_exactly():
    body = "".join(f"<itemDefinition name='t'><itemComponent name='{name}'><typeRef>{kind}</typeRef></itemComponent></itemDefinition>"
                   for name, kind in [("day", "date")])  # fmt: skip
    kind = model(body + given("p", "t")).inputs["p"]
    value = to_feel(read_json('{"day": "2026-01-31", "sum": 0.1, "big": 12345678901234567890.5}'), kind)
    assert value == {"day": date(2026, 1, 31), "sum": Decimal("0.1"), "big": Decimal("12345678901234567890.5")}
    assert to_plain(value) == '{"day": "2026-01-31", "sum": 0.1, "big": 12345678901234567890.5}'
    for wrong in ('{"day": "2026-02-31"}', '{"day": 5}', "[1, 2]"):
        with pytest.raises(InputRefused):
            to_feel(read_json(wrong), kind, name="p")
    for text in ("{", "NaN", "[" * 100_000, '{"p": 1, "p": 2}'):
        with pytest.raises(InputRefused):
            read_json(text)
