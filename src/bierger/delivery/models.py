# SPDX-License-Identifier: EUPL-1.2
"""Messages in the mailbox of a space."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class Message(models.Model):
    """One message to a space. `once` makes sending it twice sending it once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    space = models.UUIDField()
    once = models.TextField(unique=True)
    subject_code = models.TextField()
    params = models.JSONField(default=dict)
    act_id = models.UUIDField(null=True)
    case_id = models.UUIDField(null=True)
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "delivery_message"
        indexes = [
            models.Index(fields=["space", "-sent_at", "-id"], name="delivery_message_newest"),
            models.Index(fields=["space", "-sent_at", "-id"], condition=Q(read_at__isnull=True), name="delivery_message_unread"),
        ]
