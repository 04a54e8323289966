# SPDX-License-Identifier: EUPL-1.2
"""What an administration waits for from the applicant, as a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from bierger.flows.types import TaskView
from bierger.portal.forms.drafts import attached, commune_choices
from bierger.ui import formats
from bierger.ui.fields import choice_field, field_of
from bierger.ui.messages import answer_message
from bierger.ui.parts import Choice, Field
from bierger_core.interview import AnswerError, Question, TaskForm, Type
from bierger_core.procedures import Package

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


def task_page(
    package: Package, task: TaskView, language: str, *, raw: Mapping[str, Sequence[str]] | None = None,
    errors: Mapping[str, AnswerError] | None = None, kept: Mapping[str, list[dict[str, object]]] | None = None,
) -> TaskPage:  # fmt: skip
    """The form of one task, as the package describes it; `kept` are uploads of an attempt before."""
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
        due=formats.local_day(task.due_at, language) if task.due_at else "",
        fields=tuple(fields),
        uploads=any(one.type is Type.FILE for one in form.questions),
    )


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
