# SPDX-License-Identifier: EUPL-1.2
"""Reading one page, the whole form again at submission, or the screen of a task."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bierger_core.rules import Value

from .answers import from_json
from .fields import pick, show_raw, typed
from .parsing import REQUIRED, is_answer, is_blank, parse_answer
from .relevance import Answers, holds, walk
from .types import (
    JSON,
    AnswerError,
    Form,
    Parsed,
    Question,
    Raw,
    Setting,
    Step,
    StepResult,
    TaskForm,
    TaskResult,
    Type,
)


def prefill(form: Form, step: Step, setting: Setting) -> dict[str, JSON]:
    """Give the answers of a page that are known from a source before anybody types."""
    del form
    return {q.name: setting.known[q.source] for q in step.questions if _is_known(q, setting) and q.source}


def _is_known(question: Question, setting: Setting) -> bool:
    known = setting.known.get(question.source) if question.source else None
    return known is not None and is_answer(question, known)


def validate_step(form: Form, step_id: str, raw: Raw, *, answers: Answers, setting: Setting) -> StepResult:
    """Read one page. Only its relevant questions are read; a page that does not concern the person gives nothing.

    KeyError when the form has no such step.
    """
    form.step(step_id)
    for step, questions, context in walk(form, answers):
        if step.id == step_id:
            return _read(questions, raw, answers=answers, setting=setting, context=context)
    return StepResult({}, {}, {})


def _read(
    questions: Iterable[Question], raw: Raw, *, answers: Answers, setting: Setting, context: Mapping[str, Value]
) -> StepResult:
    values: dict[str, JSON] = {}
    errors: dict[str, AnswerError] = {}
    kept: dict[str, Sequence[str]] = {}
    for question in questions:
        kept.update(typed(question, raw))
        result = _one(question, raw, answers=answers, setting=setting)
        if isinstance(result, Parsed):
            broken = _broken(question, result.value, context)
            result = broken or result
        if isinstance(result, AnswerError):
            errors[question.name] = result
        else:
            values[question.name] = result.value
    return StepResult(values, kept, errors)


def _one(question: Question, raw: Raw, *, answers: Answers, setting: Setting) -> Parsed | AnswerError:
    """Read one question. What a register says wins over what was typed when the question is locked."""
    if question.locked and question.source and _is_known(question, setting):
        return Parsed(setting.known[question.source])
    if question.type is Type.FILE:
        return _files(question, answers.get(question.name))
    return parse_answer(question, pick(question, raw), setting=setting)


def _files(question: Question, answer: JSON) -> Parsed | AnswerError:
    if not answer or not is_answer(question, answer) or not isinstance(answer, Sequence):
        return REQUIRED if question.required else Parsed(None)
    if len(answer) > question.max_files:
        return AnswerError("too-many-files", {"max": str(question.max_files)})
    return Parsed(list(answer))


def _broken(question: Question, answer: JSON, context: Mapping[str, Value]) -> AnswerError | None:
    """Give the first `require:` that the answer breaks; those that name something unanswered are not asked."""
    value = from_json(question, answer)
    if value is None:
        return None
    seen = {**context, question.name: value}
    for require in question.requires:
        if any(_at(seen, name) is None for name in require.condition.names()):
            continue
        if not holds(require.condition, seen):
            return AnswerError("require", {"code": require.code})
    return None


def _at(values: Mapping[str, Value], path: str) -> Value:
    """Follow a dotted path through nested values; null where it ends."""
    value: Value = values
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def validate_all(form: Form, answers: Answers, *, setting: Setting) -> dict[str, AnswerError]:
    """Judge every relevant answer again, as at submission: the day may have moved, a commune may be gone."""
    errors: dict[str, AnswerError] = {}
    for _, questions, context in walk(form, answers):
        for question in questions:
            raw = show_raw(question, answers.get(question.name))
            errors.update(_read((question,), raw, answers=answers, setting=setting, context=context).errors)
    return errors


def validate_task(task: TaskForm, raw: Raw, *, setting: Setting, answers: Answers | None = None) -> TaskResult:
    """Read the screen of a task: the outcome, then the questions; those the outcome needs become required.

    `answers` holds the files attached so far, by question. With errors, `outputs` is empty: nothing half done.
    """
    needed: frozenset[str] = frozenset()
    values: dict[str, JSON] = {}
    errors: dict[str, AnswerError] = {}
    kept: dict[str, Sequence[str]] = {}
    if task.outcome is not None:
        chosen = [text.strip() for text in raw.get(task.outcome, ()) if not is_blank(text)]
        kept.update({task.outcome: list(raw[task.outcome])} if task.outcome in raw else {})
        outcome = next((one for one in task.outcomes if chosen == [one.code]), None)
        if outcome is None:
            errors[task.outcome] = AnswerError("not-a-choice") if chosen else REQUIRED
        else:
            values[task.outcome] = outcome.code
            needed = frozenset(outcome.needs)
    asked = [_required(question) if question.name in needed else question for question in task.questions]
    read = _read(asked, raw, answers=answers or {}, setting=setting, context={})
    values.update(read.values)
    errors.update(read.errors)
    kept.update(read.raw)
    if errors:
        return TaskResult({}, {}, kept, errors)
    outputs: dict[str, Value] = {q.name: from_json(q, values[q.name]) for q in task.questions}
    if task.outcome is not None:
        outputs[task.outcome] = str(values[task.outcome])
    return TaskResult(outputs, values, kept, {})


def _required(question: Question) -> Question:
    return replace(question, required=True)
