# SPDX-License-Identifier: EUPL-1.2
"""A case, its events, its parties, who may see it, and the work it makes."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

NEWEST = (models.F("opened_at").desc(), models.F("id").desc())


class Case(models.Model):
    """One case of one administration. The columns are a projection of its events, and the head of their chain."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.TextField(unique=True)
    administration = models.ForeignKey("administrations.Administration", on_delete=models.PROTECT)
    # Whose request it is, as the parties say. The database writes both (migration 0005): one's own requests are found and paged
    # without asking the parties of each case.
    space = models.UUIDField(null=True)
    link = models.TextField(null=True)  # noqa: DJ001 - NULL: held by a space
    digest = models.TextField()
    owner = models.TextField()
    name = models.TextField()
    language = models.TextField()
    status = models.TextField(default="open")
    state = models.TextField(default="")
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # The first day on which it is no longer kept, said once when it has ended; when it was erased; until which day it is held.
    erase_on = models.DateField(null=True)
    erased_at = models.DateTimeField(null=True)
    hold_until = models.DateField(null=True)
    hold_reason = models.TextField(default="")
    open_question = models.IntegerField(null=True)  # sequence of the question the applicant has not answered yet
    last_sequence = models.IntegerField(default=0)
    last_hash = models.BinaryField(default=bytes(32))

    class Meta:
        db_table = "cases_case"
        constraints = [models.CheckConstraint(condition=Q(status__in=["open", "ended"]), name="cases_case_status")]
        indexes = [
            models.Index("space", *NEWEST, condition=Q(space__isnull=False), name="cases_case_mine"),
            models.Index("space", *NEWEST, condition=Q(space__isnull=False, status="open"), name="cases_case_mine_open"),
            models.Index(fields=["link"], condition=Q(link__isnull=False), name="cases_case_link"),
            models.Index(fields=["id"], condition=Q(status="ended", erase_on__isnull=True), name="cases_case_unplanned"),
            models.Index(fields=["erase_on", "id"], condition=Q(erased_at__isnull=True), name="cases_case_due"),
        ]


class Event(models.Model):
    """Something that happened. The database refuses to change or delete it (trigger), the owner too."""

    # The key is known before the row is written: whoever causes an event need not be able to read it back.
    pk = models.CompositePrimaryKey("case_id", "sequence")
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    sequence = models.IntegerField()
    previous = models.BinaryField()
    type = models.TextField()
    actor_kind = models.TextField()
    actor = models.UUIDField(null=True)
    on_behalf_of = models.UUIDField(null=True)
    mandate = models.UUIDField(null=True)
    channel = models.TextField()
    at = models.DateTimeField()
    definition = models.TextField()
    commitment = models.BinaryField()
    hash = models.BinaryField()
    audience = models.TextField()

    class Meta:
        db_table = "cases_event"
        constraints = [
            models.CheckConstraint(condition=Q(audience__in=["all", "administration"]), name="cases_event_audience"),
        ]


class EventPayload(models.Model):
    """The content of an event and the salt of its commitment: a row of its own, so that it can be erased."""

    pk = models.CompositePrimaryKey("case_id", "sequence")
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    sequence = models.IntegerField()
    audience = models.TextField()
    salt = models.BinaryField()
    payload = models.JSONField()

    class Meta:
        db_table = "cases_event_payload"


class Party(models.Model):
    """Whose case it is: a space, or somebody known only by a private link."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    kind = models.TextField()
    space = models.UUIDField(null=True)
    link = models.TextField(null=True)  # noqa: DJ001 - NULL: this party is a space
    name = models.TextField(default="")
    # The people behind the space, as they were at the opening: whose data a reading of this case discloses.
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        db_table = "cases_party"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["applicant", "beneficiary", "representative"]), name="cases_party_kind"),
            models.CheckConstraint(
                condition=Q(space__isnull=False, link__isnull=True)
                | Q(space__isnull=True, link__isnull=False)
                | Q(space__isnull=True, link__isnull=True, kind="beneficiary"),
                name="cases_party_space_or_link",
            ),
            models.UniqueConstraint(fields=["case", "kind", "space", "link"], name="cases_party_once", nulls_distinct=False),
        ]
        indexes = [
            models.Index(fields=["space"], condition=Q(space__isnull=False), name="cases_party_space"),
            models.Index(fields=["link"], condition=Q(link__isnull=False), name="cases_party_link"),
        ]  # fmt: skip


class Grant(models.Model):
    """A right to see and work on a case: an administration, in a role, of one service or of all."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    administration = models.ForeignKey("administrations.Administration", on_delete=models.PROTECT)
    service = models.ForeignKey("administrations.Service", null=True, on_delete=models.PROTECT)
    role = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_case_grant"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "administration", "service", "role"], name="cases_case_grant_once", nulls_distinct=False
            )
        ]


class Work(models.Model):
    """A row of a worklist: worklists read these, never the cases."""

    # The key is known before the row is written: whoever routes work to a service need not be able to read it back.
    task = models.UUIDField(primary_key=True)
    administration = models.ForeignKey("administrations.Administration", on_delete=models.PROTECT)
    service = models.ForeignKey("administrations.Service", null=True, on_delete=models.PROTECT)
    role = models.TextField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    number = models.TextField()
    digest = models.TextField()
    procedure = models.TextField()
    node = models.TextField()
    applicant = models.TextField(default="")
    subjects = ArrayField(models.UUIDField(), default=list)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    state = models.TextField(default="open")
    officer = models.UUIDField(null=True)
    marked = models.BooleanField(default=False)

    class Meta:
        db_table = "cases_work"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["open", "claimed", "done", "cancelled"]), name="cases_work_state")
        ]
        indexes = [
            models.Index(
                "administration",
                models.F("due_at").asc(nulls_last=True),
                "task",
                condition=Q(state__in=["open", "claimed"]),
                name="cases_work_open",
            ),
            models.Index(
                "officer",
                models.F("due_at").asc(nulls_last=True),
                "task",
                condition=Q(state__in=["open", "claimed"], officer__isnull=False),
                name="cases_work_mine",
            ),
            models.Index(
                "administration",
                models.F("due_at").asc(nulls_last=True),
                "task",
                condition=Q(state="done"),
                name="cases_work_done",
            ),
        ]


class ServiceJob(models.Model):
    """A service task that was carried out, with what it gave: a second run of the job finds its answer here."""

    task = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    act = models.UUIDField(null=True)

    class Meta:
        db_table = "cases_service_job"
        indexes = [models.Index(fields=["act"], condition=Q(act__isnull=False), name="cases_service_job_act")]


class Deletion(models.Model):
    """A record of what was erased of a case, without anything of what was erased; its commitment is in the log. It stays."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    at = models.DateTimeField()
    record = models.JSONField()
    salt = models.BinaryField()
    commitment = models.BinaryField(unique=True)

    class Meta:
        db_table = "cases_deletion"
        indexes = [models.Index(fields=["case", "at"], name="cases_deletion_case")]


class ErasureFailure(models.Model):
    """Why the last attempt to erase a case failed; gone once it is erased."""

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.PROTECT)
    at = models.DateTimeField()
    code = models.TextField()

    class Meta:
        db_table = "cases_erasure_failure"
