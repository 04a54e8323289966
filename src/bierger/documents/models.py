# SPDX-License-Identifier: EUPL-1.2
"""Blobs, who holds them, acts, their numbers, places and types, revocations, the openings of submissions."""

from __future__ import annotations

import uuid

from django.db import models

STATES = ("decided", "logged", "rendered", "delivered")


class Blob(models.Model):
    """One encrypted file. Without this row its bytes are noise: `key` exists nowhere else.

    area/name: where the ciphertext lies (infra.blobs). sha256, size: of the plain bytes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    administration = models.UUIDField()
    area = models.TextField()
    name = models.TextField()
    key = models.BinaryField()
    sha256 = models.BinaryField()
    size = models.BigIntegerField()
    media_type = models.TextField()
    file_name = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "documents_blob"
        indexes = [models.Index(fields=["area", "name"], name="documents_blob_place")]


class BlobHolder(models.Model):
    """Who may read a blob: exactly one of space, link, administration, case_id, officer. It is deleted with the blob, by the
    database.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    blob = models.ForeignKey(Blob, on_delete=models.DO_NOTHING, related_name="holders", db_constraint=False)
    space = models.UUIDField(null=True)
    link = models.TextField(null=True)  # noqa: DJ001 - NULL says that somebody else holds it, as for its neighbours
    administration = models.UUIDField(null=True)
    case_id = models.UUIDField(null=True)
    officer = models.UUIDField(null=True)

    class Meta:
        db_table = "documents_blob_holder"
        indexes = [
            models.Index(fields=["space"], name="documents_holder_space", condition=models.Q(space__isnull=False)),
            models.Index(fields=["case_id"], name="documents_holder_case", condition=models.Q(case_id__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["blob", "space", "link", "administration", "case_id", "officer"],
                name="documents_holder_once",
                nulls_distinct=False,
            )
        ]


class WaitingFile(models.Model):
    """A file given for an answer or a task that is not sent yet. Only who gave it (exactly one of space, link, officer) holds its
    blob; the database deletes this row with the blob.

    procedure: of the case, as owner/name. about: what the file is for, as cases name that (cases.types.waiting). question: the
    field of the form. since: when it was given.
    """

    blob = models.OneToOneField(
        Blob, on_delete=models.DO_NOTHING, primary_key=True, related_name="waiting", db_constraint=False
    )
    space = models.UUIDField(null=True)
    link = models.TextField(null=True)  # noqa: DJ001 - NULL says that somebody else gave it, as for its neighbours
    officer = models.UUIDField(null=True)
    procedure = models.TextField()
    about = models.TextField()
    question = models.TextField()
    since = models.DateTimeField()

    class Meta:
        db_table = "documents_waiting"
        indexes = [
            models.Index(fields=["space"], name="documents_waiting_space", condition=models.Q(space__isnull=False)),
            models.Index(fields=["link"], name="documents_waiting_link", condition=models.Q(link__isnull=False)),
            models.Index(fields=["officer"], name="documents_waiting_officer", condition=models.Q(officer__isnull=False)),
            models.Index(fields=["since"], name="documents_waiting_since"),
        ]


class ActCounter(models.Model):
    """The last number given by an administration in a year; its row lock makes numbers unique and without holes."""

    id = models.BigAutoField(primary_key=True)
    administration = models.UUIDField()
    year = models.IntegerField()
    last = models.BigIntegerField()

    class Meta:
        db_table = "documents_act_counter"
        constraints = [models.UniqueConstraint(fields=["administration", "year"], name="documents_counter_once")]


class StatusCounter(models.Model):
    """How many places of an issuer's status list are taken; its row lock gives each act one of its own, without holes."""

    issuer = models.TextField(primary_key=True)
    administration = models.UUIDField()
    places = models.IntegerField()

    class Meta:
        db_table = "documents_status_counter"


class StatusListing(models.Model):
    """An issuer's status list as it is served. commitment: of what it says, in the log."""

    issuer = models.TextField(primary_key=True)
    body = models.BinaryField()
    commitment = models.BinaryField()
    issued_at = models.DateTimeField()

    class Meta:
        db_table = "documents_status_list"


class DocumentType(models.Model):
    """A registered version of a document type (`RegisteredType.plain()`), by the digest that compact seals name it by."""

    digest = models.BinaryField(primary_key=True)
    code = models.TextField()
    version = models.IntegerField()
    body = models.JSONField()
    registered_at = models.DateTimeField()

    class Meta:
        db_table = "documents_type"
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="documents_type_version"),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="documents_type_counts"),
        ]


