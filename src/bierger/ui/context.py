# SPDX-License-Identifier: EUPL-1.2
"""What every page knows: who is signed in, the languages, whether this is a demonstration. No query is made here."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from bierger.infra.principal import ANONYMOUS, Principal

LANGUAGES = (("fr", "Français"), ("de", "Deutsch"), ("en", "English"), ("lb", "Lëtzebuergesch"))


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, as the header shows it. `label` names the space or the office."""

    name: str
    label: str
    kind: str
    level: str


def page(request: HttpRequest) -> dict[str, object]:
    """Context processor `bierger.ui.context.page`."""
    principal: Principal = getattr(request, "principal", ANONYMOUS)
    session = getattr(request, "session", {})
    identity = session.get("identity") or {}
    signed_in = None
    if principal.kind in ("person", "officer") and identity:
        signed_in = SignedIn(
            str(identity.get("name", "")), str(identity.get("label", "")), principal.kind, principal.level
        )
    return {
        "principal": principal,
        "signed_in": signed_in,
        "language": (get_language() or "fr")[:2],
        "languages": LANGUAGES,
        "demo": getattr(settings, "BIERGER_ENV", "") in ("demo", "test"),
        "here": request.get_full_path(),
    }
