# SPDX-License-Identifier: EUPL-1.2
"""What others see of people: frozen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from bierger.disclosures.types import personal_data
from bierger.infra.principal import Level

SpaceKind = Literal["private", "professional"]


@personal_data
@dataclass(frozen=True)
class OrganisationClaim:
    """An organisation that the provider says the person belongs to. role: `manager` or `employee`."""

    number: str
    name: str
    vat: str = ""
    role: str = "employee"


@personal_data
@dataclass(frozen=True)
class Claims:
    """What an ID token said, in our words, after every check.

    level            assurance of this sign-in
    organisations    None = the provider says nothing about organisations (what was known stays)
    """

    issuer: str
    subject: str
    level: Level
    given_name: str
    family_name: str
    birth_date: dt.date | None = None
    matricule: str | None = None
    email: str = ""
    organisations: tuple[OrganisationClaim, ...] | None = None

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


@personal_data
@dataclass(frozen=True)
class PersonView:
    """A person. matricule is None for somebody who has none (yet)."""

    id: UUID
    matricule: str | None
    given_name: str
    family_name: str
    birth_date: dt.date | None
    email: str

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


@personal_data
@dataclass(frozen=True)
class AccountView:
    """How long an account is kept. ends_on: the first day without it, if nobody signs in; told: they were told so already."""

    id: UUID
    ends_on: dt.date
    told: bool


@personal_data
@dataclass(frozen=True)
class SpaceView:
    """A space one may act in. label: name of the person or organisation. role: owner, manager, employee or representative.

    A representative acts by a mandate, for its scope: `*` or a procedure as `owner/name`. Two mandates are two views.
    """

    id: UUID
    kind: SpaceKind
    label: str
    organisation_number: str
    role: str
    mandate: UUID | None = None
    scope: str = "*"

    @property
    def key(self) -> str:
        """What tells the choices of one person apart."""
        return str(self.mandate or self.id)


@personal_data
@dataclass(frozen=True)
class SpaceLabel:
    """A person's full name or an organisation's name, and the kind of the space."""

    name: str
    kind: SpaceKind


@personal_data
@dataclass(frozen=True)
class HolderView:
    """Who stands behind a space: the person (private) or the organisation (professional).

    In a professional space, the fields of a person are empty: an organisation applies, whoever typed.
    """

    space: UUID
    kind: SpaceKind
    name: str
    person: UUID | None = None
    matricule: str | None = None
    given_name: str = ""
    family_name: str = ""
    birth_date: dt.date | None = None
    email: str = ""
    organisation_number: str = ""


@personal_data
@dataclass(frozen=True)
class MandateView:
    """Somebody may act in a space that is not theirs. scope: `*` or a procedure as `owner/name`."""

    id: UUID
    space: UUID
    space_label: str
    holder_name: str
    scope: str
    valid_from: dt.date
    valid_to: dt.date | None
    ended_at: dt.datetime | None
