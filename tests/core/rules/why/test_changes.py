# SPDX-License-Identifier: EUPL-1.2
"""What would have to change, against brute force: no smallest set missed, none too many, every value in or out rightly."""

import itertools
import random
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from bierger_core.rules import (
    ANOTHER,
    Change,
    DecisionModel,
    EvaluationError,
    InputRefused,
    Span,
    Value,
    Way,
    read_dmn,
    why_not,
)
from tests.core.rules.partial.judging import typed
from tests.core.rules.partial.models import Generated, Generator
from tests.core.rules.partial.oracle import Judge
from tests.core.rules.test_dated import model, table
from tests.core.rules.why.test_derivation import AID, completed

FEW, MANY = 25, 300


class Brute:
    """Every completion of every set of inputs, the others as they are."""

    def __init__(self, generated: Generated, read: DecisionModel, inputs: dict[str, object], wanted: Hashable) -> None:
        self.generated, self.inputs, self.wanted = generated, inputs, wanted
        done: dict[Hashable, Hashable] = {}

        def decide(given: Mapping[str, object]) -> Hashable:
            key = tuple(typed(given[name]) for name in generated.inputs)
            if key not in done:
                try:
                    done[key] = typed(read.decide(generated.decision, given))
                except EvaluationError as error:
                    done[key] = ("error", error.code)
            return done[key]

        self.decide = decide
        self.current = self.decide(inputs)
        self.domains = generated.domains(inputs)

    def wants(self, outcome: Hashable) -> bool:
        if isinstance(outcome, tuple) and outcome[0] == "error":
            return False
        return outcome != self.current if self.wanted is ANOTHER else outcome == self.wanted

    def judge(self, chosen: frozenset[str]) -> Judge:
        known = {name: value for name, value in self.inputs.items() if name not in chosen}
        return Judge(self.domains, self.generated.boundaries, self.decide, known)

    def reaches(self, chosen: frozenset[str]) -> bool:
        return any(self.wants(self.decide({**self.inputs, **one})) for one in self.points(chosen))

    def points(self, chosen: frozenset[str]) -> Iterator[dict[str, object]]:
        """Give a completion, or two, of each cell into which boundaries cut the values of a set."""
        judge = self.judge(chosen)
        forms = [form for form in (judge.substituted(form) for form in judge.boundaries) if form is not None]
        forms += [form for name in chosen for form in self.edges(name)]
        order = sorted(chosen)
        for found in judge.completions(judge.levels(forms, order), order, {}):
            if all(self.may_become(name, value) for name, value in found.items()):
                yield found

    def may_become(self, name: str, value: object) -> bool:
        """An input without a type keeps its kind, or is left empty."""
        own = self.inputs[name]
        return own is None or value is None or type(value) is type(own)

    def edges(self, name: str):
        return [(("", -edge), (name, 1)) for edge in map(Fraction, self.domains[name].edges)]

    def sets(self, names: list[str], most: int) -> set[frozenset[str]]:
        found: set[frozenset[str]] = set()
        for size in range(1, most + 1):
            for chosen in map(frozenset, itertools.combinations(names, size)):
                if not any(one <= chosen for one in found) and self.reaches(chosen):
                    found.add(chosen)
        return found


def inside(value: object, spans: tuple[Span, ...]) -> bool:
    return any(holds(value, span) for span in spans)


def holds(value: object, span: Span) -> bool:
    kinds = {
        "null": type(None),
        "boolean": bool,
        "number": Decimal,
        "string": str,
        "date": date,
        "list": tuple,
        "context": Mapping,
    }
    if not isinstance(value, kinds[span.kind]) or (span.kind == "number" and isinstance(value, bool)):
        return False
    if span.is_value:
        return value == span.low
    low = span.low is None or value > span.low or (span.low_in and value == span.low)
    return low and (span.high is None or value < span.high or (span.high_in and value == span.high))


def values_of(span: Span) -> list[Value]:
    """Values of a span: its ends, where they belong to it, and some between and beside."""
    if span.kind in ("null", "boolean", "list", "context"):
        return [{"list": (), "context": {}}.get(span.kind, span.low)]
    found = [end for end, inside_ in ((span.low, span.low_in), (span.high, span.high_in)) if inside_]
    low, high = span.low, span.high
    if span.kind == "number":
        steps = [Decimal(text) for text in ("0.001", "0.5", "1", "7")]
        found += [
            base + sign * step for base in (low, high, Decimal(0)) if base is not None for sign in (1, -1) for step in steps
        ]
    elif span.kind == "date":
        found += [base + timedelta(days=step) for base in (low, high, date(2026, 1, 5)) if base for step in (-9, -1, 1, 9)]
    else:
        found += [base + tail for base in (low or "", high or "") for tail in ("", "!", "zz", "\0")]
    return [value for value in found if holds(value, span)]


