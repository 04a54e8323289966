# SPDX-License-Identifier: EUPL-1.2
"""Who read my data, the accessibility statement, the colours of an administration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from bierger.administrations import selectors as administrations
from bierger.administrations.errors import UnknownAdministration
from bierger.disclosures import selectors as disclosures
from bierger.portal.selectors import reading_rows
from bierger.portal.types import ReadingRow
from bierger.portal.views.access import language, person_only
from bierger.ui.colours import stylesheet
from bierger.ui.parts import Pages

READINGS = 25  # on one page


@never_cache
@require_safe
@person_only
def readings(request: HttpRequest) -> HttpResponse:
    after = request.GET.get("after", "")
    found = disclosures.readings(after=int(after) if after.isdecimal() else None, limit=READINGS)
    following = f"?after={found[-1].id}" if len(found) == READINGS else ""
    pages = Pages(previous="/readings" if after else "", next=following)
    return render(request, "portal/readings.html", {"rows": _together(reading_rows(found, language())), "pages": pages})


def _together(rows: Sequence[ReadingRow]) -> list[ReadingRow]:
    """The same readings of one day on one line, with their number and the time of the newest: a page opened again and again."""
    shown: dict[tuple[ReadingRow, str], ReadingRow] = {}
    for row in rows:
        what = (replace(row, at="", iso=""), row.iso[:10])
        newest = shown.setdefault(what, replace(row, times=0))
        shown[what] = replace(newest, times=newest.times + 1)
    return list(shown.values())


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
