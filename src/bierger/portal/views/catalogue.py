# SPDX-License-Identifier: EUPL-1.2
"""Home, catalogue and the sheet of a procedure: public, the same for everybody."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bierger.administrations import selectors as administrations
from bierger.administrations.errors import UnknownAdministration
from bierger.administrations.types import AdministrationView
from bierger.catalogue import selectors as procedures
from bierger.catalogue.errors import UnknownProcedureError
from bierger.catalogue.types import Sheet
from bierger.filings import selectors as filings
from bierger.infra import clock
from bierger.infra.principal import current
from bierger.portal.forms import served_choices
from bierger.portal.types import CardView, ThemeLink
from bierger.portal.views.access import language
from bierger.portal.views.situations import situation_cards
from bierger.ui import words
from bierger.ui.parts import Crumb
from bierger.ui.registers import get_register

REFUSAL = "-refusal"  # how the type of a document ends that refuses
POPULAR = 6  # cards on the home page
ICONS = {"identity": "home", "building": "build", "housing": "home", "waste": "bubble", "roads": "bubble"}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    hits = procedures.search(language=language(), limit=POPULAR)
    drafts = filings.drafts() if current().kind in ("person", "link") else ()
    return render(
        request,
        "portal/home.html",
        {
            "cards": [CardView(hit, words.theme(hit.themes[0]), ICONS.get(hit.themes[0], "file")) for hit in hits],
            "themes": _themes(),
            "situations": situation_cards(),
            "drafts": len(drafts),
        },
    )


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:200]
    themes = _themes(request.GET.get("theme", ""))
    theme = next((link.code for link in themes if link.chosen), "")  # a theme of nobody is left out
    place = _administration(request.GET.get("administration", ""))
    hits = procedures.search(asked, theme, place.id if place else None, language())
    return render(
        request,
        "portal/catalogue.html",
        {
            "hits": [CardView(hit, ", ".join(words.theme(code) for code in hit.themes), "") for hit in hits],
            "situations": situation_cards(asked, theme) if not place else (),
            "asked": asked,
            "theme": theme,
            "place": place,
            "themes": themes,
            "administrations": served_choices(language()),
            "crumbs": (Crumb(_("Home"), "/"), Crumb(_("Procedures"))),
        },
    )


@require_safe
def sheet(request: HttpRequest, owner: str, name: str) -> HttpResponse:
    place = _administration(request.GET.get("administration", ""))
    try:
        found = procedures.sheet(owner, name, language(), place.id if place else None, register=get_register())
    except UnknownProcedureError as unknown:
        raise Http404 from unknown
    principal = current()
    return render(
        request,
        "portal/sheet.html",
        {
            "sheet": found,
            "outputs": _outputs(found),
            "place": place,
            "administration": place,
            "page_owner": place.name(language()) if place else "",
            "theme_words": [ThemeLink(code, words.theme(code)) for code in found.themes],
            "audience": ", ".join(words.word(words.AUDIENCES, code) for code in found.audience),
            "level_words": words.word(words.LEVELS, "none" if found.anonymous else found.level),
            "choices": served_choices(language(), kind=found.competence, only=found.offered_to),
            "may_start": _may_start(principal.kind, found.anonymous, principal.reaches(found.level)),
            "crumbs": (Crumb(_("Home"), "/"), Crumb(_("Procedures"), "/catalogue"), Crumb(found.title)),
        },
    )


def _outputs(sheet: Sheet) -> list[str]:
    """Titles of the documents that somebody applies for; a letter of refusal is none, and its type says so by its end."""
    package = procedures.package(sheet.digest)
    titles = zip(package.documents.values(), sheet.outputs, strict=True)
    return list(dict.fromkeys(title for document, title in titles if not document.type.endswith(REFUSAL)))


def _may_start(kind: str, anonymous: bool, strong_enough: bool) -> str:  # noqa: FBT001  # two facts of the sheet
    """What the start button offers: start, sign-in, step-up or not-here (officers)."""
    if kind == "officer":
        return "not-here"
    if kind == "person":
        return "start" if strong_enough else "step-up"
    return "start" if anonymous else "sign-in"


def _themes(current_theme: str = "") -> list[ThemeLink]:
    links = [ThemeLink(code, words.theme(code), code == current_theme) for code in procedures.themes(language())]
    return sorted(links, key=lambda link: link.label)


def _administration(code: str) -> AdministrationView | None:
    if not code:
        return None
    try:
        found = administrations.administration(code=code)
    except UnknownAdministration:
        return None
    return found if found.valid_on(clock.today()) else None
