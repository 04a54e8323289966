# SPDX-License-Identifier: EUPL-1.2
"""Tell somebody later that their data were read, for an investigation: ordered before, with a reason, a law and an end.

Only an officer with the role `investigator` may, in the name of their administration, for one case of it (GDPR article 23: the
law has to allow it). The database asks for the role, lets nothing be changed or deleted afterwards, and ends the delay by the
day, with nobody's help. What was read before the order has been told already, and stays told.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, transaction

from bierger.disclosures.errors import DelayRefused
from bierger.disclosures.models import Delay
from bierger.infra import clock
from bierger.infra.principal import current
from bierger.infra.rows import insert
from bierger_core.procedures import LegalBasis


def order_delay(*, case: UUID, until: dt.date, reason: str, legal_basis: Sequence[LegalBasis]) -> UUID:
    """Readings of this case by the acting officer's administration are told on the day `until`. Raises DelayRefused.

    reason    read by the person afterwards, in plain words
    """
    today = clock.today()
    return _order(case=case, begun=today, until=until, reason=reason, legal_basis=legal_basis, extends=None)


def extend_delay(*, delay: UUID, until: dt.date, reason: str, legal_basis: Sequence[LegalBasis]) -> UUID:
    """A later end for an order that is still in force: one more order, which stays beside the first. Raises DelayRefused."""
    first = Delay.objects.filter(id=delay, extends=None).first()
    if first is None:
        raise DelayRefused("There is no such order in this administration.", code="delay-unknown")
    return _order(case=first.case_id, begun=first.begun_on, until=until, reason=reason, legal_basis=legal_basis, extends=first.id)


def _order(
    *, case: UUID, begun: dt.date, until: dt.date, reason: str, legal_basis: Sequence[LegalBasis], extends: UUID | None
) -> UUID:
    today, longest = clock.today(), dt.timedelta(days=settings.BIERGER_LONGEST_DELAY)
    if not reason.strip() or not legal_basis:
        raise DelayRefused("A delay has a reason and a law.", code="delay-reason")
    if not today < until <= begun + longest:
        raise DelayRefused(f"A delay ends after today and at most {longest.days} days after it began.", code="delay-length")
    acting = current()
    if acting.administration is None or acting.officer is None:
        raise DelayRefused("Only an investigator may order this.", code="delay-right")
    row = Delay(
        id=uuid.uuid4(), administration=acting.administration, case_id=case, officer=acting.officer, begun_on=begun,
        ordered_on=today, until=until, reason=reason.strip(), extends_id=extends,
        legal_basis=[{"title": law.title, "eli": law.eli, "articles": list(law.articles)} for law in legal_basis],
    )  # fmt: skip
    try:
        with transaction.atomic():
            insert([row])
    except DatabaseError as error:
        raise DelayRefused(
            "Only an investigator may order this, and only while it lasts may it be extended.", code="delay-right"
        ) from error
    return row.id
