# SPDX-License-Identifier: EUPL-1.2
"""What an administration waits for from the applicant, as a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast
from uuid import UUID

from django.utils.translation import gettext as _

from bierger.flows.types import TaskView
from bierger.portal.forms.drafts import attached, commune_choices
from bierger.ui import formats
from bierger.ui.fields import choice_field, field_of, shown_answer
from bierger.ui.messages import answer_message
from bierger.ui.parts import Choice, Field, SummaryRow
from bierger.ui.registers import spoken
from bierger_core.interview import JSON, AnswerError, Question, TaskForm, Type
from bierger_core.procedures import Package
from bierger_core.rules import Value

# Files that go with the answer to a question asked outside the process.
ANSWER_FILES = Question(
    "files", Type.FILE, required=False, accept=("application/pdf", "image/jpeg", "image/png"), max_files=5
)


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A task of the applicant. `due` in words, empty when there is no deadline."""

    id: UUID
    title: str
    help: str
    due: str
    fields: tuple[Field, ...]
    uploads: bool
    shows: tuple[SummaryRow, ...] = ()


def task_page(
    package: Package, task: TaskView, language: str, *, raw: Mapping[str, Sequence[str]] | None = None,
    errors: Mapping[str, AnswerError] | None = None, kept: Mapping[str, list[dict[str, object]]] | None = None,
) -> TaskPage:  # fmt: skip
    """The form of one task, as the package describes it; `kept` are uploads of an attempt before."""
    package = spoken(package)
    form = package.tasks[task.node]
    says, wrong = raw or {}, errors or {}
    communes = commune_choices(language) if any(one.type is Type.COMMUNE for one in form.questions) else ()
    fields = [
        field_of(
            question, package, raw=says, language=language, error=wrong.get(question.name), communes=communes,
            files=attached((kept or {}).get(question.name)),
        )
        for question in form.questions
    ]  # fmt: skip
    if form.outcome:
        fields.insert(0, _outcome(form, package, language, says, wrong))
    help_key = f"task.{task.node}.help"
    return TaskPage(
        id=task.id,
        title=package.text(f"task.{task.node}.title", language),
        help=package.text(help_key, language) if package.has_text(help_key) else "",
        due=formats.due_day(task.due_at, language) if task.due_at else "",
        fields=tuple(fields),
        uploads=any(one.type is Type.FILE for one in form.questions),
        shows=_shown(form, package, language, task.shown),
    )


def _shown(form: TaskForm, package: Package, language: str, facts: Mapping[str, Value]) -> tuple[SummaryRow, ...]:
    """What the package puts in front of the applicant for this task, and nothing else of what the administration knows."""
    asked = [one for step in package.form.steps for one in step.questions]
    asked += [one for task in package.tasks.values() for one in task.questions]
    questions = {one.name: one for one in asked}
    rows = []
    for name in form.shows:
        value = facts.get(name)
        if value is None or isinstance(value, tuple):  # nothing known, or files, which have their own place
            continue
        key = f"shown.{name}" if package.has_text(f"shown.{name}") else f"question.{name}.label"
        question = questions.get(name) or Question(name, Type.DATE if isinstance(value, date) else Type.TEXT)
        plain = value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
        words = shown_answer(question, cast("JSON", plain), package, language=language)
        rows.append(SummaryRow(package.text(key, language), words))
    return tuple(rows)


def _outcome(
    form: TaskForm, package: Package, language: str, raw: Mapping[str, Sequence[str]], errors: Mapping[str, AnswerError]
) -> Field:
    name = form.outcome or ""
    choices = [
        Choice(one.code, package.text(f"task.{form.node}.outcome.{one.code}", language)) for one in form.outcomes
    ]
    error = errors.get(name)
    return choice_field(
        name, _("What do you want to do?"), choices, value=next(iter(raw.get(name, ())), ""),
        error=answer_message(error, package, language) if error else "",
    )  # fmt: skip
