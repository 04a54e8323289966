# SPDX-License-Identifier: EUPL-1.2
"""Drafts are mutable rows and are really deleted; a filing stays."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

_ONE_HOLDER = Q(space__isnull=False, link__isnull=True) | Q(space__isnull=True, link__isnull=False)


class Draft(models.Model):
    """What somebody is filling in. Never chained, never logged. `raw` keeps typed text beside the last valid answer.

    bundle      what ties drafts that are submitted together; None: alone. `place`: which of them is shown first
    situation   digest of the situation out of which it was begun; "": out of none
    copied      of answers that were not typed here, where they come from: the draft of `owner/name`, or "": the situation
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    space = models.UUIDField(null=True)
    link = models.TextField(null=True)  # noqa: DJ001 - NULL: held by a space
    digest = models.TextField()
    administration = models.ForeignKey("administrations.Administration", null=True, on_delete=models.PROTECT)
    language = models.TextField()
    answers = models.JSONField(default=dict)
    raw = models.JSONField(default=dict)
    known = models.JSONField(default=dict)
    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    bundle = models.UUIDField(null=True)
    place = models.SmallIntegerField(default=0)
    situation = models.TextField(default="")
    copied = models.JSONField(default=dict)

    class Meta:
        db_table = "filings_draft"
        constraints = [
            models.CheckConstraint(condition=_ONE_HOLDER, name="filings_draft_one_holder"),
            models.UniqueConstraint(fields=["bundle", "place"], condition=Q(bundle__isnull=False), name="filings_draft_place"),
        ]
        indexes = [
            models.Index(fields=["space", "-changed_at", "-id"], condition=Q(space__isnull=False), name="filings_draft_newest"),
            models.Index(fields=["link"], condition=Q(link__isnull=False), name="filings_draft_link"),
            models.Index(fields=["expires_at"], name="filings_draft_expires"),
        ]


class Filing(models.Model):
    """What a space (or a private link) submitted, once. `draft` is unique: a second click finds the first filing.

    draft       the draft, or the bundle of drafts, that it was made from
    digest      of the procedure; of a bundle, of its situation: whoever may act in one procedure only does not find it
    event_hash  of the opening event; of a bundle, the root of the tree (RFC 6962) of the opening events, in order
    signature   how it was signed: `{"kind": "declaration", "level": LEVEL, "person": UUID | None}`, the declaration that
                everything is true, made under a sign-in of that level; other kinds have other fields
    fee_cents   what it cost on the day of filing; None: the administration sets it
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.TextField(unique=True)
    space = models.UUIDField(null=True)
    link = models.TextField(null=True)  # noqa: DJ001 - NULL: held by a space
    draft = models.UUIDField(unique=True)
    digest = models.TextField()
    language = models.TextField()
    submitted_at = models.DateTimeField()
    event_hash = models.BinaryField()
    code = models.TextField()
    signature = models.JSONField(default=dict)
    fee_cents = models.IntegerField(null=True)

    class Meta:
        db_table = "filings_filing"
        constraints = [models.CheckConstraint(condition=_ONE_HOLDER, name="filings_filing_one_holder")]
        indexes = [
            models.Index(fields=["space"], condition=Q(space__isnull=False), name="filings_filing_space"),
            models.Index(fields=["link"], condition=Q(link__isnull=False), name="filings_filing_link"),
        ]


class FilingCase(models.Model):
    """Which cases a filing opened."""

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT)
    draft = models.UUIDField(null=True)  # of several filed together, the one that this case was made from

    class Meta:
        db_table = "filings_filing_case"
        constraints = [models.UniqueConstraint(fields=["filing", "case"], name="filings_filing_case_once")]
        indexes = [models.Index(fields=["draft"], name="filings_filing_case_draft", condition=models.Q(draft__isnull=False))]


class Deletion(models.Model):
    """A record of an account, an office or a round of readings that was erased: nothing of it; its commitment is in the log."""

    id = models.UUIDField(primary_key=True)  # the account's or the office's own, which leads nowhere any more; a round's own
    at = models.DateTimeField()
    record = models.JSONField()
    salt = models.BinaryField()
    commitment = models.BinaryField(unique=True)

    class Meta:
        db_table = "filings_deletion"


class ErasureFailure(models.Model):
    """Why the last attempt to erase an account or an office (kind) failed; gone once it is erased, or is kept after all."""

    id = models.UUIDField(primary_key=True)  # the account's or the office's own
    kind = models.TextField()
    due_on = models.DateField()
    code = models.TextField()

    class Meta:
        db_table = "filings_erasure_failure"
