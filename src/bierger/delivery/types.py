# SPDX-License-Identifier: EUPL-1.2
"""What a mailbox shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bierger.disclosures.types import personal_data


@personal_data
@dataclass(frozen=True)
class MessageView:
    """A message. subject_code: `act-ready`, or a code of the sender; params: strings for the sentence that screens make of it."""

    id: UUID
    subject_code: str
    params: Mapping[str, str]
    act_id: UUID | None
    case_id: UUID | None
    sent_at: datetime
    read_at: datetime | None
