# SPDX-License-Identifier: EUPL-1.2
"""Jobs: one procrastinate task that runs one outbox handler. Jobs carry ids only and may run twice."""

from __future__ import annotations

import json

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from bierger.infra import outbox

QUEUE = "bierger"
# A handler that keeps failing is tried for a good two hours (2 + 4 + ... + 2^12 seconds), then stays as failed for the
# operator to see.
RETRY = RetryStrategy(max_attempts=12, exponential_wait=2)


@app.task(name="bierger.handle", queue=QUEUE, retry=RETRY)
def run_handler(topic: str, handler: str, ids: dict[str, str]) -> None:
    outbox.handle(topic, handler, ids)


def defer_many(jobs: list[tuple[str, str, str]]) -> None:
    """Queue (topic, handler name, ids as JSON text) in the caller's transaction."""
    if jobs:
        run_handler.batch_defer(*({"topic": topic, "handler": name, "ids": json.loads(ids)} for topic, name, ids in jobs))
