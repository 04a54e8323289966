# SPDX-License-Identifier: EUPL-1.2
"""Readings go with their case; a delay may end early; who read is committed to, and opened by the auditors of the house.

1. A reading goes with its case, but not before its own period is over, counted from the day on which the person could read it.
   A case that went earlier is remembered (`disclosures_gone`) until its last reading has gone. A reading of no case goes with its
   own period.
2. An order that ended early has one more row, `ended`; the rows before it stay as they were.
3. `actor_salt` opens the mark of the actor in the sealed content; rows from before have none.
"""

from django.db import migrations, models

from bierger.infra.rls import OWNER, finder, protect

OFFICE = "EXISTS (SELECT FROM unnest((SELECT principal_offices())) AS office WHERE office LIKE '{role}:%')"
AUDITS = f"principal_kind() = 'officer' AND {OFFICE.format(role='auditor')}"
OVERSEES = f"principal_kind() = 'officer' AND ({OFFICE.format(role='investigator')} OR {OFFICE.format(role='auditor')})"

# The day on which readings under an order are told; NULL: there is no such order.
TOLD_ON = """
CREATE FUNCTION disclosures_told_on(wanted uuid) RETURNS date LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(min(until) FILTER (WHERE ended), max(until)) FROM disclosures_delay WHERE id = wanted OR extends = wanted
$$
"""
TOLD = """
CREATE OR REPLACE FUNCTION disclosures_told(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(disclosures_told_on(wanted) <= disclosures_day(), true)
$$
"""
DELAYS = f"""
CREATE OR REPLACE FUNCTION disclosures_delays_told(wanted uuid[])
RETURNS TABLE (delay uuid, begun_on date, until date, reason text, legal_basis jsonb, orders bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT d.id, d.begun_on, disclosures_told_on(d.id), d.reason, d.legal_basis,
    (SELECT count(*) FROM disclosures_delay o WHERE (o.id = d.id OR o.extends = d.id) AND NOT o.ended)
  FROM disclosures_delay d
  WHERE d.id = ANY (wanted) AND disclosures_told(d.id) AND (principal_kind() = 'system' OR principal_kind() = 'person' AND EXISTS (
    SELECT FROM disclosures_disclosure r WHERE r.subjects @> ARRAY[disclosures_concerned()] AND r.delay = d.id)
    OR d.administration = principal_administration() AND {AUDITS})
$$
"""
ORDERS = f"""
(SELECT principal_kind()) = 'officer' AND administration = (SELECT principal_administration())
AND officer = (SELECT principal_officer()) AND {OFFICE.format(role="investigator")}
AND ordered_on = (SELECT disclosures_day())
AND CASE WHEN ended THEN extends IS NOT NULL AND until = ordered_on ELSE until > ordered_on END
AND CASE WHEN extends IS NULL THEN begun_on = ordered_on ELSE disclosures_delay_in_force(extends, administration, case_id, begun_on) END
"""
NOW_ORDERS = f"ALTER POLICY disclosures_delay_insert ON disclosures_delay WITH CHECK ({ORDERS})"
# How many are withheld, and of how many people: numbers, for those who order and those who watch.
WITHHELD = f"""
CREATE FUNCTION disclosures_withheld(wanted uuid[]) RETURNS TABLE (delay uuid, readings bigint, people bigint, newest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT d.id, count(r.id), (SELECT count(DISTINCT one) FROM disclosures_disclosure s, unnest(s.subjects) AS one
    WHERE s.case_id = d.case_id AND s.delay = d.id), max(r.at)
  FROM disclosures_delay d JOIN disclosures_disclosure r ON r.case_id = d.case_id AND r.delay = d.id
  WHERE d.id = ANY (wanted) AND d.administration = principal_administration() AND {OVERSEES}
  GROUP BY d.id, d.case_id
$$
"""
OPENED = f"""
CREATE FUNCTION disclosures_opened(wanted bigint) RETURNS SETOF disclosures_disclosure
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT * FROM disclosures_disclosure WHERE id = wanted AND administration = principal_administration() AND {AUDITS}
$$
"""
OPENED_ENTRIES = f"""
CREATE FUNCTION disclosures_opened_entries(wanted bigint) RETURNS TABLE (subject uuid, salt bytea, commitment bytea, batch bigint, held boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT e.subject, e.salt, e.commitment, e.batch_id, false FROM disclosures_entry e, disclosures_disclosure d
  WHERE e.reading = wanted AND d.id = wanted AND d.administration = principal_administration() AND {AUDITS}
  UNION ALL
  SELECT h.subject, h.salt, h.commitment, h.batch_id, true FROM disclosures_held h, disclosures_disclosure d
  WHERE h.reading = wanted AND d.id = wanted AND d.administration = principal_administration() AND {AUDITS}
$$
"""
# Nothing goes before it is sealed and told, and the person had the whole period to read it.
OVER = """
principal_kind() = 'system' AND d.batch IS NOT NULL AND d.at < older_than AND (d.delay IS NULL OR
  disclosures_told(d.delay) AND coalesce(disclosures_told_on(d.delay) < older_than::date, true)
  AND NOT EXISTS (SELECT FROM disclosures_held h WHERE h.reading = d.id AND h.told_in IS NULL))
"""
# What is destroyed with the rows: salts, and what was committed to at once about those that were told later.
GOES = """
  unsalted AS (UPDATE disclosures_entry e SET salt = NULL FROM gone WHERE e.reading = gone.id RETURNING e.commitment),
  unheld AS (DELETE FROM disclosures_held h USING gone WHERE h.reading = gone.id RETURNING h.commitment)
"""
ERASE = f"""
CREATE OR REPLACE FUNCTION disclosures_erase(older_than timestamptz, most integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH gone AS (
    DELETE FROM disclosures_disclosure WHERE id IN (
      SELECT d.id FROM disclosures_disclosure d WHERE d.case_id IS NULL AND {OVER} ORDER BY d.at LIMIT most FOR UPDATE)
    RETURNING id),
  {GOES}
  SELECT count(*) FROM gone
$$
"""
# A case that is gone: what may go of it goes, orders whose readings have gone too. What has to wait is looked at again on its day.
FORGET = f"""
CREATE FUNCTION disclosures_forget(its_case uuid, older_than timestamptz, kept integer)
RETURNS TABLE (readings bigint, commitments bytea[])
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE again date;
BEGIN
  IF principal_kind() IS DISTINCT FROM 'system' THEN RETURN; END IF;
  RETURN QUERY WITH gone AS (DELETE FROM disclosures_disclosure d WHERE d.case_id = its_case AND {OVER} RETURNING d.id),
    {GOES}
    SELECT (SELECT count(*) FROM gone),
      (SELECT coalesce(array_agg(c ORDER BY c), '{{}}') FROM (SELECT commitment FROM unsalted UNION ALL SELECT commitment FROM unheld) AS all_of(c));
  DELETE FROM disclosures_delay d WHERE d.case_id = its_case AND disclosures_told(coalesce(d.extends, d.id))
    AND NOT EXISTS (SELECT FROM disclosures_disclosure r WHERE r.case_id = its_case AND r.delay = coalesce(d.extends, d.id));
  SELECT min(day) INTO again FROM (
    SELECT greatest(d.at::date, disclosures_told_on(d.delay)) + kept + 1 FROM disclosures_disclosure d WHERE d.case_id = its_case
    UNION ALL SELECT o.until FROM disclosures_delay o WHERE o.case_id = its_case AND o.extends IS NULL
      AND NOT EXISTS (SELECT FROM disclosures_disclosure r WHERE r.case_id = its_case AND r.delay = o.id)) AS left_over(day);
  DELETE FROM disclosures_gone g WHERE g.case_id = its_case;
  IF again IS NOT NULL THEN
    INSERT INTO disclosures_gone (case_id, due) VALUES (its_case, greatest(again, disclosures_day() + 1));
  END IF;
END $$
"""
STAYS = f"""
CREATE OR REPLACE FUNCTION disclosures_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'disclosures_entry'
    AND (to_jsonb(NEW) - 'salt') = (to_jsonb(OLD) - 'salt') AND to_jsonb(NEW) ->> 'salt' IS NULL THEN
    RETURN NEW;
  END IF;
  -- Only where `disclosures_forget` deletes it, which runs as the owner: nobody else.
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'disclosures_delay' AND principal_kind() = 'system' AND current_user = '{OWNER}' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'What was sealed or ordered stays: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
INDEXES = """
DROP INDEX disclosures_by_age;
CREATE INDEX disclosures_by_age ON disclosures_disclosure (at) WHERE case_id IS NULL;
CREATE INDEX disclosures_by_case ON disclosures_disclosure (case_id) WHERE case_id IS NOT NULL
"""
ENDS = "disclosures_delay_ends"


class Migration(migrations.Migration):
    dependencies = [("disclosures", "0004_chains_and_delays")]
    operations = [
        migrations.AddField("Disclosure", "actor_salt", models.BinaryField(null=True)),
        migrations.AddField("Delay", "ended", models.BooleanField(default=False, db_default=False)),
        migrations.RemoveConstraint("Delay", ENDS),
        migrations.AddConstraint(
            "Delay",
            models.CheckConstraint(
                condition=models.Q(ended=False, until__gt=models.F("ordered_on"))
                | models.Q(ended=True, extends__isnull=False, until=models.F("ordered_on")),
                name=ENDS,
            ),
        ),
        migrations.CreateModel(
            name="Gone",
            fields=[("case_id", models.UUIDField(primary_key=True, serialize=False)), ("due", models.DateField(db_index=True))],
            options={"db_table": "disclosures_gone"},
        ),
        migrations.RunSQL(INDEXES, migrations.RunSQL.noop),
        finder(TOLD_ON, name="disclosures_told_on(uuid)", grant_to="bierger_worker"),
        finder(TOLD, name="disclosures_told(uuid)"),
        finder(DELAYS, name="disclosures_delays_told(uuid[])"),
        migrations.RunSQL(NOW_ORDERS, migrations.RunSQL.noop),
        finder(WITHHELD, name="disclosures_withheld(uuid[])"),
        finder(OPENED, name="disclosures_opened(bigint)"),
        finder(OPENED_ENTRIES, name="disclosures_opened_entries(bigint)"),
        protect("disclosures_gone"),
        migrations.RunSQL(STAYS, migrations.RunSQL.noop),
        finder(ERASE, name="disclosures_erase(timestamptz, integer)", grant_to="bierger_worker"),
        finder(FORGET, name="disclosures_forget(uuid, timestamptz, integer)", grant_to="bierger_worker"),
    ]
