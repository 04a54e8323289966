# SPDX-License-Identifier: EUPL-1.2
"""A mandate is given by whose space it is, through one function; colleagues are shown to officers in office alone.

1. The web role writes no mandate any more. `identity_give_mandate` does, after looking at the rows: the acting person owns the private
   space or manages the organisation, and acts in it without a mandate. Who represents somebody appoints nobody, not even themselves.
2. Nobody gets a name for a number any more. Who gives a mandate names the number and the family name; whether the number is
   unknown or its name another one is one and the same answer. The given name alone is learnt, and the holder sees the mandate.
3. Under a mandate one sees, and ends, one's own mandate and no other of that space.
4. Officers' names are for who holds an office now. An officer that does not exist, or is one no longer, sees none.
"""

from django.db import migrations

from bierger.infra.rls import WEB, finder, restrict

SAID = "nullif(current_setting('bierger.principal', true), '')::jsonb"

# A session that leaves its mandate out gains nothing: then principal_space() asks whether the space is one's own.
OWN = f"""
CREATE FUNCTION principal_mandate() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT ({SAID} ->> 'mandate')::uuid $$
"""

# What the mandate says of giver and holder is read here, not taken from the caller: the label is what its holder goes by.
#   nobody    who acts may give none in this space            unknown   nobody with this number and this name has signed in
#   oneself   a mandate is given to somebody else             ''        given: `mandate` is its id
# Names are compared without accents and capitals. catalogue_plain does so too, but the catalogue stands above identity.
GIVE = """
CREATE FUNCTION identity_give_mandate(its_number text, its_family_name text, its_scope text, first_day date, last_day date, at timestamptz)
RETURNS TABLE (mandate uuid, refused text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  me uuid := principal_person(); here uuid := principal_space(); label text; who uuid; their_name text; made uuid := gen_random_uuid();
BEGIN
  IF principal_mandate() IS NULL THEN
    SELECT p.given_name || ' ' || p.family_name INTO label FROM identity_space s JOIN identity_person p ON p.id = s.person_id
      WHERE s.id = here AND s.person_id = me;
    IF label IS NULL THEN
      SELECT o.name INTO label FROM identity_space s JOIN identity_organisation o ON o.id = s.organisation_id
        JOIN identity_membership b ON b.space_id = s.id
        WHERE s.id = here AND b.person_id = me AND b.role = 'manager';
    END IF;
  END IF;
  IF label IS NULL THEN RETURN QUERY SELECT NULL::uuid, 'nobody'; RETURN; END IF;
  SELECT p.id, p.given_name || ' ' || p.family_name INTO who, their_name FROM identity_person p
    WHERE p.matricule = its_number
      AND lower(public.unaccent('public.unaccent'::regdictionary, p.family_name))
        = lower(public.unaccent('public.unaccent'::regdictionary, its_family_name));
  IF who IS NULL THEN RETURN QUERY SELECT NULL::uuid, 'unknown'; RETURN; END IF;
  IF who = me THEN RETURN QUERY SELECT NULL::uuid, 'oneself'; RETURN; END IF;
  INSERT INTO identity_mandate (id, space_id, space_label, holder_id, holder_name, scope, valid_from, valid_to, given_by, given_at)
    VALUES (made, here, label, who, their_name, its_scope, first_day, last_day, me, at);
  RETURN QUERY SELECT made, '';
END $$
"""
NO_OTHER_WAY = f"""
DROP FUNCTION identity_person_by_number(text);
DROP POLICY identity_mandate_insert ON identity_mandate;
REVOKE INSERT ON identity_mandate FROM {WEB}
"""
OWN_ALONE = "(SELECT principal_mandate()) IS NULL OR holder_id = (SELECT principal_person())"
IN_OFFICE = "cardinality((SELECT principal_offices())) > 0"


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_rights_that_end_at_once"), ("administrations", "0002_principal_offices")]
    operations = [
        migrations.RunSQL(OWN, migrations.RunSQL.noop),
        finder(GIVE, name="identity_give_mandate(text, text, text, date, date, timestamptz)", grant_to=WEB),
        migrations.RunSQL(NO_OTHER_WAY, migrations.RunSQL.noop),
        restrict("identity_mandate", "represented", OWN_ALONE),
        restrict("administrations_officer", "in_office", IN_OFFICE),
    ]
