# SPDX-License-Identifier: EUPL-1.2
"""What an applicant reads of their own cases ("my requests")."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from bierger.administrations import selectors as administrations
from bierger.cases.errors import CaseUnknown
from bierger.cases.models import Case, Event, EventPayload, Party
from bierger.cases.types import Entry, RequestView
from bierger.disclosures.types import own_data
from bierger.flows import selectors as flows
from bierger.infra.principal import current

SHOWN = 100  # the newest requests of a space on one page
_PARTY = "The policy shows an applicant the cases in which their space or private link is a party."


@own_data(_PARTY)
def requests() -> tuple[RequestView, ...]:
    """The cases of this principal's space or link, the newest first."""
    principal = current()
    # The policy says so too, but among alternatives, through which the planner finds no index and looks at every case there is.
    own = {"space": principal.space} if principal.kind == "person" else {"link": principal.link}
    if None in own.values():
        return ()
    mine = Party.objects.filter(**own).values("case_id")
    rows = list(Case.objects.filter(id__in=mine).order_by("-opened_at", "id")[:SHOWN])
    waiting = flows.waiting_for("applicant", [row.id for row in rows])
    return tuple(_request(row, waiting) for row in rows)


@own_data(_PARTY)
def request(case: UUID) -> RequestView:
    """One of them. Raises CaseUnknown."""
    row = Case.objects.filter(id=case).first()
    if row is None:
        raise CaseUnknown(f"No case {case}.")
    return _request(row, flows.waiting_for("applicant", [case]))


@own_data(_PARTY)
def timeline(case: UUID) -> tuple[Entry, ...]:
    """What happened, the oldest first, as far as an applicant may read it. An officer reads it in the case (`case_view`)."""
    return _entries(case)


def _entries(case: UUID) -> tuple[Entry, ...]:
    """As far as this principal may read it: the database filters."""
    payloads = dict(EventPayload.objects.filter(case_id=case).values_list("sequence", "payload"))
    rows = list(Event.objects.filter(case_id=case).order_by("sequence"))
    names = _officer_names({row.actor for row in rows if row.actor_kind == "officer" and row.actor})
    return tuple(
        Entry(
            sequence=row.sequence, at=row.at, code=row.type, actor_kind=row.actor_kind,
            actor_name=names.get(row.actor, "") if row.actor else "", audience=row.audience,
            params=payloads.get(row.sequence) or {}, erased=row.sequence not in payloads,
            person=row.actor if row.actor_kind == "person" else None, mandate=row.mandate,
        )
        for row in rows
    )  # fmt: skip


def opening_event(case: UUID) -> bytes:
    """The hash of the event that opened the case, as its receipt shows it."""
    found = Event.objects.filter(case_id=case, sequence=1).values_list("hash", flat=True).first()
    if found is None:
        raise CaseUnknown(f"No case {case}.")
    return bytes(found)


def _officer_names(officers: Iterable[UUID]) -> dict[UUID, str]:
    """Names for colleagues; an applicant sees none (the administration answers, not a person)."""
    found = ((one, administrations.officer(one)) for one in officers)
    return {one: view.full_name for one, view in found if view is not None}


def _request(row: Case, waiting: Iterable[UUID]) -> RequestView:
    return RequestView(
        id=row.id, number=row.number, administration=row.administration_id, digest=row.digest, owner=row.owner, name=row.name,
        status=row.status, state=row.state, opened_at=row.opened_at, ended_at=row.ended_at,
        waiting_for_me=row.id in set(waiting) or row.open_question is not None, open_question=row.open_question,
    )  # fmt: skip
