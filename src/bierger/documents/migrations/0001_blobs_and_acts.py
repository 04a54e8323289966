# SPDX-License-Identifier: EUPL-1.2
"""Blobs, acts, revocations, openings of submissions; who may see them; the three finders of anonymous verification."""

import uuid

from django.db import migrations, models
from django.db.models import Q

from bierger.infra.rls import finder, protect

HOLDS = """EXISTS (SELECT FROM documents_blob_holder h WHERE h.blob_id = documents_blob.id AND (
  h.space = (SELECT principal_space()) OR h.link = (SELECT principal_link())
  OR ((SELECT principal_kind()) = 'officer' AND h.administration = (SELECT principal_administration()))
  OR ((SELECT principal_kind()) = 'worker' AND h.case_id = (SELECT principal_case()))))"""
HOLDER_IS_ME = """(space = (SELECT principal_space()) OR link = (SELECT principal_link())
  OR ((SELECT principal_kind()) = 'officer' AND administration = (SELECT principal_administration()))
  OR ((SELECT principal_kind()) = 'worker' AND case_id = (SELECT principal_case())))"""
SOMEBODY = "(SELECT principal_kind()) IN ('person', 'link', 'officer', 'worker', 'system')"
WORKER = "(SELECT principal_kind()) IN ('system', 'worker')"
WORKER_ON_CASE = """((SELECT principal_kind()) = 'system'
  OR ((SELECT principal_kind()) = 'worker' AND case_id = (SELECT principal_case())))"""
OF_OWN_ADMINISTRATION = """((SELECT principal_kind()) = 'officer' AND administration = (SELECT principal_administration()))"""
ACT_SEEN = f"""(holder_space = (SELECT principal_space()) OR holder_link = (SELECT principal_link())
  OR {OF_OWN_ADMINISTRATION})"""

FOREIGN_KEYS = """
ALTER TABLE documents_blob_holder ADD CONSTRAINT documents_blob_holder_blob
  FOREIGN KEY (blob_id) REFERENCES documents_blob (id) ON DELETE CASCADE;
ALTER TABLE documents_blob_holder ADD CONSTRAINT documents_blob_holder_one
  CHECK (num_nonnulls(space, link, administration, case_id) = 1);
ALTER TABLE documents_act ADD CONSTRAINT documents_act_file
  FOREIGN KEY (file_id) REFERENCES documents_blob (id) ON DELETE SET NULL;
"""

# What a state machine promises: no step back, and what was sealed stays as it was sealed.
ACT_MOVES = """
CREATE FUNCTION documents_act_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF array_position(ARRAY['decided', 'logged', 'rendered', 'delivered'], NEW.state)
       < array_position(ARRAY['decided', 'logged', 'rendered', 'delivered'], OLD.state)
     OR (NEW.number, NEW.seal, NEW.facts_commitment, NEW.case_id, NEW.administration, NEW.document_type)
        IS DISTINCT FROM (OLD.number, OLD.seal, OLD.facts_commitment, OLD.case_id, OLD.administration, OLD.document_type)
     OR (OLD.file_commitment IS NOT NULL AND NEW.file_commitment IS DISTINCT FROM OLD.file_commitment)
     OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at) THEN
    RAISE EXCEPTION 'An act goes forward and keeps its seal: %', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER documents_act_moves BEFORE UPDATE ON documents_act FOR EACH ROW EXECUTE FUNCTION documents_act_moves();
"""

