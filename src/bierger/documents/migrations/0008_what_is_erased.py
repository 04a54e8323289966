# SPDX-License-Identifier: EUPL-1.2
"""An act whose time is over loses what it says: facts, fields, seal, salts, file. That it was issued stays.

The trigger of 0001 kept the seal for ever. Now the system may blank it, once, together with the day of the erasure; number, type,
commitments and what was taken back stay as they are, and what was erased is never filled in again.
"""

from django.db import migrations, models
from django.db.models import Q

ACT_MOVES = """
CREATE OR REPLACE FUNCTION documents_act_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE told text[] := ARRAY['facts', 'fields', 'template', 'title', 'seal', 'facts_salt', 'file_id', 'file_sha256', 'file_salt',
  'revocation_note'];
BEGIN
  IF array_position(ARRAY['decided', 'logged', 'rendered', 'delivered'], NEW.state)
       < array_position(ARRAY['decided', 'logged', 'rendered', 'delivered'], OLD.state)
     OR (NEW.number, NEW.facts_commitment, NEW.case_id, NEW.administration, NEW.document_type)
        IS DISTINCT FROM (OLD.number, OLD.facts_commitment, OLD.case_id, OLD.administration, OLD.document_type)
     OR (NEW.seal IS DISTINCT FROM OLD.seal AND (OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL OR NEW.seal <> ''))
     OR (OLD.file_commitment IS NOT NULL AND NEW.file_commitment IS DISTINCT FROM OLD.file_commitment)
     OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at) THEN
    RAISE EXCEPTION 'An act goes forward and keeps its seal: %', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.erased_at IS DISTINCT FROM OLD.erased_at
     AND (OLD.erased_at IS NOT NULL OR NEW.facts <> '[]' OR NEW.fields <> '{}' OR NEW.seal <> '' OR NEW.facts_salt <> ''
       OR NEW.file_salt IS NOT NULL OR principal_kind() IS DISTINCT FROM 'system') THEN
    RAISE EXCEPTION 'An act is erased whole, once, by the system: %', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF OLD.erased_at IS NOT NULL AND EXISTS (
    SELECT FROM unnest(told) AS one WHERE to_jsonb(NEW) -> one IS DISTINCT FROM to_jsonb(OLD) -> one) THEN
    RAISE EXCEPTION 'What was erased is not filled in again: %', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.erase_on IS DISTINCT FROM OLD.erase_on AND principal_kind() IS DISTINCT FROM 'system' THEN
    RAISE EXCEPTION 'The system says how long an act is kept: %', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0007_taken_back")]
    operations = [
        migrations.AddField("act", "erase_on", models.DateField(null=True)),
        migrations.AddField("act", "erased_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "act", models.Index(fields=["erase_on"], condition=Q(erased_at__isnull=True), name="documents_act_due")
        ),
        migrations.RemoveConstraint("act", "documents_act_rendered_has_file"),
        migrations.AddConstraint(
            "act",
            models.CheckConstraint(
                condition=Q(state__in=("decided", "logged")) | Q(file_sha256__isnull=False) | Q(erased_at__isnull=False),
                name="documents_act_rendered_has_file",
            ),
        ),
        migrations.RunSQL(ACT_MOVES, migrations.RunSQL.noop),
    ]
