# SPDX-License-Identifier: EUPL-1.2
"""One row per query that showed somebody's data to somebody else; the chains, batches and delays around them.

A reading is not chained when it is written: a chain would make all readers wait for each other. See services/notarise.py.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Disclosure(models.Model):
    """legal_basis  the laws by which they were read, as the package named them then: [{"title", "eli", "articles": […]}, …]
    subjects     ids of the people, and of the spaces of organisations, whose data were read
    actor_salt   opens the mark of the actor in what is sealed; None: nobody in particular read, or before there were marks

    Columns that point upward in the layers are plain ids.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    subjects = ArrayField(models.UUIDField())
    actor = models.UUIDField(null=True)
    actor_salt = models.BinaryField(null=True)
    actor_kind = models.TextField()
    administration = models.UUIDField(null=True)
    service = models.UUIDField(null=True)
    legal_basis = models.JSONField(default=list)
    purpose = models.TextField()
    case_id = models.UUIDField(null=True)
    facts = ArrayField(models.TextField())
    on_behalf_of = models.UUIDField(null=True)
    mandate = models.UUIDField(null=True)
    batch = models.BigIntegerField(null=True)
    delay = models.UUIDField(null=True)

    class Meta:
        db_table = "disclosures_disclosure"
        indexes = [
            GinIndex(fields=["subjects"], name="disclosures_subjects"),
            models.Index(fields=["id"], name="disclosures_to_seal", condition=models.Q(batch__isnull=True)),
        ]


class Gone(models.Model):
    """A case that was erased while readings of it have to be kept longer. due: the day on which some of them may go."""

    case_id = models.UUIDField(primary_key=True)
    due = models.DateField(db_index=True)

    class Meta:
        db_table = "disclosures_gone"


def kept_days() -> int:
    """What is promised to readings that are sealed now."""
    return int(settings.BIERGER_READINGS_DAYS)


class Batch(models.Model):
    """One tree of readings; see bierger_core.merkle.readings.

    leaves  64 bytes each, in order
    seed    tells the leaves that say nothing from the others; the house's own audit needs it, nobody else gets it
    kept    days for which its readings are kept at least, counted from `at`, or from the `at` of an earlier batch where that is
            later: `since`, a column that the database writes and no model knows
    v       form of what the log holds of it: from 2 on `kept` is in it
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    salt = models.BinaryField()
    seed = models.BinaryField()
    size = models.IntegerField()
    leaves = models.BinaryField()
    root = models.BinaryField()
    commitment = models.BinaryField()
    kept = models.IntegerField(default=kept_days)
    v = models.SmallIntegerField(default=2)

    class Meta:
        db_table = "disclosures_batch"


class Chain(models.Model):
    """Where the chain of one person, or of an organisation's space, ends. key: opens their tags in the public batches."""

    subject = models.UUIDField(primary_key=True)
    key = models.BinaryField()
    sequence = models.IntegerField()
    head = models.BinaryField()

    class Meta:
        db_table = "disclosures_chain"


class Entry(models.Model):
    """One reading in the chain of one of its subjects. salt: None after erasure; then the entry stays and tells nothing.

    erased_in   number of the record of the round that erased it; None: it is there, or it went with its case
    delay       under which order it was told later; None: it was told at once
    """

    id = models.BigAutoField(primary_key=True)
    subject = models.UUIDField()
    sequence = models.IntegerField()
    previous = models.BinaryField()
    commitment = models.BinaryField()
    hash = models.BinaryField()
    salt = models.BinaryField(null=True)
    reading = models.BigIntegerField()
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, db_index=False)
    erased_in = models.UUIDField(null=True)
    delay = models.UUIDField(null=True)

    class Meta:
        db_table = "disclosures_entry"
        indexes = [
            models.Index(fields=["reading"], name="disclosures_entry_reading"),
            models.Index(
                fields=["subject", "sequence"], name="disclosures_entry_delayed", condition=models.Q(delay__isnull=False)
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["subject", "sequence"], name="disclosures_entry_place")]


class Aside(models.Model):
    """A reading that could not be sealed, and does not stop the others. code: of the error, or its name; again_at: tried then."""

    reading = models.BigIntegerField(primary_key=True)
    since = models.DateTimeField()
    again_at = models.DateTimeField()
    code = models.TextField()

    class Meta:
        db_table = "disclosures_aside"


class Held(models.Model):
    """What was committed to at once about a reading that is told later. told_in: the batch that holds its entry, once told."""

    id = models.BigAutoField(primary_key=True)
    reading = models.BigIntegerField()
    delay = models.UUIDField()
    subject = models.UUIDField()
    salt = models.BinaryField()
    commitment = models.BinaryField()
    tag = models.BinaryField()
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, db_index=False, related_name="+")
    told_in = models.BigIntegerField(null=True)

    class Meta:
        db_table = "disclosures_held"
        constraints = [models.UniqueConstraint(fields=["reading", "subject"], name="disclosures_held_once")]
        indexes = [models.Index(fields=["id"], name="disclosures_held_waiting", condition=models.Q(told_in__isnull=True))]


class Delay(models.Model):
    """An order: who is read about in this case is told on the day `until`; or (`extends`) a later day for an order in force.

    ended   this row ends the order that it extends, on the day on which it was written: `until`
    """

    id = models.UUIDField(primary_key=True)
    administration = models.UUIDField()
    case_id = models.UUIDField()
    officer = models.UUIDField()
    begun_on = models.DateField()
    ordered_on = models.DateField()
    until = models.DateField()
    reason = models.TextField()
    legal_basis = models.JSONField()
    extends = models.ForeignKey("self", null=True, on_delete=models.PROTECT, db_column="extends")
    ended = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "disclosures_delay"
        indexes = [models.Index(fields=["case_id"], name="disclosures_delay_case")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended=False, until__gt=models.F("ordered_on"))
                | models.Q(ended=True, extends__isnull=False, until=models.F("ordered_on")),
                name="disclosures_delay_ends",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="disclosures_delay_reason"),
        ]
