# SPDX-License-Identifier: EUPL-1.2
"""Private links: how somebody who did not sign in comes back.

The token stands in the address and, while a request is being made, in a cookie of the browser; we keep its SHA-256.
Pages that carry it are not indexed and send no referrer.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bierger.cases import selectors as cases
from bierger.filings import selectors as filings
from bierger.filings import services as filing_services
from bierger.infra import cookies
from bierger.infra.principal import Principal, acting_as, outside_transaction
from bierger.portal.views.access import become
from bierger.ui.fields import error_links, text_field
from bierger.ui.parts import Crumb

COOKIE = cookies.LINK
WHILE_FILLING = 7 * 24 * 3600  # seconds: as long as an anonymous draft is kept
AFTER_RECEIPT = 900  # seconds: time to write the address down


def link_cookie(request: HttpRequest, principal: Principal) -> str:
    """The token of this browser's link, when it is the one that acts; else ""."""
    token = request.COOKIES.get(COOKIE, "")
    return token if token and filing_services.link_of(token) == principal.link else ""


def remember_link(response: HttpResponse, token: str, seconds: int = WHILE_FILLING) -> None:
    """Leave the token with the browser: no script reads it, no other site sends it."""
    response.set_cookie(
        COOKIE, token, max_age=seconds, httponly=True, samesite="Strict", secure=settings.SESSION_COOKIE_SECURE
    )


def unseen(response: HttpResponse) -> HttpResponse:
    """Headers of a page whose address or content holds a token."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@never_cache
@outside_transaction
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Open what stands behind a link. Whoever acts as somebody else in this browser is asked first: they would leave that."""
    if "prefetch" in request.headers.get("Sec-Purpose", ""):
        # The browser guesses ahead; nobody has opened anything. It asks again when somebody does.
        return unseen(HttpResponse(status=503))
    holder = Principal(kind="link", link=filing_services.link_of(token))
    with acting_as(holder):
        drafts, mine = filings.drafts(), cases.requests()
    if not drafts and not mine:
        return unseen(render(request, "portal/link_unknown.html", _help_context(_("This link opens nothing.")), status=404))
    acting: Principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
    if acting.kind != "anonymous" and acting.link != holder.link and request.method == "GET":
        return unseen(render(request, "portal/link_leave.html", {"token": token, "other_link": acting.kind == "link"}))
    become(request, holder)
    if len(mine) == 1 and not drafts:
        return unseen(HttpResponseRedirect(reverse("portal:request", args=[mine[0].id])))
    if len(drafts) == 1 and not mine:
        with acting_as(holder):
            draft = filings.draft(drafts[0].id)
        return unseen(HttpResponseRedirect(reverse("portal:step", args=[draft.id, draft.next_step or draft.steps[0].id])))
    return unseen(HttpResponseRedirect(reverse("portal:requests")))


@require_http_methods(["GET", "POST"])
def link_help(request: HttpRequest) -> HttpResponse:
    """What a private link is, and a field for those who have it on paper."""
    if request.method == "GET":
        return render(request, "portal/link_help.html", _help_context())
    typed = request.POST.get("link", "").strip()
    try:
        token = urlsplit(typed).path.rstrip("/").rpartition("/")[2]
    except ValueError:  # `http://[`: an address that is none
        token = ""
    if not token.replace("-", "").replace("_", "").isalnum():
        return render(request, "portal/link_help.html", _help_context(_("Enter the whole private link"), typed), status=422)
    return unseen(HttpResponseRedirect(reverse("portal:link", args=[token])))


def _help_context(error: str = "", typed: str = "") -> dict[str, object]:
    field = text_field("link", _("Your private link"), value=typed, error=error, hint=_("It looks like %(example)s") % {
        "example": f"{settings.BIERGER_BASE_URL}/l/…"})  # fmt: skip
    crumbs = (Crumb(_("Home"), "/"), Crumb(_("Follow my request")))
    return {"field": field, "errors": error_links((field,)), "crumbs": crumbs}
