# SPDX-License-Identifier: EUPL-1.2
"""Why somebody reads somebody's data, and how a reading is shown.

@personal_data                      on a frozen dataclass that holds somebody's data
def f(..., purpose: Purpose) -> …   a selector that gives such a type back takes a Purpose …
@own_data("why")                    … or only ever shows people their own
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from bierger.disclosures.errors import NotOwnData
from bierger.infra.principal import current
from bierger_core.merkle import ReadingBatch
from bierger_core.procedures import LegalBasis

C = TypeVar("C", bound=type)
P = ParamSpec("P")
R = TypeVar("R")
MARK = "__personal_data__"
OWN = "__own_data__"


def personal_data(cls: C) -> C:
    """Mark a type: selectors that give it back owe a Purpose (tests/system/test_disclosures.py looks)."""
    setattr(cls, MARK, True)
    return cls


@dataclass(frozen=True)
class Purpose:
    """Who reads, for which administration, on which legal basis, why, for which case.

    actor         officer or person; None for the worker
    legal_basis   every law that the procedure names, as its package gives them; without one nothing is recorded, and nothing read
                  (a worklist is of many procedures: its selector says of each row by which law it is read)
    purpose       stable code, kebab-case: `case-handling`, `register-check`, `worklist`
    """

    actor: UUID | None
    administration: UUID | None
    legal_basis: tuple[LegalBasis, ...]
    purpose: str
    case: UUID | None = None
    service: UUID | None = None


@dataclass(frozen=True)
class Law:
    """A law as it was named when somebody's data were read: official title (French, as published), ELI, articles."""

    title: str
    eli: str
    articles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Delay:
    """Why a person was told only on the day `until`. orders: 1, and one more for each extension."""

    begun_on: dt.date
    until: dt.date
    reason: str
    laws: tuple[Law, ...]
    orders: int


@dataclass(frozen=True)
class OrderRow:
    """An order, an extension of it, or (`ended`) its end before its day: who gave it when, why, by which law."""

    officer: UUID
    ordered_on: dt.date
    until: dt.date
    reason: str
    laws: tuple[Law, ...]
    ended: bool


@dataclass(frozen=True)
class Order:
    """That readings of a case by this administration are told later, for those who order and those who watch. Nobody who is
    concerned stands in it.

    until              the day on which they are told, or were
    readings, people   how many were made under it, and about how many people; newest: the last of them
    longest            the last day to which it may be extended
    """

    id: UUID
    case: UUID
    begun_on: dt.date
    until: dt.date
    in_force: bool
    rows: tuple[OrderRow, ...]
    readings: int
    people: int
    newest: dt.datetime | None
    longest: dt.date


@personal_data
@dataclass(frozen=True)
class Opened:
    """A reading, for the auditors of the administration that read: which officer it was.

    mark    what of the officer is sealed, hex; '' for a reading from before there were marks
    salt    opens it, hex: whoever has it and the officer's identifier can check the mark
    proof   `sealed`: the row is what was sealed; `waiting`: not sealed yet; `changed`: it is not what was sealed
    """

    id: int
    at: dt.datetime
    actor: UUID | None
    actor_kind: str
    service: UUID | None
    purpose: str
    case: UUID | None
    facts: tuple[str, ...]
    people: int
    mark: str
    salt: str
    proof: str


@personal_data
@dataclass(frozen=True)
class Reading:
    """One reading, as the person whom it concerns sees it, or a member of the organisation. `actor_kind`: officer, worker, person
    or system.

    facts          codes of what was read. The officer's name is not shown: the administration answers for its officers.
    on_behalf_of   space in whose name a representative read
    sequence       place in the person's chain; None while it is recorded and not sealed yet
    batch          number of the batch it was sealed in, and `commitment`, what of it the log holds
    delay          for a reading that was told later: why
    is_aside       it could not be sealed so far: those who run the installation know, and it is tried again
    """

    id: int
    at: dt.datetime
    actor_kind: str
    administration: UUID | None
    administration_names: Mapping[str, str]
    service_names: Mapping[str, str]
    legal_basis: tuple[Law, ...]
    purpose: str
    case: UUID | None
    facts: tuple[str, ...]
    on_behalf_of: UUID | None = None
    sequence: int | None = None
    batch: int | None = None
    commitment: bytes = b""
    delay: Delay | None = None
    is_aside: bool = False


@dataclass(frozen=True)
class ReadingFilter:
    """Which readings: of one administration (None: of all), from an instant on, before another."""

    administration: UUID | None = None
    since: dt.datetime | None = None
    before: dt.datetime | None = None


@dataclass(frozen=True)
class BatchView:
    """A batch, as it is public.

    leaves  64 bytes each, see bierger_core.merkle.readings
    kept    days for which its readings are kept at least
    v       form of what the log holds of it: from 2 on `kept` is in it
    """

    number: int
    at: dt.datetime
    salt: bytes
    commitment: bytes
    leaves: tuple[bytes, ...]
    kept: int
    v: int

    @property
    def tree(self) -> ReadingBatch:
        """What the log commits to."""
        return ReadingBatch(self.number, self.at, self.leaves, None if self.v == 1 else self.kept)


@personal_data
@dataclass(frozen=True)
class Sealed:
    """What a person can prove: their chain, as a JSON object each (see docs/reference/readings.md).

    subject, key   whose chain, and what opens their leaves in the public batches; None before the first was sealed
    entries        in order, from 1
    waiting        readings that are recorded and not sealed yet
    batches        numbers of all batches that the entries name
    """

    subject: UUID
    key: bytes | None
    entries: tuple[Mapping[str, Any], ...]
    waiting: tuple[Mapping[str, Any], ...]
    batches: tuple[int, ...]


def own_data(reason: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A selector for people about themselves. An officer who calls it is refused: NotOwnData.

    reason    one sentence that says why nobody else's data can come back (which policy keeps them out)
    """

    def decorate(selector: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(selector)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if current().kind == "officer":
                raise NotOwnData(f"{selector.__name__} shows people their own data: officers read with a purpose.")
            return selector(*args, **kwargs)

        setattr(guarded, OWN, reason)
        return guarded

    return decorate
