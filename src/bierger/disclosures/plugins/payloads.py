# SPDX-License-Identifier: EUPL-1.2
"""What a reading says to one of those whom it concerns, as it is committed to: never a word about the others.

Made of the row again whenever it is shown: a row that was changed later no longer fits its commitment. Ids and codes, no names:
names change, and the export gives them beside. A new field is a new version of `payload`; the old one stays for old entries.

Version 2 has `actor`: a mark of the account that read, which the auditors of its administration can open (bierger_core.merkle:
`reading_actor`). The person has the mark and not the account, so that nobody can put another officer in its place later. A row
without a salt is of version 1; whoever takes the salt away makes content that no longer fits its commitment.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from bierger_core.merkle import reading_actor
from bierger_core.values import Canonical, format_instant

VERSION = 2


class Read(Protocol):
    """A row of the table of readings."""

    id: int
    at: dt.datetime
    actor: UUID | None
    actor_salt: bytes | memoryview[int] | None
    actor_kind: str
    administration: UUID | None
    service: UUID | None
    on_behalf_of: UUID | None
    purpose: str
    legal_basis: Sequence[Mapping[str, Any]]
    case_id: UUID | None
    facts: list[str]


@dataclass(frozen=True)
class DelayTold:
    """An order that is over: why somebody was told only on the day `until`. orders: 1, and one for each extension."""

    id: UUID
    begun_on: dt.date
    until: dt.date
    reason: str
    laws: tuple[Mapping[str, Any], ...]
    orders: int

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> DelayTold:
        """From a row of `disclosures_delays_told`. A raw cursor gives JSON as text."""
        laws = json.loads(row[4]) if isinstance(row[4], str) else row[4]
        return cls(row[0], row[1], row[2], row[3], tuple(laws), row[5])


def payload(row: Read, subject: UUID, delay: DelayTold | None = None) -> dict[str, Canonical]:
    """The canonical content; `delay` for a reading that was told later."""
    said: dict[str, Canonical] = {
        "v": VERSION if row.actor_salt else 1,
        "reading": row.id,
        "subject": str(subject),
        "at": format_instant(row.at),
        "by": row.actor_kind,
        "administration": _id(row.administration),
        "service": _id(row.service),
        "on_behalf_of": _id(row.on_behalf_of),
        "purpose": row.purpose,
        "laws": [_law(law) for law in row.legal_basis],
        "case": _id(row.case_id),
        "facts": list(row.facts),
    }
    if row.actor_salt:
        said["actor"] = reading_actor(bytes(row.actor_salt), row.actor).hex() if row.actor else None
    if delay is not None:
        said["delay"] = {
            "begun_on": delay.begun_on.isoformat(),
            "until": delay.until.isoformat(),
            "reason": delay.reason,
            "laws": [_law(law) for law in delay.laws],
            "orders": delay.orders,
        }
    return said


def _id(one: UUID | None) -> str | None:
    return None if one is None else str(one)


def _law(law: Mapping[str, Any]) -> Canonical:
    return {"title": law["title"], "eli": law.get("eli", ""), "articles": list(law.get("articles", ()))}
