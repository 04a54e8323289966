# SPDX-License-Identifier: EUPL-1.2
"""The story that the tests of the trust apps tell: a commune, an applicant, a certificate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from bierger.administrations.models import Administration, Officer, OfficerRole
from bierger.administrations.selectors import forget
from bierger.documents import services
from bierger.documents.plugins.words import worded_type
from bierger.infra.principal import ANONYMOUS, SYSTEM, Principal, acting_as
from bierger_core.procedures import NUMBER, short_names
from bierger_core.seals import RegisteredType
from bierger_core.values import parse_term
from tests.conftest import _as_role

TEMPLATE = b"""#set page(paper: "a4", margin: 2.4cm)
#set text(font: "Libertinus Serif", size: 11pt)
= #sys.inputs.title
#sys.inputs.body

No #sys.inputs.number, #sys.inputs.date

#image("qr.svg", width: 3.6cm, alt: "Code to verify this document")
"""
FACTS = {
    "person.family_name": "Beispill",
    "person.given_name": "Marie",
    "person.birth_date": "1985-03-14",
    "address.street": "12, rue de la Gare",
    "address.postal_code": "L-7535",
    "address.locality": "Mersch",
    "residence.since": "2019-06-01",
}


@dataclass(frozen=True)
class Commune:
    id: UUID
    code: str


@dataclass(frozen=True)
class Applicant:
    person: UUID
    space: UUID

    @property
    def principal(self) -> Principal:
        return Principal(kind="person", person=self.person, space=self.space, level="substantial")


def make_commune(code: str = "probe") -> Commune:
    """As owner: a commune of the tests' own."""
    row = Administration.objects.create(
        code=code,
        kind="commune",
        lau2="9901",
        names={"fr": "Commune d’essai", "de": "Probegemeinde", "en": "Test commune", "lb": "Prouf"},
    )
    forget()
    return Commune(row.id, row.code)


def make_applicant() -> Applicant:
    """As the web role: somebody who signs in for the first time."""
    from bierger.identity.services import sign_in
    from bierger.identity.types import Claims

    with acting_as(ANONYMOUS):
        claims = Claims(issuer="https://idp.example", subject=str(uuid4()), level="substantial", given_name="Marie", family_name="Beispill")
        principal = sign_in(claims=claims).principal
    assert principal.person
    assert principal.space
    return Applicant(principal.person, principal.space)


def typed(facts: Iterable[str], *, code: str = "residence-certificate", valid_for: str | None = None) -> RegisteredType:
    """A document type with these facts of the vocabulary, called as residence certificates are."""
    short = tuple(short_names(facts).values())
    worded = worded_type(code, (NUMBER, *short), title="Test")
    dated = [replace(fact, kind="date") if fact.name in ("birth-date", "since") else fact for fact in worded.facts]
    return replace(worded, facts=tuple(dated), valid_for=None if valid_for is None else parse_term(valid_for))


def decide(commune: Commune, applicant: Applicant | None, *, case: UUID | None = None, once: str = "", **changes: object) -> UUID:
    """As worker: decide one residence certificate, of exactly these facts."""
    facts = changes.get("facts", FACTS)
    assert isinstance(facts, dict)
    values: dict[str, object] = {
        "case_id": case or uuid4(),
        "administration_id": commune.id,
        "document_type": changes.get("document_type") or typed(facts),
        "facts": facts,
        "fields": {"body": "Marie Beispill lives at 12, rue de la Gare, L-7535 Mersch."},
        "template": TEMPLATE,
        "language": "en",
        "title": "Residence certificate",
        "holder_space": applicant.space if applicant else None,
        "holder_link": None,
        "package_digest": "0" * 64,
        "once": once,
    } | changes
    with acting_as(SYSTEM):
        return services.decide_act(**values)


def officer_of(commune: Commune, *roles: str) -> Principal:
    """Somebody new in office, as the directory has them: rights are read from its rows."""
    held = roles or ("clerk",)
    with _as_role("owner"):
        row = Officer.objects.create(
            administration_id=commune.id, issuer="https://idp.example", subject=str(uuid4()), given_name="Anne", family_name="Muster"
        )  # fmt: skip
        OfficerRole.objects.bulk_create([OfficerRole(officer=row, role=role) for role in held])
    return Principal(kind="officer", administration=commune.id, officer=row.id, roles=held)
