# SPDX-License-Identifier: EUPL-1.2
"""Reading one's own mailbox; the database shows no other."""

from __future__ import annotations

from bierger.delivery.models import Message
from bierger.delivery.types import MessageView
from bierger.disclosures.types import own_data
from bierger.infra.principal import current

SHOWN = 200


@own_data("the mailbox of the space in which the principal is: the policy shows no other")
def mailbox() -> tuple[MessageView, ...]:
    """The messages of the principal's space, newest first, at most 200."""
    space = current().space
    if space is None:
        return ()
    rows = Message.objects.filter(space=space).order_by("-sent_at")[:SHOWN]
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


def unread_count() -> int:
    """How many messages of the principal's space were not opened yet."""
    space = current().space
    return 0 if space is None else Message.objects.filter(space=space, read_at__isnull=True).count()
