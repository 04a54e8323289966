# SPDX-License-Identifier: EUPL-1.2
"""The data tracker of the Estonian state (andmejälgija of X-tee, https://github.com/e-gov/AJ: OpenAPI 2.1.0, document v1.6 of
January 2026), answered from the readings.

    GET /data-tracker/v2/findUsage?userCode=&periodStart=&periodEnd=&offset=&limit=
    GET /data-tracker/v2/usagePeriod
    GET /data-tracker/v2/heartbeat

There it stands behind X-Road, whose security server says who calls. Here one caller is trusted: the portal that holds the token
of BIERGER_DATA_TRACKER_TOKEN_FILE. It has signed people in, and names who asks in `X-Road-UserId`. Without that file: 404.

Whoever asks about themselves, or about an organisation of which they are a member, is answered, and no row is written: these are
their own readings. Everybody else is refused, a representative too. What is told later is not there before its day.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bierger.administrations.types import in_language
from bierger.disclosures import selectors as disclosures
from bierger.disclosures.types import Reading, ReadingFilter
from bierger.identity import services as identity
from bierger.infra import clock
from bierger.infra.principal import ANONYMOUS, acting_as, outside_transaction
from bierger.ui import words
from bierger_core.values import LUXEMBOURG, format_instant

MOST = 1_000
DEEPEST = 100_000
SYSTEM_NAME = "Bierger"
_CODE = re.compile(r"(?:LU)?([0-9]{11,13})")
View = Callable[[HttpRequest], HttpResponse]


class Refused(Exception):
    """status, code: what is answered."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def _trusted(view: View) -> View:
    @never_cache
    @outside_transaction
    @require_safe
    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        try:
            _check_caller(request)
            return view(request)
        except Refused as refused:
            return JsonResponse({"code": refused.code, "message": str(refused)}, status=refused.status)

    return answer


def _check_caller(request: HttpRequest) -> None:
    file = settings.BIERGER_DATA_TRACKER_TOKEN_FILE
    if not file:
        raise Http404
    try:
        token = Path(file).read_text(encoding="utf-8").strip()
    except OSError:
        token = ""
    given = request.headers.get("Authorization", "")
    # An empty file is no token: it would let in everybody who sends none.
    if not token or not constant_time_compare(given.encode(), f"Bearer {token}".encode()):
        raise Refused(401, "caller-unknown", "This caller is not known.")


@_trusted
def find_usage(request: HttpRequest) -> HttpResponse:
    """Who used the data of `userCode`, the newest first."""
    query = request.GET
    asks, about = _number(request.headers.get("X-Road-UserId", "")), _number(query.get("userCode", ""))
    wanted = ReadingFilter(None, _instant(query, "periodStart", ends=False), _instant(query, "periodEnd", ends=True))
    offset, limit = _whole(query, "offset", 0, 0, DEEPEST), _whole(query, "limit", MOST, 1, MOST)
    with acting_as(ANONYMOUS):
        who = identity.asking_about(asks=asks, about=about)
    if who is None:
        raise Refused(403, "representation-refused", "Whoever asks may not read this, or nobody has this code.")
    with acting_as(who):
        total, found = disclosures.usage_page(wanted=wanted, offset=offset, limit=limit)
    return JsonResponse({"totalUsages": total, "usages": [_usage(one) for one in found]})


@_trusted
def usage_period(_request: HttpRequest) -> HttpResponse:
    """From when to when nobody's readings are missing. Older ones are answered too, as long as their case is kept."""
    now = clock.now()
    since = now - dt.timedelta(days=settings.BIERGER_READINGS_DAYS)
    return JsonResponse({"periodStart": format_instant(since), "periodEnd": format_instant(now)})


@_trusted
def heartbeat(_request: HttpRequest) -> HttpResponse:
    """That somebody is there; and how old what is counted may be."""
    return JsonResponse({"status": "UP", "time": format_instant(clock.now())})


def _usage(one: Reading) -> dict[str, str]:
    facts = ", ".join(words.word(words.FACTS, fact) for fact in one.facts)
    return {
        "logtime": format_instant(one.at),
        "action": f"{words.word(words.PURPOSES, one.purpose)}: {facts}",
        "receiverCode": str(one.administration or ""),
        "receiverName": in_language(one.administration_names, "fr") or words.word(words.ACTORS, one.actor_kind),
        "receiverSystem": SYSTEM_NAME,
    }


def _number(text: str) -> str:
    found = _CODE.fullmatch(text.strip())
    if found is None:
        raise Refused(400, "user-code", "A code has 11 or 13 digits, with or without LU in front.")
    return found[1]


def _instant(query: QueryDict, name: str, *, ends: bool) -> dt.datetime | None:
    """A day of Luxembourg (an end includes it) or an instant with its zone."""
    text = query.get(name, "")
    if not text:
        return None
    try:
        if len(text) == 10:
            day = dt.date.fromisoformat(text) + dt.timedelta(days=1 if ends else 0)
            return dt.datetime.combine(day, dt.time(), LUXEMBOURG)
        found = dt.datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(dt.UTC)  # the database knows no zone of 16 hours and more
    except (ValueError, OverflowError):
        pass
    raise Refused(400, "period", f"{name} is a day, or an instant with its zone.")


def _whole(query: QueryDict, name: str, default: int, least: int, most: int) -> int:
    text = query.get(name, "") or str(default)
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise Refused(400, name, f"{name} is a number from {least} to {most}.")
    return int(text)
