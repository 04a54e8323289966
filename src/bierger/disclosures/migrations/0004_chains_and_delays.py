# SPDX-License-Identifier: EUPL-1.2
"""Readings are sealed in batches, one chain per person; one for an investigation may be told later.

1. A row says itself in which batch it was sealed, `batch`. A high-water mark would leave out for ever what a slow transaction commits
   with a smaller number than one that was sealed already.
2. Sealed rows are found, marked and erased by functions that serve the system alone: nobody gets the right to change a reading.
3. Whether a reading is told later is decided by a trigger when it is written, never afterwards: what a person has seen stays.
   Every way to the rows asks `disclosures_told`, so that a hidden one is in no count, no page and no chain.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from bierger.infra.rls import SYSTEM_ONLY, finder, protect

DAY = """
CREATE FUNCTION disclosures_day() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce((nullif(current_setting('bierger.principal', true), '')::jsonb ->> 'day')::date, current_date) $$
"""
TOLD = """
CREATE FUNCTION disclosures_told(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT NOT EXISTS (SELECT FROM disclosures_delay WHERE (id = wanted OR extends = wanted) AND until > disclosures_day())
$$
"""
# An extension goes on from an order of the same house that is still in force: an order that ended was told, and stays told.
IN_FORCE = """
CREATE FUNCTION disclosures_delay_in_force(wanted uuid, house uuid, its_case uuid, day date) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT NOT disclosures_told(wanted) AND EXISTS (
    SELECT FROM disclosures_delay WHERE id = wanted AND extends IS NULL AND administration = house AND case_id = its_case AND begun_on = day)
$$
"""
DELAYED = """
CREATE FUNCTION disclosures_delayed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  NEW.delay := (
    SELECT d.id FROM disclosures_delay d
    WHERE d.case_id = NEW.case_id AND d.administration = NEW.administration AND d.extends IS NULL AND NOT disclosures_told(d.id)
    LIMIT 1);
  RETURN NEW;
END $$
"""
# Readings of no case, worklists, cannot be delayed: the policy below says so, and the trigger does not even run.
ON_INSERT = """
CREATE TRIGGER disclosures_delayed BEFORE INSERT ON disclosures_disclosure FOR EACH ROW WHEN (NEW.case_id IS NOT NULL)
  EXECUTE FUNCTION disclosures_delayed()
"""
POLICIES = """
ALTER POLICY disclosures_disclosure_select ON disclosures_disclosure
  USING ((SELECT principal_kind()) = 'person' AND (SELECT disclosures_concerned()) = ANY (subjects)
    AND (delay IS NULL OR disclosures_told(delay)));
CREATE POLICY disclosures_disclosure_fresh ON disclosures_disclosure AS RESTRICTIVE FOR INSERT TO bierger_web, bierger_worker
  WITH CHECK (batch IS NULL AND (case_id IS NOT NULL OR delay IS NULL))
"""
WANTED = """subjects @> ARRAY[disclosures_concerned()] AND principal_kind() = 'person' AND (delay IS NULL OR disclosures_told(delay))
     AND (house IS NULL OR administration = house) AND (since IS NULL OR at >= since) AND (before IS NULL OR at < before)"""
FIND = f"""
CREATE FUNCTION disclosures_about_me(older bigint, newer bigint, most integer, house uuid, since timestamptz, before timestamptz)
RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  (SELECT id FROM disclosures_disclosure
   WHERE newer IS NULL AND {WANTED} AND (older IS NULL OR id + 0 < older)
   ORDER BY id + 0 DESC LIMIT least(most, 200))
  UNION ALL
  (SELECT id FROM disclosures_disclosure
   WHERE newer IS NOT NULL AND {WANTED} AND id + 0 > newer
   ORDER BY id + 0 LIMIT least(most, 200))
$$
"""
COUNT = f"""
CREATE FUNCTION disclosures_count_about_me(most integer, house uuid, since timestamptz, before timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT count(*) FROM (SELECT FROM disclosures_disclosure WHERE {WANTED} ORDER BY id + 0 LIMIT most) AS mine
$$
"""
# For machines that count from the newest: bounded, as the caller's protocol says.
USAGE = f"""
CREATE FUNCTION disclosures_usage_of_me(house uuid, since timestamptz, before timestamptz, skip integer, most integer)
RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT id FROM disclosures_disclosure WHERE {WANTED} ORDER BY id + 0 DESC OFFSET skip LIMIT least(most, 1000)
$$
"""
# Whose readings there are to choose from, among the newest: a choice on a page, not a record.
HOUSES = """
CREATE FUNCTION disclosures_houses_about_me(most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT administration FROM (
    SELECT administration FROM disclosures_disclosure
    WHERE subjects @> ARRAY[disclosures_concerned()] AND principal_kind() = 'person' AND (delay IS NULL OR disclosures_told(delay))
    ORDER BY id + 0 DESC LIMIT most) AS mine
  WHERE administration IS NOT NULL
$$
"""
DELAYS = """
CREATE FUNCTION disclosures_delays_told(wanted uuid[])
RETURNS TABLE (delay uuid, begun_on date, until date, reason text, legal_basis jsonb, orders bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT d.id, d.begun_on, (SELECT max(o.until) FROM disclosures_delay o WHERE o.id = d.id OR o.extends = d.id), d.reason, d.legal_basis,
    (SELECT count(*) FROM disclosures_delay o WHERE o.id = d.id OR o.extends = d.id)
  FROM disclosures_delay d
  WHERE d.id = ANY (wanted) AND disclosures_told(d.id) AND (principal_kind() = 'system' OR principal_kind() = 'person' AND EXISTS (
    SELECT FROM disclosures_disclosure r WHERE r.subjects @> ARRAY[disclosures_concerned()] AND r.delay = d.id))
$$
"""
TO_SEAL = """
CREATE FUNCTION disclosures_to_seal(most integer) RETURNS SETOF disclosures_disclosure
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT * FROM disclosures_disclosure WHERE batch IS NULL AND principal_kind() = 'system' ORDER BY id LIMIT most
$$
"""
SEALED = """
CREATE FUNCTION disclosures_sealed(wanted bigint[]) RETURNS SETOF disclosures_disclosure
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT * FROM disclosures_disclosure WHERE id = ANY (wanted) AND batch IS NOT NULL AND principal_kind() = 'system'
$$
"""
SEAL = """
CREATE FUNCTION disclosures_seal(wanted bigint[], its_batch bigint) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH done AS (
    UPDATE disclosures_disclosure SET batch = its_batch
    WHERE id = ANY (wanted) AND batch IS NULL AND principal_kind() = 'system' RETURNING 1)
  SELECT count(*) FROM done
$$
"""
# Row and salt go; entry, hash and place in the chain stay. Nothing is erased before it is sealed and told.
ERASE = """
CREATE FUNCTION disclosures_erase(older_than timestamptz, most integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH gone AS (
    DELETE FROM disclosures_disclosure WHERE id IN (
      SELECT d.id FROM disclosures_disclosure d
      WHERE d.at < older_than AND d.batch IS NOT NULL AND principal_kind() = 'system'
        AND (d.delay IS NULL OR disclosures_told(d.delay) AND NOT EXISTS (
          SELECT FROM disclosures_held h WHERE h.reading = d.id AND h.told_in IS NULL))
      ORDER BY d.id LIMIT most FOR UPDATE)
    RETURNING id),
  unsalted AS (UPDATE disclosures_entry e SET salt = NULL FROM gone WHERE e.reading = gone.id),
  unheld AS (DELETE FROM disclosures_held h USING gone WHERE h.reading = gone.id)
  SELECT count(*) FROM gone
$$
"""
ERASE_INDEX = "CREATE INDEX disclosures_by_age ON disclosures_disclosure USING brin (at)"
BATCHES = """
CREATE FUNCTION disclosures_batch_heads(wanted bigint[])
RETURNS TABLE (number bigint, at timestamptz, salt bytea, size integer, root bytea, commitment bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT b.number, b.at, b.salt, b.size, b.root, b.commitment FROM disclosures_batch b WHERE b.number = ANY (wanted) ORDER BY b.number
$$
"""
LEAVES = """
CREATE FUNCTION disclosures_batch_leaves(wanted bigint) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT leaves FROM disclosures_batch WHERE number = wanted $$
"""
STAYS = """
CREATE FUNCTION disclosures_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'disclosures_entry'
    AND (to_jsonb(NEW) - 'salt') = (to_jsonb(OLD) - 'salt') AND to_jsonb(NEW) ->> 'salt' IS NULL THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'What was sealed or ordered stays: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER disclosures_entry_stays BEFORE UPDATE OR DELETE ON disclosures_entry FOR EACH ROW EXECUTE FUNCTION disclosures_stays();
CREATE TRIGGER disclosures_batch_stays BEFORE UPDATE OR DELETE ON disclosures_batch FOR EACH ROW EXECUTE FUNCTION disclosures_stays();
CREATE TRIGGER disclosures_delay_stays BEFORE UPDATE OR DELETE ON disclosures_delay FOR EACH ROW EXECUTE FUNCTION disclosures_stays()
"""
OWN = "(SELECT principal_kind()) = 'person' AND subject = (SELECT disclosures_concerned())"
# Told: their reading is in a chain. Until then nobody but the system knows that there is one.
OWN_AND_TOLD = f"{OWN} AND told_in IS NOT NULL"
OFFICE = "EXISTS (SELECT FROM unnest((SELECT principal_offices())) AS office WHERE office LIKE '{role}:%')"
IN_THE_HOUSE = "(SELECT principal_kind()) = 'officer' AND administration = (SELECT principal_administration())"
OVERSEES = f"{IN_THE_HOUSE} AND ({OFFICE.format(role='investigator')} OR {OFFICE.format(role='auditor')})"
ORDERS = f"""
{IN_THE_HOUSE} AND officer = (SELECT principal_officer()) AND {OFFICE.format(role='investigator')}
AND until > (SELECT disclosures_day()) AND ordered_on = (SELECT disclosures_day())
AND CASE WHEN extends IS NULL THEN begun_on = ordered_on ELSE disclosures_delay_in_force(extends, administration, case_id, begun_on) END
"""
ARRAY_OF = django.contrib.postgres.fields.ArrayField


class Migration(migrations.Migration):
    dependencies = [("disclosures", "0003_every_law"), ("administrations", "0003_investigators")]
    operations = [
        migrations.AddField("Disclosure", "batch", models.BigIntegerField(null=True)),
        migrations.AddField("Disclosure", "delay", models.UUIDField(null=True)),
        migrations.AddField("Disclosure", "on_behalf_of", models.UUIDField(null=True)),
        migrations.AddField("Disclosure", "mandate", models.UUIDField(null=True)),
        migrations.AddIndex(
            "Disclosure", models.Index(fields=["id"], name="disclosures_to_seal", condition=models.Q(("batch__isnull", True)))
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("salt", models.BinaryField()),
                ("seed", models.BinaryField()),
                ("size", models.IntegerField()),
                ("leaves", models.BinaryField()),
                ("root", models.BinaryField()),
                ("commitment", models.BinaryField()),
            ],
            options={"db_table": "disclosures_batch"},
        ),
        migrations.CreateModel(
            name="Chain",
            fields=[
                ("subject", models.UUIDField(primary_key=True, serialize=False)),
                ("key", models.BinaryField()),
                ("sequence", models.IntegerField()),
                ("head", models.BinaryField()),
            ],
            options={"db_table": "disclosures_chain"},
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("subject", models.UUIDField()),
                ("sequence", models.IntegerField()),
                ("previous", models.BinaryField()),
                ("commitment", models.BinaryField()),
                ("hash", models.BinaryField()),
                ("salt", models.BinaryField(null=True)),
                ("reading", models.BigIntegerField()),
                ("batch", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="disclosures.batch", db_index=False)),
            ],
            options={
                "db_table": "disclosures_entry",
                "indexes": [models.Index(fields=["reading"], name="disclosures_entry_reading")],
                "constraints": [models.UniqueConstraint(fields=("subject", "sequence"), name="disclosures_entry_place")],
            },
        ),
        migrations.CreateModel(
            name="Held",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("reading", models.BigIntegerField()),
                ("delay", models.UUIDField()),
                ("subject", models.UUIDField()),
                ("salt", models.BinaryField()),
                ("commitment", models.BinaryField()),
                ("tag", models.BinaryField()),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="disclosures.batch", db_index=False, related_name="+"
                    ),
                ),
                ("told_in", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "disclosures_held",
                "constraints": [models.UniqueConstraint(fields=("reading", "subject"), name="disclosures_held_once")],
                "indexes": [
                    models.Index(fields=["id"], name="disclosures_held_waiting", condition=models.Q(("told_in__isnull", True)))
                ],
            },
        ),
        migrations.CreateModel(
            name="Delay",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("administration", models.UUIDField()),
                ("case_id", models.UUIDField()),
                ("officer", models.UUIDField()),
                ("begun_on", models.DateField()),
                ("ordered_on", models.DateField()),
                ("until", models.DateField()),
                ("reason", models.TextField()),
                ("legal_basis", models.JSONField()),
                (
                    "extends",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="disclosures.delay", db_column="extends"),
                ),
            ],
            options={
                "db_table": "disclosures_delay",
                "indexes": [models.Index(fields=["case_id"], name="disclosures_delay_case")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("until__gt", models.F("ordered_on"))), name="disclosures_delay_ends"),
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="disclosures_delay_reason"),
                ],
            },
        ),
        migrations.RunSQL(DAY, migrations.RunSQL.noop),
        finder(TOLD, name="disclosures_told(uuid)"),
        finder(IN_FORCE, name="disclosures_delay_in_force(uuid, uuid, uuid, date)"),
        finder(DELAYED, name="disclosures_delayed()"),
        migrations.RunSQL(ON_INSERT, migrations.RunSQL.noop),
        migrations.RunSQL(POLICIES, migrations.RunSQL.noop),
        migrations.RunSQL("DROP FUNCTION disclosures_about_me(bigint, bigint, integer)", migrations.RunSQL.noop),
        migrations.RunSQL("DROP FUNCTION disclosures_count_about_me(integer)", migrations.RunSQL.noop),
        finder(FIND, name="disclosures_about_me(bigint, bigint, integer, uuid, timestamptz, timestamptz)"),
        finder(COUNT, name="disclosures_count_about_me(integer, uuid, timestamptz, timestamptz)"),
        finder(USAGE, name="disclosures_usage_of_me(uuid, timestamptz, timestamptz, integer, integer)"),
        finder(HOUSES, name="disclosures_houses_about_me(integer)"),
        finder(DELAYS, name="disclosures_delays_told(uuid[])"),
        finder(TO_SEAL, name="disclosures_to_seal(integer)", grant_to="bierger_worker"),
        finder(SEALED, name="disclosures_sealed(bigint[])", grant_to="bierger_worker"),
        finder(SEAL, name="disclosures_seal(bigint[], bigint)", grant_to="bierger_worker"),
        finder(ERASE, name="disclosures_erase(timestamptz, integer)", grant_to="bierger_worker"),
        migrations.RunSQL(ERASE_INDEX, migrations.RunSQL.noop),
        finder(BATCHES, name="disclosures_batch_heads(bigint[])"),
        finder(LEAVES, name="disclosures_batch_leaves(bigint)"),
        migrations.RunSQL(STAYS, migrations.RunSQL.noop),
        protect("disclosures_batch", worker=SYSTEM_ONLY),
        protect("disclosures_chain", select=OWN),
        protect("disclosures_entry", select=OWN),
        protect("disclosures_held", select=OWN_AND_TOLD),
        protect("disclosures_delay", select=OVERSEES, insert=ORDERS),
    ]
