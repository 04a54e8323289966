# SPDX-License-Identifier: EUPL-1.2
"""Filling a form: one step per page, then all answers together, then submission."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from bierger.administrations import selectors as administrations
from bierger.filings import selectors as filings
from bierger.filings import services
from bierger.filings.errors import DeclarationMissing, InBundle, NotComplete, ProcedureUnknown
from bierger.filings.types import DraftView
from bierger.infra.brakes import uploads_braked, uploads_counted
from bierger.portal.forms import BRAKED, OPENED, check_errors, check_rows, plain, raw_of, step_page
from bierger.portal.views.access import applicant_only, language, own_or_404, strong_enough
from bierger.portal.views.brakes import status_of, submissions_limited
from bierger.portal.views.expired import survives_expiry, typed_before
from bierger.portal.views.submitting import onward, or_receipt, to_receipt, undeclared_link
from bierger.ui.fields import error_links
from bierger_core.interview import AnswerError, Step, Type, asked_steps, relevant_steps


@uploads_counted
@survives_expiry("portal:step")
@never_cache
@require_http_methods(["GET", "POST"])
@applicant_only
@own_or_404
@or_receipt
def step(request: HttpRequest, draft: UUID, step: str) -> HttpResponse:
    found = filings.draft(draft)
    strong_enough(found.package)
    known = {one.id: one for one in relevant_steps(found.package.form, plain(found.answers))}
    if step not in known:
        return HttpResponseRedirect(onward(found, found.next_step))
    if request.method == "POST":
        return _save(request, found, known[step])
    before = typed_before(request)
    return _draw(request, found, known[step], raw=dict(before.raw) if before else None, came_back=bool(before))


def _save(request: HttpRequest, draft: DraftView, step: Step) -> HttpResponse:
    """Files first, then the answers: what was typed beside an upload is never lost."""
    if "remove" in request.POST:
        question, _colon, file = request.POST["remove"].partition(":")
        services.remove_file(draft=draft.id, question=question, file=file)
    refused = _attach(request, draft, step)
    raw = raw_of(request)
    opened = request.POST.getlist(OPENED)
    saved = services.save_step(draft=draft.id, step=step.id, raw=raw, opened=opened)
    stays = "attach" in request.POST or "remove" in request.POST
    errors = refused if stays else {**saved.errors, **refused}
    if errors:
        return _draw(request, filings.draft(draft.id), step, raw=raw, errors=errors, opened=opened)
    if stays:
        return HttpResponseRedirect(reverse("portal:step", args=[draft.id, step.id]))
    return HttpResponseRedirect(onward(draft, saved.next_step))


def _attach(request: HttpRequest, draft: DraftView, step: Step) -> dict[str, AnswerError]:
    refused: dict[str, AnswerError] = {}
    for question in step.questions:
        if question.type is not Type.FILE:
            continue
        for file in request.FILES.getlist(question.name):
            if uploads_braked(request):
                refused[question.name] = AnswerError(BRAKED)
                break
            error = services.attach(
                draft=draft.id, question=question.name, file_name=file.name or "", data=file.read(),
                declared_type=file.content_type or "",
            )  # fmt: skip
            if error is not None:
                refused[question.name] = error
    return refused


def _draw(
    request: HttpRequest, draft: DraftView, step: Step, *, raw: dict[str, list[str]] | None = None,
    errors: dict[str, AnswerError] | None = None, came_back: bool = False, opened: Sequence[str] = (),
) -> HttpResponse:  # fmt: skip
    opened = [*opened, *request.GET.getlist(OPENED)]
    bundle = filings.bundle(draft.bundle) if draft.bundle else None
    page = step_page(draft, step, language=language(), raw=raw, errors=errors, opened=opened, bundle=bundle)
    context = {"p": page, "errors": error_links(page.fields), "came_back": came_back, **_about(draft)}
    context["language_next"] = reverse("portal:step", args=[draft.id, step.id])
    return render(request, "portal/step.html", context, status=status_of(request, wrong=bool(errors)))


def _about(draft: DraftView) -> dict[str, object]:
    place = administrations.administration(id=draft.administration) if draft.administration else None
    return {
        "draft": draft,
        "procedure": draft.package.title(language()),
        "administration": place,
        "page_owner": place.name(language()) if place else "",
        "discard": f"/bundles/{draft.bundle}/discard" if draft.bundle else f"/drafts/{draft.id}/discard",
    }


@never_cache
@require_http_methods(["GET"])
@applicant_only
@own_or_404
@or_receipt
def check(request: HttpRequest, draft: UUID) -> HttpResponse:
    found = filings.draft(draft)
    strong_enough(found.package)
    if found.bundle:
        return HttpResponseRedirect(reverse("portal:bundle-check", args=[found.bundle]))
    if found.next_step:
        return HttpResponseRedirect(onward(found, found.next_step))
    return _check_page(request, found)


def _check_page(
    request: HttpRequest, draft: DraftView, *, errors: dict[str, AnswerError] | None = None, undeclared: bool = False
) -> HttpResponse:
    links = check_errors(draft, errors or {}, language())
    if undeclared:
        links.append(undeclared_link())
    context = {
        "sections": check_rows(draft, language=language(), errors=errors),
        "errors": links,
        "undeclared": undeclared,
        "language_next": reverse("portal:check", args=[draft.id]),
        "last_step": asked_steps(draft.package.form, plain(draft.answers), plain(draft.known))[-1].id,
        **_about(draft),
    }
    return render(request, "portal/check.html", context, status=422 if links else 200)


@submissions_limited
@survives_expiry("portal:check", keep=False)
@never_cache
@require_POST
@applicant_only
@own_or_404
def submit(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Submit once; a second click, a replay or a reload leads to the same receipt."""
    declared = request.POST.get("declaration") == "yes"
    try:
        return to_receipt(
            partial(services.submit, draft=draft, declaration=declared), check=reverse("portal:check", args=[draft])
        )  # fmt: skip
    except NotComplete as incomplete:
        if incomplete.errors:
            return _check_page(request, filings.draft(draft), errors=dict(incomplete.errors))
        return HttpResponseRedirect(reverse("portal:step", args=[draft, incomplete.step]))
    except InBundle as tied:
        return HttpResponseRedirect(reverse("portal:bundle-check", args=[tied.bundle]))
    except DeclarationMissing:
        return _check_page(request, filings.draft(draft), undeclared=True)
    except ProcedureUnknown as withdrawn:
        about = _about(filings.draft(draft))
        return render(request, "portal/withdrawn.html", {"code": withdrawn.code, **about}, status=409)


@survives_expiry("portal:discard", keep=False)
@require_http_methods(["GET", "POST"])
@applicant_only
@own_or_404
def discard(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Asked once more, then really deleted."""
    found = filings.draft(draft)
    strong_enough(found.package)
    if found.bundle:
        return HttpResponseRedirect(reverse("portal:bundle-discard", args=[found.bundle]))
    if request.method == "GET":
        return render(request, "portal/discard.html", _about(found))
    services.discard(draft=draft)
    return HttpResponseRedirect(reverse("portal:requests"))
