# SPDX-License-Identifier: EUPL-1.2
"""From a draft, or several that are tied together, to the receipt: what both ways have in common."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from bierger.filings import selectors as filings
from bierger.filings.errors import DraftUnknown, LevelTooLow, SignInNeeded
from bierger.filings.types import DraftView, Receipt
from bierger.portal.views.access import P, View, sign_in_url
from bierger.ui.parts import ErrorLink


def onward(draft: DraftView, next_step: str | None) -> str:
    """Where somebody goes on after a page of a draft."""
    if next_step:
        return reverse("portal:step", args=[draft.id, next_step])
    return reverse("portal:bundle", args=[draft.bundle]) if draft.bundle else reverse("portal:check", args=[draft.id])


def or_receipt(view: View[P]) -> View[P]:
    """Who comes back to a page of what was sent (the back button, a second tab) is led to its receipt; else DraftUnknown."""

    @wraps(view)
    def led(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except DraftUnknown:
            filed = filings.receipt_of_draft(cast("UUID", kwargs.get("draft") or kwargs["bundle"]))
            if filed is None:
                raise
            return HttpResponseRedirect(reverse("portal:receipt", args=[filed.id]))

    return led


def to_receipt(file: Callable[[], Receipt], *, check: str) -> HttpResponse:
    """File, and show the receipt. Who has to sign in for that, or more strongly, comes back to `check`. Raises as `file`."""
    try:
        return HttpResponseRedirect(reverse("portal:receipt", args=[file().id]))
    except LevelTooLow as low:
        return HttpResponseRedirect(sign_in_url(check, low.needed))
    except SignInNeeded:
        return HttpResponseRedirect(sign_in_url(check))


def undeclared_link() -> ErrorLink:
    return ErrorLink("f-declaration", _("Confirm that your answers are true to go on"))
