# SPDX-License-Identifier: EUPL-1.2
"""Several requests prepared together: what is still to be filled in, all answers on one page, one submission."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bierger.filings import selectors as filings
from bierger.filings import services
from bierger.filings.errors import DeclarationMissing, NotComplete, ProcedureUnknown
from bierger.filings.types import BundleView
from bierger.infra.principal import LEVELS, current
from bierger.portal.forms import bundle_parts, check_errors
from bierger.portal.selectors import bundle_title
from bierger.portal.views.access import applicant_only, language, own_or_404, reach
from bierger.portal.views.brakes import submissions_limited
from bierger.portal.views.expired import survives_expiry
from bierger.portal.views.submitting import onward, or_receipt, to_receipt, undeclared_link
from bierger.ui.parts import ErrorLink
from bierger_core.interview import AnswerError


@never_cache
@require_safe
@applicant_only
@own_or_404
@or_receipt
def bundle(_request: HttpRequest, bundle: UUID) -> HttpResponse:
    """To the first page that lacks an answer, or to all answers."""
    draft = _readable(bundle).unfinished
    return HttpResponseRedirect(onward(draft, draft.next_step) if draft else reverse("portal:bundle-check", args=[bundle]))


def _readable(bundle: UUID) -> BundleView:
    """Raises LevelTooLow, with the highest level that one of the procedures asks for."""
    found = filings.bundle(bundle)
    if current().kind == "person":
        reach(max((draft.package.level for draft in found.drafts), key=LEVELS.index))
    return found


@never_cache
@require_safe
@applicant_only
@own_or_404
@or_receipt
def bundle_check(request: HttpRequest, bundle: UUID) -> HttpResponse:
    found = _readable(bundle)
    draft = found.unfinished
    return HttpResponseRedirect(onward(draft, draft.next_step)) if draft else _check_page(request, found)


def _check_page(
    request: HttpRequest, found: BundleView, *, wrong: UUID | None = None, errors: Mapping[str, AnswerError] | None = None,
    undeclared: bool = False,
) -> HttpResponse:  # fmt: skip
    links = [
        ErrorLink(f"answers-{one.id}", link.message)
        for one in found.drafts
        if one.id == wrong
        for link in check_errors(one, errors or {}, language())
    ]
    if undeclared:
        links.append(undeclared_link())
    context = {
        "bundle": found,
        "title": bundle_title(found.situation, language()),
        "parts": bundle_parts(found, language(), wrong=wrong, errors=errors),
        "errors": links,
        "undeclared": undeclared,
        "expires_at": found.drafts[0].expires_at,
        "language_next": reverse("portal:bundle-check", args=[found.id]),
    }
    return render(request, "portal/bundle_check.html", context, status=422 if links else 200)


@submissions_limited
@survives_expiry("portal:bundle-check", keep=False)
@never_cache
@require_POST
@applicant_only
@own_or_404
def bundle_submit(request: HttpRequest, bundle: UUID) -> HttpResponse:
    """Submit all, once; a second click, a replay or a reload leads to the same receipt."""
    declared = request.POST.get("declaration") == "yes"
    try:
        return to_receipt(
            partial(services.submit_bundle, bundle=bundle, declaration=declared),
            check=reverse("portal:bundle-check", args=[bundle]),
        )
    except NotComplete as incomplete:
        if incomplete.errors:
            return _check_page(request, filings.bundle(bundle), wrong=incomplete.draft, errors=incomplete.errors)
        return HttpResponseRedirect(reverse("portal:step", args=[incomplete.draft, incomplete.step]))
    except DeclarationMissing:
        return _check_page(request, filings.bundle(bundle), undeclared=True)
    except ProcedureUnknown as withdrawn:
        return _withdrawn(request, filings.bundle(bundle), withdrawn)


def _withdrawn(request: HttpRequest, found: BundleView, refused: ProcedureUnknown) -> HttpResponse:
    gone = [draft for draft in found.drafts if draft.procedure in refused.procedures]
    context = {
        "code": refused.code,
        "bundle": found,
        "draft": found.drafts[0],
        "procedure": bundle_title(found.situation, language()),
        "gone": [(draft.id, draft.package.title(language())) for draft in gone],
        "rest": len(found.drafts) - len(gone),
    }
    return render(request, "portal/withdrawn.html", context, status=409)


@survives_expiry("portal:bundle-check", keep=False)
@never_cache
@require_POST
@applicant_only
@own_or_404
def bundle_take_out(request: HttpRequest, bundle: UUID) -> HttpResponse:
    """Delete the drafts that were named, and go on with the others."""
    found = _readable(bundle)
    drafts = [draft.id for draft in found.drafts if str(draft.id) in request.POST.getlist("draft")]
    if len(drafts) == len(found.drafts):
        services.discard_bundle(bundle=bundle)
        return HttpResponseRedirect(reverse("portal:requests"))
    left: UUID | None = bundle
    for draft in drafts:
        left = services.take_out(draft=draft)
    alone = next(draft.id for draft in found.drafts if draft.id not in drafts)
    return HttpResponseRedirect(reverse("portal:bundle", args=[left]) if left else reverse("portal:check", args=[alone]))


@survives_expiry("portal:bundle-discard", keep=False)
@never_cache
@require_http_methods(["GET", "POST"])
@applicant_only
@own_or_404
def bundle_discard(request: HttpRequest, bundle: UUID) -> HttpResponse:
    """Asked once more, then really deleted, all of it."""
    found = _readable(bundle)
    if request.method == "GET":
        context = {
            "bundle": found,
            "procedure": bundle_title(found.situation, language()),
            "titles": [draft.package.title(language()) for draft in found.drafts],
        }
        return render(request, "portal/discard.html", context)
    services.discard_bundle(bundle=bundle)
    return HttpResponseRedirect(reverse("portal:requests"))
