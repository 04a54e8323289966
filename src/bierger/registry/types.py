# SPDX-License-Identifier: EUPL-1.2
"""What a register answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from bierger.disclosures.types import personal_data


@personal_data
@dataclass(frozen=True)
class Evidence:
    """register, question   what was asked: `population`, `residence`
    found                   the register knows the number
    facts                   strings by name; None = the register says nothing. Names by register: see services.ask
    asked_at                when, aware UTC
    """

    register: str
    question: str
    found: bool
    facts: Mapping[str, str | None]
    asked_at: dt.datetime
