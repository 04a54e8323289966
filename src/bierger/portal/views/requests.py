# SPDX-License-Identifier: EUPL-1.2
"""My requests: one request with what happened, and the answers an administration is waiting for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from bierger.administrations import selectors as administrations
from bierger.cases import selectors as cases
from bierger.cases import services
from bierger.cases.errors import NotAllowed
from bierger.cases.types import LONGEST_TEXT, RequestView, of_question, of_task
from bierger.catalogue import selectors as procedures
from bierger.filings import selectors as filings
from bierger.flows import selectors as flows
from bierger.flows.errors import TaskClosed
from bierger.flows.types import TaskView
from bierger.infra.brakes import uploads_counted
from bierger.portal.forms import (
    ANSWER_FILES,
    BegunForm,
    TaskPage,
    attached,
    begun_form,
    collect_files,
    only_files,
    raw_of,
    task_page,
)
from bierger.portal.selectors import acts_of, request_rows, state_text
from bierger.portal.timeline import timeline_of
from bierger.portal.views.access import applicant_only, language, own_or_404, readable
from bierger.portal.views.brakes import status_of
from bierger.portal.views.expired import Typed, survives_expiry, typed_before
from bierger.ui.fields import error_links, file_field, file_limits, text_field
from bierger.ui.messages import answer_message
from bierger.ui.parts import Crumb, Field
from bierger.ui.retention import retention_panel
from bierger_core.interview import AnswerError, is_blank, unprintable
from bierger_core.procedures import Package


@never_cache
@require_safe
@applicant_only
@own_or_404
def request_page(request: HttpRequest, case: UUID) -> HttpResponse:
    found, before = readable(cases.request(case)), typed_before(request)
    if before:
        number = found.open_question or 0  # none: what was typed answers nothing any more
        about = of_task(UUID(before.action.rpartition("/")[2])) if "/tasks/" in before.action else of_question(case, number)
        begun_form(request, about).keep(request, before.raw)
    return _page(request, found, before=before)


def _task(request: HttpRequest, package: Package, task: TaskView) -> TaskPage:
    begun = begun_form(request, of_task(task.id))
    task = replace(task, shown=cases.shown_as_acts_stand(task.subject, task.shown))
    return task_page(package, task, language(), raw=begun.raw, kept=begun.files)


def _page(
    request: HttpRequest, found: RequestView, *, errors: Mapping[str, AnswerError] | None = None,
    shown_task: TaskPage | None = None, before: Typed | None = None,
) -> HttpResponse:  # fmt: skip
    package = procedures.package(found.digest)
    place = administrations.administration(id=found.administration)
    entries = cases.timeline(found.id)
    open_tasks = [one for one in flows.tasks_of(found.id, open_only=True) if one.role == "applicant"]
    tasks = [_task(request, package, one) for one in open_tasks]
    if shown_task:
        tasks = [shown_task if one.id == shown_task.id else one for one in tasks]
    question = next((one for one in entries if one.sequence == found.open_question), None)
    begun = begun_form(request, of_question(found.id, question.sequence)) if question else None
    answer_fields = _answer_fields(begun, errors or {}) if begun else ()
    links = [*error_links(answer_fields), *(link for one in tasks for link in error_links(one.fields))]
    context = {
        "case": found,
        "title": package.title(language()),
        "state": state_text(package, found, language()),
        "administration": place,
        "page_owner": place.name(language()),
        "entries": timeline_of(entries, package, language()),
        "tasks": tasks,
        "question": question,
        "answer_fields": answer_fields,
        "acts": acts_of(found.id),
        "filing": filings.filing_of_case(found.id),
        "together": request_rows(cases.requests_of(filings.filed_together(found.id)), language()),
        "retention": retention_panel(cases.retention(found.id), language=language(), href=partial(_proof_of, found.id)),
        "errors": links,
        "came_back": bool(before),
        "language_next": reverse("portal:request", args=[found.id]),
        "crumbs": (Crumb(_("My requests"), reverse("portal:requests")), Crumb(found.number)),
    }
    return render(request, "portal/request.html", context, status=status_of(request, wrong=bool(links)))


def _proof_of(case: UUID, deletion: UUID) -> str:
    return reverse("portal:deletion", args=[case, deletion])


@never_cache
@require_safe
@applicant_only
@own_or_404
def deletion(_request: HttpRequest, case: UUID, deletion: UUID) -> HttpResponse:
    """The proof of an erasure, whole in itself; 404 while it waits for the log."""
    found = readable(cases.request(case))
    proof = cases.deletion_certificate(case, deletion)
    if proof is None:
        raise Http404
    response = HttpResponse(proof, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{found.number}-erased.json"'
    return response


def _answer_fields(begun: BegunForm, errors: Mapping[str, AnswerError]) -> tuple[Field, ...]:
    text = text_field(
        "text", _("Your answer"), value=next(iter(begun.raw.get("text", ())), ""), rows=6,
        error=answer_message(errors["text"]) if "text" in errors else ""
    )
    files = file_field(
        "files", _("Documents"), accept=ANSWER_FILES.accept, multiple=True,
        files=attached(begun.files.get("files")), limits=file_limits(ANSWER_FILES, language()),
        error=answer_message(errors["files"]) if "files" in errors else "",
    )  # fmt: skip
    return text, files


@uploads_counted
@survives_expiry("portal:request")
@never_cache
@require_POST
@applicant_only
@own_or_404
def answer(request: HttpRequest, case: UUID) -> HttpResponse:
    """Answer the administration's question; a replay finds none open and just shows the request.

    The form names the question that stood above it: an answer never goes to one that was asked while it was written.
    """
    found = readable(cases.request(case))
    said = request.POST.get("text", "").strip()
    back = HttpResponseRedirect(reverse("portal:request", args=[case]))
    if found.open_question is None:
        return back
    begun = begun_form(request, of_question(case, found.open_question))
    errors = collect_files(request, found, (ANSWER_FILES,), begun)
    if not only_files(request) and not errors:
        if request.POST.get("question", str(found.open_question)) != str(found.open_question):
            errors["text"] = AnswerError("question-changed")
        elif is_blank(said):
            errors["text"] = AnswerError("required")
        elif len(said) > LONGEST_TEXT:
            errors["text"] = AnswerError("too-long", {"max": str(LONGEST_TEXT)})
        elif unprintable(said, lines=True):
            errors["text"] = AnswerError("bad-characters")
        else:
            with suppress(NotAllowed):  # answered a moment ago in another window, or withdrawn
                services.answer_question(case=case, question=found.open_question, text=said)
            begun.forget(request)
            return back
    begun.keep(request, raw_of(request))
    return _page(request, found, errors=errors) if errors else back


@uploads_counted
@survives_expiry("portal:request")
@never_cache
@require_POST
@applicant_only
@own_or_404
def task(request: HttpRequest, case: UUID, task: UUID) -> HttpResponse:
    """Complete a task of the applicant; files wait with what was typed until the rest of the form is right."""
    found, view = readable(cases.request(case)), flows.task(task)
    back = HttpResponseRedirect(reverse("portal:request", args=[case]))
    if view.subject != case or view.role != "applicant" or view.state in ("done", "cancelled"):
        return back
    package = procedures.package(found.digest)
    begun = begun_form(request, of_task(task))
    raw = raw_of(request)
    refused = collect_files(request, found, package.tasks[view.node].questions, begun)
    if not only_files(request) and not refused:
        try:
            result = services.complete(task=task, raw=raw)
        except TaskClosed:
            begun.forget(request)
            return back
        if not result.errors:
            begun.forget(request)
            return back
        refused = dict(result.errors)
    begun.keep(request, raw)
    if not refused:
        return back
    again = task_page(package, view, language(), raw=raw, errors=refused, kept=begun.files)
    return _page(request, found, shown_task=again)
