# SPDX-License-Identifier: EUPL-1.2
"""The people with a part of their own: officers, and the citizens to try first. Everybody else is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from bierger.simulators.country.model import Office, Residence

MERSCH, ESCH, ECHTERNACH, DIEKIRCH = "0409", "0204", "1005", "0603"


@dataclass(frozen=True)
class Part:
    given_name: str
    family_name: str
    commune: str
    administration: str | None = None
    offices: tuple[Office, ...] = ()
    residence: Residence = "resident"
    moved_to: str | None = None
    firm: bool = False


def _clerk(service: str) -> Office:
    return Office("clerk", service)


def _adviser(service: str) -> Office:
    return Office("adviser", service)


def _commune(code: str, lau2: str, names: str) -> tuple[Part, ...]:
    """Seven officers of a commune: citizens' office, building, its adviser, technical adviser, public space, mayor, secretary.

    The secretary is its data-protection officer too.
    """
    offices = (
        (_clerk("population"),),
        (_clerk("urbanism"),),
        (_adviser("urbanism"), _clerk("urbanism")),
        (_adviser("technical"), _clerk("technical")),
        tuple(_clerk(service) for service in ("waste", "lighting", "roads", "green-spaces")),
        (Office("decider"), Office("investigator")),
        (Office("publisher"), Office("auditor"), _clerk("data-protection")),
    )
    people = [name.split() for name in names.split(", ")]
    return tuple(Part(given, family, lau2, code, held) for (given, family), held in zip(people, offices, strict=True))


OFFICERS = (
    *_commune(
        "mersch",
        MERSCH,
        "Claire Muster, Tom Beispill, Marc Esempio, Laura Exemplo, Pol Sample, Nora Beispiel, Anouk Esimerkki",
    ),
    *_commune(
        "esch-sur-alzette",
        ESCH,
        "Sonia Exemplo, Dan Muster, Alain Exemple, Mila Primjer, Julie Voorbeeld, Raymond Beispill, Vincent Exemplu",
    ),
    *_commune(
        "echternach",
        ECHTERNACH,
        "Fränk Beispill, Martine Exemple, Inês Ejemplo, Serge Beispiel, Cathy Sample, Yves Muster, Bea Pavyzdys",
    ),
    Part("Gilles", "Voorbeeld", MERSCH, "nature", (_clerk("permits"), _adviser("permits"))),
    Part("Danielle", "Exemplu", ESCH, "nature", (Office("decider"),)),
    Part("Kevin", "Esimerkki", ECHTERNACH, "water", (_clerk("permits"), _adviser("permits"))),
    Part("Simone", "Pavyzdys", MERSCH, "water", (Office("decider"),)),
)

CITIZENS = (
    Part("Léa", "Beispill", MERSCH),
    Part("Hugo", "Exemplo", MERSCH, residence="moved", moved_to=DIEKIRCH),
    Part("Emma", "Primjer", MERSCH, residence="address-unknown"),
    Part("Nina", "Esempio", MERSCH, firm=True),
    Part("Jonas", "Muster", ESCH),
    Part("Alice", "Exemple", ECHTERNACH),
)
