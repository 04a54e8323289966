# SPDX-License-Identifier: EUPL-1.2
"""For a trusted caller that names people by their numbers: who asks, and in which space, when it is theirs to ask about.

One's own private space, or the space of an organisation of which one is a member. A mandate does not count: it is a right to act,
not to see who looked at the person represented.
"""

from django.db import migrations

from bierger.infra.rls import finder

ASKS = """
CREATE FUNCTION identity_asks_about(asks text, about text) RETURNS TABLE (person uuid, space uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.id, s.id FROM identity_person p JOIN identity_space s ON s.person_id = p.id WHERE p.matricule = asks AND asks = about
  UNION ALL
  SELECT p.id, s.id FROM identity_person p JOIN identity_membership m ON m.person_id = p.id JOIN identity_space s ON s.id = m.space_id
    JOIN identity_organisation o ON o.id = s.organisation_id WHERE p.matricule = asks AND o.number = about
  LIMIT 1
$$
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0003_who_gives_mandates")]
    operations = [finder(ASKS, name="identity_asks_about(text, text)", grant_to="bierger_web")]
