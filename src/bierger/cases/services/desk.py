# SPDX-License-Identifier: EUPL-1.2
"""What an officer does with a case; an applicant's own task is completed here too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast
from uuid import UUID

from bierger.cases.errors import CaseEnded, NotAllowed, QuestionClosed, QuestionOpen, TextTooLong
from bierger.cases.models import Work
from bierger.cases.services.conduct import APPLICANT, finish_task
from bierger.cases.services.writer import Audience, CaseWriter
from bierger.cases.types import LONGEST_TEXT, of_task
from bierger.catalogue import selectors as catalogue
from bierger.documents import selectors as document_files
from bierger.documents import services as documents
from bierger.flows import selectors as flow_selectors
from bierger.flows import services as flows
from bierger.flows.errors import TaskClosed, TaskNotYours
from bierger.flows.types import TaskView
from bierger.infra import clock
from bierger.infra.principal import Principal, current
from bierger_core.interview import JSON, Setting, TaskResult, validate_task


def take(*, task: UUID) -> None:
    """Take a task. Raises TaskUnknown, TaskNotYours (a colleague was quicker, or another role), TaskClosed."""
    officer, view = _officer_task(task)
    # The case before the task, as everywhere: whoever locked them the other way round would meet `complete` in a deadlock.
    writer = CaseWriter.lock(view.subject)
    flows.take(task=task, officer=officer)
    writer.add("task-taken", {"task": view.number, "node": view.node}, audience="administration")
    writer.save()


def give_back(*, task: UUID) -> None:
    """Give a task back; what was attached to its form and not sent is erased. Raises as `take`."""
    officer, view = _officer_task(task)
    documents.drop_waiting(about=of_task(task))
    writer = CaseWriter.lock(view.subject)
    flows.give_back(task=task, officer=officer)
    writer.add("task-given-back", {"task": view.number, "node": view.node}, audience="administration")
    writer.save()


def complete(*, task: UUID, raw: Mapping[str, Sequence[str]]) -> TaskResult:
    """Complete a user task with what was typed (HTML names) and the files that wait for it, given by whoever completes it.

    Gives back the result: with `errors` nothing has changed and `raw` is to be shown again. Raises TaskUnknown, TaskClosed (a
    replay, or done by a colleague), TaskNotYours, NotAllowed (another role).
    """
    principal = current()
    view = flow_selectors.task(task)
    about = of_task(task)
    documents.lock_waiting()
    writer = CaseWriter.lock(view.subject)
    view = flow_selectors.task(task)  # again, under the lock: a double click is over by now
    _may_complete(principal, view)
    package = catalogue.package(writer.row.digest)
    answers = cast("dict[str, JSON]", document_files.waiting_files(about))
    result = validate_task(package.tasks[view.node], raw, answers=answers, setting=Setting(today=clock.today()))
    if result.errors:
        return result
    documents.send_waiting(about=about, case=writer.row.id, administration=writer.row.administration_id)
    # An applicant reads what they gave; what officers write among themselves stays in the administration.
    audience: Audience = "all" if view.role == APPLICANT else "administration"
    finish_task(writer, view, result.outputs, audience=audience, values=result.values)
    writer.save()
    return result


def add_note(*, case: UUID, text: str) -> None:
    """An internal note. Raises TextTooLong; NotAllowed for anybody but an officer."""
    if current().kind != "officer":
        raise NotAllowed("Notes are for officers.")
    writer = CaseWriter.lock(case)
    writer.add("note-added", {"text": kept_text(text)}, audience="administration")
    writer.save()


def ask_applicant(*, case: UUID, text: str) -> None:
    """Ask the applicant a question outside the process: one at a time, so that each gets its answer.

    Two colleagues who ask at once wait for each other at the case's lock: the second is told. Raises NotAllowed, TextTooLong,
    CaseEnded, QuestionOpen (a colleague's question waits: it can be withdrawn).
    """
    if current().kind != "officer":
        raise NotAllowed("Questions to the applicant are for officers.")
    writer = CaseWriter.lock(case)
    if writer.row.status == "ended":
        raise CaseEnded("The case is over.")
    if writer.row.open_question is not None:
        raise QuestionOpen(f"Question {writer.row.open_question} is not answered yet.")
    event = writer.add("question-asked", {"text": kept_text(text)}, audience="all")
    writer.row.open_question = event.sequence
    writer.save()


def withdraw_question(*, case: UUID, question: int) -> None:
    """Take the open question (its sequence) back.

    Raises NotAllowed; QuestionClosed when it was answered or withdrawn meanwhile.
    """
    if current().kind != "officer":
        raise NotAllowed("Officers withdraw what officers asked.")
    writer = CaseWriter.lock(case)
    if writer.row.open_question != question:
        raise QuestionClosed(f"Question {question} is not open.")
    writer.add("question-withdrawn", {"question": question}, audience="all")
    writer.row.open_question = None
    writer.save()


def _officer_task(task: UUID) -> tuple[UUID, TaskView]:
    principal = current()
    view = flow_selectors.task(task)
    if principal.officer is None or view.kind != "user" or not _holds_office(task):
        raise NotAllowed("This task is for another role.")
    return principal.officer, view


def _may_complete(principal: Principal, view: TaskView) -> None:
    if view.kind != "user":
        raise NotAllowed("A service task is completed by the service.")
    if view.state in ("done", "cancelled"):
        raise TaskClosed(f"Task {view.id} is closed.")
    if view.role == APPLICANT:
        if principal.kind not in ("person", "link"):
            raise NotAllowed("This task is the applicant's.")
        return
    if principal.kind != "officer" or not _holds_office(view.id):
        raise NotAllowed("This task is for another role.")
    if view.officer != principal.officer:
        raise TaskNotYours("Take the task first; perhaps a colleague holds it.")


def _holds_office(task: UUID) -> bool:
    """Is the task in this officer's worklist? The policy of that table knows role and service."""
    return Work.objects.filter(task=task).exists()


def kept_text(text: str) -> str:
    """What somebody wrote, as the case keeps it: whole. Raises TextTooLong."""
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        raise TextTooLong(max=LONGEST_TEXT)
    return text
