# SPDX-License-Identifier: EUPL-1.2
"""Which provider, and what its words mean: configuration only, so that another provider needs no code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings

from bierger.identity.errors import TokenRefused
from bierger.identity.types import Claims, OrganisationClaim
from bierger.infra.principal import LEVELS, Level
from bierger_core.values import IdentifierError, parse_matricule, parse_organisation_number

EIDAS = "http://eidas.europa.eu/LoA/"  # levels of assurance of Implementing Regulation (EU) 2015/1502, as OIDC `acr`
DEFAULT_LEVELS: Mapping[str, str] = {EIDAS + level: level for level in ("low", "substantial", "high")}
DEFAULT_CLAIMS: Mapping[str, str] = {
    "given_name": "given_name",
    "family_name": "family_name",
    "birth_date": "birthdate",
    "matricule": "matricule",
    "email": "email",
    "level": "acr",
    "organisations": "orgs",
}


@dataclass(frozen=True)
class Provider:
    """claims: our field -> the provider's claim. levels: the provider's `acr` value -> our level."""

    issuer: str
    client_id: str
    client_secret: str
    claims: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULT_CLAIMS))
    levels: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULT_LEVELS))

    def acr_values(self, level: str) -> str:
        """The provider's words for this level and better, the weakest first."""
        wanted = LEVELS[LEVELS.index(_level(level)) :]
        return " ".join(acr for one in wanted for acr, means in self.levels.items() if means == one)


def configured() -> Provider:
    return Provider(
        issuer=settings.BIERGER_OIDC_ISSUER,
        client_id=settings.BIERGER_OIDC_CLIENT_ID,
        client_secret=settings.BIERGER_OIDC_CLIENT_SECRET,
        claims={**DEFAULT_CLAIMS, **settings.BIERGER_OIDC_CLAIMS},
        levels=settings.BIERGER_OIDC_LEVELS or DEFAULT_LEVELS,
    )


def read_claims(provider: Provider, token: Mapping[str, object]) -> Claims:
    """The claims of a checked ID token in our words. Raises TokenRefused when one is missing or malformed.

    An unknown `acr` counts as `none`: a provider that invents a word must not gain a level by it.
    """
    given_name, family_name = _text(provider, token, "given_name"), _text(provider, token, "family_name")
    if not (given_name or family_name):
        raise TokenRefused("The ID token carries no name: check the claim map.")
    return Claims(
        issuer=provider.issuer,
        subject=str(token["sub"]),
        level=_level(provider.levels.get(_text(provider, token, "level"), "none")),
        given_name=given_name,
        family_name=family_name,
        birth_date=_date(_text(provider, token, "birth_date")),
        matricule=_matricule(_text(provider, token, "matricule")),
        email=_text(provider, token, "email"),
        organisations=_organisations(token.get(provider.claims["organisations"])),
    )


def _text(provider: Provider, token: Mapping[str, object], name: str) -> str:
    value = token.get(provider.claims[name], "")
    return value.strip()[:200] if isinstance(value, str) else ""


def _level(word: str) -> Level:
    return next((level for level in LEVELS if level == word), "none")


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None  # OpenID Connect allows "0000" for an unknown year: then there is no date


def _matricule(text: str) -> str | None:
    if not text:
        return None
    try:
        return parse_matricule(text)
    except IdentifierError as wrong:
        raise TokenRefused("The identification number in the ID token is not well formed.") from wrong


def _organisations(value: object) -> tuple[OrganisationClaim, ...] | None:
    """A list of {number, name, vat, role}, or of numbers; None when the provider says nothing."""
    if not isinstance(value, list):
        return None
    found = []
    for item in value[:50]:
        said = item if isinstance(item, dict) else {"number": item}
        try:
            number = parse_organisation_number(str(said.get("number", "")))
        except IdentifierError:
            continue  # one unreadable number must not lock the person out
        role = "manager" if said.get("role") == "manager" else "employee"
        found.append(OrganisationClaim(number, str(said.get("name") or number)[:200], str(said.get("vat", ""))[:12], role))
    return tuple({one.number: one for one in found}.values())
