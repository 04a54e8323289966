# SPDX-License-Identifier: EUPL-1.2
"""My requests: the list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bierger.cases import selectors as cases
from bierger.filings import selectors as filings
from bierger.infra.principal import current
from bierger.portal.selectors import draft_rows, request_rows
from bierger.portal.views.access import applicant_only, language


@never_cache
@require_safe
@applicant_only
def request_list(request: HttpRequest) -> HttpResponse:
    rows = request_rows(cases.requests(), language())
    drafts = draft_rows(filings.drafts(), language())
    context = {"rows": rows, "drafts": drafts, "private": current().kind == "person"}
    return render(request, "portal/requests.html", context)
