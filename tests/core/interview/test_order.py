# SPDX-License-Identifier: EUPL-1.2
"""Which question next: against brute force over all orders, and what authors, costs and past cases change of it."""

import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import cast

import pytest

from bierger_core.interview.order import Next, OrderRefused, QuestionOrder
from bierger_core.rules import Decided, DecisionModel, InputRefused, PartialDecision, Undecided, compile_partial, read_dmn

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="urn:m">'
ANSWERS = 4
"""A question has so many answers, the numbers from 0; each is a class of its own unless the rules do not tell it apart."""


def table(names: Sequence[str], rules: Sequence[tuple[Sequence[str], str]], decision: str = "d", answers: int = ANSWERS) -> PartialDecision:
    """A decision table over questions with few answers; the first rule that fits counts, "none" if none does."""
    allowed = ", ".join(str(number) for number in range(answers))
    text = HEAD + f'<itemDefinition name="few"><typeRef>number</typeRef><allowedValues><text>{allowed}</text></allowedValues></itemDefinition>'
    text += "".join(f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="few"/></inputData>' for name in names)
    text += f'<decision id="{decision}" name="{decision}"><variable name="{decision}"/>'
    text += "".join(
        f'<informationRequirement id="r_{name}"><requiredInput href="#{name}"/></informationRequirement>' for name in names
    )
    text += '<decisionTable id="t" hitPolicy="FIRST">'
    text += "".join(f'<input id="i_{name}"><inputExpression typeRef="few"><text>{name}</text></inputExpression></input>' for name in names)
    text += '<output id="o" typeRef="string"/>'
    for number, (cells, outcome) in enumerate([*rules, (["-"] * len(names), "none")]):
        entries = "".join(f"<inputEntry id='e{number}_{at}'><text>{cell}</text></inputEntry>" for at, cell in enumerate(cells))
        text += f"<rule id='u{number}'>{entries}<outputEntry id='x{number}'><text>\"{outcome}\"</text></outputEntry></rule>"
    model: DecisionModel = read_dmn((text + "</decisionTable></decision></definitions>").encode(), path="m.dmn")
    return compile_partial(model, decision, may_be_null=())


def drawn(seed: int, names: Sequence[str], rules: int, outcomes: int, decision: str = "d") -> PartialDecision:
    draw = random.Random(seed)
    rows = []
    for number in range(rules):
        cells = []
        for _ in names:
            low, high = sorted((draw.randrange(ANSWERS), draw.randrange(ANSWERS)))
            cells.append("-" if draw.random() < 0.4 else f"[{low}..{high}]")
        rows.append((cells, f"o{number % outcomes}"))
    return table(names, rows, decision)


def least(decisions: Sequence[PartialDecision], names: Sequence[str], costs: Mapping[str, float]) -> float:
    """The least expected cost by trying every question everywhere; every answer as probable as the others."""
    outcome = {
        answers: tuple(cast("Decided", one.decide(dict(zip(names, answers, strict=True)))).value for one in decisions)
        for answers in itertools.product(range(ANSWERS), repeat=len(names))
    }

    @cache
    def cost(known: tuple[int | None, ...]) -> float:
        left = {
            found for answers, found in outcome.items()
            if all(one in (None, other) for one, other in zip(known, answers, strict=True))
        }  # fmt: skip
        if len(left) == 1:
            return 0.0
        return min(
            costs.get(name, 1.0)
            + sum(cost((*known[:at], answer, *known[at + 1 :])) for answer in range(ANSWERS)) / ANSWERS
            for at, name in enumerate(names)
            if known[at] is None
        )

    return cost((None,) * len(names))


def walked(order: QuestionOrder, costs: Mapping[str, float], names: Sequence[str], look: Callable[[dict[str, object], Next], None]) -> float:
    """What the order really costs: every course of the interview is walked, each with its probability."""

    def walk(known: dict[str, object]) -> float:
        following = order.next(known)
        if following is None:
            return 0.0
        look(known, following)
        cost = sum(costs.get(name, 1.0) for name in following.names)
        given = list(itertools.product(range(ANSWERS), repeat=len(following.names)))
        return cost + sum(walk({**known, **dict(zip(following.names, one, strict=True))}) for one in given) / len(given)

    del names
    return walk({})


def nothing(_known: dict[str, object], _next: Next) -> None:
    """Look at nothing."""


NAMES = ("a", "b", "c", "e")


def even(decisions: Sequence[PartialDecision], **options: object) -> QuestionOrder:
    """Every answer as probable as the others, whichever class it is of: as the brute force takes it."""
    cases = [dict.fromkeys(NAMES, answer) for answer in range(ANSWERS)] * 1_000
    return QuestionOrder(decisions, cases=cases, **options)  # type: ignore[arg-type]  # options by name, as they are there


@pytest.mark.parametrize("seed", range(4))
def test_the_computed_order_is_the_best_there_is(seed: int) -> None:
    decision = drawn(seed, NAMES, 7, 3)
    costs = {"a": 1.0, "b": 2.5, "c": 1.0, "e": 0.5} if seed % 2 else {}
    order = even([decision], costs=costs)
    assert order.prepare()
    best = least([decision], NAMES, costs)
    assert walked(order, costs, NAMES, nothing) == pytest.approx(best, rel=5e-3)
    first = order.next({})
    assert (first is None) == (best == 0.0)
    if first is not None:
        assert first.optimal
        assert first.expected == pytest.approx(best, rel=5e-3)


@pytest.mark.parametrize("seed", range(4))
def test_without_time_to_compute_it_stays_near_the_best(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bierger_core.interview.order.choosing.SMALL", 0)
    decision = drawn(seed + 50, NAMES, 9, 4)
    order = even([decision])
    best = least([decision], NAMES, {})
    cost = walked(order, {}, NAMES, lambda _known, following: None if not following.optimal else pytest.fail("not computed"))
    assert best * 0.995 <= cost <= best * 1.05


@pytest.mark.parametrize("seed", range(4))
def test_never_a_question_that_cannot_change_an_open_outcome(seed: int) -> None:
    decisions = [drawn(seed, ("a", "b", "c"), 5, 3), drawn(seed + 9, ("b", "c", "e"), 5, 2)]
    order = QuestionOrder(decisions)

    def look(known: dict[str, object], following: Next) -> None:
        verdicts = [decision.decide(known) for decision in decisions]
        matters = [set(verdict.inputs) if isinstance(verdict, Undecided) else set() for verdict in verdicts]
        assert set(order.relevant(known)) == set().union(*matters)
        for name in following.names:
            assert name not in known
            assert following.goals == tuple(number for number, found in enumerate(matters) if name in found)

    walked(order, {}, NAMES, look)
    settled = order.next({"a": 0, "b": 0, "c": 0, "e": 0})
    assert settled is None


def test_a_question_of_several_decisions_is_asked_once_and_costs_add_up() -> None:
    """By hand: `a` settles the first alone, `b` the second; they share nothing, so two questions are needed."""
    first = table(("a",), [(["0"], "yes")])
    second = table(("b",), [(["0"], "yes")])
    both = table(("a",), [(["1"], "no")])
    order = even([first, second, both])
    assert order.prepare()
    found = order.next({})
    assert found is not None
    assert (found.names, found.goals) == (("a",), (0, 2))
    assert order.next({"a": 0}) == Next(("b",), (1,), 1.0, optimal=True)
    assert order.next({"a": 0, "b": 3}) is None


def test_what_costs_nothing_comes_first_and_what_costs_much_last() -> None:
    rules = [(["0", "-", "-"], "yes"), (["-", "0", "-"], "yes"), (["-", "-", "0"], "yes")]
    decision = table(("a", "b", "c"), rules)
    order = even([decision], costs={"a": 5.0, "c": 0.0})
    assert order.prepare()
    names = []
    known: dict[str, object] = {}
    while (following := order.next(known)) is not None:
        names += following.names
        known |= dict.fromkeys(following.names, 1)
    assert names == ["c", "b", "a"]
    assert order.next({"c": 0}) is None


def test_pages_are_kept_together_and_only_what_matters_of_them_is_asked() -> None:
    decision = drawn(3, NAMES, 7, 3)
    order = even([decision], pages=[("a", "c")])

    def look(known: dict[str, object], following: Next) -> None:
        relevant = set(order.relevant(known))
        if following.names[0] in {"a", "c"}:
            assert set(following.names) == {"a", "c"} & relevant
        else:
            assert len(following.names) == 1

    assert order.prepare()
    assert walked(order, {}, NAMES, look) >= least([decision], NAMES, {}) * 0.995


def test_a_fixed_sequence_is_kept_but_for_what_does_not_matter() -> None:
    decision = drawn(5, NAMES, 7, 3)
    order = even([decision], sequence=["e", "b"])

    def look(known: dict[str, object], following: Next) -> None:
        if "b" in following.names:
            assert "e" not in order.relevant(known)

    walked(order, {}, NAMES, look)
    whole = even([decision], sequence=NAMES)
    walked(whole, {}, NAMES, lambda known, following: None if following.names[0] == whole.relevant(known)[0] else pytest.fail("order"))


def test_what_the_author_binds_together_holds_between_decisions_that_share_nothing() -> None:
    """Each decision reads one question: a page of two decisions is asked once, and an order between them is kept."""
    first, second = table(("a",), [(["0"], "yes")]), table(("b",), [(["0"], "yes")])
    paged = even([first, second], pages=[("a", "b")])
    for prepared in (False, True):
        assert not prepared or paged.prepare()
        found = paged.next({})
        assert found is not None
        assert (found.names, found.goals) == (("a", "b"), (0, 1))
        assert paged.next({"a": 0}) == Next(("b",), (1,), 1.0, optimal=True)
    ordered = even([first, second], sequence=["b", "a"])
    assert [one.names for one in (ordered.next({}), ordered.next({"b": 0})) if one is not None] == [("b",), ("a",)]


def test_a_page_that_waits_for_itself_is_refused() -> None:
    decision = drawn(3, NAMES, 7, 3)
    with pytest.raises(OrderRefused) as refused:
        QuestionOrder([decision], pages=[("a", "c")], sequence=["a", "b", "c"])
    assert refused.value.code == "order-refused"
    with pytest.raises(OrderRefused):
        QuestionOrder([decision], pages=[("a", "c"), ("c", "b")])
    with pytest.raises(OrderRefused):
        QuestionOrder([decision], costs={"a": -1})


def test_past_cases_say_which_question_settles_more() -> None:
    """Either `a` or `b` being 0 settles it; the one that mostly was 0 is asked first."""
    decision = table(("a", "b"), [(["0", "-"], "yes"), (["-", "0"], "yes")])
    for name, other in (("a", "b"), ("b", "a")):
        order = QuestionOrder([decision], cases=[{name: 0, other: 1}] * 20)
        order.prepare()
        found = order.next({})
        assert found is not None
        assert found.names == (name,)


def test_an_answer_that_is_none_is_refused_and_what_matters_nowhere_passed_over() -> None:
    order = QuestionOrder([table(("a", "b"), [(["0", "1"], "yes")])])
    with pytest.raises(InputRefused) as refused:
        order.next({"a": "zero"})
    assert refused.value.name == "a"
    with pytest.raises(InputRefused):
        order.next({"a": 17})
    found = order.next({"shoe size": 44})
    assert found is not None


def test_decisions_over_sums_of_several_unknowns_come_last_and_are_settled_too() -> None:
    text = HEAD + "".join(f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="number"/></inputData>' for name in "xy")
    text += '<decision id="s" name="s"><variable name="s"/>'
    text += "".join(f'<informationRequirement id="r_{name}"><requiredInput href="#{name}"/></informationRequirement>' for name in "xy")
    text += "<literalExpression><text>x + y &gt; 10</text></literalExpression></decision></definitions>"
    entangled = compile_partial(read_dmn(text.encode(), path="s.dmn"), "s", may_be_null=())
    order = QuestionOrder([entangled, table(("a",), [(["0"], "yes")])])
    assert order.next({}) == Next(("a",), (1,), 1.0, optimal=True)
    assert order.next({"a": 0}) == Next(("x",), (0,), None, optimal=False)
    assert order.next({"a": 0, "x": 1}) == Next(("y",), (0,), None, optimal=False)
    assert order.next({"a": 0, "x": 1, "y": 12}) is None
    assert order.relevant({"a": 0}) == ("x", "y")


def test_what_was_computed_is_forgotten_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    decision = drawn(1, NAMES, 7, 3)
    order = even([decision])
    before = [order.next({"a": answer}) for answer in range(ANSWERS)]
    monkeypatch.setattr("bierger_core.interview.order.questions.MOST", 1)
    assert [order.next({"a": answer}) for answer in range(ANSWERS)] == before
