# SPDX-License-Identifier: EUPL-1.2
"""Reads. Names of administrations and services are public and change a few times a year: they are remembered for a moment."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection
from django.db.models.functions import Least

from bierger.administrations.errors import UnknownAdministration, UnknownService
from bierger.administrations.models import Administration, Officer, Service
from bierger.administrations.types import AdministrationKind, AdministrationView, Assignment, OfficerView, ServiceView
from bierger.infra.principal import current

REMEMBERED = 30.0  # seconds a process may show an old name
PRIMARY, ACCENT = "#1f3a5f", "#b3542d"  # colours of an administration that has none of its own


@dataclass
class _Directory:
    """All administrations and services: some hundred rows, read in three queries."""

    by_id: Mapping[UUID, AdministrationView] = field(default_factory=dict)
    by_code: Mapping[str, AdministrationView] = field(default_factory=dict)
    services: Mapping[UUID, tuple[ServiceView, ...]] = field(default_factory=dict)
    read_at: float = float("-inf")


_remembered = _Directory()


def forget() -> None:
    """Read again at the next question: after this process wrote the directory, or speaks to another database."""
    _remembered.read_at = float("-inf")


def _directory() -> _Directory:
    current()  # nobody reads without acting, not even from memory
    if time.monotonic() - _remembered.read_at >= REMEMBERED:
        _read(_remembered)
    return _remembered


def _read(directory: _Directory) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT administrations_served()")
        served = {row[0] for row in cursor.fetchall()}
    views = [_view(row, row.id in served) for row in Administration.objects.order_by("sort_name", "code")]
    services: dict[UUID, list[ServiceView]] = {}
    for row in Service.objects.order_by("code"):
        view = ServiceView(id=row.id, administration=row.administration_id, code=row.code, names=row.names)
        services.setdefault(row.administration_id, []).append(view)
    directory.by_id = {view.id: view for view in views}
    directory.by_code = {view.code: view for view in views}
    directory.services = {key: tuple(found) for key, found in services.items()}
    directory.read_at = time.monotonic()


def _view(row: Administration, served: bool) -> AdministrationView:  # noqa: FBT001 - a column, not a switch
    kind: AdministrationKind = "commune" if row.kind == "commune" else "state"
    return AdministrationView(
        id=row.id,
        code=row.code,
        kind=kind,
        lau2=row.lau2,
        names=row.names,
        canton=row.canton,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        successor=row.successor_id,
        primary=row.colours.get("primary", PRIMARY),
        accent=row.colours.get("accent", ACCENT),
        postal_address=row.postal_address,
        email=row.email,
        served=served,
    )


def administration(*, code: str | None = None, id: UUID | None = None) -> AdministrationView:  # noqa: A002 - the contract's word
    """One administration, by code or id. Raises UnknownAdministration."""
    directory = _directory()
    found = directory.by_code.get(code) if code is not None else directory.by_id.get(id) if id is not None else None
    if found is None:
        raise UnknownAdministration(f"No administration {code or id}.")
    return found


def commune_of(lau2: str, *, on: dt.date) -> AdministrationView:
    """The commune that has this code on that day, following mergers. Raises UnknownAdministration."""
    directory = _directory()
    same = [view for view in directory.by_id.values() if view.lau2 == lau2]
    found = next((view for view in same if view.valid_on(on)), None)
    merged = next((view for view in same if view.successor), None)
    if found is None and merged is not None and merged.successor is not None:
        return administration(id=merged.successor)
    if found is None:
        raise UnknownAdministration(f"No commune has the code {lau2} on {on}.")
    return found


def administrations(*, on: dt.date, kind: AdministrationKind | None = None) -> tuple[AdministrationView, ...]:
    """Those that exist on a day, by name without accents."""
    return tuple(view for view in _directory().by_id.values() if view.valid_on(on) and kind in (None, view.kind))


def services_of(administration_id: UUID) -> tuple[ServiceView, ...]:
    """The services of an administration, by code; empty for an unknown one."""
    return _directory().services.get(administration_id, ())


def service(*, administration_id: UUID, code: str) -> ServiceView:
    """Raises UnknownService."""
    for found in services_of(administration_id):
        if found.code == code:
            return found
    raise UnknownService(f"Administration {administration_id} has no service {code}.")


def officer(officer_id: UUID) -> OfficerView | None:
    """A colleague, None when there is none or it is not a colleague (active or not: old decisions name them)."""
    return next(iter(_officers(id=officer_id)), None)


def officers_of(administration_id: UUID, *, service: UUID | None = None, role: str | None = None) -> tuple[OfficerView, ...]:
    """Active officers, by family name; of a service and in a role when given."""
    found = _officers(administration=administration_id, active=True)
    return tuple(
        view
        for view in found
        if any(role in (None, one.role) and (service is None or one.service in (None, service)) for one in view.assignments)
    )


def _officers(**wanted: object) -> list[OfficerView]:
    rows = Officer.objects.filter(**wanted).prefetch_related("held").select_related("administration")
    return [
        OfficerView(
            id=row.id,
            administration=row.administration_id,
            administration_code=row.administration.code,
            given_name=row.given_name,
            family_name=row.family_name,
            assignments=tuple(Assignment(held.role, held.service_id) for held in row.held.all()),
        )
        for row in rows.order_by("family_name", "given_name", "id")
    ]


def offices_ended(before: dt.date) -> Mapping[UUID, dt.date]:
    """Offices that had ended by that day, the oldest first, and when they ended (system).

    An administration that is closed ends the offices in it, whether or not somebody ended each.
    """
    ended = Least("ended_on", "administration__valid_to")  # in PostgreSQL the one that is there
    rows = Officer.objects.annotate(ended=ended).filter(ended__lte=before).order_by("ended", "id")
    return dict(rows.values_list("id", "ended"))


def officers_by_login(issuer: str, subject: str) -> tuple[OfficerView, ...]:
    """The offices of a login, before anybody acts: exact key, active ones only (finder of migration 0001)."""
    cards: dict[UUID, OfficerView] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM administrations_officer_card(%s, %s)", [issuer, subject])
        for found, administration_id, code, given_name, family_name, role, service_id in cursor.fetchall():
            before = cards[found].assignments if found in cards else ()
            held = (*before, Assignment(role, service_id)) if role else before
            cards[found] = OfficerView(found, administration_id, code, given_name, family_name, held)
    return tuple(cards.values())
