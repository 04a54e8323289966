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


def _head(*offices: Office) -> tuple[Office, ...]:
    """Of a small State body: whoever leads it is its data-protection officer too."""
    return (*offices, Office("auditor"), _clerk("data-protection"))


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
    Part("Danielle", "Exemplu", ESCH, "nature", _head(Office("decider"))),
    Part("Kevin", "Esimerkki", ECHTERNACH, "water", (_clerk("permits"), _adviser("permits"))),
    Part("Simone", "Pavyzdys", MERSCH, "water", _head(Office("decider"))),
)

# Drawn last, in the place of the last of the crowd, so that nobody who was there before becomes somebody else.
# Their given names are not in `words.GIVEN_NAMES`.
LATER_OFFICERS = (
    Part("Tessy", "Primjer", ESCH, "monuments", (_clerk("permits"), _adviser("permits"))),
    Part("Norbert", "Ejemplo", MERSCH, "monuments", _head(Office("decider"))),
    Part("Tessy", "Beispill", MERSCH, "adem", (_clerk("employers"), _clerk("disability"))),
    Part("Carlo", "Muster", ESCH, "adem", (_clerk("employers"), _clerk("guidance"))),
    Part("Corinne", "Exemple", ESCH, "adem", _head(Office("decider"))),
    Part("Fernand", "Primjer", MERSCH, "ccss", _head(_clerk("affiliation"))),
    Part("Manon", "Sample", ECHTERNACH, "economy", (_clerk("permits"),)),
    Part("Patrick", "Exemplo", MERSCH, "economy", _head(Office("decider"))),
    Part("Raoul", "Beispiel", ESCH, "customs", (_clerk("drinks"),)),
    Part("Sylvie", "Esempio", MERSCH, "customs", _head(Office("decider"))),
    Part("Norbert", "Voorbeeld", ESCH, "food", _head(_clerk("establishments"))),
)

CITIZENS = (
    Part("Léa", "Beispill", MERSCH),
    Part("Hugo", "Exemplo", MERSCH, residence="moved", moved_to=DIEKIRCH),
    Part("Emma", "Primjer", MERSCH, residence="address-unknown"),
    Part("Nina", "Esempio", MERSCH, firm=True),
    Part("Jonas", "Muster", ESCH),
    Part("Alice", "Exemple", ECHTERNACH),
)
