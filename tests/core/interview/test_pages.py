# SPDX-License-Identifier: EUPL-1.2
"""Pages: which come, what they keep, what they refuse. Marc applies for a shed, Anne for a house."""

from datetime import date
from decimal import Decimal

from bierger_core.interview import (
    AnswerError,
    Compute,
    Form,
    Outcome,
    Question,
    Require,
    Setting,
    Step,
    TaskForm,
    Type,
    asked_steps,
    computed,
    first_incomplete_step,
    missing,
    prefill,
    prune,
    relevant_questions,
    relevant_steps,
    validate_all,
    validate_step,
    validate_task,
    values_of,
)
from bierger_core.rules import parse_expression as feel

TODAY = date(2026, 3, 2)
SETTING = Setting(TODAY, known={"person.given_name": "Marc", "person.birth_date": "1985-06-14"})
PLAN = {"id": "1", "file_name": "a.pdf", "media_type": "application/pdf", "size": 10}
FORM = Form(
    steps=(
        Step(
            "who",
            (
                Question("name", Type.TEXT, source="person.given_name", locked=True),
                Question("born", Type.DATE, source="person.birth_date"),
            ),
        ),
        Step("kind", (Question("kind", Type.CHOICE, options=("shed", "house")),)),
        Step("cost", (Question("cost", Type.MONEY),)),
        Step("architect", (Question("architect", Type.TEXT),), when=feel("big")),
        Step("plans", (Question("plans", Type.FILE, accept=("application/pdf",)),), when=feel('kind = "house"')),
        Step("since", (Question("since", Type.DATE, required=False, requires=(Require("born-first", feel("since >= born")),)),)),
    ),
    computes=(Compute("big", feel('kind = "house" and cost > 6200')),),
)
SHED = {"name": "Marc", "born": "1985-06-14", "kind": "shed", "cost": "900.00", "since": None}
HOUSE = {**SHED, "kind": "house", "cost": "300000.00", "architect": "Wagner", "plans": [PLAN]}


def ids(answers):
    return [step.id for step in relevant_steps(FORM, answers)]


def test_pages_follow_the_answers():
    assert ids({}) == ["who", "kind", "cost", "since"]
    assert ids(SHED) == ["who", "kind", "cost", "since"]
    assert ids(HOUSE) == ["who", "kind", "cost", "architect", "plans", "since"]


def test_what_was_typed_before_going_back_has_no_hidden_effect():
    changed = {**HOUSE, "kind": "shed"}
    assert ids(changed) == ids(SHED)
    assert values_of(FORM, changed)["architect"] is None
    assert set(prune(FORM, changed)) == set(SHED)


def test_values_are_typed_and_computed():
    values = values_of(FORM, HOUSE)
    assert values["cost"] == Decimal(300000)
    assert values["born"] == date(1985, 6, 14)
    assert computed(FORM, HOUSE) == {"big": True}
    assert values["plans"] == ({"file_name": "a.pdf", "media_type": "application/pdf", "size": Decimal(10)},)


def test_the_next_page_is_the_first_unseen_or_incomplete():
    assert first_incomplete_step(FORM, {}).id == "who"
    seen = {key: value for key, value in SHED.items() if key != "since"}
    assert first_incomplete_step(FORM, seen).id == "since"  # optional, but never shown yet
    assert first_incomplete_step(FORM, SHED) is None
    assert missing(FORM, {**HOUSE, "plans": None, "architect": ""}) == ("architect", "plans")


def test_a_page_keeps_what_is_right_and_names_what_is_wrong():
    result = validate_step(
        FORM, "who", {"born.day": ["99"], "born.month": ["1"], "born.year": ["2000"]}, answers={}, setting=SETTING
    )
    assert result.values == {"name": "Marc"}
    assert result.errors == {"born": AnswerError("date-impossible")}
    assert result.raw == {"born.day": ["99"], "born.month": ["1"], "born.year": ["2000"]}


def test_what_the_register_says_wins_over_what_is_typed():
    result = validate_step(FORM, "who", {"name": ["Somebody Else"], "born": ["1985-06-14"]}, answers={}, setting=SETTING)
    assert result.values["name"] == "Marc"
    unknown = validate_step(FORM, "who", {"name": ["Anne"], "born": ["1985-06-14"]}, answers={}, setting=Setting(TODAY))
    assert unknown.values["name"] == "Anne"
    assert prefill(FORM, FORM.step("who"), SETTING) == {"name": "Marc", "born": "1985-06-14"}


