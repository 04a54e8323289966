# SPDX-License-Identifier: EUPL-1.2
"""Rows of the catalogue: versions that never change, periods in which one is in force, texts to search in.

The database keeps two promises by itself (migration 0001): a published version can be neither changed nor deleted,
and two versions of one procedure are never in force at the same instant for the same administration.
"""

import uuid
from datetime import datetime

from django.db import models


class PackageVersion(models.Model):
    """One published procedure; `digest` (64 hex digits) covers its files and everything they rest on."""

    digest = models.CharField(primary_key=True, max_length=64)
    owner = models.CharField(max_length=64)
    name = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    competence = models.CharField(max_length=16)
    title = models.JSONField()
    closure = models.BinaryField()
    published_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["owner", "name", "published_at"], name="catalogue_version_of")]


class Activation(models.Model):
    """From `starts` (included) until `ends` (excluded, null: without end) this version receives new requests.

    `administration` null: for every administration that the owner's procedure concerns; a row that names one
    administration goes before it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner = models.CharField(max_length=64)
    name = models.CharField(max_length=64)
    administration = models.UUIDField(null=True)
    version = models.ForeignKey(PackageVersion, on_delete=models.PROTECT, related_name="+", db_column="digest")
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends__isnull=True) | models.Q(ends__gte=models.F("starts")),
                name="catalogue_activation_ends_after_start",
            ),
        ]


def running_or_planned(instant: datetime) -> models.Q:
    """Activations that still have time before them; one withdrawn before it began is an empty period and has none."""
    return models.Q(ends__isnull=True) | models.Q(ends__gt=instant) & models.Q(ends__gt=models.F("starts"))


class SearchText(models.Model):
    """What one version says in one language, as search reads it (columns `plain` and `words` are generated)."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(PackageVersion, on_delete=models.CASCADE, related_name="+", db_column="digest")
    language = models.CharField(max_length=2)
    title = models.TextField()
    summary = models.TextField()
    keywords = models.TextField()
    body = models.TextField()
    themes = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "language"], name="catalogue_searchtext_once")]
