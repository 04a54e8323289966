# SPDX-License-Identifier: EUPL-1.2
"""Who comes in: officers. Everybody else learns nothing about what exists."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language

from bierger.administrations import selectors as administrations
from bierger.administrations.types import AdministrationView
from bierger.cases.errors import CaseUnknown
from bierger.documents.errors import BlobNotFound
from bierger.flows.errors import TaskUnknown
from bierger.infra.principal import Principal

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def for_officers(view: View[P]) -> View[P]:
    """Signed out: to the sign-in and back here. A citizen: 404, as for another commune's case."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        kind = principal_of(request).kind
        if kind in ("anonymous", "link"):
            where = request.get_full_path() if request.method == "GET" else "/desk"
            return redirect(f"/sign-in?{urlencode({'next': where})}")
        if kind != "officer":
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except (CaseUnknown, TaskUnknown, BlobNotFound) as unseen:
            raise Http404 from unseen

    return guarded


def principal_of(request: HttpRequest) -> Principal:
    """Set by the middleware on every request."""
    principal: Principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
    return principal


def language() -> str:
    return (get_language() or "fr")[:2]


def page_of(request: HttpRequest) -> dict[str, object]:
    """What every page of the desk knows: whose desk it is."""
    office = administration_of(principal_of(request).administration)
    return {"administration": office, "page_owner": office.name(language())}


def administration_of(administration: UUID | None) -> AdministrationView:
    return administrations.administration(id=administration)


def no_store(response: HttpResponse) -> HttpResponse:
    """Personal data stays in no shared or later-opened cache."""
    response["Cache-Control"] = "no-store"
    return response
