# SPDX-License-Identifier: EUPL-1.2
"""Readings that are told later: ordered, extended and ended by investigators; watched by auditors, who also open who read.

Each order is two pages: what is to be said, then what it does; the second press is the one that counts. Nothing is kept between
them but what the browser sends again. The rights are the database's, which asks the rows of offices again.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from bierger.administrations import selectors as administrations
from bierger.backoffice.views.access import for_officers, language, no_store, page_of, principal_of
from bierger.cases import selectors as cases
from bierger.disclosures import selectors, services
from bierger.disclosures.errors import DelayRefused, ReadingUnknown
from bierger.disclosures.types import Law, Opened, Order
from bierger.infra import clock
from bierger.ui import formats, words
from bierger.ui.fields import choice_field, error_links, text_field
from bierger.ui.messages import answer_message
from bierger.ui.parts import Choice, Field, SummaryRow
from bierger_core.interview import AnswerError, unprintable
from bierger_core.procedures import LegalBasis
from bierger_core.values import add_months

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
INVESTIGATOR, AUDITOR = "investigator", "auditor"
MONTHS = (1, 3, 6, 12)
LONGEST_REASON, LONGEST_LINE = 500, 200  # characters
OVERSIGHT = LegalBasis(
    "Règlement (UE) 2016/679 du 27 avril 2016 (règlement général sur la protection des données)",
    "http://data.europa.eu/eli/reg/2016/679/oj", ("39",), verified=False,
)  # fmt: skip
_READING = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Told:
    """An order in words. case: its number, '' where this officer does not see it."""

    order: Order
    case: str
    until: str
    lines: tuple[tuple[str, str, str], ...]
    extendable: bool


def for_roles(*roles: str) -> Callable[[View[P]], View[P]]:
    """Colleagues in other roles learn nothing about what exists; the database says so again."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not set(roles) & set(principal_of(request).roles):
                raise Http404
            return view(request, *args, **kwargs)

        return for_officers(guarded)

    return decorate


@for_roles(INVESTIGATOR, AUDITOR)
@require_GET
def readings(request: HttpRequest) -> HttpResponseBase:
    """GET /desk/readings: orders in force and ended, how many readings each withholds; for auditors ?number= opens a reading."""
    audits = AUDITOR in principal_of(request).roles
    orders = [_told(one) for one in selectors.orders()]
    field, found, opening = _asked(request) if audits else (None, (), "")
    context = {
        **page_of(request), "in_force": [one for one in orders if one.order.in_force],
        "ended": [one for one in orders if not one.order.in_force], "audits": audits, "field": field, "found": found,
        "opening": opening,
        "errors": error_links([field] if field else []), "orders": INVESTIGATOR in principal_of(request).roles,
        "did": _DID.get(request.GET.get("did", ""), lambda: "")(),
        "longest": formats.number(settings.BIERGER_LONGEST_DELAY, language()),
    }  # fmt: skip
    return no_store(render(request, "backoffice/readings.html", context))


