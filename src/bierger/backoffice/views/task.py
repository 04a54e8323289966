# SPDX-License-Identifier: EUPL-1.2
"""A task: its form drawn from the package, completed once, and then the next one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bierger.backoffice.views import shown
from bierger.backoffice.views.access import for_officers, language, no_store, page_of, principal_of
from bierger.backoffice.views.case import case_page
from bierger.backoffice.views.worklist import next_work, task_title
from bierger.cases import selectors, services
from bierger.cases.errors import NotAllowed
from bierger.cases.types import CaseView, of_task
from bierger.catalogue import selectors as catalogue
from bierger.documents import selectors as document_files
from bierger.documents import services as documents
from bierger.filings import services as filings
from bierger.flows import selectors as flows
from bierger.flows.errors import TaskClosed, TaskNotYours
from bierger.flows.types import TaskView
from bierger.infra.brakes import uploads_braked, uploads_counted
from bierger.ui import formats
from bierger.ui.fields import choice_field, error_links, field_of
from bierger.ui.messages import answer_message
from bierger.ui.parts import Attached, Choice, Field
from bierger_core.interview import AnswerError, TaskForm, Type
from bierger_core.procedures import Package


@uploads_counted
@for_officers
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: HttpRequest, task: UUID) -> HttpResponseBase:
    """GET: the case with the task's form. POST: complete it; with errors nothing changes and the text comes back."""
    found = flows.task(task)
    view = selectors.case_view(found.subject, purpose=selectors.purpose_of(found.subject))
    if found.kind != "user" or found.officer != principal_of(request).officer or found.state != "claimed":
        # Not mine (any more): the case page says who has it, or offers to take it.
        return redirect("desk:case", case=view.id)
    package = catalogue.package(view.digest)
    if request.method != "POST":
        return _page(request, view, found, package, raw={}, errors={})
    raw = {name: request.POST.getlist(name) for name in request.POST}
    errors = _uploads(request, view, found, package)
    # The buttons beside a file attach it or take it out, and complete nothing.
    if not errors and "attach" not in request.POST and "remove" not in request.POST:
        try:
            result = services.complete(task=task, raw=raw)
        except (TaskClosed, TaskNotYours, NotAllowed) as error:
            documents.drop_waiting(about=of_task(task))  # it will not be sent any more
            return redirect(f"/desk/cases/{view.id}?said={error.code}")
        if not result.errors:
            return redirect("desk:done", task=task)
        errors = dict(result.errors)
    return _page(request, view, found, package, raw=raw, errors=errors)


@for_officers
@require_POST
def give_back(_request: HttpRequest, task: UUID) -> HttpResponseBase:
    """Give the task back, so that a colleague can take it."""
    found = flows.task(task)
    try:
        services.give_back(task=task)
    except (TaskClosed, TaskNotYours, NotAllowed) as error:
        return redirect(f"/desk/cases/{found.subject}?said={error.code}")
    return redirect(f"/desk/cases/{found.subject}?did=returned")


@for_officers
@require_GET
def done(request: HttpRequest, task: UUID) -> HttpResponseBase:
    """What was done, and what is next."""
    found = flows.task(task)
    view = selectors.case_view(found.subject, purpose=selectors.purpose_of(found.subject))
    following = next_work()
    return no_store(
        render(
            request,
            "backoffice/done.html",
            {
                **page_of(request),
                "case": view,
                "title": task_title(view.digest, found.node),
                "ended": view.status == "ended",
                "next": following,
                "next_title": task_title(following.digest, following.node) if following else "",
                "next_mine": following is not None and following.officer is not None,
            },
        )
    )


def _page(
    request: HttpRequest,
    view: CaseView,
    found: TaskView,
    package: Package,
    *,
    raw: Mapping[str, Sequence[str]],
    errors: Mapping[str, AnswerError],
) -> HttpResponse:
    form = package.tasks[found.node]
    files = document_files.waiting_files(of_task(found.id))
    fields = _fields(package, form, found.node, raw=raw, errors=errors, files=files)
    key = f"task.{found.node}.help"
    page = case_page(
        request,
        view,
        task=found,
        task_title=task_title(view.digest, found.node),
        task_help=package.text(key, language()) if package.has_text(key) else "",
        task_shows=shown.shown_rows(view, package, form),
        task_files=shown.shown_files(view, package, form),
        sections=shown.sections(view, package, without=form.shows),
        fields=fields,
        error_links=error_links(fields),
        errors=bool(errors),
        uploads=any(one.type is Type.FILE for one in form.questions),
    )
    if uploads_braked(request):
        page.status_code = 429
    return page


def _fields(
    package: Package,
    form: TaskForm,
    node: str,
    *,
    raw: Mapping[str, Sequence[str]],
    errors: Mapping[str, AnswerError],
    files: Mapping[str, list[dict[str, object]]],
) -> list[Field]:
    """The outcome first, then the questions that go with it."""
    fields = []
    if form.outcome:
        error = errors.get(form.outcome)
        fields.append(
            choice_field(
                form.outcome,
                _("Your conclusion"),
                [Choice(one.code, package.text(f"task.{node}.outcome.{one.code}", language())) for one in form.outcomes],
                value=(raw.get(form.outcome) or [""])[0],
                error=answer_message(error, package, language()) if error else "",
            )
        )
    for question in form.questions:
        kept = [
            Attached(id=str(one["id"]), file_name=str(one["file_name"]), size=formats.size(int(str(one["size"]))))
            for one in files.get(question.name, [])
        ]
        fields.append(field_of(question, package, raw=raw, language=language(), error=errors.get(question.name), files=kept))
    return fields


def _uploads(request: HttpRequest, view: CaseView, found: TaskView, package: Package) -> dict[str, AnswerError]:
    """Take out what was removed, check what was attached; it waits for this task, with this officer, until it is completed."""
    about = of_task(found.id)
    _name, _colon, removed = request.POST.get("remove", "").partition(":")
    if removed:
        documents.drop_waiting(about=about, file=removed)
    errors: dict[str, AnswerError] = {}
    for question in package.tasks[found.node].questions:
        sent = request.FILES.getlist(question.name) if question.type is Type.FILE else []
        if not sent:
            continue
        error = AnswerError("upload-braked") if uploads_braked(request) else filings.attach_to_task(
            question=question, about=about, procedure=f"{package.owner}/{package.name}", administration=view.administration,
            files=[(one.name or "", one.read(), one.content_type or "") for one in sent],
        )  # fmt: skip
        if error is not None:
            errors[question.name] = error
    return errors
