# SPDX-License-Identifier: EUPL-1.2
"""Acts taken back: with a note for the holder, by whom, and which act takes the place of another.

The database holds officers to it. An officer changes nothing of an act but what says that it was taken back; what is taken back is
so in public in the same moment, and for ever; it goes no further on its way. An officer issues no act but the one that takes the
place of another of the same case, which was taken back as *replaced* before, and for the same holder.
"""

from django.db import migrations, models

from bierger.infra.rls import finder

OF_OWN_ADMINISTRATION = "((SELECT principal_kind()) = 'officer' AND administration = (SELECT principal_administration()))"
DECIDES = "EXISTS (SELECT FROM unnest((SELECT principal_offices())) AS office WHERE office LIKE 'decider:%')"

# The note may be erased, later and by itself. `-`: the columns that an officer's UPDATE may change.
TAKEN_BACK = """
CREATE FUNCTION documents_act_taken_back() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE own text[] := ARRAY['revoked_at', 'revocation_reason', 'revocation_note', 'revoked_by'];
BEGIN
  IF NEW.replaces IS DISTINCT FROM OLD.replaces
     OR (NEW.revoked_at IS NULL AND (NEW.revocation_reason, NEW.revocation_note, NEW.revoked_by) IS DISTINCT FROM ('', '', NULL))
     OR (OLD.revoked_at IS NOT NULL
         AND ((NEW.revoked_at, NEW.revocation_reason, NEW.revoked_by)
                IS DISTINCT FROM (OLD.revoked_at, OLD.revocation_reason, OLD.revoked_by)
              OR NEW.revocation_note NOT IN (OLD.revocation_note, '')
              OR (NEW.state <> OLD.state AND NEW.state IN ('rendered', 'delivered')))) THEN
    RAISE EXCEPTION 'What was taken back stays as it is: %', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL AND NOT EXISTS (
    SELECT FROM documents_revocation r
    WHERE r.commitment = NEW.facts_commitment AND r.revoked_at = NEW.revoked_at AND r.reason = NEW.revocation_reason) THEN
    RAISE EXCEPTION 'An act is taken back in public: %', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF principal_kind() = 'officer' AND (to_jsonb(NEW) - own IS DISTINCT FROM to_jsonb(OLD) - own
       OR NEW.revoked_by IS DISTINCT FROM OLD.revoked_by AND NEW.revoked_by IS DISTINCT FROM principal_officer()) THEN
    RAISE EXCEPTION 'Officers take acts back and change nothing else: %', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER documents_act_taken_back BEFORE UPDATE ON documents_act
  FOR EACH ROW EXECUTE FUNCTION documents_act_taken_back();
"""
UNDONE = "DROP TRIGGER documents_act_taken_back ON documents_act; DROP FUNCTION documents_act_taken_back();"
# Past the policies: a policy of a table cannot ask its own table.
REPLACEABLE = """
CREATE FUNCTION documents_replaceable(old uuid, its_case uuid, its_administration uuid, its_space uuid, its_link text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM documents_act a WHERE a.id = old AND a.revocation_reason = 'replaced' AND a.case_id = its_case
      AND a.administration = its_administration AND a.holder_space IS NOT DISTINCT FROM its_space
      AND a.holder_link IS NOT DISTINCT FROM its_link) $$
"""
# Whoever asks holds the seal: the salt stands in it and nowhere else. The number says that there is a successor, nothing about it.
SUCCESSOR = """
CREATE FUNCTION documents_find_successor(its_commitment bytea, its_salt bytea) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT n.number FROM documents_act a JOIN documents_act n ON n.replaces = a.id
  WHERE a.facts_commitment = its_commitment AND a.facts_salt = its_salt $$
"""
MAY_INSERT = (
    f"{OF_OWN_ADMINISTRATION} AND {DECIDES}"
    " AND documents_replaceable(replaces, case_id, administration, holder_space, holder_link)"
)
# What was revoked moves no further and stands still by right.
STANDING = """
CREATE OR REPLACE FUNCTION documents_standing(since timestamptz) RETURNS TABLE (why text, acts bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(nullif(problem, ''), state), count(*) FROM documents_act
  WHERE state <> 'delivered' AND revoked_at IS NULL AND decided_at <= since GROUP BY 1 $$
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0006_places_and_types")]
    operations = [
        migrations.AddField("act", "revocation_note", models.TextField(default="")),
        migrations.AddField("act", "revoked_by", models.UUIDField(null=True)),
        migrations.AddField("act", "revocation_told_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "act",
            models.Index(
                fields=["revoked_at"],
                condition=models.Q(revoked_at__isnull=False, revocation_told_at__isnull=True),
                name="documents_act_untold",
            ),
        ),
        migrations.AddField("act", "replaces", models.UUIDField(null=True, unique=True)),
        migrations.RunSQL(TAKEN_BACK, UNDONE),
        finder(REPLACEABLE, name="documents_replaceable(uuid, uuid, uuid, uuid, text)"),
        finder(SUCCESSOR, name="documents_find_successor(bytea, bytea)"),
        finder(STANDING, name="documents_standing(timestamptz)"),
        migrations.RunSQL(f"ALTER POLICY documents_act_insert ON documents_act WITH CHECK ({MAY_INSERT});", migrations.RunSQL.noop),
    ]
