# SPDX-License-Identifier: EUPL-1.2
"""Which pages and questions concern this person, what is still missing, which page comes next.

Pages are judged in order, and a condition sees only the answers of earlier pages that are themselves relevant:
an answer typed before the person went back and changed another one has no hidden effect.
"""

from collections.abc import Iterator, Mapping

from bierger_core.rules import EvaluationError, Expression, Value

from .answers import from_json
from .types import JSON, Form, Question, Step

Answers = Mapping[str, JSON]


def holds(condition: Expression | None, context: Mapping[str, Value]) -> bool:
    """Say whether a condition is true; null and an error of evaluation are not true."""
    if condition is None:
        return True
    try:
        return condition.evaluate(context) is True
    except EvaluationError:
        return False


def walk(form: Form, answers: Answers) -> Iterator[tuple[Step, tuple[Question, ...], Mapping[str, Value]]]:
    """Go through the relevant pages: the page, its relevant questions, and the values known before it."""
    context: dict[str, Value] = dict.fromkeys(form.names)
    _compute(form, context)
    for step in form.steps:
        if not holds(step.when, context):
            continue
        questions = tuple(question for question in step.questions if holds(question.when, context))
        if not questions:
            continue
        yield step, questions, dict(context)
        context.update({question.name: from_json(question, answers.get(question.name)) for question in questions})
        _compute(form, context)


def _compute(form: Form, context: dict[str, Value]) -> None:
    for compute in form.computes:
        try:
            context[compute.name] = compute.expression.evaluate(context)
        except EvaluationError:  # e.g. a sum over a question not asked yet: unknown, so null
            context[compute.name] = None


def values_of(form: Form, answers: Answers) -> dict[str, Value]:
    """Give every question and computed value by name; what is not relevant or not answered is null."""
    context: dict[str, Value] = dict.fromkeys(form.names)
    for _, questions, _ in walk(form, answers):
        context.update({question.name: from_json(question, answers.get(question.name)) for question in questions})
    _compute(form, context)
    return context


def relevant_steps(form: Form, answers: Answers) -> tuple[Step, ...]:
    """Give the pages this person has to see, in order."""
    return tuple(step for step, _, _ in walk(form, answers))


def relevant_questions(form: Form, step: Step, answers: Answers) -> tuple[Question, ...]:
    """Give the questions of a page this person has to see; () when the page does not concern them."""
    return next((questions for one, questions, _ in walk(form, answers) if one.id == step.id), ())


def is_told(question: Question, answers: Answers, known: Mapping[str, JSON]) -> bool:
    """Say whether the answer is the one that a source gave, such as the sign-in: nobody has to type it."""
    told = known.get(question.source) if question.source else None
    return told is not None and answers.get(question.name) == told


def asked_steps(form: Form, answers: Answers, known: Mapping[str, JSON]) -> tuple[Step, ...]:
    """Give the relevant pages on which there is something to do. One that only shows what is told and locked is passed over;
    where there are no others, all are given.
    """
    pages = list(walk(form, answers))
    asked = tuple(
        step for step, questions, _ in pages if not all(one.locked and is_told(one, answers, known) for one in questions)
    )
    return asked or tuple(step for step, _, _ in pages)


def _empty(answer: JSON) -> bool:
    return answer is None or answer in ("", [], ())


def missing(form: Form, answers: Answers) -> tuple[str, ...]:
    """Give the names of relevant required questions without an answer, in order."""
    return tuple(
        question.name
        for _, questions, _ in walk(form, answers)
        for question in questions
        if question.required and _empty(answers.get(question.name))
    )


def first_incomplete_step(form: Form, answers: Answers) -> Step | None:
    """Give the first page that was never seen or lacks a required answer; None when all is ready to be checked."""
    for step, questions, _ in walk(form, answers):
        for question in questions:
            if question.name not in answers or (question.required and _empty(answers[question.name])):
                return step
    return None


def prune(form: Form, answers: Answers) -> dict[str, JSON]:
    """Give the answers without those of questions that no longer concern this person: what a filing keeps."""
    kept = [question.name for _, questions, _ in walk(form, answers) for question in questions]
    return {name: answers[name] for name in kept if name in answers}


def computed(form: Form, answers: Answers) -> dict[str, Value]:
    """Give the computed values by name."""
    values = values_of(form, answers)
    return {compute.name: values[compute.name] for compute in form.computes}
