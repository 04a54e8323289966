# SPDX-License-Identifier: EUPL-1.2
"""Sending and reading messages; delivering acts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from bierger.delivery.models import Message
from bierger.documents import selectors as documents
from bierger.documents import services as documents_services
from bierger.infra import clock, outbox
from bierger.infra.erasures import Destroyed
from bierger_core.values import canonical_json


def send_message(
    *,
    space: UUID,
    subject_code: str,
    params: Mapping[str, str],
    once: str = "",
    case_id: UUID | None = None,
    act_id: UUID | None = None,
) -> None:
    """Put a message into a mailbox (worker).

    once    what makes it this message: sent again under the same words it stays one. Default: case, subject and params together.
    """
    words = once or canonical_json({"case": str(case_id), "subject": subject_code, "params": dict(params)}).decode()
    Message.objects.bulk_create(
        [
            Message(
                space=space,
                once=words,
                subject_code=subject_code,
                params=dict(params),
                act_id=act_id,
                case_id=case_id,
                sent_at=clock.now(),
            )
        ],
        ignore_conflicts=True,
    )


def mark_read(*, messages: Collection[UUID]) -> None:
    """The holder opened these; the first time counts. None: nothing is asked of the database."""
    if messages:
        Message.objects.filter(id__in=messages, read_at__isnull=True).update(read_at=clock.now())


def deliver_act(*, act: UUID) -> None:
    """Put a finished act into its holder's mailbox (worker).

    1. The act's state; whoever changes it goes on, so that this is done once. An act that was revoked meanwhile is not delivered.
    2. The message. A holder behind a private link has no mailbox: the link itself shows the act.
    3. Those above are told.
    """
    if not documents_services.mark_delivered(act=act):
        return
    view = documents.act(act)
    if view.holder_space is not None:
        send_message(
            space=view.holder_space,
            subject_code="act-ready",
            params={"title": view.title, "number": view.number, "document_type": view.document_type},
            once=f"act/{act}",
            case_id=view.case_id,
            act_id=act,
        )
    outbox.send("delivery.act-delivered", act=str(act), case=str(view.case_id))


def forget_case(*, case: UUID) -> Destroyed:
    """Delete the messages about a case from the mailboxes (worker)."""
    deleted, _ = Message.objects.filter(case_id=case).delete()
    return Destroyed({"messages": deleted})


def forget_space(*, space: UUID) -> Destroyed:
    """Delete what is left in a mailbox whose account is erased (worker)."""
    deleted, _ = Message.objects.filter(space=space).delete()
    return Destroyed({"messages": deleted})


def take_back(*, once: str) -> None:
    """A message that is no longer true goes out of the mailbox (worker)."""
    Message.objects.filter(once=once).delete()
