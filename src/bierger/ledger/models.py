# SPDX-License-Identifier: EUPL-1.2
"""The queue, the checkpoints, the keys."""

from __future__ import annotations

from django.db import models


class QueueEntry(models.Model):
    """A commitment, first waiting, then with the index of its leaf. The unique index makes queueing twice queueing once."""

    id = models.BigAutoField(primary_key=True)
    commitment = models.BinaryField(unique=True)
    kind = models.SmallIntegerField()
    queued_at = models.DateTimeField()
    leaf_index = models.BigIntegerField(null=True, unique=True)
    logged_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_queue"
        indexes = [models.Index(fields=["id"], name="ledger_queue_waiting", condition=models.Q(leaf_index__isnull=True))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(leaf_index__isnull=True, logged_at__isnull=True)
                | models.Q(leaf_index__isnull=False, logged_at__isnull=False),
                name="ledger_queue_logged_has_time",
            )
        ]


class Checkpoint(models.Model):
    """A signed tree head: with its commit the history is longer, whether or not its files are written yet.

    `previous` is unique: two checkpoints cannot follow the same one, so even two sequencers without the lock cannot sign two
    histories that both commit.
    """

    size = models.BigIntegerField(primary_key=True)
    previous = models.BigIntegerField(unique=True)
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_checkpoint"
        constraints = [models.CheckConstraint(condition=models.Q(size__gt=models.F("previous")), name="ledger_checkpoint_grows")]


class Shown(models.Model):
    """The checkpoint of this size is published and its files are on the disk: from now on readers may see it, and its leaves."""

    size = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_shown"


class EarlierLog(models.Model):
    """A log of ours that ended, and how. Rows of all logs stand one after the other: `until` is the first that is not its own.

    note: its last checkpoint. body: what the first leaf of the log after it commits to, with a salt that is public.
    """

    number = models.SmallIntegerField(primary_key=True)
    origin = models.TextField(unique=True)
    until = models.BigIntegerField(unique=True)
    note = models.TextField()
    ended_at = models.DateTimeField()
    body = models.BinaryField()
    salt = models.BinaryField()

    class Meta:
        db_table = "ledger_earlier"


class Key(models.Model):
    """A public key of the key list. owner: code of the administration, or the log's origin. The private part is elsewhere.

    revoked_at_size: entries of all our logs, one after the other, at the instant `revoked_from`.
    reason: why it was revoked, for the operator.
    """

    kid = models.BinaryField(primary_key=True)
    owner = models.TextField()
    administration = models.UUIDField(null=True)
    purpose = models.TextField()
    alg = models.TextField()
    public_key = models.BinaryField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    status = models.TextField(default="active")
    revoked_from = models.DateTimeField(null=True)
    revoked_at_size = models.BigIntegerField(null=True)
    reason = models.TextField(default="")

    class Meta:
        db_table = "ledger_key"
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "purpose"], name="ledger_key_one_active", condition=models.Q(status="active")
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at_size__isnull=True) | models.Q(revoked_from__isnull=False),
                name="ledger_key_size_goes_with_instant",
            ),
            models.CheckConstraint(condition=models.Q(purpose__in=("seal", "log")), name="ledger_key_purpose"),
            models.CheckConstraint(condition=models.Q(status__in=("active", "retired", "revoked")), name="ledger_key_status"),
        ]


class KeyListVersion(models.Model):
    """One signed version of the key list, as served; its commitment is in the log, its salt is public."""

    id = models.BigAutoField(primary_key=True)
    issued_at = models.DateTimeField()
    body = models.BinaryField()
    salt = models.BinaryField()
    commitment = models.BinaryField(unique=True)

    class Meta:
        db_table = "ledger_key_list"
