# SPDX-License-Identifier: EUPL-1.2
"""The SQL of one submission, as the web process sends it: two submissions are captured, for the comparison in `replay`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.test import Client
from django.urls import reverse

from benchmarks.prepared import draft_id, session_key

CLOCK = "infra_clock_offset"  # the demonstration's movable clock is read once a second, not once a submission
MOST = 8  # submissions that a capture may use up
WARM = 3  # the first ones load packages, templates and the directory of administrations


class Statements:
    """What was sent, with its literals, and the seconds each took."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.seconds: list[float] = []

    @contextmanager
    def listening(self) -> Iterator[None]:
        with connection.execute_wrapper(self._hear):
            yield

    def _hear(self, execute: object, sql: str, params: Sequence[object] | None, many: bool, context: dict[str, object]) -> object:  # noqa: FBT001 - the signature is Django's
        if CLOCK in sql:
            return execute(sql, params, many, context)  # type: ignore[operator]  # Django's own cursor call
        cursor = context["cursor"]
        assert isinstance(cursor, CursorWrapper)
        self.sent.append(cursor.cursor.mogrify(sql, params) if params else sql.replace("%%", "%") if params is not None else sql)
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)  # type: ignore[operator]  # Django's own cursor call
        finally:
            self.seconds.append(time.perf_counter() - began)


def run(*, first: int) -> dict[str, object]:
    """Submit drafts number `first` and on; the statements of the last two, in order, BEGIN and COMMIT put back."""
    captured: list[list[str]] = []
    for number in range(first, first + MOST):
        heard = Statements()
        with heard.listening():
            submit(number)
        captured.append(with_transaction(heard.sent))
        # Once in a while one reads the directory of administrations again: two that did the same are compared.
        if len(captured) >= WARM + 2 and len(captured[-1]) == len(captured[-2]):
            return {"statements": captured[-2:], "used": len(captured)}
    raise RuntimeError(f"No two of {MOST} submissions sent the same statements.")


def submit(number: int) -> None:
    """One submission through the whole stack of middleware, in this process. Raises RuntimeError when it is refused."""
    # One client for all: each new one loads the middleware again, which a running web process does once.
    _client().cookies["bierger_session"] = session_key(number)
    answer = _client().post(reverse("portal:submit", args=[draft_id(number)]), {"declaration": "yes"})
    if answer.status_code != 302 or "/filings/" not in answer["Location"]:
        raise RuntimeError(f"Draft {number} was not filed: {answer.status_code}.")


@lru_cache(maxsize=1)
def _client() -> Client:
    return Client(HTTP_HOST="localhost", enforce_csrf_checks=False)


def with_transaction(sent: list[str]) -> list[str]:
    """The driver opens and ends the transaction itself, unseen: it begins where the principal is set, and ends at the end."""
    begins = next(place for place, sql in enumerate(sent) if "set_config('bierger.principal'" in sql)
    return [*sent[:begins], "BEGIN", *sent[begins:], "COMMIT"]
