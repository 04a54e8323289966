# SPDX-License-Identifier: EUPL-1.2
"""Which of our acts a revoked key or the end of a log takes along: for the operator, who has them issued again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from bierger.documents.models import Act
from bierger.documents.selectors.document_types import seal_of
from bierger.ledger import selectors as log
from bierger_core.values import CoreError

_AT_A_TIME = 1_000
_Row = tuple[str, datetime, str, bytes | memoryview]


def numbers_refused(*, kid: bytes, issuer: str, since: datetime, size: int) -> tuple[str, ...]:
    """The numbers of the issuer's acts that were sealed with this key and are refused now, in order of decision (system).

    size: entries the log had at `since`. Refused is what bears a later instant, and what did not stand in the log by then.
    """
    rows = Act.objects.filter(issuer=issuer).order_by("decided_at", "id")
    found = rows.values_list("number", "decided_at", "seal", "facts_commitment").iterator(_AT_A_TIME)
    return tuple(number for some in _batches(found) for number in _refused(some, kid, since, size))


def numbers_waiting() -> tuple[tuple[str, str], ...]:
    """Issuer and number of acts whose facts are in no log, in order of decision (system): their seal names the log that ended."""
    rows = Act.objects.filter(state="decided").order_by("decided_at", "id")
    found = [(issuer, number, bytes(leaf)) for issuer, number, leaf in rows.values_list("issuer", "number", "facts_commitment")]
    logged = {entry.commitment for entry in log.logged_among([leaf for _, _, leaf in found])}
    return tuple((issuer, number) for issuer, number, leaf in found if leaf not in logged)


def _refused(some: list[_Row], kid: bytes, since: datetime, size: int) -> Iterator[str]:
    places = {entry.commitment: entry.index for entry in log.logged_among([bytes(row[3]) for row in some])}
    for number, decided_at, code, leaf in some:
        place = places.get(bytes(leaf))
        if (decided_at >= since or place is None or place >= size) and _kid_of(code) == kid:
            yield number


def _kid_of(code: str) -> bytes | None:
    try:
        return seal_of(code).kid
    except CoreError:
        return None  # erased with the rest of the act


def _batches(rows: Iterator[_Row]) -> Iterator[list[_Row]]:
    while some := list(islice(rows, _AT_A_TIME)):
        yield some
