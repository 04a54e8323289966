# SPDX-License-Identifier: EUPL-1.2
"""Error pages, in the reader's language, that need neither database nor session."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation


def error_page(request: HttpRequest, status: int) -> HttpResponse:
    """The page for 400, 403, 404, 413, 429 or 500; any middleware may answer with it, before languages are known too."""
    with translation.override(translation.get_language_from_request(request)):
        return render(request, "ui/error.html", {"status": status}, status=status)
