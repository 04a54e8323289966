# SPDX-License-Identifier: EUPL-1.2
"""Who may take an act back is read from the rows of offices, not from the session.

A session says who acts, not what they may: `principal_roles()` repeats what the session was told once. Published is only a
commitment of an act of one's own administration; the subquery sees that act under the policies of documents_act.
"""

from django.db import migrations

OF_OWN_ADMINISTRATION = "((SELECT principal_kind()) = 'officer' AND administration = (SELECT principal_administration()))"
DECIDES = "EXISTS (SELECT FROM unnest((SELECT principal_offices())) AS office WHERE office LIKE 'decider:%')"
MAY_UPDATE = f"{OF_OWN_ADMINISTRATION} AND {DECIDES}"
MAY_REVOKE = f"""(SELECT principal_kind()) = 'officer' AND {DECIDES} AND EXISTS (
  SELECT FROM documents_act a
  WHERE a.facts_commitment = documents_revocation.commitment AND a.administration = (SELECT principal_administration()))"""

POLICIES = f"""
ALTER POLICY documents_act_update ON documents_act USING ({MAY_UPDATE}) WITH CHECK ({MAY_UPDATE});
ALTER POLICY documents_revocation_insert ON documents_revocation WITH CHECK ({MAY_REVOKE});
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_blobs_and_acts"), ("administrations", "0002_principal_offices")]
    operations = [migrations.RunSQL(POLICIES, migrations.RunSQL.noop)]