def disagreements(seed: int, most: int) -> tuple[Counter[str], list[str]]:
    """Compare one question with brute force."""
    generated = Generator(seed).generate()
    data, decision, inputs = completed(seed)
    read = read_dmn(data, path="m.dmn")
    brute = Brute(generated, read, inputs, ANOTHER)
    chance = random.Random(seed)
    names = [name for name in read.inputs if name in read.needs(decision)]
    near = [name for name in generated.near if name in names][:4]
    free = [*near, *chance.sample([name for name in names if name not in near], min(2, len(names) - len(near)))]
    fixed = [name for name in names if name not in free]
    wanted: object = ANOTHER
    if chance.random() < 0.5:
        outcomes = {brute.decide({**inputs, **one}) for one in brute.points(frozenset(chance.sample(free, 2)))}
        outcomes = {one for one in outcomes if brute.wants(one)}
        if outcomes:
            brute.wanted = min(outcomes, key=repr)
            wanted = untyped(brute.wanted)
    found = why_not(read, decision, inputs, wanted, most=most, fixed=fixed, may_be_null=generated.may_be_null)
    told = {frozenset(one.inputs) for one in found.found}
    count = Counter(models=1, inexact=not found.exact, changes=len(told))
    there = brute.sets(free, most)
    count["too many"] += len(told - there)
    count["missed"] += len(there - told)
    for change in found.found:
        if frozenset(change.inputs) in there:
            count += judged(change, brute)
    count["sorted"] += [len(one.inputs) for one in found.found] != sorted(len(one.inputs) for one in found.found)
    bad = any(count[kind] for kind in MISTAKES)
    return count, [f"seed {seed} {inputs}\n{found}\nthere {there}\n{count}"] if bad else []


def untyped(outcome):
    if outcome[0] == "context":
        return {name: untyped(value) for name, value in outcome[1:]}
    return tuple(untyped(one) for one in outcome[1:]) if outcome[0] == "list" else outcome[1]


MISTAKES = ("too many", "missed", "unsound", "not in", "example", "outcome", "sorted")


def judged(change: Change, brute: Brute) -> Counter[str]:
    """Compare the values of one change with what every completion gives."""
    count: Counter[str] = Counter(ways=len(change.ways))
    for way in change.ways:
        outcome = brute.decide({**brute.inputs, **way.example})
        count["example"] += not brute.wants(outcome) or set(way.example) != set(change.inputs)
        count["outcome"] += outcome != typed(way.outcome)
        count["unsound"] += any(not brute.wants(brute.decide({**brute.inputs, **one})) for one in points_of(way))
        if not way.varies:
            count["outcome"] += any(brute.decide({**brute.inputs, **one}) != outcome for one in points_of(way))
    count["together"] += any(way.together for way in change.ways)
    if not change.more and not any(way.together for way in change.ways):
        for point in brute.points(frozenset(change.inputs)):
            told = any(all(inside(point[name], way.spans[name]) for name in change.inputs) for way in change.ways)
            count["not in"] += told != brute.wants(brute.decide({**brute.inputs, **point}))
            count["points"] += 1
    return count


def points_of(way: Way) -> Iterator[dict[str, Value]]:
    each = {name: [value for span in spans for value in values_of(span)][:12] for name, spans in way.spans.items()}
    if way.together:
        for name, values in each.items():
            yield from ({**way.example, name: value} for value in values)
    else:
        for values in itertools.islice(itertools.product(*each.values()), 200):
            yield dict(zip(each, values, strict=True))


def total_of(seeds: range, most: int) -> Counter[str]:
    total: Counter[str] = Counter()
    reports: list[str] = []
    for seed in seeds:
        count, report = disagreements(seed, most)
        total += count
        reports += report
    assert {kind: total[kind] for kind in MISTAKES} == dict.fromkeys(MISTAKES, 0), "\n\n".join(reports[:3])
    assert total["inexact"] <= total["models"] / 50
    assert total["changes"] > total["models"] / 2
    assert total["points"] > 2 * total["models"]
    return total


def test_few_models_agree_with_brute_force():
    total_of(range(FEW), most=2)


