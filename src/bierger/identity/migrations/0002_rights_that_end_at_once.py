# SPDX-License-Identifier: EUPL-1.2
"""A space counts only while it is one's own to act in; a mandate stays as it was given; a sign-in takes nobody's number.

1. `principal_space()` believes the session no longer. As `principal_offices()` does for officers, it reads the rows: the person
   owns the space, is a member of it, or holds the mandate that the session names, in force on the day of the one clock.
2. `principal_scope()` says what that mandate covers; `*` for everybody who needs none.
3. Readings of an organisation's data carry its space as subject: its members read them while they act in that space.
4. A login and an identification number are both locked, the login first: nobody who has a number's lock waits for a login's.
"""

from django.db import migrations

from bierger.infra.rls import finder

SAID = "nullif(current_setting('bierger.principal', true), '')::jsonb"

# plpgsql, not sql: its plans are kept, and a policy that cannot ask once asks for each row.
SPACE = f"""
CREATE OR REPLACE FUNCTION principal_space() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  said jsonb := {SAID};
  who uuid := (said ->> 'person')::uuid;
  wanted uuid := (said ->> 'space')::uuid;
  held uuid := (said ->> 'mandate')::uuid;
  today date := coalesce((said ->> 'day')::date, current_date);
BEGIN
  IF wanted IS NULL OR said ->> 'kind' <> 'person' THEN
    RETURN NULL;
  END IF;
  IF held IS NOT NULL THEN
    PERFORM FROM identity_mandate m
      WHERE m.id = held AND m.holder_id = who AND m.space_id = wanted AND m.scope = said ->> 'scope'
        AND m.ended_at IS NULL AND m.valid_from <= today AND (m.valid_to IS NULL OR m.valid_to >= today);
  ELSE
    PERFORM FROM identity_space s WHERE s.id = wanted AND (
      s.person_id = who OR EXISTS (SELECT FROM identity_membership b WHERE b.space_id = wanted AND b.person_id = who));
  END IF;
  RETURN CASE WHEN FOUND THEN wanted END;
END $$
"""
# What stands in the session is checked with the mandate, above: a wider scope than the mandate's opens no space at all.
SCOPE = f"""
CREATE FUNCTION principal_scope() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT coalesce({SAID} ->> 'scope', '*') $$
"""

# Events name the mandate under which they were written: what it said then, it says for ever. Only its end is added, once.
MANDATE_STAYS = """
CREATE FUNCTION identity_mandate_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL OR (to_jsonb(NEW) - 'ended_at') <> (to_jsonb(OLD) - 'ended_at') THEN
    RAISE EXCEPTION 'Of a mandate only the end is added: %', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER identity_mandate_stays BEFORE UPDATE ON identity_mandate FOR EACH ROW EXECUTE FUNCTION identity_mandate_stays();
"""

# Whom a reading concerns: the person of a private space; an organisation through its space, for its members.
BEHIND = """
CREATE OR REPLACE FUNCTION identity_people_of(wanted uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(person_id, id) FROM identity_space WHERE id = wanted
    AND principal_kind() IN ('officer', 'worker', 'system', 'person')
$$
"""
# A member in the organisation's space reads about the organisation; everybody else, a representative too, about themselves.
CONCERNED = """
CREATE FUNCTION disclosures_concerned() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN principal_kind() = 'person' THEN coalesce(
    (SELECT b.space_id FROM identity_membership b WHERE b.space_id = principal_space() AND b.person_id = principal_person()),
    principal_person()) END
$$
"""
FIND = """
CREATE OR REPLACE FUNCTION disclosures_about_me(before bigint, most integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT id FROM disclosures_disclosure
  WHERE subjects @> ARRAY[disclosures_concerned()] AND principal_kind() = 'person' AND (before IS NULL OR id < before)
  ORDER BY id DESC LIMIT least(most, 200)
$$
"""
READABLE = """
ALTER POLICY disclosures_disclosure_select ON disclosures_disclosure
  USING ((SELECT principal_kind()) = 'person' AND (SELECT disclosures_concerned()) = ANY (subjects))
"""

