# SPDX-License-Identifier: EUPL-1.2
"""An act's place in its issuer's status list, the last day on which it may be relied on, and the registered document types.

Both are inside the seal, so they stay as they were sealed. Acts sealed before have neither. A type is stored once, by the digest
that seals name it by, and never changes: another wording is another version.
"""

from django.db import migrations, models
from django.db.models import Q

from bierger.infra.rls import protect, technical

OF_OWN_ADMINISTRATION = """((SELECT principal_kind()) = 'officer' AND administration = (SELECT principal_administration()))"""
WORKER = "(SELECT principal_kind()) IN ('system', 'worker')"

# What the trigger of 0001 refuses, for the two new columns; a second trigger, so that each may be changed alone.
AS_SEALED = """
CREATE FUNCTION documents_act_as_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.issuer, NEW.status_place, NEW.valid_until) IS DISTINCT FROM (OLD.issuer, OLD.status_place, OLD.valid_until) THEN
    RAISE EXCEPTION 'An act keeps what its seal says: %', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER documents_act_as_sealed BEFORE UPDATE ON documents_act FOR EACH ROW EXECUTE FUNCTION documents_act_as_sealed();

CREATE FUNCTION documents_type_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A registered document type never changes: %', OLD.code USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER documents_type_stays BEFORE UPDATE OR DELETE ON documents_type
  FOR EACH ROW EXECUTE FUNCTION documents_type_stays();
"""
UNDONE = """
DROP TRIGGER documents_act_as_sealed ON documents_act; DROP FUNCTION documents_act_as_sealed();
DROP TRIGGER documents_type_stays ON documents_type; DROP FUNCTION documents_type_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0005_acts_that_stand_still")]
    operations = [
        migrations.AddField("act", "status_place", models.IntegerField(null=True)),
        migrations.AddField("act", "valid_until", models.DateField(null=True)),
        migrations.AddConstraint("act", models.UniqueConstraint(fields=["issuer", "status_place"], name="documents_act_place")),
        migrations.AddConstraint(
            "act",
            models.CheckConstraint(
                condition=Q(status_place__isnull=True) | Q(status_place__gte=0), name="documents_act_place_counts"
            ),
        ),
        migrations.CreateModel(
            name="StatusCounter",
            fields=[
                ("issuer", models.TextField(primary_key=True, serialize=False)),
                ("administration", models.UUIDField()),
                ("places", models.IntegerField()),
            ],
            options={"db_table": "documents_status_counter"},
        ),
        migrations.CreateModel(
            name="DocumentType",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("code", models.TextField()),
                ("version", models.IntegerField()),
                ("body", models.JSONField()),
                ("registered_at", models.DateTimeField()),
            ],
            options={
                "db_table": "documents_type",
                "constraints": [
                    models.UniqueConstraint(fields=["code", "version"], name="documents_type_version"),
                    models.CheckConstraint(condition=Q(version__gte=1), name="documents_type_counts"),
                ],
            },
        ),
        protect(
            "documents_status_counter",
            select=OF_OWN_ADMINISTRATION,
            insert=OF_OWN_ADMINISTRATION,
            update=OF_OWN_ADMINISTRATION,
            worker=WORKER,
        ),
        technical(
            "documents_type", web="SELECT, INSERT", worker="SELECT, INSERT", reason="kinds of acts and their words, published"
        ),
        migrations.RunSQL(AS_SEALED, UNDONE),
    ]
