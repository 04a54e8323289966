# SPDX-License-Identifier: EUPL-1.2
"""The guide against brute force over all procedures, on situations and answers that are drawn."""

import json
from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger_core.interview import JSON, to_json
from bierger_core.rules import InputRefused, Value
from bierger_core.situations import Guide, Situation, load
from tests.core.situations import drawn, small

DAY = date(2026, 3, 2)


@st.composite
def interviews(draw: st.DrawFn) -> tuple[drawn.Drawn, dict[str, Value], list[str]]:
    """A situation, answers to some of its questions, and others that were skipped."""
    one = draw(drawn.situations())
    oracle = drawn.Oracle(one)
    answered = draw(st.lists(st.sampled_from(sorted(one.kinds)), unique=True, max_size=3))
    known = {name: draw(st.sampled_from(oracle.domains[name])) for name in answered}
    return one, known, draw(st.lists(st.sampled_from(sorted(one.kinds)), unique=True, max_size=2))


def typed(situation: Situation, known: Mapping[str, Value]) -> dict[str, JSON]:
    return {name: to_json(situation.form.question(name), value) for name, value in known.items()}


@settings(max_examples=25, deadline=None)
@given(interviews())
def test_the_plan_says_what_every_completion_says(made: tuple[drawn.Drawn, dict[str, Value], list[str]]) -> None:
    one, known, _ = made
    situation, oracle = drawn.loaded(one), drawn.Oracle(one)
    guide = Guide(situation, DAY)
    plan = guide.plan(typed(situation, known))
    assert {line.entry.key for line in plan.lines} == {key for key, _, _ in one.entries}
    for line in plan.lines:
        outcomes = oracle.outcomes(line.entry.decision, known)
        if len(outcomes) == 1:
            assert {line.state} == outcomes
            assert line.open == ()
            assert line.derivation is not None
            assert line.derivation.value == line.state
            assert line.rules
        else:
            assert line.state == "open"
            assert set(line.open) == oracle.matters(line.entry.decision, known)
            assert (line.derivation, line.rules, line.law) == (None, (), ())
    assert plan.is_settled == all(len(oracle.outcomes(decision, known)) == 1 for _, decision, _ in one.entries)


@settings(max_examples=20, deadline=None)
@given(interviews())
def test_what_one_more_answer_settles_is_what_every_answer_or_some_settle(
    made: tuple[drawn.Drawn, dict[str, Value], list[str]],
) -> None:
    one, known, _ = made
    situation, oracle = drawn.loaded(one), drawn.Oracle(one)
    plan = Guide(situation, DAY).plan(typed(situation, known))
    open_ = {line.entry.key: line.entry.decision for line in plan.lines if line.state == "open"}
    assert {one.question for one in plan.settles} == {name for line in plan.lines for name in line.open}
    for settles in plan.settles:
        for key, decision in open_.items():
            said = [len(oracle.outcomes(decision, {**known, settles.question: answer})) == 1 for answer in oracle.domains[settles.question]]
            assert (key in settles.surely) == all(said)
            assert (key in settles.perhaps) == (any(said) and not all(said))


@settings(max_examples=25, deadline=None)
@given(interviews())
def test_a_question_is_asked_only_if_it_can_change_what_is_open(made: tuple[drawn.Drawn, dict[str, Value], list[str]]) -> None:
    one, known, skipped = made
    situation, oracle = drawn.loaded(one), drawn.Oracle(one)
    guide = Guide(situation, DAY)
    useful = {name for _, decision, _ in one.entries for name in oracle.matters(decision, known)} - set(skipped)
    page = guide.next(typed(situation, known), skipped)
    assert (page is None) == (not useful)
    if page is not None:
        step = situation.form.step(page.step)
        assert set(page.names) == useful & {question.name for question in step.questions}
        changed = {key for key, decision, _ in one.entries if oracle.matters(decision, known) & set(page.names)}
        assert set(page.entries) == changed


@settings(max_examples=20, deadline=None)
@given(interviews(), st.sampled_from(drawn.STATES))
def test_what_would_change_it_changes_it(made: tuple[drawn.Drawn, dict[str, Value], list[str]], outcome: str) -> None:
    one, known, _ = made
    situation, oracle = drawn.loaded(one), drawn.Oracle(one)
    guide = Guide(situation, DAY)
    for key, decision, _ in one.entries:
        settled = len(oracle.outcomes(decision, known)) == 1
        for change in guide.changes(typed(situation, known), key, outcome).found:
            assert settled
            for way in change.ways:
                assert oracle.outcomes(decision, {**known, **way.example}) == {outcome}


def test_the_order_is_that_of_dependencies_then_that_of_the_list() -> None:
    turned = small.SITUATION.replace("    after: [commune/road-closure]\n", "").replace(
        "    decision: closure\n", "    decision: closure\n    after: [commune/noise-notice]\n"
    )
    guide = Guide(small.small(situation=turned), DAY)
    loud = {"music": True, "days": "3"}
    assert [line.entry.key for line in guide.plan({"ground": "street", **loud}).lines] == ["commune/noise-notice", "commune/road-closure"]
    silent = guide.plan({"ground": "street", "music": False})
    assert [(line.entry.key, line.after) for line in silent.lines] == [("commune/road-closure", ()), ("commune/noise-notice", ())]
    unsure = guide.plan({"ground": "garden"})
    assert [line.state for line in unsure.lines] == ["open", "not-needed"]


