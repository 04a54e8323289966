# SPDX-License-Identifier: EUPL-1.2
"""Error pages, in the reader's language, that need neither database nor session.

`error_page(request, 413)` may be returned by any middleware or view; the handlers are for `site.urls`:
handler400 = "bierger.ui.views.bad_request", handler403 = "…forbidden", handler404 = "…not_found", handler500 = "…broken",
and CSRF_FAILURE_VIEW = "bierger.ui.views.csrf_failed".
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N


@dataclass(frozen=True, slots=True)
class Says:
    title: str
    text: str
    advice: str


PAGES: dict[int, Says] = {
    400: Says(
        N("We could not read this request"),
        N("Your browser sent something incomplete or unexpected."),
        N("Go back, reload the page and try again."),
    ),
    403: Says(
        N("This is not allowed"),
        N("You may not do this in the way you are signed in now, or the page was open for too long."),
        N("Go back, reload the page and try again. Your draft is kept."),
    ),
    404: Says(
        N("Page not found"),
        N("There is nothing at this address, or it is not meant for you."),
        N("Check the address. If it concerns one of your requests, sign in first, or use your private link."),
    ),
    413: Says(
        N("This is too large"),
        N("What you sent is larger than what we accept."),
        N("Go back and choose a smaller file. Everything you entered before is kept."),
    ),
    429: Says(
        N("Too many attempts"),
        N("There were many attempts from your side in a short time, so we paused for safety."),
        N("Wait a minute and try again. Nothing is lost."),
    ),
    500: Says(
        N("Something broke on our side"),
        N("This is not your fault. Nothing you had already saved is lost."),
        N("Try again in a few minutes. If it happens again, tell your administration what you were doing and when."),
    ),
}


def error_page(request: HttpRequest, status: int) -> HttpResponse:
    """The page for one of the statuses in PAGES."""
    says = PAGES[status]
    context = {"status_code": status, "title": _(says.title), "text": _(says.text), "advice": _(says.advice)}
    return render(request, "ui/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  # Django's signature
    return error_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  # Django's signature
    return error_page(request, 403)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  # Django's signature
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  # Django's signature
    return error_page(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    return error_page(request, 500)
