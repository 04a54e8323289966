# SPDX-License-Identifier: EUPL-1.2
"""A file of rules, looked at and tried. For officers: whoever writes procedures works for an administration."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bierger.infra import clock
from bierger.infra.brakes import attempt
from bierger.infra.principal import Principal, acting_as, outside_transaction
from bierger.studio.forms import PREFIX, page_of
from bierger.studio.plugins import bench
from bierger.studio.types import RulesPage
from bierger.ui import formats
from bierger.ui.fields import error_links, file_field
from bierger.ui.messages import refusal
from bierger.ui.uploads import REFUSED

TRIALS = 120  # per officer and ten minutes
LONGEST = 2000  # characters of one input
LONGEST_NAME = 120


@never_cache
@require_http_methods(["GET", "POST"])
@outside_transaction
def rules(request: HttpRequest) -> HttpResponse:
    """No transaction is open while a file is looked at; what was sent is in the answer and nowhere else."""
    who: Principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
    if who.kind in ("anonymous", "link"):
        return redirect(f"/sign-in?{urlencode({'next': request.path})}")
    if who.kind != "officer":
        raise Http404
    if request.method == "GET":
        return _draw(request, who)
    if not attempt(request, "studio", TRIALS):
        return _draw(request, who, wrong="rate-limited", status=429)
    upload = request.FILES.get("file")
    if upload is not None:
        if upload.name == REFUSED:
            return _draw(request, who, wrong="upload-name")
        if (upload.size or 0) > bench.LARGEST:
            return _draw(request, who, wrong="rules-too-large")
        return _looked_at(request, who, upload.name or "rules.dmn", upload.read())
    data = _carried(request.POST.get("source", ""))
    if not data:
        return _draw(request, who, wrong="no-rules")
    return _looked_at(request, who, request.POST.get("name", "") or "rules.dmn", data)


def _carried(source: str) -> bytes:
    """The file as the page before carried it; nothing where somebody changed that."""
    try:
        data = base64.b64decode(source, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if len(data) <= bench.LARGEST else b""


def _looked_at(request: HttpRequest, who: Principal, name: str, data: bytes) -> HttpResponse:
    name = "".join(letter for letter in name if letter.isprintable())[:LONGEST_NAME]
    decision = request.POST.get("decision", "")[:LONGEST_NAME]
    sent = {key: request.POST[key] for key in request.POST if key.startswith(PREFIX)}
    typed = {key.removeprefix(PREFIX): text[:LONGEST] for key, text in sent.items()}
    day = _day(request.POST.get("day", ""))
    body = {"path": name, "language": _language(), "day": day, "decision": decision, "given": typed}
    answer = bench.look(data, body)
    if answer.outcome != "ok":
        return _draw(request, who, wrong="rules-take-too-long" if answer.outcome == "timeout" else "rules-too-large")
    page = page_of(name, data, answer.body, decision=decision, day=day, typed=typed)
    return _draw(request, who, page=page)


def _day(text: str) -> str:
    """The day asked for, ISO; today where none was, or none that is a day: the page shows which it was."""
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        return clock.today().isoformat()


def _draw(
    request: HttpRequest, who: Principal, *, page: RulesPage | None = None, wrong: str = "", status: int = 0
) -> HttpResponse:
    file = file_field(
        "file", _("A file of rules (DMN)"), accept=(".dmn", ".xml", "application/xml", "text/xml"), required=True,
        error=refusal(wrong) if wrong else "", hint=_("It is read in a process of its own. Nothing of it is kept."),
        limits=_("Up to %(size)s.") % {"size": formats.size(bench.LARGEST)},
    )  # fmt: skip
    errors = error_links((file, *(page.fields if page else ())))
    context = {"file": file, "p": page, "errors": errors, "officer": who}
    with acting_as(who):  # the frame of the page says whose desk this is
        return render(request, "studio/rules.html", context, status=status or (422 if errors else 200))


def _language() -> str:
    return (get_language() or "fr")[:2]