def test_a_line_tells_its_rule_and_its_law() -> None:
    line = Guide(small.small(), DAY).plan({"ground": "square"}).line("commune/road-closure")
    assert (line.state, line.rules, [law.text for law in line.law]) == ("optional", ("square-may-close",), ["Art. 29"])


def test_what_fills_a_procedure_is_said_or_the_same_fact() -> None:
    form = small.FORM + "  - id: where\n    questions:\n      - {name: town, fact: competent.commune}\n"
    fills = [entry.fills for entry in small.small(form=form).entries]
    assert fills == [{"commune": "town", "place": "ground"}, {"commune": "town", "place": "ground", "days": "days"}]


def test_an_answer_that_the_form_does_not_take_is_refused() -> None:
    guide = Guide(small.small(), DAY)
    with pytest.raises(InputRefused):
        guide.next({"days": "11"})
    with pytest.raises(InputRefused):
        guide.plan({"ground": "moon"})
    assert guide.plan({"nobody asks": "this", "music": "no word"}).keys("open") == ("commune/road-closure", "commune/noise-notice")


def test_what_people_answered_before_says_what_is_asked_first() -> None:
    """Either no music or a single day settles the noise: what was mostly so is asked first, and nothing else changes."""
    apart = small.FORM.replace("      - {name: days", "  - id: time\n    questions:\n      - {name: days")
    either = small.DECISIONS.replace('<outputEntry><text>"optional"</text></outputEntry></rule>\n<rule id="music-of-days"',
                                     '<outputEntry><text>"not-needed"</text></outputEntry></rule>\n<rule id="music-of-days"')  # fmt: skip
    assert either != small.DECISIONS
    plans = []
    for past, first in (
        ({"music": {"no": 900, "yes": 100}, "days": {"1": 100, "5": 900}}, "music"),
        ({"music": {"no": 100, "yes": 900}, "days": {"1": 900, "5": 100}}, "days"),
    ):
        counted = {name: [{"answer": text, "times": times} for text, times in row.items()] for name, row in past.items()}
        files = small.files(situation=f"{small.SITUATION}past: {json.dumps(counted)}\n", form=apart, decisions=either)
        guide = Guide(load(files, vocabulary=small.VOCABULARY, packages=small.packages()), date(2026, 3, 2))
        page = guide.next({"ground": "garden"})
        assert page is not None
        assert page.names == (first,)
        plans.append([(line.entry.key, line.state) for line in guide.plan({"ground": "garden", "music": True, "days": "1"}).lines])
    assert plans[0] == plans[1]


def test_a_tick_is_asked_before_what_has_to_be_typed_unless_the_author_says_otherwise() -> None:
    """Either no music or a single day settles the noise. A day is as probable as no music: only what they cost differs."""
    apart = small.FORM.replace("      - {name: days", "  - id: time\n    questions:\n      - {name: days")
    either = small.DECISIONS.replace("<text>&lt;= 1</text>", "<text>&lt;= 5</text>").replace(
        '<outputEntry><text>"optional"</text></outputEntry></rule>\n<rule id="music-of-days"',
        '<outputEntry><text>"not-needed"</text></outputEntry></rule>\n<rule id="music-of-days"',
    )
    found = []
    for said in ("", "costs: {days: 1, music: 4}\n", "costs: {days: 0}\n"):
        given = small.files(situation=small.SITUATION + said, form=apart, decisions=either)
        guide = Guide(load(given, vocabulary=small.VOCABULARY, packages=small.packages()), DAY)
        page = guide.next({"ground": "garden"})
        assert page is not None
        found.append((page.names, page.expected))
        settled = guide.next({"ground": "garden", "days": "2"})  # known already, from wherever: it costs nothing
        assert settled is None
    assert found == [(("music",), 2.0), (("days",), 3.0), (("days",), 2.0 - 1.5)]


def test_the_law_of_the_day_counts() -> None:
    dated = small.DECISIONS.replace('<annotation name="law"/>', '<annotation name="law"/><annotation name="valid from"/><annotation name="valid to"/>')
    dated = dated.replace("<text>Art. 29</text></annotationEntry>", "<text>Art. 29</text></annotationEntry><annotationEntry><text></text></annotationEntry><annotationEntry><text>2026-12-31</text></annotationEntry>")
    new = (
        '<rule id="square-must-close"><inputEntry><text>"square"</text></inputEntry><outputEntry><text>"needed"</text></outputEntry>'
        "<annotationEntry><text>Art. 31</text></annotationEntry><annotationEntry><text>2027-01-01</text></annotationEntry><annotationEntry><text></text></annotationEntry></rule>"
    )
    dated = dated.replace('<rule id="own-garden">', new + '<rule id="own-garden">')
    situation = small.small(decisions=dated)
    on = [date(2026, 12, 31), date(2027, 1, 1)]
    assert [Guide(situation, day).plan({"ground": "square"}).line("commune/road-closure").state for day in on] == ["optional", "needed"]
