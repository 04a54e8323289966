# SPDX-License-Identifier: EUPL-1.2
"""How long a case is kept: who decides holds it longer and lets it go; the proof of an erasure."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bierger.backoffice.views.access import for_officers, language, no_store, principal_of
from bierger.cases import selectors, services
from bierger.cases.errors import CaseErased, HoldRefused, NotAllowed, TextTooLong
from bierger.cases.types import HOLD_REASONS
from bierger.infra import clock
from bierger.ui import formats, words
from bierger.ui.fields import choice_field, text_field
from bierger.ui.parts import Choice, Field
from bierger.ui.retention import HOLDS, Panel, retention_panel
from bierger_core.interview import unprintable
from bierger_core.values import add_months

MONTHS = ("3", "6", "12", "24", "60")


@for_officers
@require_POST
def hold(request: HttpRequest, case: UUID) -> HttpResponseBase:
    """Nothing of it is erased for so many months from today."""
    reason, months, note = (request.POST.get(name, "").strip() for name in ("reason", "months", "note"))
    if months not in MONTHS or unprintable(note, lines=True):
        return redirect(f"/desk/cases/{case}?said=hold-until")
    try:
        services.hold_case(case=case, reason=reason, until=add_months(clock.today(), int(months)), note=note)
    except (NotAllowed, CaseErased, HoldRefused, TextTooLong) as error:
        return redirect(f"/desk/cases/{case}?said={error.code}")
    return redirect(f"/desk/cases/{case}?did=held")


@for_officers
@require_POST
def release(_request: HttpRequest, case: UUID) -> HttpResponseBase:
    """It is kept as long as the rule says, and no longer."""
    try:
        services.release_case(case=case)
    except NotAllowed as error:
        return redirect(f"/desk/cases/{case}?said={error.code}")
    return redirect(f"/desk/cases/{case}?did=released")


@for_officers
@require_GET
def deletion(_request: HttpRequest, case: UUID, deletion: UUID) -> HttpResponseBase:
    """The proof of an erasure; 404 while it waits for the log."""
    proof = selectors.deletion_certificate(case, deletion)
    if proof is None:
        raise Http404
    response = HttpResponse(proof, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{deletion}.json"'
    return no_store(response)


def shown(request: HttpRequest, case: UUID) -> dict[str, object]:
    """What the page of a case says about it; `may_hold`: this officer decides."""
    told = selectors.retention(case)
    panel: Panel = retention_panel(told, language=language(), href=lambda one: reverse("desk:deletion", args=[case, one]))
    decides = "decider" in principal_of(request).roles and not panel.erased
    return {"retention": panel, "may_hold": decides, "hold_fields": _fields() if decides else ()}


def _fields() -> tuple[Field, ...]:
    spans = [Choice(months, formats.period(f"P{months}M" if int(months) < 12 else f"P{int(months) // 12}Y")) for months in MONTHS]
    reasons = [Choice(reason, words.word(HOLDS, reason)) for reason in HOLD_REASONS]
    return (
        choice_field("reason", _("Why is it kept longer?"), reasons, value=HOLD_REASONS[0], select=True),
        choice_field("months", _("For how long from today?"), spans, value=MONTHS[1], select=True),
        text_field("note", _("Note for colleagues"), rows=3, required=False),
    )
