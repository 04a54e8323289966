# SPDX-License-Identifier: EUPL-1.2
"""Nobody makes themselves a party of a case that has parties: they are written once, with the opening, in one statement.

Otherwise a mistake above would be enough to open somebody else's case: `case_visible` asks the parties.
"""

from django.db import migrations

from bierger.infra.rls import finder

WITHOUT_PARTIES = """
CREATE FUNCTION case_without_parties(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT NOT EXISTS (SELECT FROM cases_party p WHERE p.case_id = wanted) $$
"""
OWN = (
    "(space = (SELECT principal_space()) AND (SELECT principal_kind()) = 'person')"
    " OR (link = (SELECT principal_link()) AND (SELECT principal_kind()) = 'link')"
)
BENEFICIARY = "kind = 'beneficiary' AND (SELECT principal_kind()) IN ('person', 'link')"
POLICY = f"ALTER POLICY cases_party_insert ON cases_party WITH CHECK (case_without_parties(case_id) AND (({OWN}) OR ({BENEFICIARY})))"


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_work_of_one_officer")]
    operations = [
        finder(WITHOUT_PARTIES, name="case_without_parties(uuid)"),
        migrations.RunSQL(POLICY, migrations.RunSQL.noop),
    ]
