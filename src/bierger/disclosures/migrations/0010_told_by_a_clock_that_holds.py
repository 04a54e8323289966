# SPDX-License-Identifier: EUPL-1.2
"""What is told later asks a day that is believed; what cannot be sealed stops nobody else; a row says only what its writer may say.

1. `disclosures_told` asks `infra_believed_day`: a clock that jumped a year ahead tells nothing. An order that was ended by such a
   clock ends on its own day.
2. An entry of a chain is shown by the same day as its row, with those that follow it: no gap, and no entry without its reading, says
   that there is something to be told later.
3. `disclosures_aside`: readings that could not be sealed, tried again later. The notariser asks for numbers first, so that it can say
   which one it was, and reads the rows by these.
4. What could never be sealed is refused when it is written; rows of before are left as they are.
5. A person writes readings in their own name alone, of now, and for whom they act for.
"""

from django.db import migrations, models

from bierger.infra.rls import finder, protect

TOLD_ON = """
CREATE OR REPLACE FUNCTION disclosures_told_on(wanted uuid) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT least(min(until) FILTER (WHERE ended), max(until) FILTER (WHERE NOT ended)) FROM disclosures_delay WHERE id = wanted OR extends = wanted
$$
"""
TOLD = """
CREATE OR REPLACE FUNCTION disclosures_told(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(disclosures_told_on(wanted) <= infra_believed_day(disclosures_day()), true)
$$
"""
# Entries stay as they were written: the column is filled in once, here.
BACKFILL = """
ALTER TABLE disclosures_entry DISABLE TRIGGER disclosures_entry_stays;
UPDATE disclosures_entry e SET delay = d.delay FROM disclosures_disclosure d WHERE d.id = e.reading AND d.delay IS NOT NULL;
ALTER TABLE disclosures_entry ENABLE TRIGGER disclosures_entry_stays
"""
HIDDEN = """
CREATE FUNCTION disclosures_hidden_from() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce((SELECT min(sequence) FROM disclosures_entry
    WHERE subject = disclosures_concerned() AND delay IS NOT NULL AND NOT disclosures_told(delay)), 2147483647)
$$
"""
OWN = "(SELECT principal_kind()) = 'person' AND subject = (SELECT disclosures_concerned())"
SHOWN = f"""
ALTER POLICY disclosures_entry_select ON disclosures_entry USING ({OWN} AND sequence < (SELECT disclosures_hidden_from()));
ALTER POLICY disclosures_held_select ON disclosures_held USING ({OWN} AND told_in IS NOT NULL AND disclosures_told(delay))
"""
# A row that could not be sealed is passed over until its time comes again.
TO_SEAL = """
CREATE FUNCTION disclosures_to_seal(most integer, its_now timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT id FROM disclosures_disclosure d WHERE batch IS NULL AND principal_kind() = 'system'
    AND NOT EXISTS (SELECT FROM disclosures_aside a WHERE a.reading = d.id AND a.again_at > its_now)
  ORDER BY id LIMIT most
$$
"""
BY_NUMBER = """
CREATE FUNCTION disclosures_by_number(wanted bigint[]) RETURNS SETOF disclosures_disclosure
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT * FROM disclosures_disclosure WHERE id = ANY (wanted) AND principal_kind() = 'system'
$$
"""
SINCE = """
CREATE OR REPLACE FUNCTION disclosures_unsealed_since() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT at FROM disclosures_disclosure d WHERE batch IS NULL
    AND NOT EXISTS (SELECT FROM disclosures_aside a WHERE a.reading = d.id) ORDER BY id LIMIT 1
$$
"""
# For whoever watches the installation: numbers of readings and names of errors, nobody's.
ASIDE = """
CREATE FUNCTION disclosures_set_aside(most integer) RETURNS TABLE (reading bigint, since timestamptz, code text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT reading, since, code FROM disclosures_aside ORDER BY reading LIMIT most
$$
"""
ONCE_EACH = """
CREATE FUNCTION disclosures_once_each(ids uuid[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT count(DISTINCT one) = cardinality(ids) FROM unnest(ids) AS one
$$
"""
# `.type()` looks at a list itself; everything else would look into it.
REFUSED = """
ALTER TABLE disclosures_disclosure
  ADD CONSTRAINT disclosures_subjects_once
    CHECK (array_position(subjects, NULL) IS NULL AND (cardinality(subjects) < 2 OR disclosures_once_each(subjects))) NOT VALID,
  ADD CONSTRAINT disclosures_at_a_time CHECK (at BETWEEN '1900-01-01' AND '9999-01-01') NOT VALID,
  ADD CONSTRAINT disclosures_laws_said CHECK (
    jsonb_typeof(legal_basis) = 'array'
    AND NOT jsonb_path_exists(legal_basis, 'strict $[*] ? (@.type() != "object")')
    AND NOT jsonb_path_exists(legal_basis, '$[*] ? (!(@.title.type() == "string"))')
    AND NOT jsonb_path_exists(legal_basis, '$[*] ? (exists(@.eli) && !(@.eli.type() == "string"))')
    AND NOT jsonb_path_exists(legal_basis, '$[*] ? (exists(@.articles) && !(@.articles.type() == "array"))')
    AND NOT jsonb_path_exists(legal_basis, '$[*].articles[*] ? (@.type() != "string")')) NOT VALID
"""
READER = """
actor_kind = (SELECT principal_kind()) AND cardinality(subjects) > 0 AND CASE (SELECT principal_kind())
  WHEN 'officer' THEN actor = (SELECT principal_officer()) AND administration = (SELECT principal_administration())
  WHEN 'person' THEN actor = (SELECT principal_person()) AND administration IS NULL AND service IS NULL
    AND mandate IS NOT DISTINCT FROM (SELECT principal_mandate())
    AND on_behalf_of IS NOT DISTINCT FROM CASE WHEN (SELECT principal_mandate()) IS NOT NULL THEN (SELECT principal_space()) END
    AND at >= (SELECT disclosures_day()) - 1 AND at < (SELECT disclosures_day()) + 2
  WHEN 'worker' THEN true WHEN 'system' THEN true ELSE false END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("disclosures", "0009_kept_as_promised"),
        ("identity", "0003_who_gives_mandates"),
        ("infra", "0004_clock_that_holds"),
    ]
    operations = [
        finder(TOLD_ON, name="disclosures_told_on(uuid)", grant_to="bierger_worker"),
        finder(TOLD, name="disclosures_told(uuid)"),
        migrations.AddField("Entry", "delay", models.UUIDField(null=True)),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            "Entry",
            models.Index(fields=["subject", "sequence"], name="disclosures_entry_delayed", condition=models.Q(("delay__isnull", False))),
        ),
        finder(HIDDEN, name="disclosures_hidden_from()"),
        migrations.RunSQL(SHOWN, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Aside",
            fields=[
                ("reading", models.BigIntegerField(primary_key=True, serialize=False)),
                ("since", models.DateTimeField()),
                ("again_at", models.DateTimeField()),
                ("code", models.TextField()),
            ],
            options={"db_table": "disclosures_aside"},
        ),
        # The row is looked for as whoever asks sees it: nobody learns of a reading that is told later.
        protect("disclosures_aside", select="EXISTS (SELECT FROM disclosures_disclosure d WHERE d.id = reading)"),
        migrations.RunSQL(
            "DROP FUNCTION disclosures_to_seal(integer); DROP FUNCTION disclosures_sealed(bigint[])", migrations.RunSQL.noop
        ),
        finder(TO_SEAL, name="disclosures_to_seal(integer, timestamptz)", grant_to="bierger_worker"),
        finder(BY_NUMBER, name="disclosures_by_number(bigint[])", grant_to="bierger_worker"),
        finder(SINCE, name="disclosures_unsealed_since()"),
        finder(ASIDE, name="disclosures_set_aside(integer)"),
        migrations.RunSQL(ONCE_EACH, migrations.RunSQL.noop),
        migrations.RunSQL(REFUSED, migrations.RunSQL.noop),
        migrations.RunSQL(f"ALTER POLICY disclosures_disclosure_insert ON disclosures_disclosure WITH CHECK ({READER})", migrations.RunSQL.noop),
    ]
