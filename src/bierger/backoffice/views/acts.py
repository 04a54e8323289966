# SPDX-License-Identifier: EUPL-1.2
"""Acts that were issued: found by their number, revoked, corrected. For deciders of the administration that issued them.

Both ways are two pages: what is to be said, then what it does; the second press is the one that counts. Nothing is kept between
them but what the browser sends again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from bierger.administrations import selectors as administrations
from bierger.backoffice.views.access import for_officers, language, no_store, page_of, principal_of
from bierger.backoffice.views.case import content_disposition
from bierger.backoffice.views.correction import Labels, fields_of, rows_of
from bierger.cases import selectors, services
from bierger.cases.types import IssuedAct
from bierger.catalogue import selectors as catalogue
from bierger.documents import services as documents
from bierger.documents.errors import ActNotFound, AlreadyRevoked, EndsByItself
from bierger.documents.types import LONGEST_NOTE, REPLACED, REVOCATION_REASONS, ActView
from bierger.infra import clock
from bierger.ui import formats, words
from bierger.ui.fields import choice_field, error_links, text_field
from bierger.ui.messages import answer_message
from bierger.ui.parts import Choice, Field, SummaryRow
from bierger_core.interview import AnswerError, is_blank, unprintable
from bierger_core.procedures import Correctable, fact_in_words, short_names

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
DECIDER = "decider"
_NUMBER = 40  # characters of a number that somebody may have typed


def for_deciders(view: View[P]) -> View[P]:
    """Colleagues in other roles learn nothing about what exists; the database says so again."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if DECIDER not in principal_of(request).roles:
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except ActNotFound as unseen:
            raise Http404 from unseen

    return for_officers(guarded)


@for_deciders
@require_GET
def acts(request: HttpRequest) -> HttpResponseBase:
    """GET /desk/acts?number=… Shows an act only on a page of its own, whose reading is recorded."""
    typed = request.GET.get("number", "").strip()
    error = ""
    if "number" in request.GET:
        found = selectors.act_numbered(typed) if typed and len(typed) <= _NUMBER and not unprintable(typed, lines=False) else None
        if found is not None:
            return redirect("desk:issued", act=found)
        error = _("Enter the number as it stands on the document, for example 2026-000017.") if not typed else _(
            "Your administration issued no document with this number. Check the year and every digit."
        )  # fmt: skip
    hint = _("It stands on the document, for example 2026-000017.")
    field = text_field("number", _("Number of the document"), value=typed[:_NUMBER], hint=hint, error=error)
    context = {**page_of(request), "field": field, "errors": error_links([field])}
    return no_store(render(request, "backoffice/acts.html", context))


@for_deciders
@require_GET
def issued(request: HttpRequest, act: UUID) -> HttpResponseBase:
    """GET /desk/acts/<uuid>: an act, what it says, and what can be done about it."""
    return _act_page(request, selectors.issued_act(act, purpose=selectors.purpose_of_act(act)))


@for_deciders
@require_GET
def issued_pdf(_request: HttpRequest, act: UUID) -> HttpResponseBase:
    """The PDF of an act."""
    file = selectors.issued_file(act, purpose=selectors.purpose_of_act(act))
    if file is None:
        raise Http404
    response = HttpResponse(file.data, content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition(file.file_name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return no_store(response)


@for_deciders
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, act: UUID) -> HttpResponseBase:
    """Say why; then confirm."""
    reason, note = request.POST.get("reason", ""), request.POST.get("note", "").strip()
    is_sent = request.method == "POST" and "change" not in request.POST
    wrong = {"reason": "" if reason in REVOCATION_REASONS else _("Choose one of the answers shown"), "note": _wrong_note(note)}
    if is_sent and "confirm" in request.POST and not any(wrong.values()):
        try:
            documents.revoke_act(act=act, reason=reason, note=note)
        except (AlreadyRevoked, EndsByItself) as error:
            return redirect(f"{reverse('desk:issued', args=[act])}?said={error.code}")
        return redirect(f"{reverse('desk:issued', args=[act])}?did=revoked")
    found = selectors.issued_act(act, purpose=selectors.purpose_of_act(act))
    if found.view.revoked_at is not None or found.view.ends_at is not None:
        return redirect(f"{reverse('desk:issued', args=[act])}?said={_why_not(found)}")
    fields = _revocation_fields(reason, note, wrong if is_sent else {})
    chosen = _reasons().get(reason, ("", ""))[0]
    said = [SummaryRow(_("Reason"), (chosen,)), SummaryRow(_("Note for the holder"), tuple(note.splitlines()))]
    context = {
        **_about(request, found), "fields": fields, "errors": error_links(fields), "reason": reason, "note": note,
        "public": words.word(words.REVOCATIONS, reason), "rows": said,
        "confirming": is_sent and not any(wrong.values()),
    }  # fmt: skip
    return no_store(render(request, "backoffice/act_revoke.html", context))


@for_deciders
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, act: UUID) -> HttpResponseBase:
    """Correct what is wrong; then confirm. The wrong act is revoked in the same moment in which the right one is issued."""
    note = request.POST.get("note", "").strip()
    raw = {name: request.POST.getlist(name) for name in request.POST}
    is_sent = request.method == "POST" and "change" not in request.POST
    errors: Mapping[str, AnswerError] = {}
    changes: tuple[Correctable, ...] = ()
    unchanged, wrong = "", _wrong_note(note) if is_sent else ""
    found = selectors.issued_act(act, purpose=selectors.purpose_of_act(act))
    if not found.values:
        return redirect(f"{reverse('desk:issued', args=[act])}?said={_why_not(found)}")
    if is_sent:
        try:
            done = services.correct_act(
                act=act, raw=raw, note=note, only_check=bool(wrong) or "confirm" not in request.POST
            )
        except AlreadyRevoked as error:
            return redirect(f"{reverse('desk:issued', args=[act])}?said={error.code}")
        if done.issued:
            return redirect(f"{reverse('desk:issued', args=[done.issued])}?did=corrected")
        errors, changes = done.errors, done.changed
        unchanged = "" if errors or changes else _("Nothing is different from the document yet. Correct what is wrong first.")
    labels = Labels(catalogue.package(found.view.package_digest), found.values)
    fields = [
        *fields_of(found.values, labels, raw=raw if request.method == "POST" else None, errors=errors, page=unchanged),
        _note_field(note, wrong),
    ]
    confirming = is_sent and bool(changes) and not errors and not wrong
    context = {
        **_about(request, found), "fields": fields, "errors": error_links(fields), "note": note, "confirming": confirming,
        "rows": rows_of(changes, done.answers, labels) if confirming else (),
        "kept": [(name, value) for name, values in raw.items() for value in values if name not in _OURS] if confirming else (),
        "public": words.word(words.REVOCATIONS, REPLACED),
    }  # fmt: skip
    return no_store(render(request, "backoffice/act_correct.html", context))


