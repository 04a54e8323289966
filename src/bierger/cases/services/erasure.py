# SPDX-License-Identifier: EUPL-1.2
"""Erasing what an event said, without touching that it happened."""

from __future__ import annotations

from uuid import UUID

from bierger.cases.errors import NotAllowed
from bierger.cases.models import EventPayload
from bierger.infra.principal import current


def erase_payload(*, case: UUID, sequence: int) -> bool:
    """Destroy payload and salt of one event; the chain still verifies and the fold says *erased*. False if it was gone."""
    if current().kind != "system":
        raise NotAllowed("Erasure runs as the system.")
    deleted, _ = EventPayload.objects.filter(case_id=case, sequence=sequence).delete()
    return deleted == 1
