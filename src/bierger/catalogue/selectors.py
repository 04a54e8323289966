# SPDX-License-Identifier: EUPL-1.2
"""What anybody may read: versions of procedures and situations, which is in force, the sheet. Search stands in `search`."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.db.models import Q, QuerySet

from bierger.catalogue.errors import UnknownProcedureError, UnknownVersionError
from bierger.catalogue.models import Activation, PackageVersion, running_or_planned
from bierger.catalogue.plugins.closure import unpack, unpack_situation
from bierger.catalogue.plugins.search import search, themes
from bierger.catalogue.types import SITUATIONS, ActivePeriod, SearchHit, Sheet, VersionRow
from bierger.infra import clock
from bierger_core import procedures
from bierger_core.procedures import Package
from bierger_core.situations import Situation
from bierger_core.situations import load as load_situation

__all__ = [
    "active",
    "in_force",
    "offered_to",
    "package",
    "search",
    "sheet",
    "situation",
    "situation_of",
    "situations",
    "themes",
    "versions",
]

_PACKAGES_IN_MEMORY = 128  # a loaded package is about a quarter of a megabyte
_SITUATIONS_IN_MEMORY = 32


@lru_cache(maxsize=_PACKAGES_IN_MEMORY)
def package(digest: str) -> Package:
    """The package of a published version, kept in memory: a digest never means anything else.

    Raises UnknownVersionError.
    """
    files, vocabulary = unpack(_closure(PackageVersion.objects.exclude(owner=SITUATIONS), digest))
    return procedures.load(files, vocabulary=vocabulary)


def _closure(rows: QuerySet[PackageVersion], digest: str) -> bytes:
    closure = rows.filter(digest=digest).values_list("closure", flat=True).first()
    if closure is None:
        raise UnknownVersionError(digest)
    return bytes(closure)


@lru_cache(maxsize=_SITUATIONS_IN_MEMORY)
def situation_of(digest: str) -> Situation:
    """A published version of a situation, with the versions of its procedures with which it was proved.

    Raises UnknownVersionError.
    """
    files, vocabulary, packages = unpack_situation(_closure(PackageVersion.objects.filter(owner=SITUATIONS), digest))
    loaded = {key: package(its) for key, its in packages.items()}
    return load_situation(files, vocabulary=vocabulary, packages=loaded)


def situation(name: str, on: datetime | None = None) -> Situation | None:
    """The situation in force at the instant `on` (default: now); None when there is none of this name."""
    digest = active(SITUATIONS, name, on)
    return situation_of(digest) if digest else None


def situations(*, language: str = "fr", query: str = "", theme: str = "") -> tuple[SearchHit, ...]:
    """The situations in force, by title; with a query those that it finds, best first."""
    return search(query, theme, None, language, situations=True)


def active(owner: str, name: str, on: datetime | None = None, administration: UUID | None = None) -> str | None:
    """Digest of the version in force at the instant `on` (default: now); None when nothing is.

    With an administration, its own activation goes before the one for everybody; without, only the latter counts,
    or, when there is none, any administration's (the sheet is the same for all of them until one decides otherwise).
    """
    rows = _in_force(on or clock.now()).filter(owner=owner, name=name)
    if administration is not None:
        rows = rows.filter(Q(administration=administration) | Q(administration__isnull=True))
        best = rows.order_by("administration")  # NULL last
    else:
        best = rows.order_by("-administration")  # NULL first
    return best.values_list("version_id", flat=True).first()


def offered_to(owner: str, name: str, on: datetime | None = None) -> tuple[UUID, ...] | None:
    """None: not offered. Empty: everywhere. Else the administrations in which a version is in force."""
    places = list(_in_force(on or clock.now()).filter(owner=owner, name=name).values_list("administration", flat=True))
    if not places:
        return None
    return () if None in places else tuple(sorted(place for place in places if place))


def in_force(procedures: Collection[str]) -> dict[str, tuple[UUID, ...]]:
    """Where each of these procedures (`owner/name`) is offered now, as `offered_to`; one that is not offered is left out."""
    named = [tuple(one.partition("/")[::2]) for one in procedures]
    rows = _in_force(clock.now()).filter(owner__in={owner for owner, _ in named}, name__in={name for _, name in named})
    places: dict[str, list[UUID | None]] = {}
    for owner, name, place in rows.values_list("owner", "name", "administration"):
        places.setdefault(f"{owner}/{name}", []).append(place)
    return {
        one: () if None in places[one] else tuple(sorted(place for place in places[one] if place))
        for one in procedures
        if one in places
    }


def sheet(owner: str, name: str, language: str, administration: UUID | None = None, *, register: str = "standard") -> Sheet:
    """The information sheet of the version in force, in words of that register.

    Raises UnknownProcedureError when nothing is offered.
    """
    digest = active(owner, name, administration=administration)
    if digest is None:
        raise UnknownProcedureError(owner, name)
    found = package(digest).reading(register)
    spoken = language if language in found.languages else found.languages[0]
    return Sheet(
        owner=owner,
        name=name,
        digest=digest,
        version=found.version,
        language=spoken,
        languages=tuple(found.languages),
        title=found.title(spoken),
        summary=found.summary(spoken),
        who=found.text("who", spoken) if found.has_text("who") else "",
        themes=tuple(found.themes),
        audience=tuple(found.audience),
        anonymous=found.anonymous,
        level=found.level,
        needed=tuple(found.text(f"needed.{code}", spoken) for code in found.needed),
        fee=found.fee,
        fee_note=found.text("fee_note", spoken) if found.has_text("fee_note") else "",
        delay=found.delay,
        delay_note=found.text("delay_note", spoken) if found.has_text("delay_note") else "",
        legal_basis=tuple(found.legal_basis),
        outputs=tuple(found.text(f"document.{code}.title", spoken) for code in found.documents),
        competence=found.administration.kind,
        offered_to=offered_to(owner, name) or (),
    )


def versions(owner: str = "", name: str = "") -> tuple[VersionRow, ...]:
    """Every published version, newest first within its procedure, with the periods that run or are planned."""
    instant = clock.now()
    rows = PackageVersion.objects.defer("closure").order_by("owner", "name", "-published_at", "digest")
    if owner:
        rows = rows.filter(owner=owner)
    if name:
        rows = rows.filter(name=name)
    periods: dict[str, list[ActivePeriod]] = {}
    for row in Activation.objects.filter(running_or_planned(instant)).order_by("starts"):
        period = ActivePeriod(administration=row.administration, starts=row.starts, ends=row.ends)
        periods.setdefault(row.version_id, []).append(period)
    return tuple(
        VersionRow(
            digest=row.digest,
            owner=row.owner,
            name=row.name,
            version=row.version,
            title=row.title,
            published_at=row.published_at,
            periods=tuple(periods.get(row.digest, ())),
        )
        for row in rows
    )


def _in_force(instant: datetime) -> QuerySet[Activation]:
    return Activation.objects.filter(Q(ends__isnull=True) | Q(ends__gt=instant), starts__lte=instant)
