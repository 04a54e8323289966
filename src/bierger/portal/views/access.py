# SPDX-License-Identifier: EUPL-1.2
"""Who may see a page: sign in first, or 404 for what is not yours."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language

from bierger.cases.errors import CaseError
from bierger.catalogue import selectors as catalogue
from bierger.disclosures.errors import NotOwnData
from bierger.documents.errors import DocumentsError
from bierger.filings.errors import DraftUnknown, FilingUnknown, OutOfMandate
from bierger.flows.errors import TaskUnknown
from bierger.infra import clock
from bierger.infra.principal import Principal, current

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def language() -> str:
    """The reader's language, one of fr, de, en, lb."""
    return (get_language() or "fr")[:2]


def sign_in_url(path: str, level: str = "") -> str:
    """Where to sign in and come back to `path`."""
    return "/sign-in?" + urlencode({"next": path} | ({"level": level} if level else {}))


def person_only(view: View[P]) -> View[P]:
    """Pages of a person's own space: others are sent to sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if current().kind != "person":
            return HttpResponseRedirect(sign_in_url(request.get_full_path()))
        return view(request, *args, **kwargs)

    return guarded


def applicant_only(view: View[P]) -> View[P]:
    """Pages of somebody who applied: a person, or whoever came with a private link."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if current().kind not in ("person", "link"):
            return HttpResponseRedirect(sign_in_url(request.get_full_path()))
        return view(request, *args, **kwargs)

    return guarded


def own_or_404(view: View[P]) -> View[P]:
    """What does not exist and what is not yours look the same: 404."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except OutOfMandate as refused:
            return out_of_mandate(request, refused)
        except (DraftUnknown, FilingUnknown, CaseError, TaskUnknown, DocumentsError, NotOwnData) as unknown:
            raise Http404 from unknown

    return guarded


def out_of_mandate(request: HttpRequest, refused: OutOfMandate) -> HttpResponse:
    """The mandate covers one procedure only, and this is not it: which one, and where to choose another role."""
    owner, _slash, name = refused.scope.partition("/")
    digest = catalogue.active(owner, name, clock.now(), None)
    covered = catalogue.package(digest).title(language()) if digest else refused.scope
    response = render(request, "portal/out_of_mandate.html", {"covered": covered, "code": refused.code}, status=403)
    add_never_cache_headers(response)
    return response


def become(request: HttpRequest, principal: Principal) -> None:
    """Act as somebody else from now on: a new session key, so that an old one is worth nothing."""
    request.session.cycle_key()
    request.session["principal"] = principal.to_session()
    request.session.pop("identity", None)
