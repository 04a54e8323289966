# SPDX-License-Identifier: EUPL-1.2
"""A derivation says only what is so: an independent checker replays it; and an old one gives the old result."""

import ast
import copy
import json
import random
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bierger_core.rules import (
    DecisionModel,
    EvaluationError,
    Hit,
    Law,
    OtherLaw,
    RulesOverlap,
    derive,
    from_json,
    load_model,
    read_dmn,
    replay,
    to_json,
    to_plain,
)
from tests.core.rules.partial.models import Generator, draw_known
from tests.core.rules.partial.policies import EveryPolicy
from tests.core.rules.test_dated import CHANGED, ELI, NEW, OLD, model, table
from tests.core.rules.why import checker
from tests.core.rules.why.checker import Untrue, check

FEW, MANY = 150, 2_000


def completed(seed: int, generator: type[Generator] = Generator) -> tuple[bytes, str, dict[str, object]]:
    """A generated model, its last decision, and a value for every input."""
    generated = generator(seed).generate()
    known = draw_known(generated, seed, 1)  # at most one completion left: nearly everything is known
    chance = random.Random(seed)
    for name, domain in generated.domains().items():
        points = [*domain.candidates, *domain.edges] or [Decimal(chance.randint(-3, 9))]
        known.setdefault(name, chance.choice(points))
    return generated.text.encode(), generated.decision, known


def told(model_: DecisionModel, decision: str, inputs: dict[str, object]) -> dict[str, Any]:
    """The derivation as it is stored: through JSON."""
    return json.loads(json.dumps(derive(model_, decision, inputs).as_json()))


def judged(seeds: range, generator: type[Generator] = Generator) -> tuple[int, int]:
    """Derive, check, replay; give how many models were decided, and how many ended with an error."""
    decided = failed = 0
    for seed in seeds:
        data, decision, inputs = completed(seed, generator)
        read = read_dmn(data, path="m.dmn")
        try:
            value = read.evaluate(decision, inputs).value
        except EvaluationError as error:
            failed += 1
            with pytest.raises(type(error), match=re.escape(str(error))):
                derive(read, decision, inputs)
            continue
        decided += 1
        stored = told(read, decision, inputs)
        checker.same("value", check(stored, data, inputs), value)
        again = replay(read, stored)
        assert again.as_json() == stored, seed
        assert to_json(again.value) == to_json(value)
    return decided, failed


