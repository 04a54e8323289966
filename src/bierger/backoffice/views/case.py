# SPDX-License-Identifier: EUPL-1.2
"""A case as an officer sees it, and what can be added to it outside its tasks."""

from __future__ import annotations

import re
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bierger.administrations import selectors as administrations
from bierger.backoffice.views import retention, shown
from bierger.backoffice.views.access import for_officers, language, no_store, page_of, principal_of
from bierger.backoffice.views.worklist import due_of, said, task_title
from bierger.cases import selectors, services
from bierger.cases.errors import CaseEnded, QuestionClosed, QuestionOpen
from bierger.cases.types import LONGEST_TEXT, CaseView
from bierger.catalogue import selectors as catalogue
from bierger.disclosures.services import purpose_of_case
from bierger.documents import selectors as documents
from bierger.documents.errors import ActNotFound
from bierger.filings import selectors as filings
from bierger.flows.types import TaskView
from bierger.ui import formats
from bierger.ui.fields import error_links, text_field
from bierger.ui.messages import answer_message
from bierger.ui.parts import Field
from bierger_core.interview import AnswerError, is_blank, unprintable
from bierger_core.procedures import Package

ASKABLE = ("open", "claimed")
_SEQUENCE = re.compile(r"[0-9]{1,9}")


@for_officers
@require_GET
def case(request: HttpRequest, case: UUID) -> HttpResponseBase:
    """GET /desk/cases/<uuid>"""
    view = selectors.case_view(case, purpose=purpose_of_case(case))
    return case_page(request, view)


@for_officers
@require_POST
def question(request: HttpRequest, case: UUID) -> HttpResponseBase:
    """Ask the applicant for a missing piece."""
    text = request.POST.get("question", "").strip()
    if _wrong(text):
        return _again(request, case, question=text)
    try:
        services.ask_applicant(case=case, text=text)
    except QuestionOpen:
        return _again(request, case, question=text)  # a colleague was quicker: what I wrote stays in front of me
    except CaseEnded as error:
        return redirect(f"/desk/cases/{case}?said={error.code}")
    return redirect(f"/desk/cases/{case}?did=asked")


@for_officers
@require_POST
def withdraw(request: HttpRequest, case: UUID) -> HttpResponseBase:
    """Take the open question back."""
    said = request.POST.get("question", "")
    try:
        services.withdraw_question(case=case, question=int(said) if _SEQUENCE.fullmatch(said) else 0)
    except QuestionClosed as error:
        return redirect(f"/desk/cases/{case}?said={error.code}")
    return redirect(f"/desk/cases/{case}?did=withdrawn")


@for_officers
@require_POST
def note(request: HttpRequest, case: UUID) -> HttpResponseBase:
    """An internal note: colleagues read it, the applicant does not."""
    text = request.POST.get("note", "").strip()
    if _wrong(text):
        return _again(request, case, note=text)
    services.add_note(case=case, text=text)
    return redirect(f"/desk/cases/{case}?did=noted")


@for_officers
@require_GET
def attachment(_request: HttpRequest, case: UUID, blob: UUID) -> HttpResponseBase:
    """An attachment of this case; that this one was read is recorded, and nothing else. 404 for a file that is not in it."""
    subjects = selectors.concerned_by_file(case, blob)
    content = documents.read_attachment(blob, purpose=selectors.purpose_of(case), subjects=subjects)
    return _file(content.data, content.media_type, content.file_name)


@for_officers
@require_GET
def act(_request: HttpRequest, case: UUID, act: UUID) -> HttpResponseBase:
    """The PDF of an act of this case."""
    try:
        file = documents.act_file(act, purpose=selectors.purpose_of(case))
    except ActNotFound as unseen:
        raise Http404 from unseen
    if file is None:
        raise Http404
    return _file(file.data, "application/pdf", file.file_name)


