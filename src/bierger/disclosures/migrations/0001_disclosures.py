# SPDX-License-Identifier: EUPL-1.2
"""Readings: written by the reader's transaction, read by the person concerned, changed by nobody."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

from bierger.infra.rls import finder, protect

CONCERNED = "(SELECT principal_kind()) = 'person' AND (SELECT principal_person()) = ANY (subjects)"
# An officer writes in their own name only; the worker and people say what they are. Anonymous readers have nothing to read.
READER = """
actor_kind = (SELECT principal_kind()) AND cardinality(subjects) > 0 AND CASE (SELECT principal_kind())
  WHEN 'officer' THEN actor = (SELECT principal_officer()) AND administration = (SELECT principal_administration())
  WHEN 'person' THEN actor = (SELECT principal_person())
  WHEN 'worker' THEN true WHEN 'system' THEN true ELSE false END
"""
# GIN is unusable under a policy (the operator is not leakproof): the function looks past it, gives ids back, and the
# caller reads the rows under the policy. It asks the principal itself, so that nobody can ask about somebody else.
FIND = """
CREATE FUNCTION disclosures_about_me(before bigint, most integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT id FROM disclosures_disclosure
  WHERE subjects @> ARRAY[principal_person()] AND principal_kind() = 'person' AND (before IS NULL OR id < before)
  ORDER BY id DESC LIMIT least(most, 200)
$$
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("infra", "0001_principal_outbox_clock")]
    operations = [
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("subjects", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ("actor", models.UUIDField(null=True)),
                ("actor_kind", models.TextField()),
                ("administration", models.UUIDField(null=True)),
                ("service", models.UUIDField(null=True)),
                ("legal_basis", models.TextField(blank=True, default="")),
                ("purpose", models.TextField()),
                ("case_id", models.UUIDField(null=True)),
                ("facts", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
            ],
            options={
                "db_table": "disclosures_disclosure",
                "indexes": [django.contrib.postgres.indexes.GinIndex(fields=["subjects"], name="disclosures_subjects")],
            },
        ),
        protect("disclosures_disclosure", select=CONCERNED, insert=READER, worker="false"),
        finder(FIND, name="disclosures_about_me(bigint, integer)"),
    ]
