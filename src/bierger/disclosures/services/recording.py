# SPDX-License-Identifier: EUPL-1.2
"""Record a reading: one row, in the reader's transaction. Sealing it is the notariser's."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from uuid import UUID

from bierger.disclosures.errors import NoLegalBasis
from bierger.disclosures.types import Purpose
from bierger.infra import clock, rows
from bierger.infra.principal import current
from bierger_core.procedures import LegalBasis


def record(*, purpose: Purpose, subjects: Iterable[UUID], facts: Iterable[str]) -> None:
    """One row for one query, in the reader's transaction: what was not recorded was not read.

    subjects   ids of people, and of organisations' spaces (identity.selectors.people_of gives the one or the other); without any
               (anonymous requests) there is nobody to tell and no row
    facts      codes of what was read: `name`, `address`, `answers`, `attachment` …

    Raises NoLegalBasis: who reads says by which law, also where nobody is to be told.
    """
    if not purpose.legal_basis:
        raise NoLegalBasis(f"A reading for {purpose.purpose} names no law.")
    people = sorted(set(subjects))
    if not people:
        return
    acting = current()
    # Not the model: INSERT ... RETURNING would need a right to read the row, which only the person concerned has.
    rows.carry(
        "SELECT disclosures_record(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            clock.now(),
            people,
            purpose.actor,
            secrets.token_bytes(32),
            acting.kind,
            purpose.administration,
            purpose.service,
            json.dumps([{"title": law.title, "eli": law.eli, "articles": law.articles} for law in purpose.legal_basis]),
            purpose.purpose,
            purpose.case,
            sorted(set(facts)),
            acting.space if acting.mandate else None,
            acting.mandate,
        ],
    )


def purpose_of_case(case: UUID | None, *, legal_basis: Sequence[LegalBasis] = (), purpose: str = "case-handling") -> Purpose:
    """The purpose of whoever is acting, for a case (or, with None, for a worklist). See cases.selectors.purpose_of."""
    principal = current()
    return Purpose(
        actor=principal.officer or principal.person,
        administration=principal.administration,
        legal_basis=tuple(legal_basis),
        purpose=purpose,
        case=case,
        service=principal.services[0] if len(principal.services) == 1 else None,
    )
