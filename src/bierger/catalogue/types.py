# SPDX-License-Identifier: EUPL-1.2
"""What the catalogue hands out: frozen, public, without a person in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bierger_core.procedures import Fee, LegalBasis, Period

SITUATIONS = "situation"
"""Situations stand beside procedures, under this owner: the same immutable versions, periods and search texts."""


@dataclass(frozen=True, kw_only=True)
class PackageFolder:
    """A package or a situation as it lies on disk, ready for `publish`."""

    path: str
    files: Mapping[str, bytes]
    vocabulary: bytes


@dataclass(frozen=True, kw_only=True)
class Published:
    """The outcome of `publish`; `already` is true when this very digest was there before."""

    digest: str
    owner: str
    name: str
    version: int
    already: bool


@dataclass(frozen=True, kw_only=True)
class SearchHit:
    """One procedure or situation found, its texts in the language asked (or its first one)."""

    owner: str
    name: str
    digest: str
    language: str
    title: str
    summary: str
    themes: tuple[str, ...]
    competence: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The information sheet of the version in force, in one language.

    fee         what it costs, as far as it is known, with `fee_note` in words (or "")
    delay       the time the administration has (None: not fixed), with `delay_note` in words (or "")
    needed      what the applicant should have at hand, in words
    outputs     titles of the documents it ends in
    offered_to  "everywhere" is an empty tuple; else ids of the administrations where it is in force
    """

    owner: str
    name: str
    digest: str
    version: int
    language: str
    languages: tuple[str, ...]
    title: str
    summary: str
    who: str
    themes: tuple[str, ...]
    audience: tuple[str, ...]
    anonymous: bool
    level: str
    needed: tuple[str, ...]
    fee: Fee
    fee_note: str
    delay: Period | None
    delay_note: str
    legal_basis: tuple[LegalBasis, ...]
    outputs: tuple[str, ...]
    competence: str
    offered_to: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class ActivePeriod:
    """In force from `starts` (included) to `ends` (excluded; None: without end), there or (None) everywhere."""

    administration: UUID | None
    starts: datetime
    ends: datetime | None


@dataclass(frozen=True, kw_only=True)
class VersionRow:
    """One line of `./bierger list`: the version and the periods that are running or planned."""

    digest: str
    owner: str
    name: str
    version: int
    title: Mapping[str, str]
    published_at: datetime
    periods: tuple[ActivePeriod, ...]