@for_roles(INVESTIGATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def delay(request: HttpRequest) -> HttpResponseBase:
    """/desk/readings/later: order that readings of a case are told later."""
    today = clock.today()
    ends = _ends(today, today + dt.timedelta(days=settings.BIERGER_LONGEST_DELAY))
    form = _Form(request, ends=ends, ask=("case", "until", "law"))
    case = cases.case_under_oversight(form.value("case"))
    if form.is_sent and form.value("case") and case is None:
        form.wrong["case"] = _("Your administration has no case with this number. Check the year and every digit.")
    if case is not None and form.is_confirmed:
        try:
            services.order_delay(case=case, until=form.until, reason=form.value("reason"), legal_basis=form.laws)
        except DelayRefused as refused:
            form.refuse(refused)
        else:
            return redirect(f"{reverse('desk:readings')}?did=ordered")
    return _form_page(request, form, kind="order")


@for_roles(INVESTIGATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: HttpRequest, order: UUID) -> HttpResponseBase:
    """/desk/readings/later/<uuid>/extend: a later day, as far as the longest delay allows."""
    found = _order(order)
    form = _Form(request, ends=_ends(found.until, found.longest), ask=("until", "law"))
    if form.is_confirmed:
        try:
            services.extend_delay(delay=order, until=form.until, reason=form.value("reason"), legal_basis=form.laws)
        except DelayRefused as refused:
            form.refuse(refused)
        else:
            return redirect(f"{reverse('desk:readings')}?did=extended")
    return _form_page(request, form, kind="extend", told=_told(found))


@for_roles(INVESTIGATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, order: UUID) -> HttpResponseBase:
    """/desk/readings/later/<uuid>/end: from today on everything is told."""
    found = _order(order)
    form = _Form(request, ends=(), ask=())
    if form.is_confirmed:
        try:
            services.end_delay(delay=order, reason=form.value("reason"))
        except DelayRefused as refused:
            form.refuse(refused)
        else:
            return redirect(f"{reverse('desk:readings')}?did=ended")
    return _form_page(request, form, kind="end", told=_told(found))


# -- the form ---------------------------------------------------------------------------------------------------------------


class _Form:
    """What was typed, what is wrong with it, and whether the second press was the one that counts."""

    def __init__(self, request: HttpRequest, *, ends: Collection[dt.date], ask: Collection[str]) -> None:
        self._typed = request.POST if request.method == "POST" else request.GET
        self._ask, self._ends = ask, ends
        self.is_sent = request.method == "POST" and "change" not in request.POST
        self._confirm = "confirm" in request.POST
        self.wrong = dict(self._check()) if self.is_sent else {}

    def value(self, name: str) -> str:
        return self._typed.get(name, "").strip()

    @property
    def is_confirmed(self) -> bool:
        return self.is_sent and self._confirm and not self.wrong

    @property
    def is_confirming(self) -> bool:
        return self.is_sent and not self.wrong

    @property
    def until(self) -> dt.date:
        return dt.date.fromisoformat(self.value("until"))

    @property
    def laws(self) -> tuple[LegalBasis, ...]:
        articles = tuple(one.strip() for one in self.value("articles").split(",") if one.strip())
        return (LegalBasis(self.value("law"), "", articles, verified=False),)

    def refuse(self, refused: DelayRefused) -> None:
        """What the service or the database refused, at the field that it is about."""
        said = {
            "delay-exists": ("case", _("Readings of this case are told later already. Extend that order.")),
            "delay-length": ("until", answer_message(AnswerError("not-a-choice"))),
        }
        name, text = said.get(refused.code, ("reason", _("This was not ordered: the order is over, or your office has ended.")))
        self.wrong[name if name in (*self._ask, "reason") else "reason"] = text

    def _check(self) -> Iterable[tuple[str, str]]:
        needed = {"case": LONGEST_LINE, "reason": LONGEST_REASON, "law": LONGEST_LINE, "articles": LONGEST_LINE}
        for name, longest in needed.items():
            text = self.value(name)
            if name != "reason" and ("law" if name == "articles" else name) not in self._ask:
                continue
            if not text and name != "articles":
                yield name, answer_message(AnswerError("required"))
            elif len(text) > longest:
                yield name, answer_message(AnswerError("too-long", {"max": str(longest)}))
            elif unprintable(text, lines=name == "reason"):
                yield name, answer_message(AnswerError("bad-characters"))
        if "until" in self._ask and self.value("until") not in {one.isoformat() for one in self._ends}:
            yield "until", answer_message(AnswerError("not-a-choice"))

    def fields(self, kind: str) -> list[Field]:
        wrong, value = self.wrong, self.value
        found = []
        if "case" in self._ask:
            hint = _("Readings of this case by your administration, from now on. What was read before was told already.")
            found.append(text_field("case", _("Number of the case"), value=value("case"), hint=hint, error=wrong.get("case", "")))
        if "until" in self._ask:
            choices = [Choice(one.isoformat(), formats.day(one, language())) for one in self._ends]
            label = _("On which day are they told?")
            found.append(choice_field("until", label, choices, value=value("until"), error=wrong.get("until", "")))
        told = _("The people concerned read it on that day. Use plain words.")
        hint = _("Whoever watches over readings sees it.") if kind == "end" else told
        label = _("Why does it end?") if kind == "end" else _("Why are they told later?")
        found.append(text_field("reason", label, value=value("reason"), hint=hint, error=wrong.get("reason", ""), rows=4))
        if "law" in self._ask:
            hint = _("Its official title. The law has to allow that somebody is told later.")
            found.append(text_field("law", _("By which law?"), value=value("law"), hint=hint, error=wrong.get("law", "")))
            hint = _("Separated by commas.")
            error = wrong.get("articles", "")
            found.append(text_field("articles", _("Articles"), value=value("articles"), hint=hint, error=error, required=False))
        return found

    def rows(self, fields: Collection[Field]) -> list[SummaryRow]:
        """What is confirmed, in words."""
        said = {one.name: self.value(one.name) for one in fields}
        if "until" in said and "until" not in self.wrong:
            said["until"] = formats.day(self.until, language())
        return [SummaryRow(one.label, tuple(said[one.name].splitlines())) for one in fields if said[one.name]]


def _form_page(request: HttpRequest, form: _Form, *, kind: str, told: Told | None = None) -> HttpResponse:
    fields = form.fields(kind)
    context = {
        **page_of(request), "kind": kind, "told": told, "fields": fields, "errors": error_links(fields),
        "confirming": form.is_confirming, "rows": form.rows(fields) if form.is_confirming else (),
        "kept": [(one.name, form.value(one.name)) for one in fields],
    }  # fmt: skip
    return no_store(render(request, "backoffice/delay.html", context))


def _ends(after: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    """The days to choose from: some months from today, and the last that is possible."""
    days = {add_months(clock.today(), months) for months in MONTHS}
    return tuple(sorted({one for one in days if after < one < last} | ({last} if after < last else set())))


# -- what is shown ----------------------------------------------------------------------------------------------------------


def _order(wanted: UUID) -> Order:
    found = next((one for one in selectors.orders() if one.id == wanted and one.in_force), None)
    if found is None:
        raise Http404
    return found


def _told(order: Order) -> Told:
    lines = tuple(
        (
            _said(row.ended, row.until),
            f"{_name(row.officer)}, {formats.day(row.ordered_on, language())}",
            _why(row.reason, row.laws),
        )
        for row in sorted(order.rows, key=lambda one: (one.ended, one.until))  # as they were given, on one day too
    )
    return Told(
        order, cases.number_under_oversight(order.case) or "", formats.day(order.until, language()), lines,
        extendable=order.in_force and order.until < order.longest,
    )  # fmt: skip


def _said(ended: bool, until: dt.date) -> str:  # noqa: FBT001 - a column, not a switch
    day = {"day": formats.day(until, language())}
    return (_("Ended early on %(day)s") if ended else _("To be told on %(day)s")) % day


def _why(reason: str, laws: Iterable[Law]) -> str:
    named = "; ".join(f"{law.title}, {_('art.')} {', '.join(law.articles)}" if law.articles else law.title for law in laws)
    return f"{reason} ({named})" if named else reason


def _name(officer: UUID | None) -> str:
    found = administrations.officer(officer) if officer else None
    return found.full_name if found else _("Nobody in particular")


def _asked(request: HttpRequest) -> tuple[Field, tuple[SummaryRow, ...], str]:
    """The field for the number of a reading, what is known of the one that was asked for, and the line that opens its mark."""
    typed = request.GET.get("number", "").strip()[:LONGEST_LINE]
    error = ""
    rows: tuple[SummaryRow, ...] = ()
    opening = ""
    if "number" in request.GET:
        try:
            number = int(typed) if _READING.fullmatch(typed) else 0
            purpose = services.purpose_of_case(None, legal_basis=[OVERSIGHT], purpose="oversight")
            found = services.open_reading(number, purpose=purpose)
            rows, opening = _rows(found), f"{found.id}:{found.actor}:{found.salt}" if found.mark else ""
        except ReadingUnknown:
            missing = _("Enter the number of the reading, for example 4711.")
            error = _("Your administration made no reading with this number, or it was erased.") if typed else missing
    hint = _("It stands in the question that the person asked, after “No.”.")
    return text_field("number", _("Number of the reading"), value=typed, hint=hint, error=error), rows, opening


def _rows(found: Opened) -> tuple[SummaryRow, ...]:
    proofs = {
        "sealed": _("Yes: this is what was sealed"),
        "waiting": _("Not yet: it is sealed within a minute"),
        "changed": _("No: this is not what was sealed. Somebody changed it in the database"),
    }
    who = _name(found.actor) if found.actor_kind == "officer" else words.word(words.ACTORS, found.actor_kind)
    rows = [
        SummaryRow(_("Number of the reading"), (str(found.id),)),
        SummaryRow(_("Officer"), (who,)),
        SummaryRow(_("When"), (formats.instant(found.at, language()),)),
        SummaryRow(_("Why"), (words.of_others(words.PURPOSES, found.purpose),)),
        SummaryRow(_("What"), (", ".join(words.of_others(words.FACTS, fact) for fact in found.facts),)),
        SummaryRow(_("People concerned"), (formats.number(found.people, language()),)),
        SummaryRow(_("Case"), (cases.number_under_oversight(found.case) or "",) if found.case else ()),
        SummaryRow(_("Sealed"), (proofs[found.proof],)),
    ]
    return tuple(row for row in rows if any(row.values))


_DID: dict[str, Callable[[], str]] = {
    "ordered": lambda: _("From now on, readings of this case by your administration are told on the day that you chose."),
    "extended": lambda: _("They are told on the later day."),
    "ended": lambda: _("The order has ended. Everything is told from now on."),
}