def test_the_checker_knows_nothing_of_the_evaluator():
    tree = ast.parse(Path(checker.__file__).read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names == {"re", "collections.abc", "datetime", "decimal", "typing", "xml.etree"}


def test_the_checker_comes_to_the_same_result():
    decided, failed = judged(range(FEW))
    assert decided > FEW / 2
    assert failed > 0


def test_the_checker_comes_to_the_same_result_by_every_hit_policy():
    decided, failed = judged(range(FEW), EveryPolicy)
    assert decided > FEW / 2
    assert failed > 0


@pytest.mark.slow
@pytest.mark.parametrize("generator", [Generator, EveryPolicy])
def test_the_checker_comes_to_the_same_result_often(generator):
    decided, _ = judged(range(FEW, FEW + MANY), generator)
    assert decided > MANY / 2


def test_the_whole_engine_decides_the_same():
    """Two engines that share nothing but the reading of XML: the one that explains, and the one that is whole."""
    policies = set()
    for seed in range(FEW):
        data, decision, inputs = completed(seed, EveryPolicy)
        try:
            value = read_dmn(data, path="m.dmn").evaluate(decision, inputs).value
        except EvaluationError:
            continue  # null with a note there
        policies |= set(re.findall(rb'hitPolicy="([^"]+)"', data))
        assert to_plain(load_model({"m.dmn": data}, main="m.dmn").evaluate(decision, inputs).value) == to_plain(value), seed
    assert policies == {hit.encode() for hit in Hit}


def untrue(stored: dict[str, Any], chance: random.Random) -> None:
    """Make one small lie."""
    step = chance.choice([*stored["steps"], stored])
    ways = ["value", "read"]
    if step["kind"] == "table":
        ways += ["column", *(["drop", "number", "cell"] if step["excluded"] else []), *(["fire"] if step["number"] else [])]
    way = chance.choice(ways)
    if way == "value":
        step["value"] = "a lie" if step["value"] != "a lie" else None
    elif way == "read" and step["reads"]:
        chance.choice(step["reads"])["value"] = {"$number": "123456"}
    elif way == "column":
        chance.choice(step["inputs"])["value"] = {"$number": "123456"}
    elif way == "drop":
        step["excluded"].pop(chance.randrange(len(step["excluded"])))
    elif way == "cell":
        for one in step["excluded"]:
            one.update(by=[{"column": 1, "cell": "true or false", "holds": False}])
            one.pop("later", None)
    elif way == "fire":
        step["number"] += 1000
    else:
        step["version" if "version" in step else "requires"] = {"at": "1999-01-01"} if "version" in step else ["nobody"]
        step["value"] = {"$number": "987654321"}


def test_small_lies_are_found():
    chance, found = random.Random(1), 0
    for seed in range(60):
        data, decision, inputs = completed(seed)
        try:
            stored = told(read_dmn(data, path="m.dmn"), decision, inputs)
        except EvaluationError:
            continue
        untrue(stored, chance)
        with pytest.raises((Untrue, KeyError)):
            check(stored, data, inputs)
        found += 1
    assert found > 30


# -- one by hand -------------------------------------------------------------------------------------------------------

AID = model(
    table(
        [("< 18", '"minor"', "", "", ""), (">= 18", '"adult"', "", "", "")],
        name="person",
        columns=("age",),
        requires=("#age",),
        output="string",
    ),
    table(
        [
            ("-", "> 3000", '"refused"', "", "", "Loi du 28 juillet 2018, art. 2"),
            ('"minor"', "-", '"parents"', "", "", "Art. 4"),
            ('"adult"', "<= rent * 2", '"granted"', "", "", f"Art. 5, {ELI}"),
            ("-", "-", '"partly"', "", "", "Art. 6"),
        ],
        name="aid",
        hit="FIRST",
        columns=("person", "income"),
        requires=("#d_person", "#income", "#rent"),
        output="string",
    ),
    inputs=(("age", "number"), ("income", "number"), ("rent", "number")),
)


def test_a_derivation_names_rules_cells_inputs_and_law():
    found = derive(read_dmn(AID, path="aid.dmn"), "aid", {"age": 30, "income": 1800, "rent": 900})
    person, aid = found.steps
    assert (found.decision, found.value, found.version.at) == ("aid", "granted", None)
    assert (person.value, [(one.name, one.value, one.decision) for one in person.reads]) == (
        "adult",
        [("age", Decimal(30), False)],
    )
    assert aid.fired is not None
    assert (aid.fired.number, aid.fired.law) == (3, (Law("Art. 5", ELI),))
    assert [(one.expression, one.cell, one.value, one.reads) for one in aid.fired.conditions] == [
        ("person", '"adult"', "adult", ("person",)),
        ("income", "<= rent * 2", Decimal(1800), ("income", "rent")),
    ]
    excluded = [(one.number, [(cell.expression, cell.cell, cell.holds) for cell in one.by]) for one in aid.excluded]
    assert excluded == [(1, [("income", "> 3000", False)]), (2, [("person", '"minor"', False)]), (4, [])]
    assert [(one.name, one.decision) for one in aid.reads] == [("income", False), ("person", True), ("rent", False)]
    assert found.law == (Law("Art. 5", ELI),)


def test_what_is_stored_has_the_names_that_evaluate_gives_too():
    read, inputs = read_dmn(AID, path="aid.dmn"), {"age": 30, "income": 4000, "rent": 900}
    plain, full = read.evaluate("aid", inputs).derivation, derive(read, "aid", inputs).as_json()
    assert {name: full[name] for name in plain if name not in ("requires", "inputs")} == {
        name: plain[name] for name in plain if name not in ("requires", "inputs")
    }
    assert [one["value"] for one in full["inputs"]] == [one["value"] for one in plain["inputs"]]
    assert full["law"] == [{"text": "Loi du 28 juillet 2018, art. 2", "eli": ""}]


def test_a_null_leaves_a_cell_open():
    found = derive(read_dmn(AID, path="aid.dmn"), "aid", {"age": 30, "income": None, "rent": 900})
    assert found.value == "partly"
    assert [(cell.cell, cell.holds) for one in found.steps[-1].excluded for cell in one.by] == [
        ("> 3000", None),
        ('"minor"', False),
        ("<= rent * 2", None),
    ]


def test_rules_that_contradict_each_other_give_no_derivation():
    read = read_dmn(model(table([("< 5", "1", "", "", ""), ("> 2", "2", "", "", "")])), path="m.dmn")
    with pytest.raises(RulesOverlap):
        derive(read, "fee", {"copies": 3})


def test_the_law_of_a_decision_is_its_knowledge_source():
    data = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="urn:m">
    <inputData id="a" name="a"><variable name="a" typeRef="number"/></inputData>
    <knowledgeSource id="k" name="Loi du 19 juin 2013, art. 3" locationURI="http://data.legilux.public.lu/eli/x"/>
    <decision id="d" name="d"><variable name="d"/><informationRequirement><requiredInput href="#a"/></informationRequirement>
    <authorityRequirement><requiredAuthority href="#k"/></authorityRequirement>
    <literalExpression><text>a * 2</text></literalExpression></decision></definitions>"""
    found = derive(read_dmn(data, path="m.dmn"), "d", {"a": 2})
    assert found.law == (Law("Loi du 19 juin 2013, art. 3", "http://data.legilux.public.lu/eli/x"),)
    assert check(found.as_json(), data, {"a": 2}) == 4


def test_a_decision_that_many_ways_lead_to_stands_once():
    """Forty levels of two decisions that both read the two below: 2^40 ways."""
    link = '<informationRequirement><requiredInput href="#copies"/></informationRequirement>'
    logic = "<literalExpression><text>copies</text></literalExpression>"
    rows = [f'<decision id="x0" name="x0"><variable name="x0"/>{link}{logic}</decision>']
    for n in range(1, 41):
        links = f'<informationRequirement><requiredDecision href="#x{n - 1}"/></informationRequirement>' * 2
        rows.append(
            f'<decision id="x{n}" name="x{n}"><variable name="x{n}"/>{links}<literalExpression><text>x{n - 1} + x{n - 1}</text></literalExpression></decision>'
        )
    read = read_dmn(model(*rows), path="m.dmn")
    assert read.needs("x40") == {"copies"}
    found = derive(read, "x40", {"copies": 1})
    assert found.value == 2**40
    assert len(found.steps) == 41
    assert len(json.dumps(found.as_json())) < 40_000


# -- old decisions -----------------------------------------------------------------------------------------------------


def test_an_old_decision_gives_the_old_result_after_the_file_has_changed():
    before = model(table([(*OLD[:2], "", "", OLD[4])]))
    old = read_dmn(before, path="fees.dmn")
    stored = told(old, "fee", {"copies": 1, "case": {"opened_on": date(2026, 5, 1)}})
    assert stored["version"] == {"digest": old.digest, "at": None, "from": None, "to": None}
    files = {old.digest: before}  # what was decided by is kept, as the published package is
    assert replay(read_dmn(files[stored["version"]["digest"]], path="fees.dmn"), stored).value == 5

    changed = read_dmn(CHANGED, path="fees.dmn")
    stored = told(changed, "fee", {"copies": 1, "case": {"opened_on": date(2026, 5, 1)}})
    assert stored["version"] == {
        "digest": changed.at(date(2026, 5, 1)).digest, "at": "2026-05-01", "from": None, "to": "2026-12-31"
    }  # fmt: skip
    # A year later: the law of 2028 is added, that of 2026 is untouched. The new file gives the old result too.
    later = model(table([OLD, (*NEW[:3], "2027-12-31", NEW[4]), ("-", "9", "2028-01-01", "", "")]))
    assert replay(read_dmn(later, path="fees.dmn"), stored).value == 5
    assert derive(read_dmn(later, path="fees.dmn"), "fee", {"copies": 1}, at=date(2028, 1, 1)).value == 9


def test_a_law_changed_backwards_is_not_taken_for_the_old_one():
    stored = told(read_dmn(CHANGED, path="fees.dmn"), "fee", {"case": {"opened_on": date(2026, 5, 1)}})
    wrong = read_dmn(model(table([(OLD[0], "6", *OLD[2:]), NEW])), path="fees.dmn")
    with pytest.raises(OtherLaw) as caught:
        replay(wrong, stored)
    assert caught.value.code == "other-law"
    assert replay(read_dmn(CHANGED, path="fees.dmn"), stored).value == 5


day = st.sampled_from([date(2026, 1, 1), date(2026, 7, 1), date(2027, 1, 1)])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["-", "< 2", ">= 2", "1"]), day, day), min_size=1, max_size=5), day, st.integers(0, 3))
def test_the_checker_reads_the_dates_of_rules_itself(rows, at, copies):
    written = [(cell, str(n), min(a, b), max(a, b), "") for n, (cell, a, b) in enumerate(rows)]
    data = model(table(written, hit="FIRST"))
    assume(any(min(a, b) <= at <= max(a, b) for _, a, b in rows))
    found = derive(read_dmn(data, path="m.dmn"), "fee", {"copies": copies}, at=at)
    stored = json.loads(json.dumps(found.as_json()))
    assert check(stored, data, {"copies": copies}) == from_json(stored["value"])
    if stored["excluded"]:
        lied = copy.deepcopy(stored)
        lied["excluded"].pop()
        with pytest.raises(Untrue):
            check(lied, data, {"copies": copies})
