# SPDX-License-Identifier: EUPL-1.2
"""Sign in, change space, give and end mandates."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils.http import url_has_allowed_host_and_scheme

from bierger.administrations.selectors import officers_by_login
from bierger.administrations.types import OfficerView
from bierger.identity.errors import LevelTooLow, LoginOfAnotherPerson, MandateRefused, NotYourOffice, NotYourSpace
from bierger.identity.models import Login, Mandate, Membership, Person
from bierger.identity.selectors import my_spaces
from bierger.identity.types import Claims, SpaceView
from bierger.infra import clock
from bierger.infra.erasures import Destroyed
from bierger.infra.locks import Lock, hold
from bierger.infra.principal import LEVELS, Level, Principal, current
from bierger_core.values import IdentifierError, parse_matricule

OFFICE_LEVEL: Level = "substantial"  # whoever decides about others proves who they are
_REFUSED = {
    "nobody": "Only the owner or a manager of the space can give a mandate.",
    "unknown": "Nobody with this number and this family name has signed in here yet.",
    "oneself": "A mandate is given to somebody else.",
}


@dataclass(frozen=True)
class SignedIn:
    """principal: the person in their private space. offices: what else this login may act as."""

    principal: Principal
    offices: tuple[OfficerView, ...]


def sign_in(*, claims: Claims) -> SignedIn:
    """Make or refresh person, login, private space and memberships. Raises LoginOfAnotherPerson.

    Called while nobody is known yet (anonymous): the SQL function of migration 0001 is all it may write through.
    """
    said = {
        "matricule": claims.matricule,
        "given_name": claims.given_name,
        "family_name": claims.family_name,
        "birth_date": claims.birth_date.isoformat() if claims.birth_date else None,
        "email": claims.email,
    }
    organisations = None
    if claims.organisations is not None:
        organisations = json.dumps([vars(organisation) for organisation in claims.organisations])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person, space FROM identity_sign_in(%s, %s, %s::jsonb, %s::jsonb, %s)",
            [claims.issuer, claims.subject, json.dumps(said), organisations, clock.now()],
        )
        found = cursor.fetchone()
    if found is None:
        raise LoginOfAnotherPerson("This login already belongs to another identification number.")
    principal = Principal(kind="person", person=found[0], space=found[1], level=claims.level)
    return SignedIn(principal, officers_by_login(claims.issuer, claims.subject))


def enter_space(*, space: UUID) -> tuple[Principal, str]:
    """The acting person in another of their spaces, and its label. Raises NotYourSpace.

    A space that one may enter by mandate only is entered by the first of them (`enter_mandate` chooses).
    """
    return _enter(lambda mine: mine.id == space)


def enter_mandate(*, mandate: UUID) -> tuple[Principal, str]:
    """The acting person as representative, by this mandate, and who is represented. Raises NotYourSpace (not theirs, or over)."""
    return _enter(lambda mine: mine.mandate == mandate)


def _enter(is_chosen: Callable[[SpaceView], bool]) -> tuple[Principal, str]:
    principal = current()
    chosen = next(filter(is_chosen, my_spaces()), None)
    if chosen is None or principal.person is None:
        raise NotYourSpace("This is not a space of yours.")
    entered = Principal(
        kind="person",
        person=principal.person,
        space=chosen.id,
        mandate=chosen.mandate,
        scope=chosen.scope if chosen.mandate else None,
        level=principal.level,
    )
    return entered, chosen.label


def enter_office(*, office: UUID, issuer: str, subject: str, level: Level) -> tuple[Principal, OfficerView]:
    """The login as one of its officers. Raises NotYourOffice, LevelTooLow: whoever decides about others proves who they are.

    issuer and subject come from the session, where only a checked ID token put them.
    """
    if LEVELS.index(level) < LEVELS.index(OFFICE_LEVEL):
        raise LevelTooLow(OFFICE_LEVEL, "Acting as an officer needs a stronger sign-in.")
    for officer in officers_by_login(issuer, subject):
        if officer.id == office:
            principal = Principal(
                kind="officer",
                administration=officer.administration,
                officer=officer.id,
                roles=officer.roles,
                services=officer.services,
                level=level,
            )
            return principal, officer
    raise NotYourOffice("This is not an office of yours.")


def safe_next(given: str) -> str:
    """A path of this site, else `/`: an address given by others must not lead people away after they signed in."""
    if not given.startswith("/") or not given.isprintable():
        return "/"
    # Refuses //elsewhere, /\elsewhere and every scheme; no host is allowed, so only paths are left.
    return given if url_has_allowed_host_and_scheme(given, allowed_hosts=None) else "/"


def grant_mandate(*, to_matricule: str, family_name: str, scope: str, valid_from: dt.date, valid_to: dt.date | None) -> UUID:
    """Let somebody act in the space one is in. The person has signed in at least once. Raises MandateRefused.

    family_name    theirs; accents and capitals make no difference. Another name is answered as an unknown number is.
    Who may is decided in the SQL function of migration 0003, the only way by which a mandate is written.
    """
    if valid_to is not None and valid_to < valid_from:
        raise MandateRefused("The mandate ends before it begins.", why="days")
    try:
        number = parse_matricule(to_matricule)
    except IdentifierError as wrong:
        raise MandateRefused("The identification number is not well formed.", why="number") from wrong
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT mandate, refused FROM identity_give_mandate(%s, %s, %s, %s, %s, %s)",
            [number, " ".join(family_name.split()), scope, valid_from, valid_to, clock.now()],
        )
        mandate, refused = cursor.fetchone()
    if refused:
        raise MandateRefused(_REFUSED[refused], why=refused)
    return UUID(str(mandate))


_scope_words: list[Callable[[str, str], str]] = []  # one at most: how whoever knows procedures words a scope


def name_scopes_by(words: Callable[[str, str], str]) -> None:
    """Whoever knows the titles of procedures says so at the start: `words` takes a scope and a language."""
    _scope_words[:] = [words]


def scope_words(scope: str, language: str) -> str:
    """What a mandate covers, in words; as it is written when nobody knows procedures."""
    return _scope_words[0](scope, language) if _scope_words else scope


def end_mandate(*, mandate: UUID) -> None:
    """End it now: the giver's space or the holder may. Ending twice changes nothing; another's raises MandateRefused."""
    # A representative stands where the giver stands, and still sees and ends nobody's mandate but their own: the policy says so.
    if not Mandate.objects.filter(id=mandate).exists():
        raise MandateRefused("There is no such mandate of yours.", why="unknown")
    Mandate.objects.filter(id=mandate, ended_at=None).update(ended_at=clock.now())


def announce_end(*, person: UUID, ends_on: dt.date | None) -> None:
    """The account is erased on this day unless somebody signs in; None: it is kept after all. System only."""
    Person.objects.filter(id=person).update(ends_on=ends_on)


def lock_account(*, person: UUID) -> bool:
    """Nobody signs in to it until this transaction ends, as `identity_sign_in` takes the same locks; False: it is not there."""
    logins = Login.objects.filter(person=person).values_list("issuer", "subject")
    numbers = Person.objects.filter(id=person).values_list("matricule", flat=True)
    for lock, names in ((Lock.LOGIN, [" ".join(login) for login in logins]), (Lock.MATRICULE, [one for one in numbers if one])):
        for name in sorted(names):
            hold(lock, name)
    return Person.objects.select_for_update().filter(id=person).exists()


def forget_account(*, person: UUID) -> Destroyed:
    """Person, logins, private space, memberships, and mandates held and given, which are over. System only."""
    counts = {
        "logins": Login.objects.filter(person=person).count(),
        "memberships": Membership.objects.filter(person=person).count(),
        "mandates": Mandate.objects.filter(Q(holder=person) | Q(space__person=person)).count(),
        "accounts": 1,
    }
    Person.objects.filter(id=person).delete()
    return Destroyed(counts)


def asking_about(*, asks: str, about: str) -> Principal | None:
    """Who asks through a trusted caller about whom, both by number; None when it is not theirs to ask. See migration 0004."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT person, space FROM identity_asks_about(%s, %s)", [asks, about])
        row = cursor.fetchone()
    return None if row is None else Principal(kind="person", person=row[0], space=row[1])
