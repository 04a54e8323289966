# SPDX-License-Identifier: EUPL-1.2
"""The documents that came with a message of the mailbox."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bierger.documents import selectors as documents
from bierger.portal.views.access import own_or_404, readable_act


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