def case_page(request: HttpRequest, view: CaseView, **more: object) -> HttpResponse:
    """The page of a case; `more` is what a task's form adds."""
    package = catalogue.package(view.digest)
    principal = principal_of(request)
    question_field, note_field = _fields(view, more)
    fields = [field for field in (question_field, note_field) if field.error]
    context = {
        **page_of(request),
        "case": view,
        "package_title": package.title(language()),
        "states": _states(view, package),
        "applicant": next((party.name for party in view.parties if party.kind == "applicant" and party.name), ""),
        "anonymous": all(party.space is None for party in view.parties if party.kind == "applicant"),
        "together": shown.together(selectors.headings(filings.filed_together(view.id), purpose=selectors.purpose_of(view.id))),
        "parties": [party for party in view.parties if party.kind != "applicant"],
        "tasks": tasks_of(view, principal.officer, principal.roles),
        "sections": shown.sections(view, package),
        "erased": view.answers == "erased",
        "conclusions": shown.conclusions(view, package),
        "supplied": shown.conclusions(view, package, of_applicant=True),
        "acts": documents.acts_of_case(view.id, purpose=selectors.purpose_of(view.id)),
        "decides": "decider" in principal.roles,
        "timeline": shown.timeline(view, package),
        "asked": next((entry for entry in view.timeline if entry.sequence == view.open_question), None),
        "question_field": question_field,
        "note_field": note_field,
        "error_links": error_links(fields),
        "errors": bool(fields),
        **retention.shown(request, view.id),
        "said": said(request.GET.get("said", "")),
        "did": _did(request.GET.get("did", "")),
    }
    return no_store(render(request, "backoffice/case.html", context | more))


def _states(view: CaseView, package: Package) -> list[str]:
    """Of an open case, the tasks that wait; of a closed one, how it ended."""
    waiting = [task_title(view.digest, task.node) for task in view.tasks if task.kind == "user" and task.state in ASKABLE]
    if view.status != "ended" and waiting:
        return list(dict.fromkeys(waiting))
    return [package.text(view.state, language()) if package.has_text(view.state) else _("In progress")]


def tasks_of(view: CaseView, me: UUID | None, roles: tuple[str, ...]) -> list[dict[str, object]]:
    """Tasks of people, the open ones first; what this officer may do with each."""
    holders = {one.id: one.full_name for one in administrations.officers_of(view.administration)}
    services_by_code = {one.code: one.name(language()) for one in administrations.services_of(view.administration)}

    def row(task: TaskView) -> dict[str, object]:
        mark, text = due_of(task.due_at)
        open_ = task.state in ASKABLE
        return {
            "task": task,
            "title": task_title(view.digest, task.node),
            "service": services_by_code.get(task.service, ""),
            "holder": _("Me") if task.officer == me else holders.get(task.officer, "") if task.officer else "",
            "mine": open_ and task.officer == me and me is not None,
            "takable": open_ and task.officer is None and task.role in roles,
            "applicant": task.role == "applicant",
            "open": open_,
            "due": mark if open_ else "",
            "due_text": text if open_ else "",
        }

    people = [task for task in view.tasks if task.kind == "user"]
    return [row(task) for task in sorted(people, key=lambda task: (task.state not in ASKABLE, task.number))]


def _fields(view: CaseView, more: dict[str, object]) -> tuple[Field, Field]:
    def field(name: str, label: str, hint: str) -> Field:
        typed = more.get(f"typed_{name}")
        error = _wrong(str(typed)) if typed is not None else ""
        if name == "question" and typed is not None and not error and view.open_question is not None:
            error = _("A question is open already. Wait for the answer, or withdraw it and ask again.")
        return text_field(name, label, value=str(typed or ""), hint=hint, error=error, rows=4)

    return (
        field("question", _("What is missing?"), _("The applicant reads this sentence and can answer with files.")),
        field("note", _("Note for colleagues"), _("The applicant does not see it, unless they ask for their file.")),
    )


def _wrong(text: str) -> str:
    """What is wrong with a question or a note, in words; '' when nothing is."""
    if is_blank(text):
        return _("Write something first.")
    if len(text) > LONGEST_TEXT:
        return answer_message(AnswerError("too-long", {"max": formats.number(LONGEST_TEXT, language())}))
    return answer_message(AnswerError("bad-characters")) if unprintable(text, lines=True) else ""


def _again(request: HttpRequest, case: UUID, **typed: str) -> HttpResponse:
    view = selectors.case_view(case, purpose=purpose_of_case(case))
    return case_page(request, view, **{f"typed_{name}": value for name, value in typed.items()})


def _file(data: bytes, media_type: str, file_name: str) -> HttpResponse:
    """As a download: what somebody uploaded is never drawn inside our own origin."""
    response = HttpResponse(data, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition(file_name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return no_store(response)


def content_disposition(file_name: str) -> str:
    from django.utils.http import content_disposition_header

    return content_disposition_header(as_attachment=True, filename=file_name) or "attachment"


def _did(word: str) -> str:
    return {
        "asked": _("Your question was sent to the applicant."),
        "withdrawn": _("The question was withdrawn. The applicant sees that, and you can ask another."),
        "noted": _("Your note was added."),
        "held": _("The case is kept longer. The applicant sees until when, and why."),
        "released": _("The case is kept as long as the rule says. The applicant sees that."),
        "returned": _("You gave the task back; colleagues can take it."),
    }.get(word, "")
