# SPDX-License-Identifier: EUPL-1.2
"""How long a case is kept, and what is left of it. None of this is what a case says: nothing is recorded as read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db.models import F

from bierger.cases.errors import CaseUnknown
from bierger.cases.models import Case, Deletion, ErasureFailure
from bierger.cases.types import ActKept, DeletionView, Overdue, RetentionView
from bierger.catalogue import selectors as catalogue
from bierger.documents import selectors as documents
from bierger.infra import clock
from bierger.ledger import selectors as log
from bierger_core.merkle import format_proof
from bierger_core.seals import certificate


def retention(case: UUID) -> RetentionView:
    """For whoever sees the case. Raises CaseUnknown."""
    row = Case.objects.filter(id=case).first()
    if row is None:
        raise CaseUnknown(f"No case {case}.")
    rule = catalogue.package(row.digest).retention
    deletions = list(Deletion.objects.filter(case=row).order_by("at", "id"))
    logged = {bytes(one.commitment) for one in log.logged_among([bytes(one.commitment) for one in deletions])}
    kept = [one for one in documents.act_terms(case) if one.erase_on and (row.erased_at or one.erase_on != row.erase_on)]
    return RetentionView(
        case=row.id, period=rule.text, year_end=rule.year_end, erase_on=row.erase_on, ended=row.status == "ended",
        erased_at=row.erased_at,
        hold_until=row.hold_until, hold_reason=row.hold_reason,
        held=row.erased_at is None and row.hold_until is not None and row.hold_until >= clock.today(),
        acts=tuple(ActKept(one.number, one.document_type, one.erase_on, one.erased_at) for one in kept),
        deletions=tuple(
            DeletionView(one.id, one.at, _counts(one.record), bytes(one.commitment) in logged) for one in deletions
        ),
    )  # fmt: skip


def deletion_certificate(case: UUID, deletion: UUID) -> bytes | None:
    """The proof of an erasure, for whoever sees the case; None while it waits for the log. Raises CaseUnknown."""
    row = Deletion.objects.filter(id=deletion, case_id=case).first()
    if row is None:
        raise CaseUnknown(f"No erasure {deletion} in case {case}.")
    proof = log.proof(bytes(row.commitment))
    return None if proof is None else certificate(row.record, bytes(row.salt), format_proof(proof))


def due(today: date, *, after: UUID | None, most: int) -> tuple[UUID, ...]:
    """Cases whose time is over and that nobody holds, in the order of their ids, those after one (system)."""
    rows = Case.objects.filter(erase_on__lte=today, erased_at__isnull=True).exclude(hold_until__gte=today).order_by("id")
    if after is not None:
        rows = rows.filter(id__gt=after)
    return tuple(rows.values_list("id", flat=True)[:most])


def overdue(today: date, *, most: int) -> tuple[Overdue, ...]:
    """Cases whose day has come and that are still there, the oldest first: held, or late (system)."""
    rows = Case.objects.filter(erase_on__lte=today, erased_at__isnull=True).order_by("erase_on", "id")[:most]
    return tuple(_overdue(row, today) for row in rows)


def held(today: date, *, most: int) -> tuple[Overdue, ...]:
    """Cases that somebody holds, also those whose day has not come (system)."""
    rows = Case.objects.filter(hold_until__gte=today, erased_at__isnull=True)
    return tuple(_overdue(row, today) for row in rows.order_by(F("hold_until").asc(), "id")[:most])


def due_by_day(today: date, *, days: int) -> Mapping[date, int]:
    """How many cases are erased on each of the next days (system)."""
    found: dict[date, int] = {}
    rows = Case.objects.filter(erase_on__gt=today, erased_at__isnull=True).order_by("erase_on").values_list("erase_on", flat=True)
    for day in rows.iterator():
        if day is None or (day - today).days > days:
            break
        found[day] = found.get(day, 0) + 1
    return found


def exists(case: UUID) -> bool:
    """Is there such a case, as far as this principal may see? Shows nothing of it."""
    return Case.objects.filter(id=case).exists()


def case_by_number(number: str) -> UUID | None:
    """The case with this number, as somebody types it at the terminal (system). Shows nothing of it."""
    return Case.objects.filter(number=number).values_list("id", flat=True).first()


def _overdue(row: Case, today: date) -> Overdue:
    is_held = row.hold_until is not None and row.hold_until >= today
    failure = ErasureFailure.objects.filter(case=row).first()
    return Overdue(row.id, row.number, row.erase_on, row.hold_until, row.hold_reason, is_held, failure.code if failure else "")


def _counts(record: Mapping[str, object]) -> Mapping[str, int]:
    counts = record["destroyed"]
    assert isinstance(counts, dict)
    return {str(kind): int(count) for kind, count in counts.items()}
