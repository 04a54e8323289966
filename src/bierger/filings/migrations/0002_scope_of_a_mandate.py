# SPDX-License-Identifier: EUPL-1.2
"""Under a mandate for one procedure, a representative sees what belongs to that procedure and nothing else of the space.

Restrictive policies: they take away from what others allow and say nothing themselves, so that the rule stands in one place for
drafts, filings, cases and what cases brought forth. For everybody else `principal_scope()` is `*`, asked once for a statement.
"""

from django.db import migrations

from bierger.infra.rls import finder, restrict

EVERYTHING = "(SELECT principal_scope()) = '*'"
PACKAGE = (
    f"{EVERYTHING} OR digest IN (SELECT v.digest FROM catalogue_packageversion v"
    " WHERE v.owner || '/' || v.name = (SELECT principal_scope()))"
)
# Past the policies of the cases, which ask it. While a case is being opened its row is not there yet: nothing speaks against it.
IN_SCOPE = """
CREATE FUNCTION case_in_scope(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT NOT EXISTS (SELECT FROM cases_case c WHERE c.id = wanted AND c.owner || '/' || c.name <> principal_scope()) $$
"""
OF_CASE = {
    "cases_event": "case_in_scope(case_id)",
    "cases_event_payload": "case_in_scope(case_id)",
    "cases_party": "case_in_scope(case_id)",
    "flows_instance": "case_in_scope(subject)",
    "flows_task": "case_in_scope(subject)",
    "documents_act": "case_in_scope(case_id)",
    "delivery_message": "case_id IS NOT NULL AND case_in_scope(case_id)",
}


POLICIES = [
    restrict("filings_draft", "scope", PACKAGE),
    restrict("filings_filing", "scope", PACKAGE),
    restrict("cases_case", "scope", f"{EVERYTHING} OR owner || '/' || name = (SELECT principal_scope())"),
    *(restrict(table, "scope", f"{EVERYTHING} OR ({condition})") for table, condition in OF_CASE.items()),
]


class Migration(migrations.Migration):
    dependencies = [
        ("filings", "0001_drafts_filings"),
        ("cases", "0003_parties_at_the_opening_only"),
        ("catalogue", "0001_catalogue"),
        ("delivery", "0001_mailbox"),
        ("documents", "0001_blobs_and_acts"),
        ("flows", "0001_instances_tokens_tasks_timers"),
        ("identity", "0002_rights_that_end_at_once"),
    ]
    operations = [
        finder(IN_SCOPE, name="case_in_scope(uuid)", grant_to="bierger_web"),
        *POLICIES,
    ]
