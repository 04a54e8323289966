# SPDX-License-Identifier: EUPL-1.2
"""The mailbox of a space, and the documents that came with it."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bierger.delivery import selectors as delivery
from bierger.delivery import services
from bierger.documents import selectors as documents
from bierger.portal.selectors import mail_rows
from bierger.portal.views.access import language, own_or_404, person_only, readable_act


@never_cache
@require_safe
@person_only
def mailbox(request: HttpRequest) -> HttpResponse:
    messages = delivery.mailbox()
    rows = mail_rows(messages, documents.my_acts(), language())
    for message in messages:
        if message.read_at is None:
            services.mark_read(message=message.id)
    return render(request, "portal/mailbox.html", {"rows": rows})


@never_cache
@require_safe
@own_or_404
def act_pdf(request: HttpRequest, act: UUID) -> HttpResponse:  # noqa: ARG001  # Django's signature
    file = documents.act_pdf(readable_act(act))
    if file is None:
        raise Http404
    return _download(file.data, "application/pdf", file.file_name)


@never_cache
@require_safe
@own_or_404
def act_proof(request: HttpRequest, act: UUID) -> HttpResponse:  # noqa: ARG001  # Django's signature
    file, proof = documents.act_pdf(readable_act(act)), documents.act_proof(act)
    if file is None or proof is None:
        raise Http404
    return _download(proof, "text/plain; charset=utf-8", f"{file.file_name}.tlog-proof")


def _download(data: bytes, media_type: str, file_name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=media_type)
    safe = "".join(one if one.isalnum() or one in "-_." else "_" for one in file_name)
    response["Content-Disposition"] = f'attachment; filename="{safe.encode("ascii", "replace").decode().replace("?", "_")}"'
    return response
