# SPDX-License-Identifier: EUPL-1.2
"""Signing in, coming back, choosing a space, signing out.

The session holds, and only these views write it:
    sign_in     what each started sign-in has to remember, by its state (at most PENDING of them)
    principal   who acts (infra.principal); identity   who that is: person, name, label, issuer, subject, level, id_token
    came_to     where one went on to after signing in: what was typed before may wait there (portal.views.expired)
    lost        the label of a space that was left because the right to it has ended, until the person has read so
"""

from __future__ import annotations

import hmac
from dataclasses import asdict
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bierger.administrations.selectors import administration, officers_by_login
from bierger.identity import services
from bierger.identity.contrib import oidc
from bierger.identity.contrib.provider import configured
from bierger.identity.errors import (
    LevelTooLow,
    NotYourOffice,
    NotYourSpace,
    ProviderRefused,
    SignInCancelled,
    SignInError,
    SignInExpired,
    TooManySignIns,
)
from bierger.identity.selectors import my_spaces
from bierger.infra import clock, cookies, rate_limits
from bierger.infra.addresses import client_address
from bierger.infra.principal import ANONYMOUS, LEVELS, Level, Principal, acting_as, outside_transaction
from bierger.ui.views import error_page

PENDING = 5  # sign-ins one browser may have begun at the same time (several tabs)
PENDING_SECONDS = 900  # how long somebody may stay at the provider
LIMIT_SECONDS = 600


