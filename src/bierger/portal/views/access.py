# SPDX-License-Identifier: EUPL-1.2
"""Who may see a page: sign in first, or sign in better, or 404 for what is not yours."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language

from bierger.cases import selectors as cases
from bierger.cases.errors import CaseError
from bierger.catalogue import selectors as catalogue
from bierger.disclosures import services as disclosures
from bierger.disclosures.errors import NotOwnData
from bierger.disclosures.types import Purpose
from bierger.documents import selectors as documents
from bierger.documents.errors import DocumentsError
from bierger.filings.errors import DraftUnknown, FilingUnknown, LevelTooLow, OutOfMandate
from bierger.flows.errors import TaskUnknown
from bierger.identity import selectors as identity
from bierger.infra.principal import LEVELS, Level, Principal, acting_as, current
from bierger.portal.selectors import scope_title
from bierger_core.procedures import LegalBasis, Package

P = ParamSpec("P")
Found = TypeVar("Found", bound="Pinned")
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
        return noted(request, view(request, *args, **kwargs))

    return guarded


MANDATE_LAW = LegalBasis("Code civil", "", ("1984",), verified=False)
# A page that refuses what was sent shows what is in the space all the same.
SHOWN = frozenset({200, 409, 422, 429})


def noted(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A representative read what is in a space: one row a page, in its transaction, for whoever the space is.

    A member in the space of their own organisation is at home, and so is everybody in theirs: no row. A view that opens its
    transactions itself has closed them: then the row has its own, before anything is sent.
    """
    acting: Principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
    if acting.mandate is not None and response.status_code in SHOWN and not getattr(request, "noted", False):
        request.noted = True  # type: ignore[attr-defined]  # two of these guards may stand around one view
        why = Purpose(actor=acting.person, administration=None, legal_basis=(MANDATE_LAW,), purpose="representation")
        with acting_as(acting):
            disclosures.record(purpose=why, subjects=identity.people_of(acting.space), facts=["space"])
    return response


class Pinned(Protocol):
    """What follows one version of a procedure."""

    @property
    def digest(self) -> str: ...


def readable(found: Found) -> Found:
    """`found`, for somebody who may read what is in it now. Raises LevelTooLow, which `own_or_404` answers by the way to sign in.

    What was filed at one level of assurance is read at that level: answers, letters and acts of a procedure that asks for
    *substantial* do not open to a password that was found. That there is a request, and its state, the lists tell at any level.
    """
    strong_enough(catalogue.package(found.digest))
    return found


def readable_act(act: UUID) -> UUID:
    """The act, for somebody who may read the case it belongs to now. Raises LevelTooLow, CaseError, DocumentsError."""
    if current().kind == "person":
        readable(cases.request(documents.act(act).case_id))
    return act


def strong_enough(package: Package) -> None:
    """Raises LevelTooLow for a person whose sign-in does not reach what the procedure asks for."""
    if current().kind == "person":
        reach(package.level)


def reach(level: Level) -> None:
    """Raises LevelTooLow for a sign-in that does not reach this level."""
    if not current().reaches(level):
        raise LevelTooLow(f"{level} is needed.", needed=level)


def missing_level(found: Pinned | None) -> Level | None:
    """The level that whoever acts lacks to read `found` in a list; None: they may. What cannot be looked up asks for all."""
    level = catalogue.package(found.digest).level if found else LEVELS[-1]
    return None if current().reaches(level) else level


def own_or_404(view: View[P]) -> View[P]:
    """What does not exist and what is not yours look the same: 404. What is yours and asks for a stronger sign-in leads to it."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return noted(request, view(request, *args, **kwargs))
        except LevelTooLow as low:
            # Back to what can be opened with GET: actions on a request stand on its page.
            page = reverse("portal:request", args=[kwargs["case"]]) if "case" in kwargs else request.path
            return HttpResponseRedirect(sign_in_url(page, low.needed))
        except OutOfMandate as refused:
            return out_of_mandate(request, refused)
        except (DraftUnknown, FilingUnknown, CaseError, TaskUnknown, DocumentsError, NotOwnData) as unknown:
            raise Http404 from unknown

    return guarded


def out_of_mandate(request: HttpRequest, refused: OutOfMandate) -> HttpResponse:
    """The mandate covers one procedure only, and this is not it: which one, and where to choose another role."""
    covered = scope_title(refused.scope, language())
    response = render(request, "portal/out_of_mandate.html", {"covered": covered, "code": refused.code}, status=403)
    add_never_cache_headers(response)
    return response


def become(request: HttpRequest, principal: Principal) -> None:
    """Act as somebody else from now on: a new session key, so that an old one is worth nothing."""
    request.session.cycle_key()
    request.session["principal"] = principal.to_session()
    request.session.pop("identity", None)
