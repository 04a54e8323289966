# SPDX-License-Identifier: EUPL-1.2
"""The workbench: a file goes into the limited process, what can be said of it comes back. Nothing is written anywhere."""

from __future__ import annotations

from collections.abc import Mapping

from bierger.infra.sandbox import Answer, Lanes, Limits, Pool, Sandbox

LARGEST = 500_000  # bytes of a file; it travels with the page, and base64 makes it a third longer
# The proof of a table of 2,000 rules and 20 columns takes seconds. A second author waits, a third is asked to come back.
LIMITS = Limits(seconds=15.0, memory=1_000_000_000)
AT_ONCE = 2
NICENESS = 10  # nobody's request waits for somebody's trial


def _made(_kind: str) -> Pool | Lanes:
    return Pool("bierger.studio.plugins.worker", at_once=AT_ONCE, niceness=NICENESS)


_sandbox = Sandbox(_made)
stop = _sandbox.stop


def look(data: bytes, body: Mapping[str, object], *, limits: Limits = LIMITS) -> Answer:
    """See operations.py for the body and the answer. Never raises for what the bytes do. Raises SandboxBusy."""
    return _sandbox.pool("rules").run("rules", body, {"file": data}, limits)
