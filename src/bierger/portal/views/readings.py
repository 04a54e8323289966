# SPDX-License-Identifier: EUPL-1.2
"""Who looked at my data: read, taken along with its proofs, checked with a program that is not ours to trust."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from bierger.administrations import selectors as administrations
from bierger.administrations.errors import UnknownAdministration
from bierger.catalogue import selectors as procedures
from bierger.disclosures import selectors as disclosures
from bierger.disclosures.errors import ReadingUnknown
from bierger.disclosures.types import Reading, ReadingFilter, Sealed
from bierger.filings import selectors as filing_selectors
from bierger.filings import services as filings
from bierger.filings.errors import AdministrationRefused, LevelTooLow, OutOfMandate, ProcedureUnknown, SignInNeeded
from bierger.identity import selectors as identity
from bierger.infra import clock
from bierger.infra.pages import asked
from bierger.infra.principal import current
from bierger.ledger import selectors as log
from bierger.portal.selectors import described, reading_days
from bierger.portal.views.access import language, out_of_mandate, person_only, sign_in_url
from bierger.ui import formats
from bierger.ui.paging import pages_of
from bierger.ui.retention import account_panel
from bierger_core.merkle import ReadingBatch, Seen, format_proof, reading_tag
from bierger_core.values import LUXEMBOURG, format_instant

ASK = ("commune", "data-question")  # owner and name of the package
ASK_STEP = "question"  # the page on which the question is asked: what comes before it is known
VERIFIER = Path(__file__).resolve().parents[4] / "tools" / "verify_readings.py"
FORMAT = "bierger-readings-3"


@never_cache
@require_safe
@person_only
def readings(request: HttpRequest) -> HttpResponse:
    """GET /readings?administration=&from=&to=&after=&before="""
    wanted, words = _filter(request.GET)
    page = asked(request.GET, partial(disclosures.readings_page, wanted=wanted))
    batches = {one.commitment for one in page.rows if one.commitment}
    logged = {entry.commitment for entry in log.logged_among(batches)}
    mine = disclosures.chain_of_mine()
    context = {
        "days": reading_days(page.rows, language(), logged=logged),
        "pages": pages_of(page, reverse("portal:readings"), words),
        "words": words,
        "answering": _answering(page.rows),
        "filtered": any(words.values()),
        "houses": _houses(),
        "chain": mine,
        "log_keys": {key.name: key.text for key in reversed(log.log_keys())}.values(),  # of each log the newest
        "log_address": f"{settings.BIERGER_BASE_URL}/log",
        "account": account_panel(identity.my_account(), language=language()) if not page.before and _is_at_home() else None,
        "kept_days": formats.number(settings.BIERGER_READINGS_DAYS, language()),
    }
    return render(request, "portal/readings.html", context)


@never_cache
@require_safe
@person_only
def readings_file(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """GET /readings.json: the person's whole chain, salts and proofs among it (docs/reference/readings.md)."""
    response = HttpResponse(
        json.dumps(_export(disclosures.sealed()), ensure_ascii=False, indent=1), content_type="application/json"
    )
    response["Content-Disposition"] = 'attachment; filename="readings.json"'
    return response


