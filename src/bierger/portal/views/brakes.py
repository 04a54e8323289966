# SPDX-License-Identifier: EUPL-1.2
"""Limits of what somebody may try in a while. The hit stands in a transaction of its own, before the request's.

A request that ends in 404 or in a fault is rolled back with all it wrote; if its hit went with it, whoever guesses addresses
would never be counted.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from bierger.infra import rate_limits
from bierger.infra.addresses import client_address
from bierger.infra.principal import Principal, acting_as, outside_transaction
from bierger.ui.views import error_page

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
WINDOW = 600  # seconds in which attempts are counted


def attempt(request: HttpRequest, what: str, limit: int) -> bool:
    """Count one attempt and keep it, whatever becomes of the request; False when there were too many.

    A private link costs nothing to make: whoever did not sign in is counted by address. Called outside every transaction: the
    hit is one statement, committed by itself.
    """
    principal: Principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
    return rate_limits.hit(f"{what}:{principal.person or client_address(request)}", limit=limit, seconds=WINDOW)


def submissions_limited(view: View[P]) -> View[P]:
    return _limited(view, "submit", "BIERGER_SUBMIT_LIMIT")


def checks_limited(view: View[P]) -> View[P]:
    """Anybody may have files opened here, and opening them costs more than sending them."""
    return _limited(view, "verify", "BIERGER_VERIFY_LIMIT")


def _limited(view: View[P], what: str, setting: str) -> View[P]:
    """Outermost of a view: counts first, then lets the view work in a transaction under the principal of the request."""

    @outside_transaction
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method == "POST" and not attempt(request, what, getattr(settings, setting)):
            return error_page(request, 429)
        if getattr(view, "outside_transaction", False):
            return view(request, *args, **kwargs)
        with acting_as(request.principal):  # type: ignore[attr-defined]  # set by the middleware
            return view(request, *args, **kwargs)

    return guarded
