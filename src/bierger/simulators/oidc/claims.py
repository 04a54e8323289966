# SPDX-License-Identifier: EUPL-1.2
"""What the provider says about somebody."""

from __future__ import annotations

from bierger.simulators.country import Person, country

ACR = "http://eidas.europa.eu/LoA/"
LEVELS = ("low", "substantial", "high")


def level_of(acr_values: str) -> str | None:
    """The lowest level that `acr_values` accepts, None when it names none that is known."""
    asked = {value.removeprefix(ACR) for value in acr_values.split()}
    return next((level for level in LEVELS if level in asked), None)


def claims_about(person: Person) -> dict[str, object]:
    """Standard claims, and three of this country: `matricule`, `org_numbers`, `orgs`."""
    organisations = [(membership, country().by_number[membership.organisation]) for membership in person.memberships]
    return {
        "sub": person.subject,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "name": person.name,
        "birthdate": person.birth_date.isoformat(),
        "email": person.email,
        "matricule": person.matricule,
        "org_numbers": [organisation.number for _, organisation in organisations],
        "orgs": [
            {"number": organisation.number, "vat": organisation.vat, "name": organisation.name, "role": membership.role}
            for membership, organisation in organisations
        ],
    }
