# SPDX-License-Identifier: EUPL-1.2
"""Limits of what somebody may try in a while: too many attempts are answered with the page that says so (429)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from bierger.infra.brakes import attempt, files_in, uploads_braked, within
from bierger.infra.principal import outside_transaction
from bierger.ui.views import error_page

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
Braked = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
MANDATES = 10  # attempts to give one, per person and ten minutes
CODES_OF_A_FILE = 5  # a code is read in no time; a file is opened, and may take a worker for seconds


def submissions_limited(view: View[P]) -> Braked[P]:
    return _limited(view, "submit", lambda: int(settings.BIERGER_SUBMIT_LIMIT), lambda _request: 1)


def mandates_limited(view: View[P]) -> Braked[P]:
    """Each attempt asks whether a number and a name belong together: nobody is to find that out by trying."""
    return _limited(view, "mandate", lambda: MANDATES, lambda _request: 1)


def checks_limited(view: View[P]) -> Braked[P]:
    """Anybody may have files opened here, and opening them costs more than sending them."""
    return _limited(view, "verify", _verify_limit, lambda request: CODES_OF_A_FILE * files_in(request) or 1)


def status_of(request: HttpRequest, *, wrong: bool) -> int:
    """Of a form drawn again: whether its files were too many just now, or something in it is wrong."""
    return 429 if uploads_braked(request) else 422 if wrong else 200


def _limited(view: View[P], what: str, limit: Callable[[], int], weight: Callable[[HttpRequest], int]) -> Braked[P]:
    """Outermost of a view: counts first, then lets the view work in a transaction under the principal of the request."""

    @outside_transaction
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method == "POST" and not attempt(request, what, limit(), times=weight(request)):
            return error_page(request, 429)
        return within(view, request, *args, **kwargs)

    return guarded


def _verify_limit() -> int:
    return int(settings.BIERGER_VERIFY_LIMIT)
