# SPDX-License-Identifier: EUPL-1.2
"""Tables without a domain word."""

from django.db import models


class Outbox(models.Model):
    """What happened, for those above: a row in the same transaction as the rows it speaks of. Ids only."""

    id = models.BigAutoField(primary_key=True)
    topic = models.TextField()
    ids = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        db_table = "infra_outbox"


class Heartbeat(models.Model):
    """When each worker was last seen alive."""

    name = models.TextField(primary_key=True)
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "infra_heartbeat"


class ClockOffset(models.Model):
    """How far the demonstration's clock was moved, in seconds: one row."""

    id = models.SmallIntegerField(primary_key=True)
    seconds = models.BigIntegerField(default=0)

    class Meta:
        db_table = "infra_clock_offset"


class ClockBelieved(models.Model):
    """When something was last destroyed or told because its day had come (one row; see infra.believed).

    day    the same in Luxembourg
    days   how far from it the clock is still believed
    """

    id = models.SmallIntegerField(primary_key=True)
    at = models.DateTimeField()
    day = models.DateField()
    days = models.IntegerField()

    class Meta:
        db_table = "infra_clock_believed"


class RateHit(models.Model):
    """One attempt under a key. Rows, not a counter: a counter would make all attempts of one address wait for each other."""

    id = models.BigAutoField(primary_key=True)
    key = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "infra_rate_hit"
        indexes = [models.Index(fields=["key", "at"], name="infra_rate_hit_key_at")]