@require_safe
def readings_verifier(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """GET /readings/verify_readings.py: the program that checks the file, to be read before it is run."""
    try:
        text = VERIFIER.read_bytes()
    except FileNotFoundError:
        raise Http404 from None
    response = HttpResponse(text, content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="verify_readings.py"'
    return response


@require_POST
@person_only
def readings_ask(request: HttpRequest, number: int) -> HttpResponse:
    """POST /readings/<number>/ask: a question to the data-protection officer, who is told which reading is meant."""
    try:
        meant = disclosures.reading(number)
        house = administrations.administration(id=meant.administration)
        started = filings.start_draft(
            owner=ASK[0],
            name=ASK[1],
            administration=house.code,
            language=language(),
            given={"reading": described(meant, language())},
        )
    except OutOfMandate as refused:
        return out_of_mandate(request, refused)
    except LevelTooLow as low:
        return HttpResponseRedirect(sign_in_url(reverse("portal:readings"), low.needed))
    except (ReadingUnknown, UnknownAdministration, ProcedureUnknown, AdministrationRefused, SignInNeeded) as refused:
        raise Http404 from refused
    return HttpResponseRedirect(reverse("portal:step", args=[started.id, ASK_STEP]))


def _is_at_home() -> bool:
    """In one's own space, and not in that of an organisation or of somebody represented: an account is one's own alone."""
    here = current()
    return here.mandate is None and here.person is not None and identity.private_space(here.person) == here.space


# -- the filter -------------------------------------------------------------------------------------------------------------


def _filter(query: QueryDict) -> tuple[ReadingFilter, dict[str, str]]:
    """Whatever does not fit is left out: a list is never refused for its address."""
    code, since, until = query.get("administration", ""), _day(query.get("from", "")), _day(query.get("to", ""))
    house = None
    if code:
        try:
            house = administrations.administration(code=code).id
        except UnknownAdministration:
            code = ""
    words = {
        "administration": code, "from": since.isoformat() if since else "", "to": until.isoformat() if until else "",
    }  # fmt: skip
    return ReadingFilter(house, _midnight(since), _midnight(until + dt.timedelta(days=1) if until else None)), words


def _answering(rows: Iterable[Reading]) -> set[int]:
    """Readings of administrations, communes and State bodies, whose data-protection officer can be asked here."""
    houses = {one.administration for one in rows if one.administration}
    asked = {house: procedures.active(*ASK, clock.now(), house) for house in houses}
    offers = {digest: filing_selectors.takers(procedures.package(digest)) for digest in set(asked.values()) if digest}
    answering = {house for house, digest in asked.items() if digest and house in {one.id for one in offers[digest]}}
    return {one.id for one in rows if one.administration in answering}


def _day(text: str) -> dt.date | None:
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1900 <= found.year <= 9000 else None


def _midnight(day: dt.date | None) -> dt.datetime | None:
    return None if day is None else dt.datetime.combine(day, dt.time(), LUXEMBOURG)


def _houses() -> list[tuple[str, str]]:
    """Code and name of those who read, to choose from."""
    found = [administrations.administration(id=one) for one in disclosures.reading_administrations()]
    return sorted(((one.code, one.name(language())) for one in found), key=lambda pair: pair[1])


# -- the file ---------------------------------------------------------------------------------------------------------------


def _export(mine: Sealed) -> Mapping[str, Any]:
    early = [entry["early"] for entry in mine.entries if entry.get("early")]
    told = [entry["reading"] for entry in mine.entries if entry["reading"]] + list(mine.waiting)
    return {
        "format": FORMAT,
        "made_at": format_instant(clock.now()),
        "origin": log.origin(),
        "log_keys": [key.text for key in log.log_keys()],
        "subject": str(mine.subject),
        "key": mine.key.hex() if mine.key else None,
        "entries": mine.entries,
        "batches": [_batch(number, mine.key, early) for number in mine.batches] if mine.key else [],
        "waiting": mine.waiting,
        "names": _names({one["administration"] for one in told if one["administration"]}),
    }


def _batch(number: int, key: bytes, early: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    found = disclosures.batch(number)
    assert found is not None, "entries name batches that are there: a foreign key"
    batch = found.tree
    proof = log.proof(found.commitment)
    own = reading_tag(key, number)
    tags = [bytes.fromhex(one["tag"]) for one in early if one["batch"] == number]
    return {
        "v": found.v,
        "number": number,
        "at": format_instant(batch.at),
        "size": len(batch.leaves),
        "root": batch.root.hex(),
        "salt": found.salt.hex(),
        "kept_days": found.kept,
        "leaf": _leaf(batch, own) if any(leaf.startswith(own) for leaf in batch.leaves) else None,
        "early": [{"tag": tag.hex(), **_leaf(batch, tag)} for tag in tags],
        "origin": Seen.of(proof.checkpoint).origin if proof else None,
        "proof": format_proof(proof).decode() if proof else None,
    }


def _leaf(batch: ReadingBatch, tag: bytes) -> dict[str, Any]:
    place, path = batch.proof_of(tag)
    return {"place": place, "path": [step.hex() for step in path]}


def _names(wanted: set[str]) -> Mapping[str, Mapping[str, str]]:
    """Names of the administrations as they are today, for the reader: nothing depends on them."""
    return {str(one.id): dict(one.names) for one in administrations.administrations(on=clock.today()) if str(one.id) in wanted}
