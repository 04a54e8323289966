# SPDX-License-Identifier: EUPL-1.2
"""Proofs about the form: names exist, nothing depends on its own page or on a later one, every question is reachable.

Reachability is shown by trying answers: a condition names few questions, most of them choices, so that all combinations
of their values can be tried. Numbers and days are tried at, just below and just above every figure the conditions name.
More than `MAX_TRIES` combinations are not tried: then nothing is claimed.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from bierger_core.interview import JSON, Compute, Form, Question, Step, Type, relevant_questions, relevant_steps
from bierger_core.rules import Expression
from bierger_core.values.findings import Finding

from .reading import did_you_mean

MAX_TRIES = 3_000
PARTS: Mapping[Type, frozenset[str]] = {
    Type.PLACE: frozenset({"text", "lat", "lon"}),
    Type.PARCEL: frozenset({"section", "number"}),
}
_NUMBER = re.compile(r"(?<![\w.\"-])\d+(?:\.\d+)?(?![\w.\"-])")
_DAY = re.compile(r'"(\d{4}-\d{2}-\d{2})"')
_COMPARED = re.compile(r'([a-z][a-z0-9_.]*)\s*(?:!=|=)\s*"([^"]*)"')
_COMPARED_LIST = re.compile(r'([a-z][a-z0-9_.]*)\s+in\s*[(\[]((?:\s*"[^"]*"\s*,?)+)[)\]]')


def prove_form(form: Form) -> Iterator[Finding]:
    """Prove the steps, the questions and the computed values."""
    yield from _computes(form)
    position = {question.name: index for index, step in enumerate(form.steps) for question in step.questions}
    roots = base_questions(form)
    for index, step in enumerate(form.steps):
        if step.when is not None:
            yield from _names(form, step.when, f"the step `{step.id}`", step.line)
            yield from _order(form, step.when, roots, position, index, own=None, line=step.line)
        for question in step.questions:
            for expression, own in _conditions(question):
                yield from _names(form, expression, f"the question `{question.name}`", question.line)
                yield from _order(form, expression, roots, position, index, own=own, line=question.line)
    yield from _reachable(form, roots)


def _conditions(question: Question) -> Iterator[tuple[Expression, str | None]]:
    if question.when is not None:
        yield question.when, None
    for require in question.requires:
        yield require.condition, question.name


def base_questions(form: Form) -> dict[str, frozenset[str]]:
    """Give, for every computed value, the questions it rests on, through other computed values too."""
    rests: dict[str, frozenset[str]] = {}
    for compute in form.computes:
        roots = {name.split(".")[0] for name in compute.expression.names()}
        rests[compute.name] = frozenset().union(*(rests.get(root, frozenset({root})) for root in roots))
    return rests


def _computes(form: Form) -> Iterator[Finding]:
    earlier: set[str] = set(form.names)
    for compute in form.computes:
        for name in sorted(compute.expression.names()):
            if name.split(".")[0] not in earlier:
                mend = did_you_mean(name, earlier)
                message = f"The computed value `{compute.name}` names `{name}`, which is not known there."
                yield Finding("unknown-name", form.path, compute.line, message, mend)
        earlier.add(compute.name)


def _names(form: Form, expression: Expression, where: str, line: int) -> Iterator[Finding]:
    known = set(form.names) | {compute.name for compute in form.computes}
    for name in sorted(expression.names()):
        root, _, rest = name.partition(".")
        if root not in known:
            yield Finding("unknown-name", form.path, line, f"A condition of {where} names `{name}`.", did_you_mean(root, known))
        elif rest and root in form.names and rest not in PARTS.get(form.question(root).type, frozenset()):
            parts = PARTS.get(form.question(root).type, frozenset())
            message = f"`{root}` has no part `{rest}`."
            yield Finding("unknown-name", form.path, line, message, did_you_mean(rest, parts) if parts else f"Write `{root}`.")
    questions = [question for step in form.steps for question in step.questions]
    yield from literals(expression, {q.name: q.options for q in questions if q.options}, form.path, line)


def literals(expression: Expression, options: Mapping[str, Iterable[str]], path: str, line: int) -> Iterator[Finding]:
    """Find comparisons with a code that the question or outcome does not have: they can never be true."""
    compared = [(name, code) for name, code in _COMPARED.findall(expression.text)]
    for name, codes in _COMPARED_LIST.findall(expression.text):
        compared += [(name, code) for code in re.findall(r'"([^"]*)"', codes)]
    for name, code in compared:
        if name in options and code not in options[name]:
            mend = did_you_mean(code, options[name])
            yield Finding("unknown-option", path, line, f"`{name}` can never be `{code}`.", mend)


def _order(
    form: Form,
    expression: Expression,
    roots: Mapping[str, frozenset[str]],
    position: Mapping[str, int],
    index: int,
    *,
    own: str | None,
    line: int,
) -> Iterator[Finding]:
    """FEEL runs on the server only, so a page cannot react to itself: a condition names earlier pages."""
    for name in sorted(expression.names()):
        root = name.split(".")[0]
        for base in sorted(roots.get(root, frozenset({root}))):
            if base == own or base not in position:
                continue
            via = f" (through `{root}`)" if base != root else ""
            step = form.steps[index].id
            if position[base] == index:
                message = f"A condition on the page `{step}` depends on `{base}`{via}, asked on the same page."
                mend = f"Move `{base}` to an earlier step, or this question to a later one."
                yield Finding("same-page-dependency", form.path, line, message, mend)
            elif position[base] > index:
                message = f"A condition on the page `{step}` depends on `{base}`{via}, asked later."
                yield Finding("asked-later", form.path, line, message, f"Ask `{base}` before the step `{step}`.")


def _reachable(form: Form, roots: Mapping[str, frozenset[str]]) -> Iterator[Finding]:
    for step in form.steps:
        if step.when is not None and not _can_be(form, step, None, roots):
            mend = "Correct `when:`, or remove the step."
            yield Finding("unreachable-step", form.path, step.line, f"No answers lead to the step `{step.id}`.", mend)
            continue
        for question in step.questions:
            if question.when is not None and not _can_be(form, step, question, roots):
                message = f"No answers lead to the question `{question.name}`."
                mend = "Correct `when:`, or remove the question."
                yield Finding("unreachable-question", form.path, question.line, message, mend)


def _can_be(form: Form, step: Step, question: Question | None, roots: Mapping[str, frozenset[str]]) -> bool:
    """Try the values that matter until the step or question comes up; True also when there are too many to try."""
    names, texts = _closure(form, step, question, roots)
    domains = [_domain(form.question(name), texts) for name in names]
    total = 1
    for domain in domains:
        total *= len(domain)
        if total > MAX_TRIES:
            return True
    for values in itertools.product(*domains):
        answers = dict(zip(names, values, strict=True))
        found = relevant_questions(form, step, answers) if question else ()
        if question in found if question else step in relevant_steps(form, answers):
            return True
    return False


def _closure(
    form: Form, step: Step, question: Question | None, roots: Mapping[str, frozenset[str]]
) -> tuple[list[str], list[str]]:
    """Give the questions a condition rests on, through the conditions of those questions, and all their texts."""
    computes: Mapping[str, Compute] = {compute.name: compute for compute in form.computes}
    waiting = [one for one in (step.when, question.when if question else None) if one is not None]
    names: list[str] = []
    texts: list[str] = []
    while waiting:
        expression = waiting.pop()
        texts.append(expression.text)
        for name in expression.names():
            root = name.split(".")[0]
            texts += [computes[root].expression.text] if root in computes else []
            for base in sorted(roots.get(root, frozenset({root}))):
                if base in names or base not in form.names:
                    continue
                names.append(base)
                asked_in = form.step_of(base)
                waiting += [one for one in (asked_in.when, form.question(base).when) if one is not None]
    return names, texts


def _domain(question: Question, texts: Iterable[str]) -> list[JSON]:
    """Give the answers worth trying for a question, nothing among them."""
    if question.type is Type.BOOLEAN:
        return [None, True, False]
    if question.type is Type.CHOICE:
        return [None, *question.options]
    if question.type is Type.CHOICES:
        return [None, *([code] for code in question.options), list(question.options)]
    if question.type in {Type.NUMBER, Type.MONEY}:
        figures = {Decimal(figure) for text in texts for figure in _NUMBER.findall(text)}
        near = {figure + step for figure in figures for step in (Decimal(-1), Decimal(0), Decimal(1))}
        within = [n for n in sorted(near | {Decimal(0), Decimal(1)}) if _allowed(question, n)]
        return [None, *(f"{number:f}" for number in within)]
    if question.type is Type.DATE:
        days = {date.fromisoformat(day) for text in texts for day in _DAY.findall(text) if _is_day(day)}
        near_days = {day + timedelta(step) for day in days for step in (-1, 0, 1)} | {date(2000, 1, 1)}
        return [None, *(day.isoformat() for day in sorted(near_days))]
    if question.type is Type.FILE:
        return [None, [{"id": "", "file_name": "a.pdf", "media_type": "application/pdf", "size": 1}]]
    if question.type is Type.PLACE:
        return [None, {"text": "a", "lat": "49.5", "lon": "6.0"}]
    if question.type is Type.PARCEL:
        return [None, {"section": "A", "number": "1"}]
    strings = {word for text in texts for word in re.findall(r'"([^"]*)"', text)}
    return [None, "a", *sorted(strings)]


def _allowed(question: Question, number: Decimal) -> bool:
    return (question.min is None or number >= question.min) and (question.max is None or number <= question.max)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