@pytest.mark.slow
def test_many_models_agree_with_brute_force():
    total = total_of(range(FEW, FEW + MANY), most=2) + total_of(range(10_000, 10_000 + MANY // 10), most=3)
    assert total["together"] > 0


# -- by hand -----------------------------------------------------------------------------------------------------------


def number(low=None, high=None, *, low_in=False, high_in=False):
    return Span("number", None if low is None else Decimal(low), None if high is None else Decimal(high), low_in, high_in)


def test_a_refusal_says_what_would_change_it():
    read = read_dmn(AID, path="aid.dmn")
    case = {"age": 16, "income": 3500, "rent": 800}
    found = why_not(read, "aid", case)
    assert found.outcome == "refused"
    assert found.exact
    (change,) = found.found  # without the income nothing helps: the first rule takes the case
    assert change.inputs == ("income",)
    assert change.ways == (Way("parents", {"income": (number(high=3000, high_in=True),)}, {"income": Decimal(3000)}),)


def test_a_certain_outcome_may_need_several_changes():
    case = {"age": 16, "income": 3500, "rent": 800}
    found = why_not(read_dmn(AID, path="aid.dmn"), "aid", case, "granted")
    assert [one.inputs for one in found.found] == [("age", "income")]
    assert found.exact
    way = found.found[0].ways[0]
    assert way.spans["age"] == (number(18, low_in=True),)
    assert way.example == {"age": Decimal(18), "income": Decimal(1600)}


def test_inputs_that_meet_have_one_example_and_spans_around_it():
    """At most 3 of each, and together at least 5: no single one, and no box."""
    text = "if few + many >= 5 then true else false"
    data = allowed(text, few="[0..3]", many="[0..3]")
    found = why_not(read_dmn(data, path="m.dmn"), "d", {"few": 1, "many": 1})
    (change,) = found.found
    (way,) = change.ways
    assert change.inputs == ("few", "many")
    assert way.together
    assert sum(way.example.values()) >= 5
    for name, other in (("few", "many"), ("many", "few")):
        assert way.spans[name] == (number(5 - way.example[other], 3, low_in=True, high_in=True),) or way.example[other] == 2


def allowed(text, **inputs):
    types = "".join(
        f'<itemDefinition name="t{name}"><typeRef>number</typeRef><allowedValues><text>{cells}</text></allowedValues></itemDefinition>'
        f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="t{name}"/></inputData>'
        for name, cells in inputs.items()
    )
    links = "".join(f'<informationRequirement><requiredInput href="#{name}"/></informationRequirement>' for name in inputs)
    return (
        f'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="urn:m">{types}'
        f'<decision id="d" name="d"><variable name="d"/>{links}<literalExpression><text>{text.replace("<", "&lt;")}</text>'
        "</literalExpression></decision></definitions>"
    ).encode()


def test_what_nobody_can_change_is_left_as_it_is():
    read = read_dmn(AID, path="aid.dmn")
    case = {"age": 16, "income": 1000, "rent": 800}
    assert [one.inputs for one in why_not(read, "aid", case).found] == [("age",), ("income",)]
    assert [one.inputs for one in why_not(read, "aid", case, fixed=("age",)).found] == [("income",)]
    assert why_not(read, "aid", case, "granted", fixed=("age",)).found == ()
    with pytest.raises(InputRefused):
        why_not(read, "aid", case, fixed=("birth",))


def test_changes_of_one_size_are_ordered_by_cost():
    read, case = read_dmn(AID, path="aid.dmn"), {"age": 16, "income": 1000, "rent": 800}
    assert [one.inputs for one in why_not(read, "aid", case, cost={"age": 5}).found] == [("income",), ("age",)]


def test_nothing_has_to_change_for_what_is_so():
    read, case = read_dmn(AID, path="aid.dmn"), {"age": 16, "income": 1000, "rent": 800}
    found = why_not(read, "aid", case, "parents")
    assert (found.outcome, found.found, found.exact) == ("parents", (), True)
    assert why_not(read, "aid", case, "never said").found == ()


PERSON = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="urn:m">
<itemDefinition name="tPerson"><itemComponent name="age"><typeRef>number</typeRef></itemComponent>
<itemComponent name="born"><typeRef>date</typeRef></itemComponent><itemComponent name="town"><typeRef>string</typeRef></itemComponent></itemDefinition>
<inputData id="p" name="person"><variable name="person" typeRef="tPerson"/></inputData>
<inputData id="q" name="paid"><variable name="paid" typeRef="boolean"/></inputData>
<decision id="d" name="d"><variable name="d"/><informationRequirement><requiredInput href="#p"/></informationRequirement>
<informationRequirement><requiredInput href="#q"/></informationRequirement><literalExpression><text>if paid and person.age &gt; 17
and person.born &lt; date("2010-05-03") and person.town = "Esch" then {TRUE} else "no"</text></literalExpression></decision></definitions>""".replace(
    b"{TRUE}", b'"yes"'
)


def test_the_parts_of_an_input_count_as_one():
    case = {"person": {"age": 12, "born": date(2014, 1, 1), "town": "Wiltz"}, "paid": False}
    found = why_not(read_dmn(PERSON, path="m.dmn"), "d", case, "yes", most=2)
    (change,) = found.found
    assert change.inputs == ("person", "paid")
    (way,) = change.ways
    assert way.spans == {
        "person.age": (number(17),),
        "person.born": (Span("date", None, date(2010, 5, 2), high_in=True),),
        "person.town": (Span("string", "Esch", "Esch", low_in=True, high_in=True),),
        "paid": (Span("boolean", True, True, low_in=True, high_in=True),),
    }
    assert way.example == {"person.age": Decimal(18), "person.born": date(2010, 5, 2), "person.town": "Esch", "paid": True}
    assert way.as_json()["values"]["person.age"] == [{"kind": "number", "above": {"$number": "17"}}]
    assert way.as_json()["values"]["person.born"] == [{"kind": "date", "to": {"$date": "2010-05-02"}}]
    assert way.as_json()["values"]["paid"] == [{"value": True}]
    assert why_not(read_dmn(PERSON, path="m.dmn"), "d", case, "yes", fixed=("person.born",)).found == ()


def test_leaving_a_field_empty_is_no_advice_unless_it_is_allowed():
    read = read_dmn(allowed("if few = null then 1 else 2", few="[0..3]"), path="m.dmn")
    assert why_not(read, "d", {"few": 1}).found == ()
    (change,) = why_not(read, "d", {"few": 1}, may_be_null=("few",)).found
    assert change.ways[0].spans == {"few": (Span("null", low_in=True, high_in=True),)}
    (change,) = why_not(read, "d", {}).found
    assert change.ways[0].spans == {"few": (number(0, 3, low_in=True, high_in=True),)}


def test_a_computed_outcome_may_be_asked_for():
    read = read_dmn(allowed("few * 2 + many", few="[0..100]", many="[0..100]"), path="m.dmn")
    found = why_not(read, "d", {"few": 1, "many": 2}, Decimal(11))
    assert [(one.inputs, one.ways[0].example) for one in found.found] == [
        (("few",), {"few": Decimal("4.5")}),
        (("many",), {"many": Decimal(9)}),
    ]
    assert why_not(read, "d", {"few": 1, "many": 2}).found[0].ways[0].varies


def test_of_several_outputs_some_may_be_asked_for():
    data = allowed("if few > 2 then 1 else 2", few="[0..9]", many="[0..9]").replace(
        b"<literalExpression><text>if few > 2 then 1 else 2</text></literalExpression>",
        b"<decisionTable hitPolicy='FIRST'><input><inputExpression><text>few</text></inputExpression></input>"
        b"<input><inputExpression><text>many</text></inputExpression></input><output name='may'/><output name='fee'/>"
        b"<rule><inputEntry><text>&gt; 2</text></inputEntry><inputEntry><text>-</text></inputEntry>"
        b"<outputEntry><text>true</text></outputEntry><outputEntry><text>many * 2</text></outputEntry></rule>"
        b"<rule><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry>"
        b"<outputEntry><text>false</text></outputEntry><outputEntry><text>0</text></outputEntry></rule></decisionTable>",
    )
    read = read_dmn(data, path="m.dmn")
    assert [one.inputs for one in why_not(read, "d", {"few": 1, "many": 2}, {"may": True}).found] == [("few",)]
    found = why_not(read, "d", {"few": 1, "many": 2}, {"may": True, "fee": Decimal(10)})
    assert [(one.inputs, one.ways[0].example) for one in found.found] == [
        (("few", "many"), {"few": Decimal(3), "many": Decimal(5)})
    ]


def test_the_law_of_the_day_decides_what_helps():
    rows = [("< 10", "5", "", "2026-12-31", ""), (">= 10", "4", "", "2026-12-31", ""), ("-", "5", "2027-01-01", "", "")]
    fees = read_dmn(model(table(rows)), path="fees.dmn")
    now, then = ({"copies": 1, "case": {"opened_on": date(year, 5, 1)}} for year in (2026, 2027))
    assert [one.inputs for one in why_not(fees, "fee", now).found] == [("copies",)]
    assert why_not(fees, "fee", then).found == ()
