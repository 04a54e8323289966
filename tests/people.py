# SPDX-License-Identifier: EUPL-1.2
"""The demonstration country in the test databases, and its people as principals.

    person("lea.beispill")     signs her in (her rows are made) and gives back her principal, in her private space
    officer("claire.muster")   the principal of an officer of Mersch
"""

from __future__ import annotations

from bierger.infra.principal import ANONYMOUS, Level, Principal, acting_as
from bierger.simulators.country import Person, country


def small_country() -> None:
    """Run once as owner, into the template of all test databases."""
    from django.conf import settings

    from bierger.site.country.loader import load_country

    load_country(issuer=settings.BIERGER_OIDC_ISSUER)


def claims_of(someone: Person, *, issuer: str, level: Level = "substantial"):
    """What the provider would say about somebody of the country."""
    from bierger.identity.types import Claims, OrganisationClaim

    organisations = [country().by_number[membership.organisation] for membership in someone.memberships]
    return Claims(
        issuer=issuer,
        subject=someone.subject,
        level=level,
        given_name=someone.given_name,
        family_name=someone.family_name,
        birth_date=someone.birth_date,
        matricule=someone.matricule,
        email=someone.email,
        organisations=tuple(
            OrganisationClaim(firm.number, firm.name, firm.vat, membership.role)
            for firm, membership in zip(organisations, someone.memberships, strict=True)
        ),
    )


def person(handle: str, *, level: Level = "substantial") -> Principal:
    from django.conf import settings

    from bierger.identity import services

    with acting_as(ANONYMOUS):
        claims = claims_of(country().by_handle[handle], issuer=settings.BIERGER_OIDC_ISSUER, level=level)
        return services.sign_in(claims=claims).principal


def officer(handle: str, *, level: Level = "substantial") -> Principal:
    from django.conf import settings

    from bierger.administrations.selectors import officers_by_login
    from bierger.identity import services

    subject, issuer = country().by_handle[handle].subject, settings.BIERGER_OIDC_ISSUER
    with acting_as(ANONYMOUS):
        first = officers_by_login(issuer, subject)[0]
        return services.enter_office(office=first.id, issuer=issuer, subject=subject, level=level)[0]
