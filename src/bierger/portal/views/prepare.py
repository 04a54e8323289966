# SPDX-License-Identifier: EUPL-1.2
"""From a plan to drafts: what was chosen is prepared together, with the answers that the plan rests on."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_POST

from bierger.filings import services as filings
from bierger.filings.errors import FilingError, LevelTooLow, OutOfMandate, ProcedureUnknown, SignInNeeded
from bierger.filings.types import BundleStarted
from bierger.infra.brakes import attempt
from bierger.infra.principal import Principal, acting_as, outside_transaction
from bierger.portal.forms.situations import Said, read_address
from bierger.portal.selectors import scope_title
from bierger.portal.views.access import become, language, sign_in_url
from bierger.portal.views.links import link_cookie, remember_link
from bierger.portal.views.situations import plan_page, setting_of_today, situation_or_404
from bierger.ui.views import error_page
from bierger_core.interview import JSON, Type


@outside_transaction
@require_POST
def prepare(request: HttpRequest, name: str) -> HttpResponse:
    """As `start`, of several procedures: the view opens its own transactions, since the principal may change on the way."""
    acting: Principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
    with acting_as(acting):
        said = read_address(situation_or_404(name), request.POST, language=language(), setting=setting_of_today())
    chosen = [entry.key for entry in said.situation.entries if entry.key in request.POST.getlist("procedure")]
    if not chosen:
        with acting_as(acting):
            return plan_page(request, said, none_chosen=True)
    # Whoever signed in is known and counted at the sign-in; drafts of nobody cost their maker nothing.
    if acting.kind in ("anonymous", "link") and not attempt(request, "start", settings.BIERGER_START_LIMIT, times=len(chosen)):
        return error_page(request, 429)
    token = link_cookie(request, acting) if acting.kind == "link" else ""
    holder = acting
    if acting.kind in ("anonymous", "link") and not token:
        token = filings.new_token()
        holder = Principal(kind="link", link=filings.link_of(token))
    try:
        with acting_as(holder):
            started = _begin(said, chosen, token)
            onward = _first_page(started)
    except FilingError as refused:
        with acting_as(acting):
            return _refused(request, said, refused)
    response = HttpResponseRedirect(onward)
    if holder.kind == "link":
        if acting != holder:
            become(request, holder)
        remember_link(response, token)
    return response


def _begin(said: Said, chosen: list[str], token: str) -> BundleStarted:
    given = {
        entry.key: _at_home(said, entry.key)
        | {question: said.whole[own] for question, own in entry.fills.items() if own in said.whole}
        for entry in said.situation.entries
    }
    return filings.begin_bundle(
        procedures=chosen, language=language(), situation=said.situation.digest, given=given, token=token
    )


def _at_home(said: Said, key: str) -> dict[str, JSON]:
    """The commune that the plan is shown for, wherever a form asks for what names the competent one."""
    if not said.home:
        return {}
    packages = said.situation.packages
    naming = {
        one.form.question(one.administration.question).fact
        for one in packages.values()
        if one.administration.question and one.administration.kind != "state"
    }
    asked = map(packages[key].form.question, packages[key].form.names)
    return {one.name: said.home for one in asked if one.type is Type.COMMUNE and one.fact is not None and one.fact in naming}


def _first_page(started: BundleStarted) -> str:
    if started.bundle:
        return reverse("portal:bundle", args=[started.bundle])
    return reverse("portal:check", args=[started.drafts[0]])


def _refused(request: HttpRequest, said: Said, refused: FilingError) -> HttpResponse:
    """Those that stand in the way, by name."""
    plan = said.address(reverse("portal:situation-plan", args=[said.situation.name]))
    titles = [said.situation.packages[key].title(said.language) for key in refused.procedures]
    if isinstance(refused, ProcedureUnknown):
        return plan_page(request, said, gone=titles)
    if isinstance(refused, SignInNeeded):
        return HttpResponseRedirect(sign_in_url(plan) if request.principal.kind != "officer" else "/spaces")  # type: ignore[attr-defined]  # set by the middleware
    if isinstance(refused, LevelTooLow):
        return HttpResponseRedirect(sign_in_url(plan, refused.needed))
    if isinstance(refused, OutOfMandate):
        context = {"covered": scope_title(refused.scope, language()), "code": refused.code, "titles": titles, "back": plan}
        response = render(request, "portal/out_of_mandate.html", context, status=403)
        add_never_cache_headers(response)
        return response
    raise refused


