# SPDX-License-Identifier: EUPL-1.2
"""What the ledger gives to others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class LoggedEntry:
    """A commitment that is in the log. index: of its leaf, from 0. logged_at: when its checkpoint was made."""

    commitment: bytes
    kind: int
    index: int
    logged_at: datetime


@dataclass(frozen=True)
class CheckpointView:
    """The newest checkpoint. note: the signed text, as served. at: when it was made."""

    size: int
    root: bytes
    note: bytes
    at: datetime


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
