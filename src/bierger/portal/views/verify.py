# SPDX-License-Identifier: EUPL-1.2
"""Anybody checks a document: a PDF, a photo of its code, or the code typed in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bierger.documents import selectors, services
from bierger.documents.errors import DocumentsError
from bierger.documents.types import VerificationView
from bierger.infra.principal import Principal, acting_as, outside_transaction
from bierger.portal.selectors import verdict_of
from bierger.portal.types import Verdict
from bierger.portal.views.access import language
from bierger.portal.views.brakes import checks_limited
from bierger.ui import formats
from bierger.ui.fields import error_links, file_field, text_field
from bierger.ui.messages import media_types, refusal
from bierger.ui.uploads import REFUSED, most_at_once

ACCEPTED = ("application/pdf", "image/jpeg", "image/png")
LONGEST_CODE = 8000  # characters; a seal has about 700


@checks_limited
@never_cache
@require_http_methods(["GET", "POST"])
@outside_transaction
def verify(request: HttpRequest) -> HttpResponse:
    """A stranger's file is opened in no transaction: while a worker looks at it, nobody's connection to the database is held."""
    who: Principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
    found: VerificationView | None = None
    upload, typed = request.FILES.get("file"), request.POST.get("code", "").strip()[:LONGEST_CODE]
    wrong = ""
    if request.method == "POST":
        if upload is not None and upload.name == REFUSED:
            wrong = "upload-name"
        elif upload is not None:
            try:
                found = services.verify_upload(data=upload.read(), file_name=upload.name or "", principal=who)
            except DocumentsError as refused:
                wrong = refused.code
        elif not typed:
            wrong = "nothing-to-verify"
    with acting_as(who):
        if typed and upload is None:
            found = selectors.verify_text(typed)
        verdict = verdict_of(found, (upload.name or "") if upload else "", language()) if found else None
        return _draw(request, typed=typed, file_error=refusal(wrong) if wrong else "", verdict=verdict)


def _draw(request: HttpRequest, *, typed: str = "", file_error: str = "", verdict: Verdict | None = None) -> HttpResponse:
    largest = min(services.LARGEST_TO_VERIFY, most_at_once())
    file = file_field(
        "file", _("The document as a file"), accept=ACCEPTED, error=file_error, required=True,
        hint=_("The PDF as you received it, or a photo of the square code on paper. Nothing is kept."),
        limits=_("%(types)s, up to %(size)s each.") % {"types": media_types(ACCEPTED), "size": formats.size(largest)},
    )  # fmt: skip
    code = text_field(
        "code", _("The code or the number of a receipt"), value="" if verdict else typed, rows=4,
        hint=_("A text that begins with BRG1, BRG2 or BRR1, or the number of a receipt followed by its fingerprint."),
    )  # fmt: skip
    errors = error_links((file,))
    context = {"file": file, "code": code, "errors": errors, "verdict": verdict, "section": "verify"}
    return render(request, "portal/verify.html", context, status=422 if errors else 200)
