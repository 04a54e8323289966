# SPDX-License-Identifier: EUPL-1.2
"""What the ledger gives to others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class LoggedEntry:
    """A commitment that is in a log of ours. index: of its leaf, from 0. logged_at: when its checkpoint was made.

    origin: which log.
    """

    commitment: bytes
    kind: int
    index: int
    logged_at: datetime
    origin: str


@dataclass(frozen=True)
class CheckpointView:
    """The newest checkpoint. note: the signed text, as served. at: when it was made."""

    size: int
    root: bytes
    note: bytes
    at: datetime


@dataclass(frozen=True)
class EarlierLogView:
    """A log of ours that ended before the one of now. first, until: its rows among those of all our logs.

    note: its last checkpoint. body, salt: what the first leaf of the log after it commits to (`Kind.EARLIER_LOG`).
    """

    number: int
    origin: str
    first: int
    until: int
    note: bytes
    ended_at: datetime
    body: bytes
    salt: bytes


@dataclass(frozen=True)
class KeyView:
    """A key as its operator sees it. file: here, exposed (others may read it), gone."""

    kid: bytes
    owner: str
    purpose: str
    status: str
    valid_from: datetime
    valid_to: datetime | None
    revoked_from: datetime | None
    revoked_at_size: int | None
    reason: str
    file: str