# As in 0001, with three changes:
# 1. the login is locked, then the number: the same login with and without its number at the same instant is one person
# 2. a login known without a number does not take the number of somebody else, and is not merged with them: refused, nothing written
# 3. organisations in the order of their numbers: two colleagues who sign in together do not wait for each other in a circle
SIGN_IN = """
CREATE OR REPLACE FUNCTION identity_sign_in(its_issuer text, its_subject text, said jsonb, organisations jsonb, at timestamptz)
RETURNS TABLE (person uuid, space uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  who uuid; number text := nullif(said ->> 'matricule', ''); known text; private uuid; one jsonb; firm uuid; office uuid; kept uuid[] := '{}';
BEGIN
  IF principal_kind() IS NULL THEN RAISE EXCEPTION 'nobody is acting'; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended(its_issuer || ' ' || its_subject, 7011));
  IF number IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(hashtextextended(number, 7012));
  END IF;
  SELECT l.person_id, p.matricule INTO who, known FROM identity_login l JOIN identity_person p ON p.id = l.person_id
    WHERE l.issuer = its_issuer AND l.subject = its_subject;
  IF who IS NOT NULL AND known IS NOT NULL AND number IS NOT NULL AND known <> number THEN
    RETURN;
  END IF;
  IF who IS NOT NULL AND known IS NULL AND EXISTS (SELECT FROM identity_person p WHERE p.matricule = number) THEN
    RETURN;
  END IF;
  IF who IS NULL AND number IS NOT NULL THEN
    SELECT p.id INTO who FROM identity_person p WHERE p.matricule = number;
  END IF;
  IF who IS NULL THEN
    who := gen_random_uuid();
    INSERT INTO identity_person (id, matricule, given_name, family_name, birth_date, email, updated_at)
      VALUES (who, number, said ->> 'given_name', said ->> 'family_name', (said ->> 'birth_date')::date, said ->> 'email', at);
  ELSE
    UPDATE identity_person p SET matricule = coalesce(p.matricule, number), given_name = said ->> 'given_name',
      family_name = said ->> 'family_name', birth_date = coalesce((said ->> 'birth_date')::date, p.birth_date),
      email = coalesce(nullif(said ->> 'email', ''), p.email), updated_at = at WHERE p.id = who;
  END IF;
  INSERT INTO identity_login (id, issuer, subject, person_id, last_at) VALUES (gen_random_uuid(), its_issuer, its_subject, who, at)
    ON CONFLICT ON CONSTRAINT identity_login_once DO UPDATE SET last_at = excluded.last_at;
  INSERT INTO identity_space (id, kind, person_id) VALUES (gen_random_uuid(), 'private', who) ON CONFLICT (person_id) DO NOTHING;
  SELECT s.id INTO private FROM identity_space s WHERE s.person_id = who;
  IF organisations IS NOT NULL THEN
    FOR one IN SELECT value FROM jsonb_array_elements(organisations) ORDER BY value ->> 'number' LOOP
      INSERT INTO identity_organisation AS o (id, number, vat, name)
        VALUES (gen_random_uuid(), one ->> 'number', one ->> 'vat', one ->> 'name')
        ON CONFLICT ON CONSTRAINT identity_organisation_number_key DO UPDATE
          SET name = coalesce(nullif(excluded.name, ''), o.name), vat = coalesce(nullif(excluded.vat, ''), o.vat)
        RETURNING o.id INTO firm;
      INSERT INTO identity_space (id, kind, organisation_id) VALUES (gen_random_uuid(), 'professional', firm)
        ON CONFLICT (organisation_id) DO NOTHING;
      SELECT s.id INTO office FROM identity_space s WHERE s.organisation_id = firm;
      INSERT INTO identity_membership (space_id, person_id, role) VALUES (office, who, one ->> 'role')
        ON CONFLICT ON CONSTRAINT identity_membership_once DO UPDATE SET role = excluded.role;
      kept := kept || office;
    END LOOP;
    DELETE FROM identity_membership m WHERE m.person_id = who AND m.space_id <> ALL (kept);
  END IF;
  RETURN QUERY SELECT who, private;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_identity"), ("disclosures", "0001_disclosures")]
    operations = [
        finder(SPACE, name="principal_space()"),
        migrations.RunSQL(SCOPE, migrations.RunSQL.noop),
        migrations.RunSQL(MANDATE_STAYS, migrations.RunSQL.noop),
        finder(BEHIND, name="identity_people_of(uuid)"),
        finder(CONCERNED, name="disclosures_concerned()"),
        finder(FIND, name="disclosures_about_me(bigint, integer)"),
        migrations.RunSQL(READABLE, migrations.RunSQL.noop),
        finder(SIGN_IN, name="identity_sign_in(text, text, jsonb, jsonb, timestamptz)", grant_to="bierger_web"),
    ]
