# SPDX-License-Identifier: EUPL-1.2
"""What an applicant reads of their own cases ("my requests")."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import Q, QuerySet

from bierger.administrations import selectors as administrations
from bierger.cases.errors import CaseUnknown
from bierger.cases.models import Case, Event, EventPayload
from bierger.cases.types import EVERY_REQUEST, Entry, Origin, RequestFilters, RequestView
from bierger.disclosures.types import own_data
from bierger.flows import selectors as flows
from bierger.infra.pages import FIRST, SIZE, Order, Page, Turn, cut
from bierger.infra.principal import current

_PARTY = "The policy shows an applicant the cases in which their space or private link is a party."
_ORDER = Order("opened_at")
_STATUS = {"open": "open", "closed": "ended"}


@own_data(_PARTY)
def requests() -> tuple[RequestView, ...]:
    """The newest cases of this principal's space or link, as many as one page shows."""
    return _requests(_ordered(_own())[:SIZE])


@own_data(_PARTY)
def requests_page(turn: Turn = FIRST, *, filters: RequestFilters = EVERY_REQUEST, size: int = SIZE) -> Page[RequestView]:
    """A page of the cases of this principal's space or link, the newest first. Raises PageUnknown."""
    rows = _own()
    if filters.state in _STATUS:
        rows = rows.filter(status=_STATUS[filters.state])
    if filters.words:
        # Read along the index of the space: what others have asked for makes no difference.
        rows = rows.filter(Q(number__icontains=filters.words) | Q(digest__in=filters.digests) | Q(id__in=filters.cases))
    page = cut(rows, order=_ORDER, turn=turn, size=size)
    return page.holding(_requests(page.rows))


def _own() -> QuerySet[Case]:
    principal = current()
    # The policy says so too, but among alternatives, through which the planner finds no index and looks at every case there is.
    own = {"space": principal.space} if principal.kind == "person" else {"link": principal.link}
    return Case.objects.none() if None in own.values() else Case.objects.filter(**own)


def _ordered(rows: QuerySet[Case]) -> QuerySet[Case]:
    return rows.order_by(*_ORDER.columns(back=False))


def _requests(rows: Iterable[Case]) -> tuple[RequestView, ...]:
    shown = list(rows)
    waiting = flows.waiting_for("applicant", [row.id for row in shown])
    return tuple(_request(row, waiting) for row in shown)


@own_data(_PARTY)
def request(case: UUID) -> RequestView:
    """One of them. Raises CaseUnknown."""
    row = Case.objects.filter(id=case).first()
    if row is None:
        raise CaseUnknown(f"No case {case}.")
    return _request(row, flows.waiting_for("applicant", [case]))


@own_data(_PARTY)
def requests_of(cases: Collection[UUID]) -> tuple[RequestView, ...]:
    """Of these cases those that are this principal's, in the order given; of none, nothing is asked of the database."""
    found = {one.id: one for one in _requests(_own().filter(id__in=cases))} if cases else {}
    return tuple(found[case] for case in cases if case in found)


@own_data(_PARTY)
def origins(*, only: Collection[UUID]) -> Mapping[UUID, Origin]:
    """Of those of these cases that are this principal's; of none, nothing is asked of the database."""
    rows = _own().filter(id__in=only).values_list("id", "digest", "administration_id") if only else ()
    return {row[0]: Origin(*row) for row in rows}


@own_data(_PARTY)
def timeline(case: UUID) -> tuple[Entry, ...]:
    """What happened, the oldest first, as far as an applicant may read it. An officer reads it in the case (`case_view`)."""
    return _entries(case)


def _entries(case: UUID) -> tuple[Entry, ...]:
    """As far as this principal may read it: the database filters."""
    payloads = dict(EventPayload.objects.filter(case_id=case).values_list("sequence", "payload"))
    rows = list(Event.objects.filter(case_id=case).order_by("sequence"))
    actors = {row.sequence: _actor(row, payloads.get(row.sequence)) for row in rows}
    names = _officer_names({actor for kind, actor in actors.values() if kind == "officer" and actor})
    return tuple(
        Entry(
            sequence=row.sequence, at=row.at, code=row.type, actor_kind=actors[row.sequence][0],
            actor_name=names.get(actors[row.sequence][1], ""), audience=row.audience,
            params=payloads.get(row.sequence) or {}, erased=row.sequence not in payloads,
            person=row.actor if row.actor_kind == "person" else None, mandate=row.mandate,
        )
        for row in rows
    )  # fmt: skip


def _actor(row: Event, payload: Mapping[str, object] | None) -> tuple[str, UUID | None]:
    """Who did it. What an officer did to an act, whose case they may not be able to open, the worker wrote down for them."""
    officer = (payload or {}).get("officer") if row.type == "act-revoked" else None
    return ("officer", UUID(str(officer))) if officer else (row.actor_kind, row.actor)


def _officer_names(officers: Iterable[UUID]) -> dict[UUID | None, str]:
    """Names for colleagues; an applicant sees none (the administration answers, not a person)."""
    found = ((one, administrations.officer(one)) for one in officers)
    return {one: view.full_name for one, view in found if view is not None}


def _request(row: Case, waiting: Iterable[UUID]) -> RequestView:
    return RequestView(
        id=row.id, number=row.number, administration=row.administration_id, digest=row.digest, owner=row.owner, name=row.name,
        status=row.status, state=row.state, opened_at=row.opened_at, ended_at=row.ended_at,
        waiting_for_me=row.id in set(waiting) or row.open_question is not None, open_question=row.open_question,
    )  # fmt: skip
