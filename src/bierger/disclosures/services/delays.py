# SPDX-License-Identifier: EUPL-1.2
"""Tell somebody later that their data were read, for an investigation: ordered before, with a reason, a law and an end.

Only an officer with the role `investigator` may, in the name of their administration, for one case of it (GDPR article 23: the
law has to allow it). The database asks for the role, lets nothing be changed afterwards, and ends the delay by the day, with
nobody's help. What was read before the order has been told already, and stays told. Ending it early is a row more, as an
extension is: the orders themselves are their own history.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from bierger.disclosures.errors import DelayRefused
from bierger.disclosures.models import Delay
from bierger.infra import clock
from bierger.infra.locks import Lock, hold
from bierger.infra.principal import current
from bierger.infra.rows import insert
from bierger_core.procedures import LegalBasis


def order_delay(*, case: UUID, until: dt.date, reason: str, legal_basis: Sequence[LegalBasis]) -> UUID:
    """Readings of this case by the acting officer's administration are told on the day `until`. Raises DelayRefused.

    reason    read by the person afterwards, in plain words
    """
    today = clock.today()
    _alone(case)  # two who order at once would both find none, and who ended one would leave the other
    before = Delay.objects.filter(case_id=case, extends=None).values_list("id", flat=True)  # as the policy shows: one's own house
    if not all(_told(list(before)).values()):
        raise DelayRefused("This case has an order in force: extend that one.", code="delay-exists")
    _check(begun=today, until=until, reason=reason, legal_basis=legal_basis)
    return _insert(
        Delay(case_id=case, begun_on=today, until=until, reason=reason.strip(), legal_basis=_named(legal_basis))
    )


def extend_delay(*, delay: UUID, until: dt.date, reason: str, legal_basis: Sequence[LegalBasis]) -> UUID:
    """A later end for an order that is still in force: one more order, which stays beside the first. Raises DelayRefused."""
    first = _first(delay)
    _check(begun=first.begun_on, until=until, reason=reason, legal_basis=legal_basis)
    last = max(Delay.objects.filter(Q(id=first.id) | Q(extends=first)).values_list("until", flat=True))
    if until <= last:
        raise DelayRefused("An extension ends later than the order.", code="delay-length")
    return _insert(_after(first, until=until, reason=reason, legal_basis=_named(legal_basis)))


def end_delay(*, delay: UUID, reason: str) -> UUID:
    """End an order today: from now on everything is told. One more row, which says who ended it and why. Raises DelayRefused."""
    first = _first(delay)
    if not reason.strip():
        raise DelayRefused("Say why it ends.", code="delay-reason")
    return _insert(_after(first, until=clock.today(), reason=reason, legal_basis=[], ended=True))


def _first(delay: UUID) -> Delay:
    """The order, and nobody else adds to it meanwhile: what is told about it never changes after it was told."""
    _alone(delay)
    first = Delay.objects.filter(id=delay, extends=None).first()
    if first is None:
        raise DelayRefused("There is no such order in this administration.", code="delay-unknown")
    return first


def _alone(what: UUID) -> None:
    hold(Lock.DELAY, what)


def _told(orders: list[UUID]) -> dict[UUID, bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT one, disclosures_told(one) FROM unnest(%s::uuid[]) AS one", [orders])
        return dict(cursor.fetchall())


def _check(*, begun: dt.date, until: dt.date, reason: str, legal_basis: Sequence[LegalBasis]) -> None:
    longest = dt.timedelta(days=settings.BIERGER_LONGEST_DELAY)
    if not reason.strip() or not legal_basis:
        raise DelayRefused("A delay has a reason and a law.", code="delay-reason")
    if not clock.today() < until <= begun + longest:
        raise DelayRefused(f"A delay ends after today and at most {longest.days} days after it began.", code="delay-length")


def _after(first: Delay, *, until: dt.date, reason: str, legal_basis: list[dict[str, object]], ended: bool = False) -> Delay:
    return Delay(
        case_id=first.case_id, begun_on=first.begun_on, until=until, reason=reason.strip(), legal_basis=legal_basis,
        extends_id=first.id, ended=ended,
    )  # fmt: skip


def _named(legal_basis: Sequence[LegalBasis]) -> list[dict[str, object]]:
    return [{"title": law.title, "eli": law.eli, "articles": list(law.articles)} for law in legal_basis]


def _insert(row: Delay) -> UUID:
    """The database has the last word: the role, the administration, whether the order is still in force."""
    acting = current()
    if acting.administration is None or acting.officer is None:
        raise DelayRefused("Only an investigator may order this.", code="delay-right")
    row.id, row.administration, row.officer, row.ordered_on = uuid.uuid4(), acting.administration, acting.officer, clock.today()
    try:
        with transaction.atomic():
            insert([row])
    except DatabaseError as error:
        raise DelayRefused(
            "Only an investigator may order this, and only while it lasts may it be extended.", code="delay-right"
        ) from error
    return row.id