class Act(models.Model):
    """A sealed document on its way: decided, logged, rendered, delivered.

    status_place: in the issuer's status list, from 0. valid_until: the last day on which it may be relied on, None: no end.
    ends_at: when a short-lived act ends; it has no place and is never taken back. None: any other act.
    revocation_note: what the holder was told, never published. revoked_by: an officer. revocation_told_at: when holder and case
    heard of it. replaces: the act whose place this one took.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case_id = models.UUIDField()
    administration = models.UUIDField()
    issuer = models.TextField()
    number = models.TextField()
    document_type = models.TextField()
    once = models.TextField()
    state = models.TextField(default="decided")
    title = models.TextField()
    language = models.TextField()
    facts = models.JSONField()  # [[name, value], ...]: jsonb does not keep the order of an object
    fields = models.JSONField()
    template = models.TextField()
    package_digest = models.TextField()
    seal = models.TextField()
    facts_salt = models.BinaryField()
    facts_commitment = models.BinaryField(unique=True)
    file = models.ForeignKey(Blob, on_delete=models.DO_NOTHING, null=True, db_constraint=False)
    file_sha256 = models.BinaryField(null=True, unique=True)
    file_salt = models.BinaryField(null=True)
    file_commitment = models.BinaryField(null=True, unique=True)
    holder_space = models.UUIDField(null=True)
    holder_link = models.TextField(null=True)  # noqa: DJ001 - NULL: no private link; an empty one must not match
    decided_at = models.DateTimeField()
    file_logged_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revocation_reason = models.TextField(default="")
    revocation_note = models.TextField(default="")
    revoked_by = models.UUIDField(null=True)
    revocation_told_at = models.DateTimeField(null=True)
    replaces = models.UUIDField(null=True, unique=True)
    problem = models.TextField(default="")
    status_place = models.IntegerField(null=True)
    valid_until = models.DateField(null=True)
    ends_at = models.DateTimeField(null=True)
    # The first day on which it is no longer kept (cases says so when its case has ended), and when it was erased.
    erase_on = models.DateField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "documents_act"
        indexes = [
            models.Index(fields=["holder_space", "-decided_at"], name="documents_act_space"),
            models.Index(fields=["case_id"], name="documents_act_case"),
            models.Index(fields=["erase_on"], condition=models.Q(erased_at__isnull=True), name="documents_act_due"),
            # Those under way, few among many: for the sweep and the figure of what stands still.
            models.Index(fields=["decided_at"], condition=~models.Q(state="delivered"), name="documents_act_standing"),
            models.Index(
                fields=["revoked_at"],
                condition=models.Q(revoked_at__isnull=False, revocation_told_at__isnull=True),
                name="documents_act_untold",
            ),
            models.Index(
                fields=["issuer", "status_place"],
                condition=models.Q(revoked_at__isnull=False, status_place__isnull=False),
                name="documents_act_invalid",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case_id", "document_type", "once"], name="documents_act_once"),
            models.UniqueConstraint(fields=["administration", "number"], name="documents_act_number"),
            models.UniqueConstraint(fields=["issuer", "status_place"], name="documents_act_place"),
            models.CheckConstraint(
                condition=models.Q(status_place__isnull=True) | models.Q(status_place__gte=0), name="documents_act_place_counts"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True) | models.Q(status_place__isnull=True, revoked_at__isnull=True),
                name="documents_act_ends_by_itself",
            ),
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="documents_act_state"),
            models.CheckConstraint(
                condition=models.Q(state__in=("decided", "logged"))
                | models.Q(file_sha256__isnull=False)
                | models.Q(erased_at__isnull=False),
                name="documents_act_rendered_has_file",
            ),
        ]


class Revocation(models.Model):
    """A revoked act, by the commitment of its facts: public, and it names nobody."""

    commitment = models.BinaryField(primary_key=True)
    revoked_at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        db_table = "documents_revocation"


class Submission(models.Model):
    """The opening of a submission's leaf: who knows number and event hash may have it checked."""

    number = models.TextField(primary_key=True)
    event_hash = models.BinaryField()
    salt = models.BinaryField()
    commitment = models.BinaryField(unique=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "documents_submission"