# Anonymous verification looks past the policies three times. Each time the caller must already hold what it asks about: the file's
# bytes, the sealed facts, or number and hash of a receipt; and gets no more than the verification says aloud.
FIND_FILE = """
CREATE FUNCTION documents_find_file(file_hash bytea) RETURNS TABLE (seal text, file_salt bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT seal, file_salt FROM documents_act WHERE file_sha256 = file_hash $$
"""
FIND_SUBMISSION = """
CREATE FUNCTION documents_find_submission(its_number text, its_hash bytea) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT salt FROM documents_submission WHERE number = its_number AND event_hash = its_hash $$
"""
HELD_BY_CASE = """
CREATE FUNCTION documents_held_by_case(its_blob uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM documents_blob_holder WHERE blob_id = its_blob AND case_id IS NOT NULL) $$
"""
# Who already holds a blob may let others hold it; a new blob has no holder yet. Nobody takes a blob by naming its identifier.
MAY_SHARE = """
CREATE FUNCTION documents_may_share(its_blob uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT NOT EXISTS (SELECT FROM documents_blob_holder WHERE blob_id = its_blob)
    OR EXISTS (SELECT FROM documents_blob_holder WHERE blob_id = its_blob AND (
      space = principal_space() OR link = principal_link()
      OR (principal_kind() = 'officer' AND administration = principal_administration()))) $$
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("infra", "0001_principal_outbox_clock")]
    operations = [
        migrations.CreateModel(
            name="Blob",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("administration", models.UUIDField()),
                ("area", models.TextField()),
                ("name", models.TextField()),
                ("key", models.BinaryField()),
                ("sha256", models.BinaryField()),
                ("size", models.BigIntegerField()),
                ("media_type", models.TextField()),
                ("file_name", models.TextField()),
                ("created_at", models.DateTimeField()),
            ],
            options={"db_table": "documents_blob", "indexes": [models.Index(fields=["area", "name"], name="documents_blob_place")]},
        ),
        migrations.CreateModel(
            name="BlobHolder",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("space", models.UUIDField(null=True)),
                ("link", models.TextField(null=True)),
                ("administration", models.UUIDField(null=True)),
                ("case_id", models.UUIDField(null=True)),
                (
                    "blob",
                    models.ForeignKey(
                        to="documents.blob", on_delete=models.DO_NOTHING, related_name="holders", db_constraint=False
                    ),
                ),
            ],
            options={
                "db_table": "documents_blob_holder",
                "indexes": [
                    models.Index(fields=["space"], name="documents_holder_space", condition=Q(space__isnull=False)),
                    models.Index(fields=["case_id"], name="documents_holder_case", condition=Q(case_id__isnull=False)),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["blob", "space", "link", "administration", "case_id"],
                        name="documents_holder_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ActCounter",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("administration", models.UUIDField()),
                ("year", models.IntegerField()),
                ("last", models.BigIntegerField()),
            ],
            options={
                "db_table": "documents_act_counter",
                "constraints": [models.UniqueConstraint(fields=["administration", "year"], name="documents_counter_once")],
            },
        ),
        migrations.CreateModel(
            name="Act",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("case_id", models.UUIDField()),
                ("administration", models.UUIDField()),
                ("issuer", models.TextField()),
                ("number", models.TextField()),
                ("document_type", models.TextField()),
                ("once", models.TextField()),
                ("state", models.TextField(default="decided")),
                ("title", models.TextField()),
                ("language", models.TextField()),
                ("facts", models.JSONField()),
                ("fields", models.JSONField()),
                ("template", models.TextField()),
                ("package_digest", models.TextField()),
                ("seal", models.TextField()),
                ("facts_salt", models.BinaryField()),
                ("facts_commitment", models.BinaryField(unique=True)),
                ("file_sha256", models.BinaryField(null=True, unique=True)),
                ("file_salt", models.BinaryField(null=True)),
                ("file_commitment", models.BinaryField(null=True, unique=True)),
                ("holder_space", models.UUIDField(null=True)),
                ("holder_link", models.TextField(null=True)),
                ("decided_at", models.DateTimeField()),
                ("file_logged_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revocation_reason", models.TextField(default="")),
                ("problem", models.TextField(default="")),
                (
                    "file",
                    models.ForeignKey(to="documents.blob", on_delete=models.DO_NOTHING, null=True, db_constraint=False),
                ),
            ],
            options={
                "db_table": "documents_act",
                "indexes": [
                    models.Index(fields=["holder_space", "-decided_at"], name="documents_act_space"),
                    models.Index(fields=["case_id"], name="documents_act_case"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=["case_id", "document_type", "once"], name="documents_act_once"),
                    models.UniqueConstraint(fields=["administration", "number"], name="documents_act_number"),
                    models.CheckConstraint(
                        condition=Q(state__in=("decided", "logged", "rendered", "delivered")), name="documents_act_state"
                    ),
                    models.CheckConstraint(
                        condition=Q(state__in=("decided", "logged")) | Q(file_sha256__isnull=False),
                        name="documents_act_rendered_has_file",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Revocation",
            fields=[
                ("commitment", models.BinaryField(primary_key=True, serialize=False)),
                ("revoked_at", models.DateTimeField()),
                ("reason", models.TextField()),
            ],
            options={"db_table": "documents_revocation"},
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                ("number", models.TextField(primary_key=True, serialize=False)),
                ("event_hash", models.BinaryField()),
                ("salt", models.BinaryField()),
                ("commitment", models.BinaryField(unique=True)),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "documents_submission"},
        ),
        migrations.RunSQL(FOREIGN_KEYS, migrations.RunSQL.noop),
        migrations.RunSQL(ACT_MOVES, migrations.RunSQL.noop),
        finder(HELD_BY_CASE, name="documents_held_by_case(uuid)"),
        finder(MAY_SHARE, name="documents_may_share(uuid)"),
        protect(
            "documents_blob_holder",
            select=HOLDER_IS_ME,
            insert=f"{SOMEBODY} AND ({WORKER} OR documents_may_share(blob_id))",
            delete=HOLDER_IS_ME,
            worker=WORKER,
        ),
        protect(
            "documents_blob",
            select=HOLDS,
            insert=SOMEBODY,
            # What has become part of a case is no longer the applicant's to destroy; retention rules are.
            delete=f"{HOLDS} AND NOT documents_held_by_case(documents_blob.id)",
            worker=f"(SELECT principal_kind()) = 'system' OR ((SELECT principal_kind()) = 'worker' AND {HOLDS})",
        ),
        protect(
            "documents_act",
            select=ACT_SEEN,
            insert=OF_OWN_ADMINISTRATION,
            update=f"{OF_OWN_ADMINISTRATION} AND 'decider' = ANY ((SELECT principal_roles())::text[])",
            worker=WORKER_ON_CASE,
        ),
        protect(
            "documents_act_counter",
            select=OF_OWN_ADMINISTRATION,
            insert=OF_OWN_ADMINISTRATION,
            update=OF_OWN_ADMINISTRATION,
            worker=WORKER,
        ),
        # A salt is read by the finder alone; its maker inserts and forgets.
        protect("documents_submission", insert="(SELECT principal_kind()) IN ('person', 'link', 'system')"),
        protect(
            "documents_revocation",
            select="true",  # published: salted commitments and codes
            insert="(SELECT principal_kind()) = 'officer' AND 'decider' = ANY ((SELECT principal_roles())::text[])",
        ),
        finder(FIND_FILE, name="documents_find_file(bytea)"),
        finder(FIND_SUBMISSION, name="documents_find_submission(text, bytea)"),
    ]
