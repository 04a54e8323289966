# SPDX-License-Identifier: EUPL-1.2
"""Who may act for me: mandates given by the space one is in, mandates one holds, giving and ending them."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from bierger.catalogue import selectors as procedures
from bierger.filings.errors import LevelTooLow
from bierger.identity import selectors as identity
from bierger.identity import services
from bierger.identity.errors import MandateRefused
from bierger.infra import clock
from bierger.infra.principal import Level, current
from bierger.portal.forms import Asked, mandate_fields, raw_of, read_mandate
from bierger.portal.selectors import mandate_rows
from bierger.portal.views.access import language, own_or_404, person_only, reach, sign_in_url
from bierger.portal.views.brakes import mandates_limited
from bierger.ui.fields import error_links
from bierger.ui.parts import Crumb
from bierger_core.interview import AnswerError

GIVING: Level = "substantial"  # whoever lets another act proves who they are
# Why it was refused -> the field at which that is said; `unknown` covers a wrong number and a wrong name alike.
_AT = {"unknown": "number", "oneself": "number", "number": "number", "days": "until"}
_CODES = {"unknown": "mandate-unknown", "oneself": "mandate-oneself", "number": "bad-matricule", "days": "date-in-past"}


@mandates_limited
@never_cache
@require_http_methods(["GET", "POST"])
@person_only
@own_or_404
def mandates(request: HttpRequest) -> HttpResponse:
    """GET /mandates?done=given|ended ; POST gives one."""
    if request.method == "GET":
        return _page(request)
    if not _may_give():
        raise Http404
    reach(GIVING)
    raw = raw_of(request)
    asked, errors = read_mandate(procedures.search(language=language()), raw)
    if asked is not None:
        errors = _give(asked)
    if errors:
        return _page(request, raw=raw, errors=errors)
    return _done("given")


def _give(asked: Asked) -> dict[str, AnswerError]:
    try:
        services.grant_mandate(
            to_matricule=asked.number, family_name=asked.family_name, scope=asked.scope, valid_from=clock.today(),
            valid_to=asked.until,
        )  # fmt: skip
    except MandateRefused as refused:
        if refused.why not in _AT:  # the right to give has ended meanwhile
            raise Http404 from refused
        return {_AT[refused.why]: AnswerError(_CODES[refused.why])}
    return {}


@require_POST
@person_only
@own_or_404
def mandate_end(request: HttpRequest, mandate: UUID) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Who gave it, for their space, or who holds it; of nobody else's is said that there is one."""
    held = {one.id for one in identity.mandates_held(on=clock.today())}
    if mandate not in held and not _may_give():
        raise Http404
    try:
        services.end_mandate(mandate=mandate)
    except MandateRefused as unknown:
        raise Http404 from unknown
    return _done("ended")


def _may_give() -> bool:
    """The owner of the space or a manager, acting without a mandate."""
    here, roles = current(), ("owner", "manager")
    return here.mandate is None and any(one.id == here.space and one.role in roles for one in identity.my_spaces())


def _page(
    request: HttpRequest, *, raw: dict[str, list[str]] | None = None, errors: dict[str, AnswerError] | None = None
) -> HttpResponse:
    may_give, strong = _may_give(), True
    try:
        reach(GIVING)
    except LevelTooLow:
        strong = False
    offered = procedures.search(language=language()) if may_give and strong else ()
    fields = mandate_fields(offered, language(), raw=raw, errors=errors) if may_give and strong else []
    links = error_links(fields)
    context = {
        "space": identity.label_of_space().name,
        "given": mandate_rows(identity.mandates_given(), language()),
        "held": mandate_rows(identity.mandates_held(on=clock.today()), language()),
        "may_give": may_give,
        "stronger": "" if strong else sign_in_url(reverse("portal:mandates"), GIVING),
        "fields": fields,
        "errors": links,
        "done": request.GET.get("done", ""),
        "crumbs": (Crumb(_("Switch space"), "/spaces"), Crumb(_("Who may act for me"))),
        "language_next": reverse("portal:mandates"),
    }
    return render(request, "portal/mandates.html", context, status=422 if links else 200)


def _done(what: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('portal:mandates')}?done={what}")
