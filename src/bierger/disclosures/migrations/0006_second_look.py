# SPDX-License-Identifier: EUPL-1.2
"""A case that is gone is looked at once more on the next day, whatever was left of it.

Whoever opened the page in the instant in which the case was erased leaves a row that the erasure could not see: without a second
look it belonged to no case and to no list, and stayed for ever.
"""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("bierger.disclosures.migrations.0005_forgotten_ended_opened")

FORGET = f"""
CREATE OR REPLACE FUNCTION disclosures_forget(its_case uuid, older_than timestamptz, kept integer)
RETURNS TABLE (readings bigint, commitments bytea[])
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE again date;
BEGIN
  IF principal_kind() IS DISTINCT FROM 'system' THEN RETURN; END IF;
  RETURN QUERY WITH gone AS (DELETE FROM disclosures_disclosure d WHERE d.case_id = its_case AND {BEFORE.OVER} RETURNING d.id),
    {BEFORE.GOES}
    SELECT (SELECT count(*) FROM gone),
      (SELECT coalesce(array_agg(c ORDER BY c), '{{}}') FROM (SELECT commitment FROM unsalted UNION ALL SELECT commitment FROM unheld) AS all_of(c));
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


class Migration(migrations.Migration):
    dependencies = [("disclosures", "0005_forgotten_ended_opened")]
    operations = [migrations.RunSQL(FORGET, BEFORE.FORGET.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))]
