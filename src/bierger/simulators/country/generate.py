# SPDX-License-Identifier: EUPL-1.2
"""Draws the country: the same one every time, on every machine."""

from __future__ import annotations

import datetime as dt
import random
import unicodedata
import uuid
from functools import lru_cache

from bierger.simulators.country.cast import CITIZENS, LATER_OFFICERS, OFFICERS, Part
from bierger.simulators.country.model import Address, Country, Employment, Membership, Organisation, Person, Residence
from bierger.simulators.country.words import FAMILY_NAMES, FORMS, GIVEN_NAMES, PLACES, STREETS, TRADES
from bierger_core.values import NotAllocatableError, make_matricule, make_organisation_number

PEOPLE = 200
ORGANISATIONS = 30
SEED = "bierger"
FIRST_SEQUENCE = 900  # far above what a birth date ever used: these numbers belong to nobody
OLDEST, YOUNGEST = dt.date(1938, 1, 1), dt.date(2006, 12, 31)
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://bierger.eu/simulators/people")


@lru_cache(maxsize=1)
def country() -> Country:
    """200 people and 30 organisations; about one person in ten is not where the register thinks."""
    # The draw has to be repeatable, not secret: hence random and not secrets.
    draw = random.Random(SEED)  # noqa: S311 - not secret
    organisations = tuple(_organisation(draw, order) for order in range(ORGANISATIONS))
    parts = (*OFFICERS, *CITIZENS, *_crowd(draw, PEOPLE - len(OFFICERS) - len(CITIZENS))[: -len(LATER_OFFICERS)], *LATER_OFFICERS)
    firms = iter(organisations)
    people = []
    used: set[str] = set()
    for part in parts:
        firm = next(firms, None) if part.firm else None
        people.append(_person(draw, part, used, firm))
    return Country(tuple(people), organisations, tuple(_handle(part) for part in CITIZENS))


def _crowd(draw: random.Random, count: int) -> list[Part]:
    taken = {(part.given_name, part.family_name) for part in (*OFFICERS, *CITIZENS)}
    names = [(given, family) for family in FAMILY_NAMES for given in GIVEN_NAMES if (given, family) not in taken]
    draw.shuffle(names)
    communes = [*PLACES, *list(PLACES)[:3] * 4]  # the three communes with officers have most of the people
    parts = []
    for number, (given, family) in enumerate(names[:count]):
        residence: Residence = "resident"
        if number % 10 == 9:
            residence = "moved" if number % 20 == 9 else "address-unknown"
        parts.append(Part(given, family, draw.choice(communes), residence=residence, firm=number < ORGANISATIONS - 1))
    return parts


def _person(draw: random.Random, part: Part, used: set[str], firm: Organisation | None) -> Person:
    born = OLDEST + dt.timedelta(days=draw.randrange((YOUNGEST - OLDEST).days))
    matricule = _free_matricule(born, used)
    since = max(born, dt.date(2009, 1, 1) + dt.timedelta(days=draw.randrange(6000)))
    address = _address(draw, part.moved_to or _elsewhere(draw, part.commune) if part.residence == "moved" else part.commune)
    return Person(
        subject=str(uuid.uuid5(_NAMESPACE, matricule)),
        handle=_handle(part),
        given_name=part.given_name,
        family_name=part.family_name,
        birth_date=born,
        matricule=matricule,
        email=f"{_handle(part)}@example.org",  # RFC 2606: nobody's mailbox
        address=None if part.residence == "address-unknown" else address,
        residence=part.residence,
        since=since,
        memberships=(Membership(firm.number, "manager"),) if firm else (),
        employment=Employment(part.administration, part.offices) if part.administration else None,
    )


def _free_matricule(born: dt.date, used: set[str]) -> str:
    for sequence in range(FIRST_SEQUENCE, 1000):
        number = make_matricule(born.year, born.month, born.day, sequence)
        if number not in used:
            used.add(number)
            return number
    raise NotAllocatableError("Every number of this day is used.")


def _organisation(draw: random.Random, order: int) -> Organisation:
    number = ""
    year, form, count = 1995 + order % 28, draw.choice((*FORMS, "24", "24")), 9000 + order * 7
    while not number:
        try:
            number = make_organisation_number(year, int(form), count)
        except NotAllocatableError:
            count += 1  # remainder 1: this order number was never given out
    stem = 900000 + order * 131
    name = f"{TRADES[order % len(TRADES)]} {FAMILY_NAMES[order % len(FAMILY_NAMES)]} {FORMS[form]}"
    return Organisation(number, f"LU{stem:06d}{stem % 89:02d}", name, _address(draw, draw.choice(list(PLACES))))


def _address(draw: random.Random, commune: str) -> Address:
    postal_code, locality = draw.choice(PLACES[commune])
    return Address(f"{draw.randrange(1, 90)}, {draw.choice(STREETS)}", postal_code, locality, commune)


def _elsewhere(draw: random.Random, commune: str) -> str:
    return draw.choice([other for other in PLACES if other != commune])


def _handle(part: Part) -> str:
    plain = unicodedata.normalize("NFKD", f"{part.given_name}.{part.family_name}").encode("ascii", "ignore").decode()
    return plain.lower()
