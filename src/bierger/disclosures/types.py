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
from typing import ParamSpec, TypeVar
from uuid import UUID

from bierger.disclosures.errors import NotOwnData
from bierger.infra.principal import current
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


@personal_data
@dataclass(frozen=True)
class Reading:
    """One reading, as the person whom it concerns sees it, or a member of the organisation. `actor_kind`: officer, worker, person
    or system.

    facts: codes of what was read. The officer's name is not shown: the administration answers for its officers.
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
