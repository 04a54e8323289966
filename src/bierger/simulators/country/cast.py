# SPDX-License-Identifier: EUPL-1.2
"""The people with a part of their own: officers, and the citizens to try first. Everybody else is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from bierger.simulators.country.model import Office, Residence

MERSCH, ESCH, ECHTERNACH = "0409", "0204", "1005"


@dataclass(frozen=True)
class Part:
    given_name: str
    family_name: str
    commune: str
    administration: str | None = None
    offices: tuple[Office, ...] = ()
    residence: Residence = "resident"
    firm: bool = False


def _clerk(service: str) -> Office:
    return Office("clerk", service)


def _adviser(service: str) -> Office:
    return Office("adviser", service)


def _commune(code: str, lau2: str, names: tuple[tuple[str, str], ...]) -> tuple[Part, ...]:
    """Six officers of a commune, in the order: citizens' office, building, technical, fire, mayor, secretary."""
    offices = (
        (_clerk("population"), Office("decider", "population")),
        (_clerk("urbanism"),),
        (_adviser("technical"), _clerk("technical"), _clerk("public-space")),
        (_adviser("fire"),),
        (Office("decider"),),
        (Office("publisher"), Office("auditor")),
    )
    return tuple(Part(given, family, lau2, code, held) for (given, family), held in zip(names, offices, strict=True))


OFFICERS = (
    *_commune(
        "mersch",
        MERSCH,
        (("Claire", "Muster"), ("Tom", "Beispill"), ("Laura", "Exemplo"), ("Marc", "Esempio"), ("Nora", "Beispiel"), ("Pol", "Sample")),
    ),
    *_commune(
        "esch-sur-alzette",
        ESCH,
        (("Sonia", "Exemplo"), ("Dan", "Muster"), ("Mila", "Primjer"), ("Alain", "Exemple"), ("Raymond", "Beispill"), ("Julie", "Voorbeeld")),
    ),
    *_commune(
        "echternach",
        ECHTERNACH,
        (("Fränk", "Beispill"), ("Martine", "Exemple"), ("Serge", "Beispiel"), ("Inês", "Ejemplo"), ("Yves", "Muster"), ("Cathy", "Sample")),
    ),
    Part("Gilles", "Voorbeeld", MERSCH, "nature", (_clerk("permits"), _adviser("permits"))),
    Part("Danielle", "Exemplu", ESCH, "nature", (Office("decider"),)),
    Part("Kevin", "Esimerkki", ECHTERNACH, "water", (_clerk("permits"), _adviser("permits"))),
    Part("Simone", "Pavyzdys", MERSCH, "water", (Office("decider"),)),
)

CITIZENS = (
    Part("Léa", "Beispill", MERSCH),
    Part("Hugo", "Exemplo", MERSCH, residence="moved"),
    Part("Emma", "Primjer", MERSCH, residence="address-unknown"),
    Part("Nina", "Esempio", MERSCH, firm=True),
    Part("Jonas", "Muster", ESCH),
    Part("Alice", "Exemple", ECHTERNACH),
)
