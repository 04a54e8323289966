# SPDX-License-Identifier: EUPL-1.2
"""Holding a case: nothing of it is erased while an appeal, a lawsuit or an inquiry needs it.

Whoever decides holds a case and lets it go again; the database asks the rows of offices. Both are events that the applicant
reads, with the reason and the last day; a hold ends by itself after that day. A case may be held before it has ended.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from bierger.cases.errors import CaseErased, HoldRefused, NotAllowed
from bierger.cases.services.desk import kept_text
from bierger.cases.services.writer import CaseWriter
from bierger.cases.types import HOLD_REASONS, LONGEST_HOLD
from bierger.infra import clock
from bierger.infra.principal import current


def hold_case(*, case: UUID, reason: str, until: date, note: str = "") -> None:
    """Hold a case until the end of a day, or longer or shorter than before. note: for colleagues, erased with the case.

    Raises NotAllowed, CaseUnknown, CaseErased, TextTooLong, HoldRefused (hold-reason, hold-until: not after today, or too far).
    """
    _may_hold()
    today = clock.today()
    if reason not in HOLD_REASONS:
        raise HoldRefused("A case is held for a reason.", code="hold-reason")
    if not today < until <= today + LONGEST_HOLD:
        raise HoldRefused("A hold ends on a later day, within five years.", code="hold-until")
    text = kept_text(note)
    writer = CaseWriter.lock(case)
    if writer.row.erased_at is not None:
        raise CaseErased(f"Case {writer.row.number} was erased.")
    writer.row.hold_until, writer.row.hold_reason = until, reason
    writer.add("case-held", {"reason": reason, "until": until.isoformat()}, audience="all")
    if text:
        writer.add("note-added", {"text": text}, audience="administration")
    writer.save()


def release_case(*, case: UUID) -> bool:
    """Let a case go; False when nobody holds it. Raises NotAllowed, CaseUnknown."""
    _may_hold()
    writer = CaseWriter.lock(case)
    if writer.row.hold_until is None or writer.row.erased_at is not None:
        return False
    writer.row.hold_until, writer.row.hold_reason = None, ""
    writer.add("case-released", {}, audience="all")
    writer.save()
    return True


def _may_hold() -> None:
    principal = current()
    if principal.kind != "system" and not (principal.kind == "officer" and "decider" in principal.roles):
        raise NotAllowed("Who decides holds a case.")
