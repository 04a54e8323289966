# SPDX-License-Identifier: EUPL-1.2
"""Situations: the interview and its plan. Everything is in the address (`forms.situations`), nothing is kept: anybody may ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bierger.administrations import selectors as administrations
from bierger.catalogue import selectors as procedures
from bierger.infra import clock
from bierger.infra.principal import LEVELS, current
from bierger.portal.forms.plans import PlanWords
from bierger.portal.forms.situations import CHANGE, HOME, PAGE, Query, Said, page_fields, read_address, read_page
from bierger.portal.plugins.guides import guide_of
from bierger.portal.types import PlanPage, SituationCard
from bierger.portal.views.access import language, sign_in_url
from bierger.ui import words
from bierger.ui.fields import error_links
from bierger.ui.parts import Crumb, SummaryRow
from bierger_core.interview import AnswerError, Setting
from bierger_core.rules import InputRefused
from bierger_core.situations import Guide, Next, Situation

ASK, UNKNOWN = "ask", "unknown"
ICONS = {"business": "bubble", "building": "build", "housing": "home", "work": "person"}


@require_safe
def situation_list(request: HttpRequest) -> HttpResponse:
    crumbs = (Crumb(_("Home"), "/"), Crumb(_("Situations")))
    return render(request, "portal/situations.html", {"cards": situation_cards(), "crumbs": crumbs})


def situation_cards(asked: str = "", theme: str = "") -> list[SituationCard]:
    """Those in force, by title; with words, those that they find."""
    return [
        SituationCard(one.name, one.title, one.summary, words.theme(one.themes[0]), ICONS.get(one.themes[0], "list"))
        for one in procedures.situations(language=language(), query=asked, theme=theme)
    ]


@require_safe
def situation_page(request: HttpRequest, name: str) -> HttpResponse:
    """The next question, or the one that is to be changed; before the first, what this is about; after the last, the plan."""
    situation, setting = situation_or_404(name), setting_of_today()
    said = read_address(situation, request.GET, language=language(), setting=setting)
    if PAGE in request.GET:
        return _answered(request, said, request.GET, setting)
    change = request.GET.get(CHANGE, "")
    if change in situation.form.names:
        step = situation.form.step_of(change)
        return _question(request, said, tuple(one.name for one in step.questions), step.id)
    if not (said.answers or said.skipped or said.refused or ASK in request.GET):
        return _intro(request, said)
    with guide_of(situation, clock.today()) as guide:
        said, found = following(guide, said)
    if found is None:
        return HttpResponseRedirect(said.address(reverse("portal:situation-plan", args=[name])))
    return _question(request, said, found.names, found.step, decides=found.entries)


def following(guide: Guide, said: Said) -> tuple[Said, Next | None]:
    """The page to ask next. An answer that the rules do not take is asked again."""
    while True:
        try:
            return said, guide.next(said.whole, said.skipped)
        except InputRefused as refused:
            if refused.name not in said.answers:
                raise
            said = said.without(refused.name)


def _answered(request: HttpRequest, said: Said, query: Query, setting: Setting) -> HttpResponse:
    """A page was sent. What is right leads on, to an address without the page; else the page again."""
    form = said.situation.form
    names = tuple(name for name in dict.fromkeys(query.getlist(PAGE)) if name in form.names)
    here = reverse("portal:situation", args=[said.situation.name])
    if not names:
        return HttpResponseRedirect(said.address(here, (ASK, "1")))
    if UNKNOWN in request.GET:
        return HttpResponseRedirect(said.saying({}, names).address(here))
    said, errors, typed = read_page(said, query, names, setting=setting)
    if errors:
        return _question(request, said, names, form.step_of(names[0]).id, errors=errors, raw=typed)
    return HttpResponseRedirect(said.address(here, *([(ASK, "1")] if not said.answers and not said.skipped else [])))


def _question(
    request: HttpRequest, said: Said, names: Sequence[str], step: str, *, decides: Sequence[str] = (),
    errors: Mapping[str, AnswerError] | None = None, raw: Mapping[str, Sequence[str]] | None = None,
) -> HttpResponse:  # fmt: skip
    fields = page_fields(said, names, raw=raw, errors=errors)
    here = reverse("portal:situation", args=[said.situation.name])
    known = [one for one in said.situation.form.names if one in said.whole and one not in names]
    context = {
        **_about(said),
        "step_title": said.text(f"step.{step}.title"),
        "fields": fields,
        "heading": len(fields) == 1,
        "errors": error_links(fields) if errors else (),
        "names": names,
        "pairs": said.pairs(without=names),
        "known": [SummaryRow(said.label(one), said.lines(one), href=said.address(here, (CHANGE, one))) for one in known],
        "decides": [said.situation.packages[key].title(said.language) for key in decides],
        "refused": [said.label(one) for one in said.refused],
        "plan": said.address(reverse("portal:situation-plan", args=[said.situation.name])) if said.whole else "",
        "language_next": said.address(here, (ASK, "1")),
        "back": _before(said, known, here, changing=not decides and not errors),
    }
    return _kept_by_nobody(render(request, "portal/situation_question.html", context, status=422 if errors else 200))


def _before(said: Said, known: Sequence[str], here: str, *, changing: bool) -> str:
    """Back with every answer: from a question that is changed to the plan, else to the question before, at first to the start."""
    typed = [name for name in known if name in said.answers]
    if changing and (known or said.skipped):
        return said.address(reverse("portal:situation-plan", args=[said.situation.name]))
    return said.address(here, (CHANGE, typed[-1])) if typed else here


def _intro(request: HttpRequest, said: Said) -> HttpResponse:
    situation = said.situation
    context = {
        **_about(said),
        "count": len(situation.entries),
        "procedures": [situation.packages[entry.key].title(said.language) for entry in situation.entries],
        "laws": _laws(situation),
        "crumbs": (*_above(), Crumb(said.text("title"))),
    }
    return render(request, "portal/situation.html", context)


def _laws(situation: Situation) -> list[dict[str, object]]:
    """Each law once, with all its articles."""
    found: dict[tuple[str, str], list[str]] = {}
    for law in situation.legal_basis:
        found.setdefault((law.title, law.eli), []).extend(law.articles)
    return [{"title": title, "eli": eli, "articles": articles} for (title, eli), articles in found.items()]


def _above() -> tuple[Crumb, ...]:
    return Crumb(_("Home"), "/"), Crumb(_("Situations"), reverse("portal:situations"))


def _about(said: Said) -> dict[str, object]:
    here = reverse("portal:situation", args=[said.situation.name])
    return {
        "situation": said.situation, "title": said.text("title"), "summary": said.text("summary"), "here": here,
    }  # fmt: skip


@require_safe
def situation_plan(request: HttpRequest, name: str) -> HttpResponse:
    situation = situation_or_404(name)
    said = read_address(situation, request.GET, language=language(), setting=setting_of_today())
    return plan_page(request, said)


def plan_page(request: HttpRequest, said: Said, *, gone: Sequence[str] = (), none_chosen: bool = False) -> HttpResponse:
    """The plan. `gone`: titles of what was chosen and is not offered any more; `none_chosen`: nothing was chosen."""
    name = said.situation.name
    path, plan = (reverse(view, args=[name]) for view in ("portal:situation", "portal:situation-plan"))
    with guide_of(said.situation, clock.today()) as guide:
        said, asked = following(guide, said)
        page = PlanWords(guide, said, path=path).page()
    context = {
        **_about(said),
        "p": page,
        "pairs": said.pairs(),
        "plan": plan,
        "home": said.home,
        "pairs_of_home": said.pairs(without={HOME}),
        "share": settings.BIERGER_BASE_URL + said.address(plan),
        "language_next": said.address(plan),
        "go_on": said.address(path) if asked else "",
        "refused": [said.label(one) for one in said.refused],
        "gone": gone,
        "none_chosen": none_chosen,
        "today": clock.today(),
        **_may_prepare(said, page, plan),
        "crumbs": (*_above(), Crumb(said.text("title"), path), Crumb(_("Plan"))),
    }
    return _kept_by_nobody(
        render(request, "portal/situation_plan.html", context, status=409 if gone else 422 if none_chosen else 200)
    )


def _kept_by_nobody(response: HttpResponse) -> HttpResponse:
    """A page may show what is known of whoever is signed in."""
    if current().kind == "person":
        add_never_cache_headers(response)
    return response


def _may_prepare(said: Said, page: PlanPage, plan: str) -> dict[str, object]:
    """What the button offers: to prepare; to sign in, or in a stronger way, first; or, to officers, nothing."""
    packages = [said.situation.packages[line.key] for line in page.fileable]
    principal, back = current(), said.address(plan)
    named = [one for one in packages if not one.anonymous]
    level = max((one.level for one in named), key=LEVELS.index, default="none")
    if not packages or principal.kind == "officer":
        return {"may": "not-here" if packages else ""}
    if principal.kind == "person":
        highest = max((one.level for one in packages), key=LEVELS.index)
        return {"may": "start" if principal.reaches(highest) else "step-up", "sign_in": sign_in_url(back, highest)}
    return {"may": "sign-in" if named else "start", "sign_in": sign_in_url(back, level)}


def situation_or_404(name: str) -> Situation:
    found = procedures.situation(name)
    if found is None:
        raise Http404
    return found


def setting_of_today() -> Setting:
    """The day, and the communes of that day."""
    today = clock.today()
    codes = frozenset(one.code for one in administrations.administrations(on=today, kind="commune"))
    return Setting(today=today, communes=codes)
