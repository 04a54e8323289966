# SPDX-License-Identifier: EUPL-1.2
"""Acts that stand still are moved on: nobody's word that was given may wait for a job that is no longer there.

Run as often as one likes and by several workers: each step is a compare-and-swap (steps.py), and a topic is sent again only where
no job stands for it (`outbox.send_again`). A job that fails is not overtaken here; it is tried again by itself (`infra.jobs`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bierger.documents.models import Act
from bierger.documents.services.revocations import tell_again
from bierger.documents.services.steps import tell_logged
from bierger.infra import clock, outbox
from bierger.ledger import selectors as log

_AT_A_TIME = 1_000


def move_on() -> int:
    """Acts decided more than `outbox.STANDING_AFTER` ago and not delivered; gives back how many were moved. System only.

    1. Their commitment has a leaf, and nobody told them (`ledger.logged` of a whole batch was lost): told now.
    2. Logged, and nobody renders them; rendered and logged, and nobody delivers them: the topic again.
    3. Revoked, and nobody told holder and case.
    What waits for its own leaf waits for the sequencer, whose delay is an alarm of its own.
    """
    standing = Act.objects.exclude(state="delivered").filter(
        decided_at__lte=clock.now() - outbox.STANDING_AFTER, revoked_at__isnull=True, erased_at__isnull=True
    )
    moved = tell_again()
    for facts in _some(standing.filter(state="decided").values_list("facts_commitment", flat=True)):
        moved += tell_logged([entry.commitment for entry in log.logged_among(facts)])
    for files in _some(standing.filter(state="rendered", file_logged_at__isnull=True).values_list("file_commitment", flat=True)):
        moved += tell_logged([entry.commitment for entry in log.logged_among(files)])
    unrendered = standing.filter(state="logged").values_list("id", flat=True)
    moved += outbox.send_again("documents.act-logged", [{"act": str(act)} for act in unrendered])
    ready = standing.filter(state="rendered", file_logged_at__isnull=False).values_list("id", "case_id")
    return moved + outbox.send_again("documents.act-ready", [{"act": str(act), "case": str(case)} for act, case in ready])


def _some(rows: Iterable[bytes | memoryview | None]) -> Iterator[list[bytes]]:
    known = [bytes(row) for row in rows if row is not None]
    return (known[first : first + _AT_A_TIME] for first in range(0, len(known), _AT_A_TIME))
