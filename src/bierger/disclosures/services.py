# SPDX-License-Identifier: EUPL-1.2
"""Record a reading."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from bierger.disclosures.types import Purpose
from bierger.infra import clock
from bierger.infra.principal import current


def record(*, purpose: Purpose, subjects: Iterable[UUID], facts: Iterable[str]) -> None:
    """One row for one query, in the reader's transaction: what was not recorded was not read.

    subjects   ids of people, and of organisations' spaces (identity.selectors.people_of gives the one or the other); without any
               (anonymous requests) there is nobody to tell and no row
    facts      codes of what was read: `name`, `address`, `answers`, `attachments` …
    """
    people = sorted(set(subjects))
    if not people:
        return
    # Plain SQL: INSERT ... RETURNING would need a right to read the row, which only the person concerned has.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO disclosures_disclosure"
            " (at, subjects, actor, actor_kind, administration, service, legal_basis, purpose, case_id, facts)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                clock.now(),
                people,
                purpose.actor,
                current().kind,
                purpose.administration,
                purpose.service,
                purpose.legal_basis,
                purpose.purpose,
                purpose.case,
                sorted(set(facts)),
            ],
        )


def purpose_of_case(case: UUID | None, *, legal_basis: str = "", purpose: str = "case-handling") -> Purpose:
    """The purpose of whoever is acting, for a case (or, with None, for a worklist)."""
    principal = current()
    return Purpose(
        actor=principal.officer or principal.person,
        administration=principal.administration,
        legal_basis=legal_basis,
        purpose=purpose,
        case=case,
        service=principal.services[0] if len(principal.services) == 1 else None,
    )
