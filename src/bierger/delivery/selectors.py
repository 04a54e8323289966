# SPDX-License-Identifier: EUPL-1.2
"""Reading one's own mailbox; the database shows no other."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from bierger.delivery.models import Message
from bierger.delivery.types import MessageView
from bierger.disclosures.types import own_data
from bierger.infra.pages import CAP, FIRST, SIZE, Order, Page, Turn, cut
from bierger.infra.principal import current

_MINE = "the mailbox of the space in which the principal is: the policy shows no other"
_ORDER = Order("sent_at")


@own_data(_MINE)
def mailbox() -> tuple[MessageView, ...]:
    """The newest messages of the principal's space, as many as one page shows."""
    return _views(_own().order_by(*_ORDER.columns(back=False))[:SIZE])


@own_data(_MINE)
def mailbox_page(turn: Turn = FIRST, *, unread: bool = False, size: int = SIZE) -> Page[MessageView]:
    """A page of the messages of the principal's space, the newest first; `unread` only. Raises PageUnknown."""
    rows = _own().filter(read_at__isnull=True) if unread else _own()
    page = cut(rows, order=_ORDER, turn=turn, size=size)
    return page.holding(_views(page.rows))


def unread_count(*, cap: int = CAP) -> int:
    """How many messages of the principal's space were not opened yet; cap + 1: more than that."""
    return _own().filter(read_at__isnull=True)[: cap + 1].count()


def _own() -> QuerySet[Message]:
    space = current().space
    return Message.objects.none() if space is None else Message.objects.filter(space=space)


def _views(rows: Iterable[Message]) -> tuple[MessageView, ...]:
    return tuple(
        MessageView(
            id=row.id,
            subject_code=row.subject_code,
            params=row.params,
            act_id=row.act_id,
            case_id=row.case_id,
            sent_at=row.sent_at,
            read_at=row.read_at,
        )
        for row in rows
    )
