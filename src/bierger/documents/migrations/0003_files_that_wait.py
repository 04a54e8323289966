# SPDX-License-Identifier: EUPL-1.2
"""A file given for an answer or a task waits, with whoever gave it, until that is sent; only then does the case hold it.

A blob may now be held by one officer: what an officer attaches to a task is nobody's else, in the same administration either,
until the task is completed. A row of documents_waiting says for what a file waits and since when, and goes when it is sent; it can
neither be written for a blob of somebody else nor for one that a case holds already. Under a mandate for one procedure, what
waits for another is not seen.
"""

from django.db import migrations, models
from django.db.models import Q

from bierger.infra.rls import finder, protect, restrict

OFFICER = "(SELECT principal_kind()) = 'officer'"
HOLDER_IS_ME = f"""(space = (SELECT principal_space()) OR link = (SELECT principal_link())
  OR ({OFFICER} AND (administration = (SELECT principal_administration()) OR officer = (SELECT principal_officer())))
  OR ((SELECT principal_kind()) = 'worker' AND case_id = (SELECT principal_case())))"""
HOLDS = f"""EXISTS (SELECT FROM documents_blob_holder h WHERE h.blob_id = documents_blob.id AND (
  h.space = (SELECT principal_space()) OR h.link = (SELECT principal_link())
  OR ({OFFICER} AND (h.administration = (SELECT principal_administration()) OR h.officer = (SELECT principal_officer())))
  OR ((SELECT principal_kind()) = 'worker' AND h.case_id = (SELECT principal_case()))))"""
GAVE = f"""((space = (SELECT principal_space()) AND (SELECT principal_kind()) = 'person')
  OR (link = (SELECT principal_link()) AND (SELECT principal_kind()) = 'link')
  OR (officer = (SELECT principal_officer()) AND {OFFICER}))"""
MAY_ERASE = f"{HOLDS} AND NOT documents_held_by_case(documents_blob.id)"
MAY_WORK = f"(SELECT principal_kind()) = 'system' OR ((SELECT principal_kind()) = 'worker' AND {HOLDS})"

POLICIES = f"""
ALTER TABLE documents_blob_holder DROP CONSTRAINT documents_blob_holder_one;
ALTER TABLE documents_blob_holder ADD CONSTRAINT documents_blob_holder_one
  CHECK (num_nonnulls(space, link, administration, case_id, officer) = 1);
ALTER POLICY documents_blob_holder_select ON documents_blob_holder USING ({HOLDER_IS_ME});
ALTER POLICY documents_blob_holder_delete ON documents_blob_holder USING ({HOLDER_IS_ME});
ALTER POLICY documents_blob_select ON documents_blob USING ({HOLDS});
ALTER POLICY documents_blob_delete ON documents_blob USING ({MAY_ERASE});
ALTER POLICY documents_blob_worker ON documents_blob USING ({MAY_WORK}) WITH CHECK ({MAY_WORK});
ALTER TABLE documents_waiting ADD CONSTRAINT documents_waiting_blob
  FOREIGN KEY (blob_id) REFERENCES documents_blob (id) ON DELETE CASCADE;
ALTER TABLE documents_waiting ADD CONSTRAINT documents_waiting_one CHECK (num_nonnulls(space, link, officer) = 1);
"""
MAY_SHARE = """
CREATE OR REPLACE FUNCTION documents_may_share(its_blob uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT NOT EXISTS (SELECT FROM documents_blob_holder WHERE blob_id = its_blob)
    OR EXISTS (SELECT FROM documents_blob_holder WHERE blob_id = its_blob AND (
      space = principal_space() OR link = principal_link()
      OR (principal_kind() = 'officer' AND (administration = principal_administration() OR officer = principal_officer())))) $$
"""
# Past the policies of the rows: those of another procedure are not even seen under such a mandate.
IN_SCOPE = """
CREATE FUNCTION documents_in_scope(its_blob uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT NOT EXISTS (SELECT FROM documents_waiting WHERE blob_id = its_blob AND procedure <> principal_scope()) $$
"""
EVERYTHING = "(SELECT principal_scope()) = '*'"


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0002_revoking_by_office"),
        ("infra", "0002_kinds_by_login"),
        ("identity", "0002_rights_that_end_at_once"),
    ]
    operations = [
        migrations.AddField("BlobHolder", "officer", models.UUIDField(null=True)),
        migrations.RemoveConstraint("BlobHolder", "documents_holder_once"),
        migrations.AddConstraint(
            "BlobHolder",
            models.UniqueConstraint(
                fields=["blob", "space", "link", "administration", "case_id", "officer"],
                name="documents_holder_once",
                nulls_distinct=False,
            ),
        ),
        migrations.CreateModel(
            name="WaitingFile",
            fields=[
                (
                    "blob",
                    models.OneToOneField(
                        to="documents.blob", on_delete=models.DO_NOTHING, primary_key=True, serialize=False, db_constraint=False,
                        related_name="waiting",
                    ),
                ),
                ("space", models.UUIDField(null=True)),
                ("link", models.TextField(null=True)),
                ("officer", models.UUIDField(null=True)),
                ("procedure", models.TextField()),
                ("about", models.TextField()),
                ("question", models.TextField()),
                ("since", models.DateTimeField()),
            ],
            options={
                "db_table": "documents_waiting",
                "indexes": [
                    models.Index(fields=["space"], name="documents_waiting_space", condition=Q(space__isnull=False)),
                    models.Index(fields=["link"], name="documents_waiting_link", condition=Q(link__isnull=False)),
                    models.Index(fields=["officer"], name="documents_waiting_officer", condition=Q(officer__isnull=False)),
                    models.Index(fields=["since"], name="documents_waiting_since"),
                ],
            },
        ),  # fmt: skip
        migrations.RunSQL(POLICIES, migrations.RunSQL.noop),
        finder(MAY_SHARE, name="documents_may_share(uuid)"),
        protect(
            "documents_waiting",
            select=GAVE,
            # The blob is seen here under its own policies: who does not hold it cannot make it wait.
            insert=f"{GAVE} AND EXISTS (SELECT FROM documents_blob b WHERE b.id = blob_id) AND NOT documents_held_by_case(blob_id)",
            delete=GAVE,
        ),
        finder(IN_SCOPE, name="documents_in_scope(uuid)", grant_to="bierger_web"),
        restrict("documents_waiting", "scope", f"{EVERYTHING} OR procedure = (SELECT principal_scope())"),
        restrict("documents_blob", "scope", f"{EVERYTHING} OR documents_in_scope(id)"),
    ]