@never_cache
@require_GET
@outside_transaction
def sign_in(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider. ?level= asks for a level, ?next= is where to come back, ?again=1 shows the login page.

    Only for a page that somebody opens. A picture or a frame of another site that names this address signs nobody in, and must
    neither use up the attempts of its visitors nor push out the sign-ins that they have begun.
    """
    if not _opened(request):
        return error_page(request, 403)
    level = _level(request.GET.get("level", "none"))
    next_path = services.safe_next(request.GET.get("next", "/"))
    try:
        _brake(request)
        address, pending = oidc.begin(
            configured(),
            redirect_uri=_callback_uri(),
            next_path=next_path,
            level=level,
            language=_language(),
            again=request.GET.get("again") == "1",
        )
    except SignInError as failed:
        return _refused(request, failed, level=level, next_path=next_path)
    started = dict(request.session.get("sign_in", {}))
    while len(started) >= PENDING:
        started.pop(min(started, key=lambda state: started[state]["at"]))
    request.session["sign_in"] = {**started, pending.state: asdict(pending)}
    return HttpResponseRedirect(address)


@never_cache
@require_GET
@outside_transaction
def callback(request: HttpRequest) -> HttpResponse:
    """1. this browser began it  2. the provider said yes  3. the token holds  4. a new session  5. on to where one came from."""
    level, next_path = "none", "/"
    try:
        pending = _pending(request)
        level, next_path = pending.level, pending.next
        finished = oidc.finish(configured(), pending, code=_code(request), redirect_uri=_callback_uri())
        with acting_as(ANONYMOUS):
            signed_in = services.sign_in(claims=finished.claims)
    except SignInError as failed:
        return _refused(request, failed, level=level, next_path=next_path)
    before = _same_place(request, signed_in.principal)
    claims = finished.claims
    # A new session: nothing planted before the sign-in survives it, and nothing of whoever used this browser before.
    request.session.flush()
    rotate_token(request)
    request.session["identity"] = {
        "person": str(signed_in.principal.person),
        "space": str(signed_in.principal.space),
        "name": claims.name,
        "label": claims.name,
        "issuer": claims.issuer,
        "subject": claims.subject,
        "level": claims.level,
        "id_token": finished.id_token,
    }
    request.session["name"] = claims.name
    request.session["principal"] = signed_in.principal.to_session()
    request.session["came_to"] = next_path
    choices = len(signed_in.offices) + _count_spaces(signed_in.principal)
    there = (before is not None and _return_to(request, before)) or choices == 1
    response = redirect(next_path if there else f"{reverse('identity:spaces')}?{urlencode({'next': next_path})}")
    # What was typed stays: it is shown to its owner alone, who may be the one who has just signed in.
    cookies.forget(response)
    return response


@never_cache
@require_http_methods(["GET", "POST"])
@outside_transaction
def spaces(request: HttpRequest) -> HttpResponse:
    """Choose in which space, or as officer of which administration, to act."""
    identity = request.session.get("identity")
    if not identity:
        return redirect(f"{reverse('identity:sign-in')}?{urlencode({'next': request.get_full_path()})}")
    person = _person(identity)
    given = request.POST if request.method == "POST" else request.GET
    next_path = services.safe_next(given.get("next", "/"))
    chosen = given.get("office") or given.get("mandate") or given.get("space")
    if request.method == "POST" and chosen:
        return _choose(request, person, next_path)
    with acting_as(person):
        mine = [(one, services.scope_words(one.scope, _language()) if one.scope != "*" else "") for one in my_spaces()]
        held = officers_by_login(identity["issuer"], identity["subject"])
        names = [administration(id=officer.administration).name(_language()) for officer in held]
        offices = [
            {"officer": officer, "administration": name, "roles": officer.roles}
            for officer, name in zip(held, names, strict=True)
        ]
    context = {
        "spaces": mine, "offices": offices, "next": next_path, "now": _now_acting(request), "name": identity["name"],
        "lost": request.session.pop("lost", ""),
    }  # fmt: skip
    return render(request, "identity/spaces.html", context)


def space_lost(request: HttpRequest) -> HttpResponse:
    """The right to the space of this session has ended: back into the person's own, with a sentence that says so.

    Called by the middleware wherever `acting_as` raised SpaceLost; what was asked for is not done.
    """
    identity = request.session.get("identity") or {}
    before: Principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
    if not identity.get("space") or identity["space"] == str(before.space):
        # Their own space is gone, and with it the person: nobody is signed in any more.
        request.session.flush()
        return redirect(reverse("identity:sign-in"))
    lost = identity["label"]
    _act_as(request, _person(identity), identity["name"])
    request.session["lost"] = lost
    return redirect(reverse("identity:spaces"))


@require_POST
@outside_transaction
def sign_out(request: HttpRequest) -> HttpResponse:
    """Forget the session here, then tell the provider."""
    id_token = (request.session.get("identity") or {}).get("id_token", "")
    language = _language()
    came_to = request.session.get("came_to", "")
    request.session.flush()
    rotate_token(request)
    after = f"{settings.BIERGER_BASE_URL}/"
    address = oidc.sign_out_url(configured(), id_token=id_token, after=after, language=language) if id_token else None
    response = HttpResponseRedirect(address or "/")
    cookies.forget(response, typed_at=urlsplit(came_to).path)
    return response


def _choose(request: HttpRequest, person: Principal, next_path: str) -> HttpResponse:
    office, mandate, space = (request.POST.get(name) for name in ("office", "mandate", "space"))
    try:
        if office:
            _enter_office(request, UUID(office))
            return redirect(next_path if next_path.startswith("/desk") else "/desk")
        with acting_as(person):
            if mandate:
                principal, label = services.enter_mandate(mandate=UUID(mandate))
            else:
                principal, label = services.enter_space(space=UUID(str(space)))
    except LevelTooLow as too_low:
        return _refused(request, too_low, level=too_low.level, next_path=reverse("identity:spaces"))
    except (NotYourSpace, NotYourOffice, ValueError):
        return render(request, "ui/error.html", {"status": 404}, status=404)
    _act_as(request, principal, label)
    return redirect("/" if next_path.startswith("/desk") else next_path)


def _enter_office(request: HttpRequest, office: UUID) -> None:
    identity = request.session["identity"]
    with acting_as(ANONYMOUS):
        principal, officer = services.enter_office(
            office=office, issuer=identity["issuer"], subject=identity["subject"], level=_level(identity["level"])
        )
        label = administration(id=officer.administration).name(_language())
    _act_as(request, principal, label)


def _act_as(request: HttpRequest, principal: Principal, label: str) -> None:
    # Another context, another key: a page kept open in the old one cannot act in the new one unnoticed.
    request.session.cycle_key()
    rotate_token(request)
    request.session["principal"] = principal.to_session()
    request.session["identity"] = {**request.session["identity"], "label": label}


def _same_place(request: HttpRequest, fresh: Principal) -> dict[str, object] | None:
    """Where the same person was before stepping up; None for anybody else."""
    identity = request.session.get("identity") or {}
    if identity.get("person") != str(fresh.person):
        return None
    before = request.session.get("principal")
    return before if isinstance(before, dict) else None


def _return_to(request: HttpRequest, before: dict[str, object]) -> bool:
    """Go back into that space or office if one still may; False leaves the choice to the person."""
    try:
        if before.get("kind") == "officer":
            _enter_office(request, UUID(str(before["officer"])))
            return True
        with acting_as(_person(request.session["identity"])):
            if "mandate" in before:
                principal, label = services.enter_mandate(mandate=UUID(str(before["mandate"])))
            else:
                principal, label = services.enter_space(space=UUID(str(before["space"])))
    except (NotYourSpace, NotYourOffice, LevelTooLow, KeyError):
        return False
    _act_as(request, principal, label)
    return True


def _person(identity: dict[str, str]) -> Principal:
    return Principal(
        kind="person", person=UUID(identity["person"]), space=UUID(identity["space"]), level=_level(identity["level"])
    )


def _count_spaces(principal: Principal) -> int:
    with acting_as(principal):
        return len(my_spaces())


def _now_acting(request: HttpRequest) -> str:
    principal: Principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
    return str(principal.officer or principal.mandate or principal.space or "")


def _pending(request: HttpRequest) -> oidc.Pending:
    """What this browser remembered for this state, once. Raises SignInExpired."""
    state = request.GET.get("state", "")
    started = dict(request.session.get("sign_in", {}))
    # The state is compared in constant time; an unknown one learns nothing from how long it took.
    found = next((known for known in started if hmac.compare_digest(known.encode(), state.encode())), None)
    if found is None:
        raise SignInExpired("This browser did not begin this sign-in, or began it too long ago.")
    pending = oidc.Pending(**started.pop(found))
    request.session["sign_in"] = started
    if clock.real_now().timestamp() - pending.at > PENDING_SECONDS:
        raise SignInExpired("The sign-in was begun too long ago.")
    return pending


def _code(request: HttpRequest) -> str:
    # First of all: an error that somebody else sends says nothing either.
    oidc.from_issuer(configured(), request.GET.get("iss"))
    error = request.GET.get("error", "")
    if error == "access_denied":
        raise SignInCancelled("The sign-in was cancelled at the provider.")
    if error:
        raise ProviderRefused(f"The provider answered {error[:60]!r}.")
    return request.GET.get("code", "")


def _opened(request: HttpRequest) -> bool:
    """A browser says what it loads an address for (Fetch Metadata), and whether it only guesses ahead; others say nothing."""
    return request.headers.get("Sec-Fetch-Dest", "document") == "document" and "Sec-Purpose" not in request.headers


def _brake(request: HttpRequest) -> None:
    with acting_as(ANONYMOUS):
        key = f"sign-in:{client_address(request)}"
        if not rate_limits.hit(key, limit=settings.BIERGER_SIGN_IN_LIMIT, seconds=LIMIT_SECONDS):
            # Raised inside: the transaction goes back, and with it the hit. Who is refused may come again in ten minutes.
            raise TooManySignIns("Too many sign-ins from this address; try again in ten minutes.")


def _refused(request: HttpRequest, failed: SignInError, *, level: str, next_path: str) -> HttpResponse:
    needed = failed.level if isinstance(failed, LevelTooLow) else level
    # Asked again from scratch: with the remembered sign-in, the provider would give back the same weak one at once.
    retry = f"{reverse('identity:sign-in')}?{urlencode({'level': needed, 'next': next_path, 'again': '1'})}"
    context = {"code": failed.code, "needed": needed, "retry": retry, "next": next_path}
    return render(request, "identity/refused.html", context, status=failed.status)


def _callback_uri() -> str:
    return f"{settings.BIERGER_BASE_URL}{reverse('identity:callback')}"


def _language() -> str:
    return (get_language() or "fr")[:2]


def _level(word: str) -> Level:
    return next((level for level in LEVELS if level == word), "none")
