# SPDX-License-Identifier: EUPL-1.2
"""Acts and files follow their case: an officer who may not open the case opens neither; a narrow mandate opens none of others.

The documents below know administrations, not cases. These restrictive policies take away, for the web's login alone, what the
case refuses: to a colleague of another service, to a service whose grant is over, to a representative outside the mandate.
A file that no case holds yet (just uploaded, part of a draft) stays with whoever holds it. Deciders see the acts of their
administration, and open their files, without the cases: they take acts back, those too that no officer had a hand in.
"""

from django.db import migrations

from bierger.infra.rls import finder, restrict

DECIDES = "EXISTS (SELECT FROM unnest(principal_offices()) AS office WHERE office LIKE 'decider:%')"
# Past the policies of the holders: an officer does not see which cases hold a file.
FILE_OPEN = f"""
CREATE FUNCTION case_file_open(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT NOT EXISTS (SELECT FROM documents_blob_holder h WHERE h.blob_id = wanted AND h.case_id IS NOT NULL)
    OR EXISTS (
      SELECT FROM documents_blob_holder h WHERE h.blob_id = wanted AND h.case_id IS NOT NULL
        AND CASE principal_kind() WHEN 'officer' THEN case_visible(h.case_id) ELSE case_in_scope(h.case_id) END)
    OR EXISTS (
      SELECT FROM documents_act a WHERE a.file_id = wanted AND principal_kind() = 'officer'
        AND a.administration = principal_administration() AND {DECIDES}) $$
"""
# Asked once for a statement: for people in spaces of their own, and for links, there is nothing to look up for each row.
UNBOUND = "(SELECT principal_kind() IS DISTINCT FROM 'officer' AND principal_scope() = '*')"
ANY_ACT = f"(SELECT principal_kind() IS DISTINCT FROM 'officer' OR {DECIDES})"


POLICIES = [
    restrict("documents_blob", "case", f"{UNBOUND} OR case_file_open(id)"),
    restrict("documents_blob_holder", "case", f"{UNBOUND} OR case_file_open(blob_id)"),
    restrict("documents_act", "case", f"{ANY_ACT} OR case_visible(case_id)"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("filings", "0002_scope_of_a_mandate"),
        ("cases", "0004_grants_by_the_clock"),
        ("infra", "0002_kinds_by_login"),
    ]
    operations = [
        finder(FILE_OPEN, name="case_file_open(uuid)", grant_to="bierger_web"),
        *POLICIES,
    ]
