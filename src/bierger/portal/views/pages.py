# SPDX-License-Identifier: EUPL-1.2
"""The accessibility statement, the colours of an administration."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from bierger.administrations import selectors as administrations
from bierger.administrations.errors import UnknownAdministration
from bierger.ui.colours import stylesheet


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/accessibility.html", {"address": settings.BIERGER_BASE_URL, "organisation": _("this site")})


@cache_control(public=True, max_age=3600)
@require_safe
def colours(request: HttpRequest, code: str) -> HttpResponse:  # noqa: ARG001  # Django's signature
    try:
        found = administrations.administration(code=code)
    except UnknownAdministration as unknown:
        raise Http404 from unknown
    return HttpResponse(stylesheet(found.primary, found.accent), content_type="text/css; charset=utf-8")
