# SPDX-License-Identifier: EUPL-1.2
"""Number and identifier of a case, for investigators and auditors of an administration that has or had a grant for it."""

from django.db import migrations

from bierger.infra.rls import finder

FIND = """
CREATE FUNCTION cases_under_oversight(its_id uuid, its_number text) RETURNS TABLE (id uuid, number text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.id, c.number FROM cases_case c
  WHERE (c.id = its_id OR c.number = its_number) AND principal_kind() = 'officer'
    AND EXISTS (SELECT FROM unnest(principal_offices()) AS office WHERE office LIKE 'investigator:%' OR office LIKE 'auditor:%')
    AND (c.administration_id = principal_administration()
      OR EXISTS (SELECT FROM cases_case_grant g WHERE g.case_id = c.id AND g.administration_id = principal_administration()))
$$
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_what_is_erased")]
    operations = [finder(FIND, name="cases_under_oversight(uuid, text)")]
