# SPDX-License-Identifier: EUPL-1.2
"""What others see of administrations: frozen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

AdministrationKind = Literal["commune", "state"]
ROLES = ("clerk", "adviser", "decider", "publisher", "auditor", "investigator")
_FALLBACKS = ("fr", "de", "en", "lb")


def in_language(names: Mapping[str, str], language: str) -> str:
    """The name in this language, else in the first that has one; '' when there is none at all."""
    return names.get(language) or next((names[code] for code in _FALLBACKS if names.get(code)), "")


@dataclass(frozen=True)
class AdministrationView:
    """code             stable name in addresses, `esch-sur-alzette`
    lau2                code of the commune in the European list, '' for State bodies
    valid_from, valid_to   both days included; None = open
    primary, accent     colours, `#rrggbb`
    served              it has officers in this installation: requests can go there
    """

    id: UUID
    code: str
    kind: AdministrationKind
    lau2: str
    names: Mapping[str, str]
    canton: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    successor: UUID | None
    primary: str
    accent: str
    postal_address: str
    email: str
    served: bool

    def name(self, language: str) -> str:
        return in_language(self.names, language)

    def valid_on(self, day: dt.date) -> bool:
        return (self.valid_from or day) <= day <= (self.valid_to or day)


@dataclass(frozen=True)
class ServiceView:
    """A team inside an administration; `code` is unique in it."""

    id: UUID
    administration: UUID
    code: str
    names: Mapping[str, str]

    def name(self, language: str) -> str:
        return in_language(self.names, language)


@dataclass(frozen=True)
class Assignment:
    """A role, in one service or (None) in the whole administration."""

    role: str
    service: UUID | None


@dataclass(frozen=True)
class OfficerView:
    """Somebody who works for one administration: shown with name to citizens by law, so no personal data here."""

    id: UUID
    administration: UUID
    administration_code: str
    given_name: str
    family_name: str
    assignments: tuple[Assignment, ...]

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(role for role in ROLES if any(one.role == role for one in self.assignments))

    @property
    def services(self) -> tuple[UUID, ...]:
        return tuple(dict.fromkeys(one.service for one in self.assignments if one.service))
