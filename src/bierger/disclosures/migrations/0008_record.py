# SPDX-License-Identifier: EUPL-1.2
"""Recording by a function, for speed alone: planning the INSERT with its policies takes longer than the INSERT.

Not SECURITY DEFINER: the policies judge whoever calls it, as they judge a plain INSERT. plpgsql, not sql: its plans are kept.
"""

from django.db import migrations

RECORD = """
CREATE FUNCTION disclosures_record(
  at timestamptz, subjects uuid[], actor uuid, actor_salt bytea, actor_kind text, administration uuid, service uuid, legal_basis jsonb,
  purpose text, case_id uuid, facts text[], on_behalf_of uuid, mandate uuid)
RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO disclosures_disclosure (at, subjects, actor, actor_salt, actor_kind, administration, service, legal_basis,
    purpose, case_id, facts, on_behalf_of, mandate)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("disclosures", "0007_unsealed_since")]
    operations = [migrations.RunSQL(RECORD, "DROP FUNCTION disclosures_record")]
