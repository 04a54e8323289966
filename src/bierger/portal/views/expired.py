# SPDX-License-Identifier: EUPL-1.2
"""What was typed when the session had ended: it waits for whoever signs in again, and for nobody else.

1. A page is sent without a session: the session's row is gone, or the browser dropped its cookie. The CSRF cookie is another,
   and lives longer; without it nothing gets as far as here.
2. Somebody who came by a private link still has the link's cookie: they are let in again and the page is saved as sent.
3. Everybody else signs in. The words typed (no files) go into a session row of their own, encrypted with a key that only this
   browser keeps, in a cookie of this one address. So neither the database alone nor another page can read them.
4. Back at the address, what waited is shown in the form, once, and only if the page is theirs: the view has looked that up under
   the rights of whoever signed in. It is never saved without another press of the button.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from bierger.cases import selectors as cases
from bierger.cases.errors import CaseError
from bierger.filings import selectors as filings
from bierger.filings.errors import DraftUnknown
from bierger.filings.services import link_of
from bierger.infra import cookies
from bierger.infra.brakes import attempt
from bierger.infra.principal import Principal, acting_as, outside_transaction
from bierger.portal.forms import raw_of
from bierger.portal.views.access import become, sign_in_url
from bierger.portal.views.links import COOKIE as LINK

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
COOKIE = cookies.TYPED
KEPT = 1800  # seconds to sign in again
LONGEST = 65_536  # bytes of what is kept: more than any step of a form may hold


@dataclass(frozen=True)
class Typed:
    """What was typed into the form at `action`, by HTML name."""

    action: str = ""
    raw: Mapping[str, list[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.raw)


def survives_expiry(page: str, *, keep: bool = True) -> Callable[[View[P]], View[P]]:
    """Around a view of somebody's draft or request. `page`: the name of the page, read with GET, on which its form stands;
    its address is made of those of the view's arguments that it takes. `keep`: what was typed is worth keeping.
    """

    def decorate(view: View[P]) -> View[P]:
        @outside_transaction
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.principal.kind == "anonymous" and request.method == "POST":  # type: ignore[attr-defined]  # set by the middleware
                holder = _holder(request, kwargs)
                if holder is None:
                    return _sign_in_again(request, _address(page, kwargs), keep=keep)
                become(request, holder)
                request.principal = holder  # type: ignore[attr-defined]  # as the middleware would have
            with acting_as(request.principal):  # type: ignore[attr-defined]  # set by the middleware
                return view(request, *args, **kwargs)

        return guarded

    return decorate


def _address(page: str, given: Mapping[str, object]) -> str:
    alone = ("bundle",) if "bundle" in given else ("draft",)
    taken = {"portal:request": ("case",), "portal:step": ("draft", "step")}.get(page, alone)
    return reverse(page, kwargs={name: given[name] for name in taken})


def _holder(request: HttpRequest, given: Mapping[str, object]) -> Principal | None:
    """Who this browser's private link makes it, if the draft or the request is the link's."""
    token = request.COOKIES.get(LINK, "")
    if not token:
        return None
    holder = Principal(kind="link", link=link_of(token))
    with acting_as(holder):
        try:
            if "draft" in given:
                filings.draft(UUID(str(given["draft"])))
            elif "bundle" in given:
                filings.bundle(UUID(str(given["bundle"])))
            else:
                cases.request(UUID(str(given["case"])))
        except (DraftUnknown, CaseError):
            return None
    return holder


def _sign_in_again(request: HttpRequest, address: str, *, keep: bool) -> HttpResponse:
    response = HttpResponseRedirect(sign_in_url(address))
    content = json.dumps({"path": address, "action": request.path, "raw": raw_of(request)}).encode()
    # Nobody is signed in yet, so the room is limited in size and number.
    if not keep or len(content) > LONGEST or not attempt(request, "typed", settings.BIERGER_SUBMIT_LIMIT):
        return response
    key = Fernet.generate_key()
    row = SessionStore()
    row["typed"] = Fernet(key).encrypt(content).decode()
    row.set_expiry(KEPT)
    row.save()
    response.set_cookie(
        COOKIE, f"{row.session_key}.{key.decode()}", max_age=KEPT, path=address, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response


def typed_before(request: HttpRequest) -> Typed:
    """What waits for this address, once. To be asked after the view has found the page to be its reader's own."""
    number, _dot, key = request.COOKIES.get(COOKIE, "").partition(".")
    if request.method != "GET" or not key:
        return Typed()
    try:
        row = SessionStore(number)
        kept = json.loads(Fernet(key).decrypt(str(row.get("typed", "")).encode()))
    except (InvalidToken, ValueError):
        return Typed()
    if kept["path"] != request.path:
        return Typed()
    row.delete(number)  # shown once; the cookie that is left opens nothing any more
    return Typed(kept["action"], kept["raw"])
