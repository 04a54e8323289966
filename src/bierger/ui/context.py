# SPDX-License-Identifier: EUPL-1.2
"""What every page knows: who is signed in, the languages, whether this is a demonstration. No query is made here."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from bierger.ui.registers import EASY, get_register

LANGUAGES = (("fr", "Français"), ("de", "Deutsch"), ("en", "English"), ("lb", "Lëtzebuergesch"))


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, as the header shows it. `label` names the space or the office."""

    name: str
    label: str
    kind: str
    level: str


@dataclass(frozen=True, slots=True)
class Page:
    """The frame of a page; `here` is its own address, `language` one of LANGUAGES; `easy`: in easy words where there are any."""

    signed_in: SignedIn | None
    language: str
    demo: bool
    here: str
    easy: bool
    languages: tuple[tuple[str, str], ...] = LANGUAGES


def page_of(request: HttpRequest | None) -> Page:
    """The frame for a request; a page that is refused before sessions are read has nobody signed in."""
    # Asked for by name, not by type: components know no room beside them.
    principal = getattr(request, "principal", None)
    identity = getattr(request, "session", {}).get("identity") or {}
    signed_in = None
    if principal is not None and principal.kind in ("person", "officer") and identity:
        name, label = str(identity.get("name", "")), str(identity.get("label", ""))
        signed_in = SignedIn(name, label, principal.kind, principal.level)
    return Page(
        signed_in=signed_in,
        language=(get_language() or "fr")[:2],
        demo=settings.BIERGER_ENV in ("demo", "test"),
        easy=get_register() == EASY,
        here=request.get_full_path() if request is not None and request.method == "GET" else "/",
    )
