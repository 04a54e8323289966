# SPDX-License-Identifier: EUPL-1.2
"""Error pages, in the reader's language, that need neither database nor session; the switch between standard and easy words."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from bierger.ui.messages import TOO_LARGE
from bierger.ui.registers import COOKIE, EASY, STANDARD

YEAR = 365 * 24 * 3600  # seconds that the browser keeps the choice


def error_page(request: HttpRequest, status: int) -> HttpResponse:
    """The page for 400, 403, 404, 413, 429 or 500; any middleware may answer with it, before languages are known too."""
    with translation.override(translation.get_language_from_request(request)):
        return render(request, "ui/error.html", {"status": status, "form": _form_of(request, status)}, status=status)


@require_POST
def register(request: HttpRequest) -> HttpResponse:
    """Switch between standard and easy words, and go back to the page."""
    onward = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure()):
        onward = "/"
    response = HttpResponseRedirect(onward)
    wanted = EASY if request.POST.get("register") == EASY else STANDARD
    response.set_cookie(COOKIE, wanted, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure())
    return response


def _form_of(request: HttpRequest, status: int) -> str:
    """Where a form that was too large to be read was filled in; '' when the browser does not say so, or says another site."""
    came_from = request.META.get("HTTP_REFERER", "") if status == TOO_LARGE else ""
    try:
        ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()})
    except DisallowedHost:
        ours = False
    return urlsplit(came_from)._replace(scheme="", netloc="").geturl() if ours else ""
