# SPDX-License-Identifier: EUPL-1.2
"""What every request passes through."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from bierger.identity.views import space_lost
from bierger.infra.errors import SpaceLost
from bierger.infra.principal import ANONYMOUS, Principal, acting_as
from bierger.site.errors import too_large
from bierger.ui import registers

logger = logging.getLogger("bierger.http")
GetResponse = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponseBase]


class UploadLimit:
    """Refuse a body by its declared length, before one byte of it is read; `site.wsgi` gives one to those that come without."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        declared = request.META.get("CONTENT_LENGTH") or "0"
        if not declared.isdigit() or int(declared) > settings.BIERGER_UPLOAD_LIMIT:
            return too_large(request)
        return self.get_response(request)


class SessionCookie:
    """A session's key is letters and digits of ours: what else a cookie holds (a NUL, which no table keeps) is no session."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        if not (key.isascii() and key.isalnum()):
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        return self.get_response(request)


class RequestLog:
    """One line a request: route pattern, never the path with its identifiers; the request's id goes back in a header."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        request_id = uuid.uuid4().hex[:16]
        response = self.get_response(request)
        match = request.resolver_match
        principal = getattr(request, "principal", ANONYMOUS)
        logger.info(
            "request",
            extra={
                "request_id": request_id,
                "method": request.method,
                "route": match.route if match else "",
                "status": response.status_code,
                "milliseconds": round((time.perf_counter() - began) * 1000, 1),
                "principal": principal.kind,
            },
        )
        response["X-Request-Id"] = request_id
        return response


class ContentSecurity:
    """Nothing inline, nothing from elsewhere. Designsystemet draws icons as data: images in its stylesheet.

    Only the verification pages may use the camera, and run the WebAssembly that reads codes from its pictures. It runs in a
    thread of theirs, whose policy is the one that its own script came with.
    """

    scanners = frozenset({"portal:verify", "portal:verify-app", "portal:verify-reader"})

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; "
            f"manifest-src 'self'; form-action 'self' {settings.BIERGER_OIDC_ISSUER}; base-uri 'none'; frame-ancestors 'none'"
        )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        scans = request.resolver_match is not None and request.resolver_match.view_name in self.scanners
        policy = self.policy.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'") if scans else self.policy
        response.setdefault("Content-Security-Policy", policy)
        camera = "(self)" if scans else "()"
        response.setdefault("Permissions-Policy", f"camera={camera}, geolocation=(self), microphone=()")
        return response


class Register:
    """Answers in standard or in easy words, as the browser's cookie says."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with registers.reading(request.COOKIES.get(registers.COOKIE, "")):
            return self.get_response(request)


class PrincipalMiddleware:
    """One request = one transaction under the principal of its session.

    A view that talks to the outside over HTTP (`@outside_transaction`) opens `acting_as` itself. The response leaves after
    the commit: what a page acknowledges is durable.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        stored = request.session.get("principal")
        request.principal = Principal.from_session(stored) if stored else ANONYMOUS  # type: ignore[attr-defined]  # this is where it is set
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: list[object], kwargs: dict[str, object]
    ) -> HttpResponseBase | None:
        if getattr(view, "outside_transaction", False):
            return None
        try:
            with acting_as(request.principal):  # type: ignore[attr-defined]  # set above
                return view(request, *args, **kwargs)
        except SpaceLost:
            return space_lost(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """As above, for a view that opens `acting_as` itself."""
        return space_lost(request) if isinstance(exception, SpaceLost) else None
