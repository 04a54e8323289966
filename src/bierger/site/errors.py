# SPDX-License-Identifier: EUPL-1.2
"""Error pages: a sentence, a code, a way on; drawn by ui in the reader's language, at whatever point a request ends."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from bierger.infra.blobs import BlobFileError
from bierger.infra.errors import SandboxBusy
from bierger.ui.views import error_page


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    return error_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    return error_page(request, 404)


def too_large(request: HttpRequest) -> HttpResponse:
    return error_page(request, 413)


def failed(request: HttpRequest) -> HttpResponse:
    # Django calls this while it handles the exception, and says nothing of it.
    error = sys.exc_info()[1]
    if isinstance(error, (OperationalError, InterfaceError, SandboxBusy)) or (
        isinstance(error, BlobFileError) and error.code.startswith("blob-store-")
    ):
        # The transaction was rolled back: nothing was acknowledged, and the same request may be sent again.
        response = error_page(request, 503)
        response["Retry-After"] = "10"
        return response
    return error_page(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    return error_page(request, 403)
