# SPDX-License-Identifier: EUPL-1.2
"""Anybody checks a document: a PDF, a photo of its code, or the code typed in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bierger.documents import selectors as documents
from bierger.documents.errors import DocumentsError
from bierger.portal.selectors import verdict_of
from bierger.portal.types import Verdict
from bierger.portal.views.access import language
from bierger.portal.views.brakes import checks_limited
from bierger.ui.fields import error_links, file_field, text_field
from bierger.ui.messages import refusal
from bierger.ui.uploads import REFUSED

ACCEPTED = ("application/pdf", "image/jpeg", "image/png")
LONGEST_CODE = 8000  # characters; a seal has about 700


@checks_limited
@never_cache
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _draw(request)
    upload, typed = request.FILES.get("file"), request.POST.get("code", "").strip()[:LONGEST_CODE]
    if upload is None and not typed:
        return _draw(request, file_error=refusal("nothing-to-verify"))
    if upload is not None and upload.name == REFUSED:
        return _draw(request, typed=typed, file_error=refusal("upload-name"))
    try:
        if upload is not None:
            found = documents.verify_upload(data=upload.read(), file_name=upload.name or "")
        else:
            found = documents.verify_text(typed)
    except DocumentsError as refused:
        return _draw(request, typed=typed, file_error=refusal(refused.code))
    return _draw(request, typed=typed, verdict=verdict_of(found, (upload.name or "") if upload else "", language()))


def _draw(request: HttpRequest, *, typed: str = "", file_error: str = "", verdict: Verdict | None = None) -> HttpResponse:
    file = file_field(
        "file", _("The document as a file"), accept=ACCEPTED, error=file_error, required=True,
        hint=_("The PDF as you received it, or a photo of the square code on paper. Nothing is kept."),
    )  # fmt: skip
    code = text_field(
        "code", _("The code or the number of a receipt"), value="" if verdict else typed, rows=4,
        hint=_("A text that begins with BRG1 or BRR1, or the number of a receipt followed by its fingerprint."),
    )  # fmt: skip
    errors = error_links((file,))
    context = {"file": file, "code": code, "errors": errors, "verdict": verdict}
    return render(request, "portal/verify.html", context, status=422 if errors else 200)
