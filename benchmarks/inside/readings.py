# SPDX-License-Identifier: EUPL-1.2
"""What recording a reading costs the worklist: the same page with and without it, in turn, in one process and one run."""

from __future__ import annotations

import statistics
import time

from django.test import Client

from bierger.cases.selectors import desk

WARM = 20


def run(*, session: str, rounds: int) -> dict[str, float]:
    """Milliseconds of the page, medians: `with_ms`, `without_ms`; `cost_ms` is the median of what each pair differs by, `ratio`
    one more than its share.

    Every second page leaves the recording out, and each is compared with its neighbour: the machine's pace changes by more than
    what is measured, but seldom within a tenth of a second.
    """
    client = Client(HTTP_HOST="localhost")
    client.cookies["bierger_session"], client.cookies["bierger_language"] = session, "en"
    record = desk.disclosures.record
    taken: dict[bool, list[float]] = {True: [], False: []}
    try:
        for number in range(WARM + 2 * rounds):
            recording = number % 2 == 0
            desk.disclosures.record = record if recording else _nothing  # type: ignore[assignment]  # left out on purpose
            began = time.perf_counter()
            answer = client.get("/desk")
            spent = 1000 * (time.perf_counter() - began)
            if answer.status_code != 200 or b"Applicant" not in answer.content:
                raise RuntimeError(f"The worklist answered {answer.status_code}.")
            if number >= WARM:
                taken[recording].append(spent)
    finally:
        desk.disclosures.record = record  # type: ignore[assignment]  # as it was
    with_ms, without_ms = statistics.median(taken[True]), statistics.median(taken[False])
    cost_ms = statistics.median(one - other for one, other in zip(taken[True], taken[False], strict=True))
    return {"with_ms": with_ms, "without_ms": without_ms, "cost_ms": cost_ms, "ratio": 1 + cost_ms / without_ms}


def _nothing(**_said: object) -> None:
    """In the place of `record`."""
