# SPDX-License-Identifier: EUPL-1.2
"""Until when acts are kept: days and numbers, nothing of what they say."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from bierger.documents.models import Act
from bierger.documents.types import ActTerm


def act_terms(case: UUID) -> tuple[ActTerm, ...]:
    """The acts of a case with the days from which and until which they are kept, as far as this principal may see them."""
    return tuple(_term(row) for row in Act.objects.filter(case_id=case).order_by("decided_at", "id"))


def acts_over(today: date, *, after: UUID | None, most: int) -> tuple[tuple[UUID, UUID], ...]:
    """(act, case) of acts that are kept no longer, in the order of their ids, those after one (system)."""
    rows = Act.objects.filter(erase_on__lte=today, erased_at__isnull=True).order_by("id")
    if after is not None:
        rows = rows.filter(id__gt=after)
    return tuple(rows.values_list("id", "case_id")[:most])


def case_of_act(act: UUID) -> UUID | None:
    """The case of an act; None where there is no such act (system)."""
    return Act.objects.filter(id=act).values_list("case_id", flat=True).first()


def _term(row: Act) -> ActTerm:
    return ActTerm(
        id=row.id, number=row.number, document_type=row.document_type, decided_at=row.decided_at, valid_until=row.valid_until,
        erase_on=row.erase_on, erased_at=row.erased_at, under_way=row.state != "delivered" and row.revoked_at is None,
    )  # fmt: skip
