# SPDX-License-Identifier: EUPL-1.2
"""A task: its form drawn from the package, completed once, and then the next one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.core import signing
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
from bierger.cases.types import CaseView
from bierger.catalogue import selectors as catalogue
from bierger.disclosures.services import purpose_of_case
from bierger.documents import services as documents
from bierger.documents.errors import UploadRefused
from bierger.flows import selectors as flows
from bierger.flows.errors import TaskClosed, TaskNotYours
from bierger.flows.types import TaskView
from bierger.ui import formats
from bierger.ui.fields import choice_field, error_links, field_of
from bierger.ui.messages import answer_message
from bierger.ui.parts import Attached, Choice, Field
from bierger_core.interview import AnswerError, TaskForm, Type, check_file
from bierger_core.procedures import Package

Stored = dict[str, list[dict[str, object]]]
_KEPT = "desk.task-files"  # salt of the signature over files that were stored before another field was wrong


@for_officers
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: HttpRequest, task: UUID) -> HttpResponseBase:
    """GET: the case with the task's form. POST: complete it; with errors nothing changes and the text comes back."""
    found = flows.task(task)
    view = selectors.case_view(found.subject, purpose=purpose_of_case(found.subject))
    if found.kind != "user" or found.officer != principal_of(request).officer or found.state != "claimed":
        # Not mine (any more): the case page says who has it, or offers to take it.
        return redirect("desk:case", case=view.id)
    package = catalogue.package(view.digest)
    if request.method != "POST":
        return _page(request, view, found, package, raw={}, errors={}, files={})
    raw = {name: request.POST.getlist(name) for name in request.POST}
    files, errors = _uploads(request, view, package.tasks[found.node])
    # The buttons beside a file attach it or take it out, and complete nothing.
    if not errors and "attach" not in request.POST and "remove" not in request.POST:
        try:
            result = services.complete(task=task, raw=raw, files=files)
        except (TaskClosed, TaskNotYours, NotAllowed) as error:
            return redirect(f"/desk/cases/{view.id}?said={error.code}")
        if not result.errors:
            return redirect("desk:done", task=task)
        errors = dict(result.errors)
    return _page(request, view, found, package, raw=raw, errors=errors, files=files)


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
    view = selectors.case_view(found.subject, purpose=purpose_of_case(found.subject))
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
    files: Stored,
) -> HttpResponse:
    form = package.tasks[found.node]
    fields = _fields(package, form, found.node, raw=raw, errors=errors, files=files)
    key = f"task.{found.node}.help"
    return case_page(
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
        kept=signing.dumps(files, salt=_KEPT) if files else "",
    )


def _fields(
    package: Package,
    form: TaskForm,
    node: str,
    *,
    raw: Mapping[str, Sequence[str]],
    errors: Mapping[str, AnswerError],
    files: Stored,
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


def _uploads(request: HttpRequest, view: CaseView, form: TaskForm) -> tuple[Stored, dict[str, AnswerError]]:
    """Check and store what was attached; what was stored at an earlier try of this form comes back signed."""
    try:
        stored: Stored = signing.loads(request.POST.get("kept", ""), salt=_KEPT, max_age=24 * 3600)
    except signing.BadSignature:
        stored = {}
    name, _colon, removed = request.POST.get("remove", "").partition(":")
    stored[name] = [one for one in stored.get(name, []) if one["id"] != removed]
    errors: dict[str, AnswerError] = {}
    for question in form.questions:
        if question.type is not Type.FILE:
            continue
        for sent in request.FILES.getlist(question.name):
            count = len(stored.get(question.name, []))
            error = check_file(question, media_type=sent.content_type or "", size=sent.size or 0, count=count)
            if error is None:
                try:
                    upload = documents.inspect_upload(
                        data=sent.read(),
                        file_name=sent.name or "",
                        declared_type=sent.content_type or "",
                        accepted=question.accept,
                        max_bytes=question.max_bytes,
                    )
                except UploadRefused as refused:
                    error = AnswerError(refused.code, {})
                else:
                    stored.setdefault(question.name, []).append(_store(view, upload))
            if error is not None:
                errors[question.name] = error
    return stored, errors


def _store(view: CaseView, upload: object) -> dict[str, object]:
    data, media_type, file_name, size = (getattr(upload, name) for name in ("data", "media_type", "file_name", "size"))
    blob = documents.store_blob(
        administration_id=view.administration,
        data=data,
        media_type=media_type,
        file_name=file_name,
        administration=view.administration,
        case_id=view.id,
    )
    return {"id": str(blob), "file_name": file_name, "media_type": media_type, "size": size}
