# SPDX-License-Identifier: EUPL-1.2
"""A batch says how long its readings are kept at least; the database lets no salt go before, and each erasure names its record.

1. `kept`: the days that were promised when the batch was sealed. A later change of the setting makes nothing go earlier. Batches of
   before get the days that are set now.
2. A salt goes only inside the two functions that erase, which run as the owner, and only when its batch is old enough by the
   database's clock, which the owner alone may move: whatever a worker says about the time.
3. `erased_in`: the number of the record of the round that erased it (`filings_deletion`); NULL: it went with its case, whose record
   says so. Both functions give back the commitments whose openings are gone, for that record.
"""

from importlib import import_module

from django.db import migrations, models

import bierger.disclosures.models
from bierger.infra.rls import OWNER, finder

BEFORE = import_module("bierger.disclosures.migrations.0005_forgotten_ended_opened")
OPENINGS = 20_000  # after so many a round ends: its record stays a file of one or two megabytes

# The installation's clock, as in `clock_now()` of cases, which stands above this app.
NOW = """
CREATE FUNCTION disclosures_now() RETURNS timestamptz LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT statement_timestamp() + coalesce((SELECT make_interval(secs => seconds) FROM infra_clock_offset WHERE id = 1), interval '0')
$$
"""
# In hours: a day is 24 of them here, as it is for the program that people check with, also when the clocks change.
KEPT = """
CREATE FUNCTION disclosures_kept_until(wanted bigint) RETURNS timestamptz LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT at + make_interval(hours => 24 * kept) FROM disclosures_batch WHERE number = wanted
$$
"""
STAYS = f"""
CREATE OR REPLACE FUNCTION disclosures_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Only where `disclosures_forget` and `disclosures_erase` do it, which run as the owner, and not before its time.
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'disclosures_entry' AND principal_kind() = 'system' AND current_user = '{OWNER}'
    AND (to_jsonb(NEW) - 'salt' - 'erased_in') = (to_jsonb(OLD) - 'salt' - 'erased_in')
    AND to_jsonb(NEW) ->> 'salt' IS NULL AND to_jsonb(OLD) ->> 'salt' IS NOT NULL
    AND disclosures_kept_until((to_jsonb(OLD) ->> 'batch_id')::bigint) <= disclosures_now() THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'disclosures_delay' AND principal_kind() = 'system' AND current_user = '{OWNER}' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'What was sealed or ordered stays: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
# As `disclosures_kept_until` says it, in one join: it is asked of every entry of a round.
OVER = f"""
{BEFORE.OVER} AND NOT EXISTS (
  SELECT FROM disclosures_entry e JOIN disclosures_batch b ON b.number = e.batch_id
  WHERE e.reading = d.id AND b.at + make_interval(hours => 24 * b.kept) > (SELECT disclosures_now()))
"""
GOES = BEFORE.GOES.replace("SET salt = NULL FROM gone", "SET salt = NULL, erased_in = record FROM gone")
SAID = """
  SELECT (SELECT count(*) FROM gone),
    (SELECT coalesce(array_agg(c ORDER BY c), '{}') FROM (SELECT commitment FROM unsalted UNION ALL SELECT commitment FROM unheld) AS all_of(c))
"""
ERASE = f"""
CREATE FUNCTION disclosures_erase(older_than timestamptz, most integer, record uuid DEFAULT NULL)
RETURNS TABLE (readings bigint, commitments bytea[])
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH due AS (
    SELECT d.id, d.at, cardinality(d.subjects) AS people FROM disclosures_disclosure d
    WHERE d.case_id IS NULL AND {OVER} ORDER BY d.at LIMIT most FOR UPDATE),
  chosen AS (
    SELECT id FROM (SELECT id, sum(people) OVER (ORDER BY at, id) - people AS before FROM due) AS counted WHERE before < {OPENINGS}),
  gone AS (DELETE FROM disclosures_disclosure WHERE id IN (SELECT id FROM chosen) RETURNING id),
  {GOES}
  {SAID}
$$
"""
FORGET = f"""
CREATE FUNCTION disclosures_forget(its_case uuid, older_than timestamptz, kept integer, record uuid DEFAULT NULL)
RETURNS TABLE (readings bigint, commitments bytea[])
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE again date;
BEGIN
  IF principal_kind() IS DISTINCT FROM 'system' THEN RETURN; END IF;
  RETURN QUERY WITH gone AS (DELETE FROM disclosures_disclosure d WHERE d.case_id = its_case AND {OVER} RETURNING d.id),
    {GOES}
    {SAID};
  DELETE FROM disclosures_delay d WHERE d.case_id = its_case AND disclosures_told(coalesce(d.extends, d.id))
    AND NOT EXISTS (SELECT FROM disclosures_disclosure r WHERE r.case_id = its_case AND r.delay = coalesce(d.extends, d.id));
  SELECT min(day) INTO again FROM (
    SELECT greatest(d.at::date, disclosures_told_on(d.delay)) + kept + 1 FROM disclosures_disclosure d WHERE d.case_id = its_case
    UNION ALL SELECT o.until FROM disclosures_delay o WHERE o.case_id = its_case AND o.extends IS NULL
      AND NOT EXISTS (SELECT FROM disclosures_disclosure r WHERE r.case_id = its_case AND r.delay = o.id)) AS left_over(day);
  DELETE FROM disclosures_gone g WHERE g.case_id = its_case;
  IF NOT FOUND THEN
    again := coalesce(again, disclosures_day());  -- the first time: once more, for whoever was reading meanwhile
  END IF;
  IF again IS NOT NULL THEN
    INSERT INTO disclosures_gone (case_id, due) VALUES (its_case, greatest(again, disclosures_day() + 1));
  END IF;
END $$
"""
BATCHES = """
CREATE FUNCTION disclosures_batch_heads(wanted bigint[])
RETURNS TABLE (number bigint, at timestamptz, salt bytea, size integer, root bytea, commitment bytea, kept integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT b.number, b.at, b.salt, b.size, b.root, b.commitment, b.kept FROM disclosures_batch b WHERE b.number = ANY (wanted) ORDER BY b.number
$$
"""
REPLACED = """
DROP FUNCTION disclosures_erase(timestamptz, integer);
DROP FUNCTION disclosures_forget(uuid, timestamptz, integer);
DROP FUNCTION disclosures_batch_heads(bigint[])
"""


class Migration(migrations.Migration):
    dependencies = [("disclosures", "0008_record"), ("infra", "0003_clock_by_the_owner")]
    operations = [
        migrations.AddField("Batch", "kept", models.IntegerField(default=bierger.disclosures.models.kept_days)),
        migrations.AddField("Entry", "erased_in", models.UUIDField(null=True)),
        migrations.RunSQL(NOW, migrations.RunSQL.noop),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        migrations.RunSQL(STAYS, migrations.RunSQL.noop),
        migrations.RunSQL(REPLACED, migrations.RunSQL.noop),
        finder(ERASE, name="disclosures_erase(timestamptz, integer, uuid)", grant_to="bierger_worker"),
        finder(FORGET, name="disclosures_forget(uuid, timestamptz, integer, uuid)", grant_to="bierger_worker"),
        finder(BATCHES, name="disclosures_batch_heads(bigint[])"),
    ]
