# SPDX-License-Identifier: EUPL-1.2
"""How long a case is kept, who holds it longer, what is left when it was erased.

1. A case that has ended gets the day on which it is erased, once. Only the system erases, once, on that day or later; what is held
   is not erased. The trigger of 0006 says so, with all that it said before.
2. A case is held, and let go, by officers who decide, and by the system for whoever runs the installation.
3. The record of an erasure is read by whoever sees the case, written by the system, and never changed. It names nobody.
"""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from bierger.infra.rls import finder, protect

CASE_MOVES = """
CREATE OR REPLACE FUNCTION cases_case_moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF (NEW.number, NEW.administration_id, NEW.digest, NEW.owner, NEW.name, NEW.language, NEW.opened_at)
    IS DISTINCT FROM (OLD.number, OLD.administration_id, OLD.digest, OLD.owner, OLD.name, OLD.language, OLD.opened_at) THEN
    RAISE EXCEPTION 'cases_case: a case stays what it is' USING ERRCODE = 'restrict_violation';
  END IF;
  -- Nobody acts: whoever repairs the database as its owner.
  IF principal_kind() IS NULL THEN
    RETURN NEW;
  END IF;
  IF (NEW.last_sequence, NEW.last_hash) IS DISTINCT FROM (OLD.last_sequence, OLD.last_hash)
    AND (NEW.last_sequence < OLD.last_sequence OR NOT EXISTS (
      SELECT FROM cases_event e WHERE e.case_id = NEW.id AND e.sequence = NEW.last_sequence AND e.hash = NEW.last_hash)) THEN
    RAISE EXCEPTION 'cases_case: the head of a chain is one of its events' USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.status, NEW.state, NEW.ended_at) IS DISTINCT FROM (OLD.status, OLD.state, OLD.ended_at)
    AND principal_kind() NOT IN ('worker', 'system') AND NOT subject_moving(NEW.id) THEN
    RAISE EXCEPTION 'cases_case: its state moves with its process' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.open_question IS DISTINCT FROM OLD.open_question AND principal_kind() IN ('person', 'link')
    AND (NEW.open_question IS NOT NULL OR NEW.last_sequence = OLD.last_sequence) THEN
    RAISE EXCEPTION 'cases_case: officers ask, applicants answer' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.erase_on IS DISTINCT FROM OLD.erase_on AND (principal_kind() NOT IN ('worker', 'system') OR OLD.erase_on IS NOT NULL) THEN
    RAISE EXCEPTION 'cases_case: how long a case is kept is said once' USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.hold_until, NEW.hold_reason) IS DISTINCT FROM (OLD.hold_until, OLD.hold_reason)
    AND (OLD.erased_at IS NOT NULL OR NOT (principal_kind() = 'system' OR (principal_kind() = 'officer'
      AND EXISTS (SELECT FROM unnest(principal_offices()) AS office WHERE office LIKE 'decider:%')))) THEN
    RAISE EXCEPTION 'cases_case: who decides holds a case and lets it go' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.erased_at IS DISTINCT FROM OLD.erased_at AND (principal_kind() <> 'system' OR OLD.erased_at IS NOT NULL
    OR NEW.status <> 'ended' OR NEW.erase_on IS NULL OR NEW.erase_on > (NEW.erased_at AT TIME ZONE 'Europe/Luxembourg')::date
    OR NEW.hold_until >= (NEW.erased_at AT TIME ZONE 'Europe/Luxembourg')::date) THEN
    RAISE EXCEPTION 'cases_case: a case is erased once, when its time is over and nobody holds it' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$
"""
IMMUTABLE = """
CREATE FUNCTION cases_deletion_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'cases_deletion: a record of an erasure stays' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER cases_deletion_stays BEFORE UPDATE OR DELETE ON cases_deletion FOR EACH ROW EXECUTE FUNCTION cases_deletion_stays();
CREATE TRIGGER cases_deletion_kept BEFORE TRUNCATE ON cases_deletion FOR EACH STATEMENT EXECUTE FUNCTION cases_deletion_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_who_writes_what")]
    operations = [
        migrations.AddField("case", "erase_on", models.DateField(null=True)),
        migrations.AddField("case", "erased_at", models.DateTimeField(null=True)),
        migrations.AddField("case", "hold_until", models.DateField(null=True)),
        migrations.AddField("case", "hold_reason", models.TextField(default="")),
        migrations.AddIndex(
            "case", models.Index(fields=["id"], condition=Q(status="ended", erase_on__isnull=True), name="cases_case_unplanned")
        ),
        migrations.AddIndex(
            "case", models.Index(fields=["erase_on", "id"], condition=Q(erased_at__isnull=True), name="cases_case_due")
        ),
        migrations.CreateModel(
            name="Deletion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("record", models.JSONField()),
                ("salt", models.BinaryField()),
                ("commitment", models.BinaryField(unique=True)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="cases.case")),
            ],
            options={
                "db_table": "cases_deletion",
                "indexes": [models.Index(fields=["case", "at"], name="cases_deletion_case")],
            },
        ),
        finder(CASE_MOVES, name="cases_case_moves()", grant_to="bierger_owner"),
        migrations.RunSQL(IMMUTABLE, migrations.RunSQL.noop),
        protect("cases_deletion", select="case_visible(case_id)"),
    ]