def test_a_requirement_speaks_with_its_own_words():
    early = validate_step(FORM, "since", {"since": ["1.1.1980"]}, answers=SHED, setting=SETTING)
    assert early.errors == {"since": AnswerError("require", {"code": "born-first"})}
    assert not validate_step(FORM, "since", {"since": ["1.1.1990"]}, answers=SHED, setting=SETTING).errors
    assert not validate_step(FORM, "since", {"since": [""]}, answers=SHED, setting=SETTING).errors
    nothing_to_compare = validate_step(FORM, "since", {"since": ["1.1.1980"]}, answers={**SHED, "born": None}, setting=SETTING)
    assert not nothing_to_compare.errors


def test_a_page_that_does_not_concern_the_person_gives_nothing():
    result = validate_step(FORM, "plans", {"plans": ["x"]}, answers=SHED, setting=SETTING)
    assert (result.values, result.errors) == ({}, {})
    assert relevant_questions(FORM, FORM.step("plans"), SHED) == ()


def test_files_count_as_attached_not_as_typed():
    typed = validate_step(FORM, "plans", {"plans": ["/etc/passwd"]}, answers={**HOUSE, "plans": None}, setting=SETTING)
    assert typed.errors == {"plans": AnswerError("required")}
    assert validate_step(FORM, "plans", {}, answers=HOUSE, setting=SETTING).values == {"plans": [PLAN]}
    many = validate_step(FORM, "plans", {}, answers={**HOUSE, "plans": [PLAN, PLAN]}, setting=SETTING)
    assert many.errors["plans"].code == "too-many-files"


def test_everything_is_judged_again_at_submission():
    assert validate_all(FORM, HOUSE, setting=SETTING) == {}
    stale = {**HOUSE, "kind": "castle", "cost": {"was": "a place once"}}
    assert set(validate_all(FORM, stale, setting=SETTING)) == {"kind", "cost"}


TASK = TaskForm(
    "review",
    (Question("street", Type.TEXT, required=False), Question("reasons", Type.LONGTEXT, required=False)),
    outcome="decision",
    outcomes=(Outcome("issue", ("street",)), Outcome("refuse", ("reasons",))),
)


def test_an_outcome_says_what_it_needs():
    refused = validate_task(TASK, {"decision": ["refuse"]}, setting=SETTING)
    assert refused.errors == {"reasons": AnswerError("required")}
    assert refused.outputs == {}
    done = validate_task(TASK, {"decision": ["refuse"], "reasons": ["Not here"]}, setting=SETTING)
    assert done.outputs == {"decision": "refuse", "reasons": "Not here", "street": None}
    assert set(done.outputs) == TASK.outputs


def test_an_outcome_must_be_one_of_the_list():
    assert validate_task(TASK, {}, setting=SETTING).errors["decision"].code == "required"
    assert validate_task(TASK, {"decision": ["sell"]}, setting=SETTING).errors["decision"].code == "not-a-choice"
    assert validate_task(TASK, {"decision": ["issue", "refuse"]}, setting=SETTING).errors["decision"].code == "not-a-choice"


def test_a_page_that_only_shows_what_is_told_is_passed_over():
    told = Step("who", (Question("name", Type.TEXT, source="person.given_name", locked=True),))
    form = Form(steps=(told, Step("born", (Question("born", Type.DATE, source="person.birth_date"),))), computes=())
    answers = {"name": "Marc", "born": "1985-06-14"}
    assert [step.id for step in asked_steps(form, answers, SETTING.known)] == ["born"]  # not locked: it may be corrected
    assert [step.id for step in relevant_steps(form, answers)] == ["who", "born"]
    for said, known in ((answers, {}), ({**answers, "name": "Anne"}, SETTING.known), ({}, SETTING.known)):
        assert asked_steps(form, said, known) == form.steps
    assert asked_steps(Form(steps=(told,), computes=()), answers, SETTING.known) == (told,)  # there has to be a page
