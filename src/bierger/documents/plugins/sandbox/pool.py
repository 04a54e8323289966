# SPDX-License-Identifier: EUPL-1.2
"""Which worker opens what.

One worker per process is enough for what people give (attachments are looked at one after the other); letters have one for
each core. Anybody at all may have a document verified, so that is done in a worker of its own, which gives way to everything
else: whoever keeps it busy keeps others from verifying, never from attaching a file or getting a letter. There no more than one
waits behind the one at work; who comes third is sent away at once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from bierger.infra.sandbox import Answer, Lanes, Limits, Pool, Sandbox

WORKER = "bierger.documents.plugins.sandbox.worker"
# Letters: the act of somebody who waits, and the thousands of a campaign. Their templates are a publisher's, not a stranger's.
OF_LETTERS = frozenset({"render"})
LANES = min(4, os.cpu_count() or 1)
# What a stranger may ask for without having begun anything here: `/verify`.
OF_STRANGERS = frozenset({"codes", "attachments"})
STRANGERS_AT_ONCE = 2  # one at work and one behind
STRANGERS_NICENESS = 10
DEFAULT_LIMITS = Limits()


def _made(kind: str) -> Pool | Lanes:
    if kind == "letters":
        return Lanes(WORKER, LANES)
    if kind == "strangers":
        return Pool(WORKER, at_once=STRANGERS_AT_ONCE, niceness=STRANGERS_NICENESS)
    return Pool(WORKER)


_sandbox = Sandbox(_made)
stop = _sandbox.stop


def _pool(operation: str = "") -> Pool | Lanes:
    return _sandbox.pool("strangers" if operation in OF_STRANGERS else "letters" if operation in OF_LETTERS else "own")


def run(
    operation: str, body: Mapping[str, object], parts: Mapping[str, bytes] | None = None, *, limits: Limits = DEFAULT_LIMITS
) -> Answer:
    """Do one operation in the sandbox; see operations.py for names, bodies and parts.

    Never raises for what the bytes do. Raises SandboxBusy: others hold it for longer than anybody waits, or too many wait.
    """
    return _pool(operation).run(operation, body, parts or {}, limits)
