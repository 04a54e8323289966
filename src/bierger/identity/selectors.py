# SPDX-License-Identifier: EUPL-1.2
"""Reads about people and spaces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q

from bierger.disclosures.services import record
from bierger.disclosures.types import Purpose, own_data
from bierger.identity.errors import NotYourSpace
from bierger.identity.models import Mandate, Membership, Organisation, Person, Space
from bierger.identity.types import AccountView, HolderView, MandateView, PersonView, SpaceKind, SpaceLabel, SpaceView
from bierger.infra import clock
from bierger.infra.principal import current
from bierger_core.values import add_months, local_date

_OWN = "The policy of the table lets people see themselves only."


@own_data(_OWN)
def me() -> PersonView:
    """The acting person. Raises NotYourSpace for anybody else."""
    principal = current()
    row = Person.objects.filter(id=principal.person).first() if principal.kind == "person" and principal.person else None
    if row is None:
        raise NotYourSpace("Nobody is signed in.")
    return PersonView(
        id=row.id,
        matricule=row.matricule,
        given_name=row.given_name,
        family_name=row.family_name,
        birth_date=row.birth_date,
        email=row.email,
    )


@own_data(_OWN)
def my_account() -> AccountView | None:
    """How long the acting person's account is kept; None: as long as nobody decides otherwise. Raises NotYourSpace."""
    principal = current()
    row = Person.objects.filter(id=principal.person).first() if principal.kind == "person" and principal.person else None
    if row is None:
        raise NotYourSpace("Nobody is signed in.")
    if not settings.BIERGER_ACCOUNT_YEARS:
        return None
    used = local_date(row.updated_at)
    return AccountView(row.id, row.ends_on or unused_until(used), told=row.ends_on is not None)


def unused_until(used: dt.date) -> dt.date:
    """The first day on which an account that was used last on `used` is kept no longer."""
    return add_months(used, 12 * settings.BIERGER_ACCOUNT_YEARS)


def private_space(person: UUID) -> UUID | None:
    """The space of an account, for whoever sees it."""
    return Space.objects.filter(person=person).values_list("id", flat=True).first()


def ending_accounts(today: dt.date) -> Mapping[UUID, dt.date]:
    """Accounts whose day has come, with the day that they were told (system)."""
    rows = Person.objects.filter(ends_on__lte=today).order_by("ends_on", "id").values_list("id", "ends_on")
    return {person: day for person, day in rows if day is not None}


def announced(*, cap: int) -> int:
    """How many people were told that their account ends; `cap` at most (system)."""
    return Person.objects.filter(ends_on__isnull=False)[:cap].count()


@own_data(_OWN)
def my_spaces() -> tuple[SpaceView, ...]:
    """Spaces of the acting person: their own first, then organisations, then those they represent, by name."""
    principal = current()
    if principal.kind != "person":
        return ()
    roles = dict(Membership.objects.filter(person=principal.person).values_list("space", "role"))
    represented: dict[UUID, list[MandateView]] = {}
    for mandate in mandates_held(on=clock.today()):
        represented.setdefault(mandate.space, []).append(mandate)
    views = []
    for row in Space.objects.select_related("person", "organisation"):
        number = row.organisation.number if row.organisation else ""
        if row.person is not None and row.person.id == principal.person:
            views.append(SpaceView(row.id, _kind(row), f"{row.person.given_name} {row.person.family_name}", number, "owner"))
        elif row.id in roles and row.organisation is not None:
            views.append(SpaceView(row.id, _kind(row), row.organisation.name, number, roles[row.id]))
        else:  # without a mandate in force it has not begun, or is over
            views += [
                SpaceView(row.id, _kind(row), one.space_label, number, "representative", one.id, one.scope)
                for one in _widest(represented.get(row.id, []))
            ]
    return tuple(
        sorted(views, key=lambda view: (view.role != "owner", view.role == "representative", view.label.casefold(), view.scope))
    )


def _widest(mandates: Sequence[MandateView]) -> Sequence[MandateView]:
    """One for each scope, the longest in force; one that covers everything makes the narrow ones superfluous."""
    longest = sorted(mandates, key=lambda one: one.valid_to or dt.date.max)
    by_scope = {one.scope: one for one in longest}
    return [by_scope["*"]] if "*" in by_scope else list(by_scope.values())


