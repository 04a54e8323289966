# SPDX-License-Identifier: EUPL-1.2
"""The pages and endpoints of the provider."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Iterable
from urllib.parse import unquote, urlencode, urlsplit

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bierger.simulators import faults, settings
from bierger.simulators.country import Person, country
from bierger.simulators.errors import GrantRefused, RequestRefused
from bierger.simulators.oidc import grants
from bierger.simulators.oidc.claims import ACR, LEVELS, claims_about
from bierger.simulators.oidc.keys import public_jwk, signed
from bierger.simulators.oidc.requests import AuthorizationRequest, fault_of, read_request
from bierger.simulators.texts import LANGUAGES, choose_language

TOKEN_SECONDS = 300
REMEMBERED_SECONDS = 4 * 3600


@require_GET
def front(request: HttpRequest) -> HttpResponse:
    return _page(request, "front", {}, wanted=request.GET.get("ui_locales", ""))


@require_GET
def discovery(_request: HttpRequest) -> HttpResponse:
    issuer = settings.SIMULATORS_ISSUER
    return JsonResponse(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "end_session_endpoint": f"{issuer}/end-session",
            "jwks_uri": f"{issuer}/jwks",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid", "profile", "email"],
            "acr_values_supported": [ACR + level for level in LEVELS],
            "ui_locales_supported": list(LANGUAGES),
            "authorization_response_iss_parameter_supported": True,
        }
    )


@require_GET
def jwks(_request: HttpRequest) -> HttpResponse:
    return JsonResponse({"keys": [public_jwk()]})


@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """1. check the request  2. who is already signed in well enough goes on  3. list  4. one person  5. password  6. code."""
    given = request.POST if request.method == "POST" else request.GET
    try:
        asked = read_request(given.dict())
    except RequestRefused as refused:
        return _page(request, "refused", {"reason": str(refused)}, wanted=given.get("ui_locales", ""), status=400)
    fault = fault_of(asked)
    if fault or given.get("cancel"):
        return HttpResponseRedirect(asked.answer(error=fault or "access_denied"))
    if request.method == "POST":
        return _signed_in(request, asked)
    remembered = None if asked.value("prompt") == "login" else _remembered(request)
    if remembered and not given.get("person") and _enough(remembered[1], asked.level):
        return _send_back(asked, *remembered)
    if asked.value("prompt") == "none":
        return HttpResponseRedirect(asked.answer(error="login_required"))
    chosen = given.get("person") or asked.value("login_hint") or (remembered[0] if remembered else "")
    person = country().by_handle.get(chosen)
    if person is not None and "list" not in given:
        return _ask_password(request, asked, person)
    return _list(request, asked, given.get("q", "").strip()[:80])


def _list(request: HttpRequest, asked: AuthorizationRequest, words: str) -> HttpResponse:
    found = [person for person in country().people if _matches(person, words)]
    first = [person for person in found if person.handle in country().first]
    others = [person for person in found if not person.employment and person not in first]
    groups = [
        {"key": "group-first", "people": first},
        {"key": "group-officers", "people": [person for person in found if person.employment]},
        {"key": "group-people", "people": others},
    ]
    shown = [group for group in groups if group["people"]]
    return _page(request, "list", {"asked": asked, "groups": shown, "words": words}, asked=asked)


def _ask_password(
    request: HttpRequest, asked: AuthorizationRequest, person: Person, *, wrong: bool = False, level: str = ""
) -> HttpResponse:
    context = {
        "asked": asked,
        "person": person,
        "levels": LEVELS,
        "level": level or asked.level or "substantial",
        "password": settings.SIMULATORS_PASSWORD,
        "wrong": wrong,
    }
    return _page(request, "person", context, asked=asked, status=400 if wrong else 200)


def _signed_in(request: HttpRequest, asked: AuthorizationRequest) -> HttpResponse:
    person = country().by_handle.get(request.POST.get("person", ""))
    if person is None:
        return _list(request, asked, "")
    level = request.POST.get("level", "low")
    level = level if level in LEVELS else "low"
    if request.POST.get("password", "").strip() != settings.SIMULATORS_PASSWORD:
        return _ask_password(request, asked, person, wrong=True, level=level)
    response = _send_back(asked, person.handle, level, int(time.time()))
    kept = signing.dumps([person.handle, level, int(time.time())], salt="sim-session")
    response.set_cookie(
        settings.SESSION_COOKIE_NAME,
        kept,
        max_age=REMEMBERED_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SIMULATORS_ISSUER.startswith("https:"),
    )
    return response


def _send_back(asked: AuthorizationRequest, handle: str, level: str, auth_time: int) -> HttpResponse:
    code = grants.codes.put(
        grants.Grant(
            client_id=asked.value("client_id"),
            redirect_uri=asked.value("redirect_uri"),
            challenge=asked.value("code_challenge"),
            nonce=asked.value("nonce"),
            handle=handle,
            level=level,
            auth_time=auth_time,
            expires=time.monotonic() + settings.SIMULATORS_CODE_SECONDS,
        )
    )
    return HttpResponseRedirect(asked.answer(code=code))


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    status = faults.suffer("token")
    if status:
        return JsonResponse({"error": "server_error"}, status=status)
    try:
        grants.check_client(*_client(request))
        grant = grants.redeem(
            grant_type=request.POST.get("grant_type", ""),
            code=request.POST.get("code", ""),
            redirect_uri=request.POST.get("redirect_uri", ""),
            verifier=request.POST.get("code_verifier", ""),
        )
    except GrantRefused as refused:
        unauthorized = 401 if refused.error == "invalid_client" else 400
        return JsonResponse({"error": refused.error, "error_description": str(refused)}, status=unauthorized)
    issued = int(time.time())
    person = country().by_handle[grant.handle]
    id_token = signed(
        {
            "iss": settings.SIMULATORS_ISSUER,
            "aud": grant.client_id,
            "iat": issued,
            "exp": issued + TOKEN_SECONDS,
            "auth_time": grant.auth_time,
            "nonce": grant.nonce,
            "acr": ACR + grant.level,
            **claims_about(person),
        }
    )
    access = grants.access_tokens.put(grants.Grant(**{**vars(grant), "expires": time.monotonic() + TOKEN_SECONDS}))
    answer = {"access_token": access, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "id_token": id_token}
    return JsonResponse(answer, headers={"Cache-Control": "no-store"})


@csrf_exempt
@require_http_methods(["GET", "POST"])
def userinfo(request: HttpRequest) -> HttpResponse:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    grant = grants.access_tokens.look(given)
    if grant is None:
        return JsonResponse({"error": "invalid_token"}, status=401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    return JsonResponse(claims_about(country().by_handle[grant.handle]))


@require_GET
def end_session(request: HttpRequest) -> HttpResponse:
    """Forget who is signed in; go back only to the address registered for it."""
    after = request.GET.get("post_logout_redirect_uri", "")
    response: HttpResponse
    if after == settings.SIMULATORS_AFTER_SIGN_OUT:
        state = request.GET.get("state", "")
        response = HttpResponseRedirect(f"{after}?{urlencode({'state': state})}" if state else after)
    else:
        response = _page(request, "signed-out", {}, wanted=request.GET.get("ui_locales", ""))
    response.delete_cookie(settings.SESSION_COOKIE_NAME, samesite="Lax")
    return response


def _client(request: HttpRequest) -> tuple[str, str]:
    """Client and secret, from the Authorization header (RFC 6749 section 2.3.1) or the form."""
    header = request.headers.get("Authorization", "")
    if header.startswith("Basic "):
        try:
            name, _, secret = base64.b64decode(header[6:], validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return unquote(name), unquote(secret)
    return request.POST.get("client_id", ""), request.POST.get("client_secret", "")


def _remembered(request: HttpRequest) -> tuple[str, str, int] | None:
    try:
        handle, level, at = signing.loads(
            request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""), salt="sim-session", max_age=REMEMBERED_SECONDS
        )
    except (signing.BadSignature, ValueError):
        return None
    return (handle, level, at) if handle in country().by_handle and level in LEVELS else None


def _enough(level: str, asked: str | None) -> bool:
    return asked is None or LEVELS.index(level) >= LEVELS.index(asked)


def _matches(person: Person, words: str) -> bool:
    employment = person.employment.administration if person.employment else ""
    hay = f"{person.name} {person.handle} {employment} {person.matricule}".casefold()
    return all(word in hay for word in words.casefold().split())


def _page(
    request: HttpRequest,
    name: str,
    context: dict[str, object],
    *,
    wanted: str = "",
    asked: AuthorizationRequest | None = None,
    status: int = 200,
) -> HttpResponse:
    wanted = asked.value("ui_locales") if asked else wanted
    language = choose_language(wanted, request.headers.get("Accept-Language", ""))
    links = _language_links(request, language)
    context |= {"language": language, "language_links": links, "counter": settings.SIMULATORS_AFTER_SIGN_OUT}
    response = render(request, f"simulators/{name}.html", context, status=status)
    origin = urlsplit(settings.SIMULATORS_REDIRECT_URI)
    # A form's redirect is checked against form-action too: the client's origin has to be named.
    back = f" {origin.scheme}://{origin.netloc}" if asked else ""
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self'{back}"
    )
    return response


def _language_links(request: HttpRequest, language: str) -> Iterable[tuple[str, str]]:
    given = request.GET.copy() if request.method == "GET" else request.POST.copy()
    for name in ("password", "csrfmiddlewaretoken", "level"):
        given.pop(name, None)
    links = []
    for other in LANGUAGES:
        given["ui_locales"] = other
        links.append((other, "" if other == language else f"?{given.urlencode()}"))
    return links
