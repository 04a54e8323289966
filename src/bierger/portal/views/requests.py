# SPDX-License-Identifier: EUPL-1.2
"""My requests: the list, one request with what happened, and the answers an administration is waiting for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from bierger.administrations import selectors as administrations
from bierger.cases import selectors as cases
from bierger.cases import services
from bierger.cases.errors import NotAllowed
from bierger.cases.types import RequestView
from bierger.catalogue import selectors as procedures
from bierger.filings import selectors as filings
from bierger.filings import services as filing_services
from bierger.flows import selectors as flows
from bierger.flows.errors import TaskClosed
from bierger.infra.principal import current
from bierger.portal.forms import ANSWER_FILES, TaskPage, raw_of, task_page
from bierger.portal.selectors import acts_of, draft_rows, request_rows, state_text, timeline_of
from bierger.portal.views.access import applicant_only, language, own_or_404
from bierger.ui.fields import error_links, file_field, text_field
from bierger.ui.messages import answer_message
from bierger.ui.parts import Crumb, Field
from bierger_core.interview import AnswerError, Question, Type

LONGEST_ANSWER = 4000  # characters: what a case keeps


@never_cache
@require_safe
@applicant_only
def requests(request: HttpRequest) -> HttpResponse:
    rows = request_rows(cases.requests(), language())
    drafts = draft_rows(filings.drafts(), language())
    context = {"rows": rows, "drafts": drafts, "private": current().kind == "person"}
    return render(request, "portal/requests.html", context)


@never_cache
@require_safe
@applicant_only
@own_or_404
def request_page(request: HttpRequest, case: UUID) -> HttpResponse:
    return _page(request, cases.request(case))


def _page(
    request: HttpRequest, found: RequestView, *, said: str = "", errors: Mapping[str, AnswerError] | None = None,
    shown_task: TaskPage | None = None,
) -> HttpResponse:  # fmt: skip
    package = procedures.package(found.digest)
    place = administrations.administration(id=found.administration)
    entries = cases.timeline(found.id)
    open_tasks = [one for one in flows.tasks_of(found.id, open_only=True) if one.role == "applicant"]
    variables = flows.variables_of(found.id) if open_tasks else {}
    tasks = [task_page(package, one, language(), variables=variables) for one in open_tasks]
    if shown_task:
        tasks = [shown_task if one.id == shown_task.id else one for one in tasks]
    question = next((one for one in entries if one.sequence == found.open_question), None)
    answer_fields = _answer_fields(said, errors or {}) if question else ()
    links = [*error_links(answer_fields), *(link for one in tasks for link in error_links(one.fields))]
    context = {
        "case": found,
        "title": package.title(language()),
        "state": state_text(package, found, language()),
        "administration": place,
        "page_owner": place.name(language()),
        "entries": timeline_of(entries, package, language()),
        "tasks": tasks,
        "question": question.params.get("text", "") if question else "",
        "answer_fields": answer_fields,
        "acts": acts_of(found.id),
        "filing": filings.filing_of_case(found.id),
        "errors": links,
        "language_next": reverse("portal:request", args=[found.id]),
        "crumbs": (Crumb(_("My requests"), reverse("portal:requests")), Crumb(found.number)),
    }
    return render(request, "portal/request.html", context, status=422 if links else 200)


def _answer_fields(said: str, errors: Mapping[str, AnswerError]) -> tuple[Field, ...]:
    text = text_field(
        "text", _("Your answer"), value=said, rows=6, error=answer_message(errors["text"]) if "text" in errors else ""
    )
    files = file_field(
        "files", _("Documents"), accept=ANSWER_FILES.accept, multiple=True, hint=_("PDF, JPEG or PNG, up to 10 MB each."),
        error=answer_message(errors["files"]) if "files" in errors else "",
    )  # fmt: skip
    return text, files


@never_cache
@require_POST
@applicant_only
@own_or_404
def answer(request: HttpRequest, case: UUID) -> HttpResponse:
    """Answer the administration's question; a replay finds none open and just shows the request."""
    found = cases.request(case)
    said = request.POST.get("text", "").strip()
    back = HttpResponseRedirect(reverse("portal:request", args=[case]))
    if found.open_question is None:
        return back
    errors: dict[str, AnswerError] = {}
    if not said:
        errors["text"] = AnswerError("required")
    elif len(said) > LONGEST_ANSWER:
        errors["text"] = AnswerError("too-long", {"max": str(LONGEST_ANSWER)})
    stored: list[dict[str, object]] = []
    refused: AnswerError | None = None
    if not errors:
        stored, refused = _store(request, found, ANSWER_FILES, "files")
    if refused:
        errors["files"] = refused
    if errors:
        return _page(request, found, said=said, errors=errors)
    with suppress(NotAllowed):  # answered a moment ago, in another window
        services.answer_question(case=case, text=said, files=stored)
    return back


@never_cache
@require_POST
@applicant_only
@own_or_404
def task(request: HttpRequest, case: UUID, task: UUID) -> HttpResponse:
    """Complete a task of the applicant, files included, in one go."""
    found, view = cases.request(case), flows.task(task)
    back = HttpResponseRedirect(reverse("portal:request", args=[case]))
    if view.subject != case or view.role != "applicant" or view.state in ("done", "cancelled"):
        return back
    package = procedures.package(found.digest)
    kept = request.session.get(f"task:{task}", {})
    refused: dict[str, AnswerError] = {}
    for question in package.tasks[view.node].questions:
        if question.type is Type.FILE:
            stored, error = _store(request, found, question, question.name, len(kept.get(question.name, [])))
            kept[question.name] = [*kept.get(question.name, []), *stored]
            if error:
                refused[question.name] = error
    raw = raw_of(request)
    if not refused:
        try:
            result = services.complete(task=task, raw=raw, files=kept)
        except TaskClosed:
            return back
        if not result.errors:
            request.session.pop(f"task:{task}", None)
            return back
        refused = dict(result.errors)
    request.session[f"task:{task}"] = kept  # uploads wait here for the rest of the form: ids, no content
    again = task_page(
        package, view, language(), raw=raw, errors=refused, kept=kept, variables=flows.variables_of(found.id)
    )  # fmt: skip
    return _page(request, found, shown_task=again)


def _store(
    request: HttpRequest, case: RequestView, question: Question, field: str, already: int = 0
) -> tuple[list[dict[str, object]], AnswerError | None]:
    stored: list[dict[str, object]] = []
    for file in request.FILES.getlist(field):
        error, one = filing_services.attach_to_task(
            question=question, count=already + len(stored), administration=case.administration, case=case.id,
            file_name=file.name or "", data=file.read(), declared_type=file.content_type or "",
        )  # fmt: skip
        if one is None:
            return stored, error
        stored.append(one)
    return stored, None
