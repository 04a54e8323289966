# SPDX-License-Identifier: EUPL-1.2
"""A grant counts from `since` until just before `until`, by the product's one clock, for the case and for its work rows alike.

Two choices:

1. `clock_now()` is `bierger.infra.clock.now()` for the database: the machine's instant and the row that the demonstration moves.
   In production there is no such row, since `clock.move` refuses to make one. A statement's own instant, not the transaction's:
   a grant is written with the time of its writing, which is after its transaction began.
2. The span of the grant stands on the work row itself, as `granted`. A policy that asks the grants for each row costs 11 to 18 ms
   a worklist, one that looks at its own row 0.8 ms. The column is the database's alone: triggers write it, no model knows it, and
   whatever else is written there is put right by the trigger. NULL, which contains no instant, is work that no grant covers.
"""

from django.db import migrations

from bierger.infra.rls import finder

CLOCK_NOW = """
CREATE FUNCTION clock_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT statement_timestamp() + coalesce((SELECT make_interval(secs => seconds) FROM infra_clock_offset WHERE id = 1), interval '0') $$
"""
# A span that ends before it begins is none; `tstzrange` alone would stop the writer with an error that names no grant.
GRANT_SPAN = """
CREATE FUNCTION cases_grant_span(since timestamptz, until timestamptz) RETURNS tstzrange LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN until <= since THEN 'empty'::tstzrange ELSE tstzrange(since, until, '[)') END $$
"""
# Past the policies: who routes work to a service need not be able to read that service's grant.
WORK_GRANTED = """
CREATE FUNCTION cases_work_granted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  NEW.granted := (
    SELECT cases_grant_span(g.since, g.until) FROM cases_case_grant g
    WHERE g.case_id = NEW.case_id AND g.administration_id = NEW.administration_id AND g.role = NEW.role
      AND g.service_id IS NOT DISTINCT FROM NEW.service_id);
  RETURN NEW;
END $$
"""
# Touches the rows; the trigger above does the rest. Whoever changes a grant locks the case first, as every writer of a case does.
GRANT_CHANGED = """
CREATE FUNCTION cases_grant_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE one cases_case_grant;
BEGIN
  one := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  UPDATE cases_work w SET granted = NULL
  WHERE w.case_id = one.case_id AND w.administration_id = one.administration_id AND w.role = one.role
    AND w.service_id IS NOT DISTINCT FROM one.service_id;
  RETURN NULL;
END $$
"""
TRIGGERS = """
ALTER TABLE cases_work ADD COLUMN granted tstzrange;
CREATE TRIGGER cases_work_granted BEFORE INSERT OR UPDATE ON cases_work FOR EACH ROW EXECUTE FUNCTION cases_work_granted();
CREATE TRIGGER cases_grant_changed AFTER INSERT OR UPDATE OF since, until OR DELETE ON cases_case_grant
  FOR EACH ROW EXECUTE FUNCTION cases_grant_changed();
-- A grant of another case, service or role is another row: its work rows would stay behind with the old span.
CREATE FUNCTION cases_grant_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'cases_case_grant: only its time changes' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER cases_grant_stays BEFORE UPDATE OF case_id, administration_id, service_id, role ON cases_case_grant
  FOR EACH ROW WHEN ((OLD.case_id, OLD.administration_id, OLD.service_id, OLD.role)
    IS DISTINCT FROM (NEW.case_id, NEW.administration_id, NEW.service_id, NEW.role)) EXECUTE FUNCTION cases_grant_stays();
"""
# The rows of earlier releases. Migrations run as the owner, whom a policy lets through.
BACKFILL = "UPDATE cases_work SET granted = NULL"

# As in 0001, with the beginning and the end by the clock. `(SELECT ...)`: asked once, not once for each grant.
CASE_VISIBLE = """
CREATE OR REPLACE FUNCTION case_visible(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT CASE principal_kind()
    WHEN 'officer' THEN EXISTS (
      SELECT FROM cases_case_grant g WHERE g.case_id = wanted AND g.administration_id = principal_administration()
        AND (g.role || ':' = ANY (principal_offices())
             OR g.role || ':' || g.service_id = ANY (principal_offices()))
        AND cases_grant_span(g.since, g.until) @> (SELECT clock_now()))
    WHEN 'person' THEN EXISTS (SELECT FROM cases_party p WHERE p.case_id = wanted AND p.space = principal_space())
    WHEN 'link' THEN EXISTS (SELECT FROM cases_party p WHERE p.case_id = wanted AND p.link = principal_link())
    WHEN 'worker' THEN session_user = 'bierger_worker' AND wanted = principal_case()
    WHEN 'system' THEN session_user = 'bierger_worker'
    ELSE false END $$
"""
APPLICANT = "(SELECT principal_kind()) IN ('person', 'link') AND case_visible(case_id)"
OFFICE = (
    "administration_id = (SELECT principal_administration()) AND (role || ':' = ANY ((SELECT principal_offices())::text[])"
    " OR role || ':' || service_id = ANY ((SELECT principal_offices())::text[]))"
)
POLICIES = f"""
ALTER POLICY cases_work_select ON cases_work USING (({OFFICE} AND granted @> (SELECT clock_now())) OR ({APPLICANT}));
ALTER POLICY cases_case_grant_select ON cases_case_grant USING ({OFFICE} AND cases_grant_span(since, until) @> (SELECT clock_now()));
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_parties_at_the_opening_only"), ("infra", "0001_principal_outbox_clock")]
    operations = [
        migrations.RunSQL(CLOCK_NOW, migrations.RunSQL.noop),
        migrations.RunSQL(GRANT_SPAN, migrations.RunSQL.noop),
        # Triggers ask for no right of the writer's: nobody but the owner need be able to call these.
        finder(WORK_GRANTED, name="cases_work_granted()", grant_to="bierger_owner"),
        finder(GRANT_CHANGED, name="cases_grant_changed()", grant_to="bierger_owner"),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
        finder(CASE_VISIBLE, name="case_visible(uuid)"),
        migrations.RunSQL(POLICIES, migrations.RunSQL.noop),
    ]
