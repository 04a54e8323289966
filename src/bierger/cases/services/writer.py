# SPDX-License-Identifier: EUPL-1.2
"""One case under its lock: events are added to its chain here and nowhere else.

1. `lock` takes the case's row; whoever comes second waits and then sees the new head of the chain.
2. `add` makes header, commitment and hash, in memory.
3. `save` writes events, payloads and the head, at the end of the caller's work. A fresh case is inserted there, once and as it
   then is: what refers to it may be written before, since foreign keys are checked at the commit.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from bierger.cases.errors import CaseUnknown
from bierger.cases.models import Case, Event, EventPayload
from bierger.cases.types import Header, payload_commitment
from bierger.infra import clock
from bierger.infra.principal import current
from bierger.infra.rows import insert

Audience = Literal["all", "administration"]
_CHANNEL = {
    "person": "web",
    "link": "web",
    "anonymous": "web",
    "officer": "desk",
    "worker": "system",
    "system": "system",
}


@dataclass
class CaseWriter:
    """A locked case and the events that wait to be written."""

    row: Case
    fresh: bool = False
    _events: list[Event] = field(default_factory=list)
    _payloads: list[EventPayload] = field(default_factory=list)

    @classmethod
    def lock(cls, case: UUID) -> CaseWriter:
        """Raises CaseUnknown, also for a case that is not this principal's to see."""
        row = Case.objects.select_for_update().filter(id=case).first()
        if row is None:
            raise CaseUnknown(f"No case {case}.")
        return cls(row)

    def add(self, kind: str, payload: dict[str, object], *, audience: Audience) -> Event:
        """Append one event; gives back the row (its `hash` is final)."""
        principal = current()
        salt = secrets.token_bytes(32)
        row = self.row
        header = Header(
            case=row.id,
            sequence=row.last_sequence + 1,
            previous=bytes(row.last_hash),
            type=kind,
            actor_kind=principal.kind,
            actor=principal.officer or principal.person,
            on_behalf_of=principal.space,
            mandate=principal.mandate,
            channel=_CHANNEL[principal.kind],
            at=clock.now(),
            definition=row.digest,
            commitment=payload_commitment(salt, payload),
        )
        event = Event(
            case=row, sequence=header.sequence, previous=header.previous, type=kind, actor_kind=header.actor_kind,
            actor=header.actor, on_behalf_of=header.on_behalf_of, mandate=header.mandate, channel=header.channel, at=header.at,
            definition=header.definition, commitment=header.commitment, hash=header.digest(), audience=audience,
        )  # fmt: skip
        self._events.append(event)
        self._payloads.append(EventPayload(case=row, sequence=header.sequence, audience=audience, salt=salt, payload=payload))
        row.last_sequence, row.last_hash = header.sequence, event.hash
        return event

    def save(self) -> None:
        """Write what waits, then the head of the chain: the database takes none that is not an event."""
        insert(self._events)
        insert(self._payloads)
        self._events, self._payloads = [], []
        if self.fresh:
            insert([self.row])
            self.fresh = False
        else:
            self.row.save(
                update_fields=[
                    "status", "state", "ended_at", "open_question", "last_sequence", "last_hash", "erase_on", "erased_at",
                    "hold_until", "hold_reason",
                ],
                force_update=True,
            )  # fmt: skip
