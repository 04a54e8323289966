# SPDX-License-Identifier: EUPL-1.2
"""Faults on demand: `<BIERGER_DATA>/simulators/faults.json`, read at every request.

    {"population": {"status": 503}, "organisations": {"delay": 3.5}, "token": {"status": 500}}

`delay` is in seconds and comes before `status`. A missing or unreadable file means that all is well.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

from bierger.simulators import settings

LONGEST_DELAY = 30.0


@dataclass(frozen=True)
class Fault:
    delay: float = 0.0
    status: int = 0


def suffer(part: str) -> int:
    """Wait as long as the file says for this part; gives back the HTTP status to answer with, 0 for none."""
    fault = _fault(part)
    if fault.delay:
        time.sleep(min(fault.delay, LONGEST_DELAY))
    return fault.status


def _fault(part: str) -> Fault:
    try:
        said = json.loads((settings.SIMULATORS_DATA / "faults.json").read_text("utf-8")).get(part, {})
        return Fault(float(said.get("delay", 0)), int(said.get("status", 0)))
    except (OSError, ValueError, TypeError, AttributeError):
        return Fault()