def _why_not(found: IssuedAct) -> str:
    """The code of why an act is neither revoked nor corrected."""
    if found.view.ends_at is not None:
        return EndsByItself.code
    return AlreadyRevoked.code if found.view.revoked_at else "document-unknown"


_OURS = ("csrfmiddlewaretoken", "note", "confirm", "check", "change")


def _act_page(request: HttpRequest, found: IssuedAct) -> HttpResponse:
    view = found.view
    package = catalogue.package(view.package_digest)
    labels = package.vocabulary
    # By the act's own type: other types have other facts under the same short names.
    types = [spec for spec in package.documents.values() if spec.type == view.document_type]
    short = {sealed: name for spec in types for name, sealed in short_names(spec.facts).items()}
    said = {name: fact_in_words(package, view.document_type, name, value, language()) for name, value in view.facts.items()}
    rows = [
        SummaryRow(labels.label(short.get(name, name), language()), (formats.fact(value, language()),))
        for name, value in said.items()
        if name != "number"
    ]
    officer = administrations.officer(view.revoked_by) if view.revoked_by else None
    context = {
        **_about(request, found), "rows": rows, "correctable": bool(found.values), "case_open": found.case_open,
        "ends": _ends(view), "is_over": view.is_over(clock.now()),
        "reason": words.word(words.REVOCATIONS, view.revocation_reason) if view.revoked_at else "",
        "officer": officer.full_name if officer else "",
        "said": _said(request.GET.get("said", "")), "did": _did(request.GET.get("did", "")),
    }  # fmt: skip
    return no_store(render(request, "backoffice/act.html", context))


def _about(request: HttpRequest, found: IssuedAct) -> dict[str, object]:
    return {**page_of(request), "act": found.view, "title": _title(found.view), "linked": found.view.holder_space is None}


def _title(view: ActView) -> str:
    """As the officer speaks: the act itself is written in its holder's language."""
    package = catalogue.package(view.package_digest)
    keys = [f"document.{spec.code}.title" for spec in package.documents.values() if spec.type == view.document_type]
    named = [key for key in keys if package.has_text(key) and package.text(key, view.language) == view.title]
    return package.text(named[0], language()) if named else view.title


def _ends(view: ActView) -> str:
    """Until when an act may be relied on; "" without an end."""
    if view.ends_at:
        return formats.instant(view.ends_at, language())
    return formats.day(view.valid_until, language()) if view.valid_until else ""


def _reasons() -> dict[str, tuple[str, str]]:
    """What an officer chooses, and when it is the right choice."""
    return {
        "error": (
            _("It was issued in error"),
            _("It should not have been issued at all. If only a name or a date is wrong, issue a corrected document."),
        ),
        "fraud": (
            _("It was obtained by false statements"),
            _("What the decision rests on was not true, and the holder knew."),
        ),
        "withdrawn": (
            _("The administration withdraws it"),
            _("It was right when it was issued, and its conditions are no longer met."),
        ),
    }


def _revocation_fields(reason: str, note: str, wrong: Mapping[str, str]) -> list[Field]:
    choices = [Choice(code, label, hint) for code, (label, hint) in _reasons().items()]
    hint = _("Everybody who checks the document reads this reason.")
    return [
        choice_field("reason", _("Why is it revoked?"), choices, value=reason, hint=hint, error=wrong.get("reason", "")),
        _note_field(note, wrong.get("note", "")),
    ]


def _note_field(note: str, error: str) -> Field:
    hint = _("Only the holder reads this, with their request. Say what is wrong and what they can do.")
    return text_field("note", _("Note for the holder"), value=note, hint=hint, error=error, rows=4)


def _wrong_note(note: str) -> str:
    if is_blank(note):
        return _("Write something first.")
    if len(note) > LONGEST_NOTE:
        return answer_message(AnswerError("too-long", {"max": formats.number(LONGEST_NOTE, language())}))
    return answer_message(AnswerError("bad-characters")) if unprintable(note, lines=True) else ""


def _said(code: str) -> str:
    return {
        "act-already-revoked": _("This document was revoked already, perhaps by a colleague a moment ago. You changed nothing."),
        "act-ends-by-itself": _("This document ends by itself within a day and cannot be revoked. You changed nothing."),
        "document-unknown": _("This document cannot be corrected here, because its texts have changed since. It can be revoked."),
    }.get(code, "")


def _did(word: str) -> str:
    return {
        "revoked": _("The document is revoked. Its holder is told."),
        "corrected": _("The corrected document is issued; the wrong one is revoked. The holder is told and gets the new one."),
    }.get(word, "")
