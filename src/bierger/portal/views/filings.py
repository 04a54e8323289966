# SPDX-License-Identifier: EUPL-1.2
"""The receipt: as a page and as a PDF, both after the commit."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bierger.administrations import selectors as administrations
from bierger.administrations.types import AdministrationView
from bierger.cases import selectors as cases
from bierger.catalogue import selectors as procedures
from bierger.documents import services as documents
from bierger.documents.types import ReceiptData
from bierger.filings import selectors
from bierger.filings.types import Receipt
from bierger.infra.principal import acting_as, current, outside_transaction
from bierger.portal.selectors import bundle_title, request_rows
from bierger.portal.types import RequestRow
from bierger.portal.views.access import applicant_only, language, own_or_404
from bierger.portal.views.links import AFTER_RECEIPT, link_cookie, remember_link, unseen
from bierger.ui import formats, words


@never_cache
@require_safe
@applicant_only
@own_or_404
def receipt(request: HttpRequest, filing: UUID) -> HttpResponse:
    found = selectors.receipt(filing)
    case = cases.request(found.cases[0])
    together = request_rows(cases.requests_of(found.cases), language()) if len(found.cases) > 1 else ()
    place = administrations.administration(id=case.administration)
    token = link_cookie(request, current())
    response = render(
        request,
        "portal/receipt.html",
        {
            "receipt": found,
            "case": case,
            "together": together,
            "procedure": _title(found, language()),
            "administration": None if together else place,
            "page_owner": "" if together else place.name(language()),
            "signed": _signed(found),
            "fee": _fee(found, language()),
            "anonymous": current().kind == "link",
            "private_link": settings.BIERGER_BASE_URL + reverse("portal:link", args=[token]) if token else "",
        },
    )
    if token:
        remember_link(response, token, AFTER_RECEIPT)
    return unseen(response)


@never_cache
@outside_transaction
@require_safe
@own_or_404
def receipt_pdf(request: HttpRequest, filing: UUID) -> HttpResponse:
    """Read under the reader's rights, rendered outside the transaction: Typst takes its time."""
    with acting_as(request.principal):  # type: ignore[attr-defined]  # set by the middleware
        found = selectors.receipt(filing)
        if not found.code:
            raise Http404  # it was erased with its request
        requests = cases.requests_of(found.cases)
        rows = request_rows(requests, found.language)
        place = administrations.administration(id=requests[0].administration)
    with override(found.language):
        pdf = documents.render_receipt(_receipt_data(found, rows, place))
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{found.number}.pdf"'
    return unseen(response)


def _title(found: Receipt, language: str) -> str:
    """Of the procedure, or of the situation out of which several requests were sent."""
    return procedures.package(found.digest).title(language) if len(found.cases) == 1 else bundle_title(found.digest, language)


def _signed(found: Receipt) -> str:
    return words.word(words.DECLARED, found.level) if found.level else ""


def _fee(found: Receipt, language: str) -> str:
    """Nothing where the administration sets it: whoever filed is told later."""
    if found.fee_cents is None:
        return ""
    return formats.cents(found.fee_cents, language) if found.fee_cents else _("Free of charge")


def _receipt_data(found: Receipt, requests: Sequence[RequestRow], place: AdministrationView) -> ReceiptData:
    submitted = formats.instant(found.submitted_at, found.language)
    one = len(requests) == 1
    rows = (
        (_("Number"), found.number),
        *((_("Procedure"), row.title if one else f"{row.title}, {row.administration}, {row.number}") for row in requests),
        (_("Received on"), submitted),
        (_("Signature"), _signed(found)),
        (_("Fee"), _fee(found, found.language)),
    )
    return ReceiptData(
        language=found.language,
        title=_("Receipt"),
        administration=place.name(found.language) if one else "",
        number=found.number,
        submitted_at=submitted,
        event_hash=found.event_hash,
        code=found.code,
        rows=tuple(row for row in rows if row[1]),
        labels={
            "number": _("Number"),
            "submitted_at": _("Received on"),
            "event_hash": _("Fingerprint of your submission"),
            "intro": _("This receipt proves that your request arrived, when, and with which content."),
            "verify": _("Anybody can check this receipt at %(address)s") % {"address": f"{settings.BIERGER_BASE_URL}/verify"},
            "footer": _("Keep this receipt until your request is closed."),
        },
        at=found.submitted_at,
        primary=place.primary,
    )
