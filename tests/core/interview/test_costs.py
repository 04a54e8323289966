# SPDX-License-Identifier: EUPL-1.2
"""What a question costs where the author does not say."""

from bierger_core.interview import Form, Question, Step, Type, cost_of, costs_of

TICKS = {Type.BOOLEAN, Type.CHOICE, Type.CHOICES, Type.COMMUNE}


def test_a_tick_costs_least_and_a_document_most() -> None:
    found = {kind: cost_of(Question("q", kind)) for kind in Type}
    assert {kind for kind, cost in found.items() if cost == 1} == TICKS
    assert {kind for kind, cost in found.items() if cost == 5} == {Type.FILE}
    assert {kind for kind, cost in found.items() if cost == 2} == set(Type) - TICKS - {Type.FILE}


def test_what_the_author_says_goes_before_the_type() -> None:
    form = Form((Step("one", (Question("plan", Type.FILE), Question("days", Type.NUMBER), Question("music", Type.BOOLEAN))),))
    assert costs_of(form, {"days": 0.0, "music": 3.5}) == {"plan": 5, "days": 0, "music": 3.5}


def test_a_question_that_no_register_answered_costs_what_its_type_costs() -> None:
    """What a register did answer is never asked; who does not hold the act has to say so."""
    asked = Question("has_permit", Type.BOOLEAN, source="act.economy.business-permit.acceptance")
    assert cost_of(asked) == cost_of(Question("has_permit", Type.BOOLEAN))