@own_data(_OWN)
def known_answers() -> Mapping[str, str]:
    """What sign-in has told about the applicant, by source name of a form (ISO dates).

    The applicant is the space: in one's own, oneself; in an organisation's, the organisation, with its member as the person who
    writes. By mandate, the organisation alone: the sign-in told who the representative is, who is not the applicant, and the
    mandate tells nothing about the person represented that a form may take over without asking.
    """
    principal = current()
    if principal.kind != "person" or principal.person is None:
        return {}
    me_row = None if principal.mandate else Person.objects.filter(id=principal.person).first()
    found = {
        "person.given_name": me_row.given_name if me_row else "",
        "person.family_name": me_row.family_name if me_row else "",
        "person.birth_date": me_row.birth_date.isoformat() if me_row and me_row.birth_date else "",
        "person.matricule": (me_row.matricule or "") if me_row else "",
        "person.email": me_row.email if me_row else "",
    }
    firm = Organisation.objects.filter(space__id=principal.space).first() if principal.space else None
    if firm is not None:
        found |= {"organisation.name": firm.name, "organisation.number": firm.number}
    return {source: value for source, value in found.items() if value}


@own_data(_OWN)
def label_of_space() -> SpaceLabel:
    """How the acting person's space is addressed. Raises NotYourSpace for anybody else."""
    principal = current()
    space = principal.space
    row = Space.objects.select_related("person", "organisation").filter(id=space).first() if space else None
    if row is None:
        raise NotYourSpace("No space is open.")
    if principal.mandate is not None:
        # The name as the mandate says it: a representative does not see the person behind the space.
        return SpaceLabel(Mandate.objects.values_list("space_label", flat=True).get(id=principal.mandate), _kind(row))
    if row.organisation is not None:
        return SpaceLabel(row.organisation.name, _kind(row))
    return SpaceLabel(f"{row.person.given_name} {row.person.family_name}" if row.person else "", _kind(row))


def holder(space: UUID, *, purpose: Purpose) -> HolderView:
    """Who stands behind a space. Recorded, unless it is the acting person. Raises NotYourSpace when it is not visible.

    For the worker on a case, the system, and people about their own spaces; officers read the parties of their cases.
    """
    row = Space.objects.select_related("person", "organisation").filter(id=space).first()
    if row is None:
        raise NotYourSpace("There is no such space for you.")
    if row.organisation is not None:
        name = row.organisation.name
        return HolderView(space=row.id, kind="professional", name=name, organisation_number=row.organisation.number)
    person = row.person
    if person is None:
        raise NotYourSpace("This space is somebody else's.")
    if person.id != current().person:
        record(purpose=purpose, subjects=[person.id], facts=["name", "birth-date", "matricule", "email"])
    return HolderView(
        space=row.id,
        kind="private",
        name=f"{person.given_name} {person.family_name}",
        person=person.id,
        matricule=person.matricule,
        given_name=person.given_name,
        family_name=person.family_name,
        birth_date=person.birth_date,
        email=person.email,
    )


def people_of(space: UUID | None) -> tuple[UUID, ...]:
    """The subjects of a reading about a space: the person, or, of an organisation, the space itself, whose members then read of
    it. Empty for an anonymous request.
    """
    if space is None:
        return ()
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_people_of(%s)", [space])
        return tuple(row[0] for row in cursor.fetchall())


@own_data("The policy shows mandates to their holder and to the space that gave them.")
def mandates_held(*, on: dt.date) -> tuple[MandateView, ...]:
    """Mandates by which the acting person may act for others on that day."""
    in_force = Q(valid_from__lte=on, ended_at=None) & (Q(valid_to=None) | Q(valid_to__gte=on))
    return tuple(_mandate(row) for row in Mandate.objects.filter(in_force, holder=current().person).order_by("space_label"))


@own_data("The policy shows mandates to their holder and to the space that gave them.")
def mandates_given() -> tuple[MandateView, ...]:
    """Mandates that the acting space gave, ended ones too, newest first; a representative sees their own alone."""
    return tuple(_mandate(row) for row in Mandate.objects.filter(space=current().space).order_by("-given_at"))


def _mandate(row: Mandate) -> MandateView:
    return MandateView(
        id=row.id,
        space=row.space_id,
        space_label=row.space_label,
        holder_name=row.holder_name,
        scope=row.scope,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        ended_at=row.ended_at,
    )


def _kind(row: Space) -> SpaceKind:
    return "private" if row.kind == "private" else "professional"
