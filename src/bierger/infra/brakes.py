# SPDX-License-Identifier: EUPL-1.2
"""Brakes of the screens: what one person, officer or address may try in a while.

The hit stands in a transaction of its own, before the request's: a request that ends in 404 or in a fault is rolled back with all
it wrote; if its hit went with it, whoever guesses addresses would never be counted.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from bierger.infra import rate_limits
from bierger.infra.addresses import client_address
from bierger.infra.principal import Principal, acting_as, outside_transaction

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
WINDOW = 600  # seconds in which attempts are counted


def attempt(request: HttpRequest, what: str, limit: int, *, times: int = 1) -> bool:
    """Count one attempt, or one that weighs as many as `times`, whatever becomes of the request; False when there were too many.

    A private link costs nothing to make: whoever did not sign in is counted by address. Called outside every transaction: the
    hit is one statement, committed by itself.
    """
    principal: Principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
    who = principal.person or principal.officer or client_address(request)
    return rate_limits.hit(f"{what}:{who}", limit=limit, seconds=WINDOW, times=times)


def files_in(request: HttpRequest) -> int:
    """How many files came with a request."""
    return sum(len(files) for _name, files in request.FILES.lists()) if request.method == "POST" else 0


def uploads_counted(view: View[P]) -> View[P]:
    """Outermost of a view that takes files: each is counted before one of them is looked at. Too many do not end the request:
    the view asks `uploads_braked`, lets the files be and keeps what was typed beside them.
    """

    @outside_transaction
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        files = files_in(request)
        braked = files > 0 and not attempt(request, "upload", settings.BIERGER_ATTACH_LIMIT, times=files)
        request.uploads_braked = braked  # type: ignore[attr-defined]  # read by uploads_braked, below
        return within(view, request, *args, **kwargs)

    return guarded


def uploads_braked(request: HttpRequest) -> bool:
    """Did more files come from there than may, in a view that is `uploads_counted`?"""
    return bool(getattr(request, "uploads_braked", False))


def within(view: View[P], request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
    """The view in a transaction under the principal of the request, unless it opens its own."""
    if getattr(view, "outside_transaction", False):
        return view(request, *args, **kwargs)
    with acting_as(request.principal):  # type: ignore[attr-defined]  # set by the middleware
        return view(request, *args, **kwargs)
