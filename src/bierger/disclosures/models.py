# SPDX-License-Identifier: EUPL-1.2
"""One row per query that showed somebody's data to somebody else.

Not chained: a chain would make all readers wait for each other.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Disclosure(models.Model):
    """legal_basis  the laws by which they were read, as the package named them then: [{"title", "eli", "articles": […]}, …]
    subjects     ids of the people, and of the spaces of organisations, whose data were read

    Columns that point upward in the layers are plain ids.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    subjects = ArrayField(models.UUIDField())
    actor = models.UUIDField(null=True)
    actor_kind = models.TextField()
    administration = models.UUIDField(null=True)
    service = models.UUIDField(null=True)
    legal_basis = models.JSONField(default=list)
    purpose = models.TextField()
    case_id = models.UUIDField(null=True)
    facts = ArrayField(models.TextField())

    class Meta:
        db_table = "disclosures_disclosure"
        indexes = [GinIndex(fields=["subjects"], name="disclosures_subjects")]
