# SPDX-License-Identifier: EUPL-1.2
"""The shapes of the demonstration country."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Residence = Literal["resident", "moved", "address-unknown"]
Role = Literal["clerk", "adviser", "decider", "publisher", "auditor", "investigator"]


@dataclass(frozen=True)
class Address:
    """street      with the number, as written on a letter
    postal_code    four digits
    commune        LAU2 code of the commune, four digits
    """

    street: str
    postal_code: str
    locality: str
    commune: str


@dataclass(frozen=True)
class Membership:
    """A role in an organisation: `manager` may do everything, `employee` what the manager allows."""

    organisation: str
    role: Literal["manager", "employee"]


@dataclass(frozen=True)
class Office:
    """A role in an administration; without a service it holds for the whole administration."""

    role: Role
    service: str | None = None


@dataclass(frozen=True)
class Employment:
    """Somebody is an officer of an administration."""

    administration: str
    offices: tuple[Office, ...]


@dataclass(frozen=True)
class Person:
    """subject      what the identity provider calls the person: stable, says nothing
    handle          what the demonstration calls the person: given-name.family-name
    residence       what the population register says; an address is known unless it is `address-unknown`
    """

    subject: str
    handle: str
    given_name: str
    family_name: str
    birth_date: dt.date
    matricule: str
    email: str
    address: Address | None
    residence: Residence
    since: dt.date
    memberships: tuple[Membership, ...] = ()
    employment: Employment | None = None

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True)
class Organisation:
    """number: 11 digits of the legal person; vat: LU and 8 digits."""

    number: str
    vat: str
    name: str
    address: Address


@dataclass(frozen=True)
class Country:
    """People are in a fixed order: the officers, the people to try first, everybody else."""

    people: tuple[Person, ...]
    organisations: tuple[Organisation, ...]
    first: tuple[str, ...]

    @cached_property
    def by_handle(self) -> dict[str, Person]:
        return {person.handle: person for person in self.people}

    @cached_property
    def by_matricule(self) -> dict[str, Person]:
        return {person.matricule: person for person in self.people}

    @cached_property
    def by_number(self) -> dict[str, Organisation]:
        return {organisation.number: organisation for organisation in self.organisations}

    @property
    def officers(self) -> tuple[Person, ...]:
        return tuple(person for person in self.people if person.employment)
