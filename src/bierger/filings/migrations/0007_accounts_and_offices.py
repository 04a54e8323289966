# SPDX-License-Identifier: EUPL-1.2
"""Accounts that nobody uses and offices that ended: what keeps them, asked of all tables at once, and the records of their erasure.

It stands here because nothing stands above a filing: a function of this migration may look everywhere. It gives back yes or no,
to the system alone; to anybody else everything is kept.
"""

from django.db import migrations, models

from bierger.infra.rls import WORKER, finder, protect

# An organisation's cases are the organisation's: they keep the account of a member only while they are open.
OPEN = """
CREATE FUNCTION filings_account_is_kept(wanted uuid, day date) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH mine AS MATERIALIZED (SELECT id FROM identity_space WHERE person_id = wanted),
    firms AS MATERIALIZED (SELECT space_id FROM identity_membership WHERE person_id = wanted),
    mandates AS MATERIALIZED (SELECT id, ended_at IS NULL AND coalesce(valid_to >= day, true) AS in_force FROM identity_mandate
      WHERE holder_id = wanted OR space_id IN (SELECT id FROM mine))
  SELECT principal_kind() IS DISTINCT FROM 'system'
    OR EXISTS (SELECT FROM cases_party p JOIN cases_case c ON c.id = p.case_id WHERE p.space IN (SELECT id FROM mine) AND c.erased_at IS NULL)
    OR EXISTS (SELECT FROM cases_party p JOIN cases_case c ON c.id = p.case_id WHERE p.space IN (SELECT space_id FROM firms) AND c.status <> 'ended')
    OR EXISTS (SELECT FROM filings_draft WHERE space IN (SELECT id FROM mine UNION ALL SELECT space_id FROM firms))
    OR EXISTS (SELECT FROM documents_waiting WHERE space IN (SELECT id FROM mine UNION ALL SELECT space_id FROM firms))
    OR EXISTS (SELECT FROM documents_act WHERE holder_space IN (SELECT id FROM mine) AND erased_at IS NULL)
    OR EXISTS (SELECT FROM delivery_message WHERE space IN (SELECT id FROM mine) AND subject_code <> 'account-ends')
    OR EXISTS (SELECT FROM mandates WHERE in_force)
    OR EXISTS (SELECT FROM cases_event e JOIN cases_case c ON c.id = e.case_id
      WHERE e.mandate = ANY (ARRAY(SELECT id FROM mandates)) AND c.erased_at IS NULL)
    OR EXISTS (SELECT FROM disclosures_disclosure WHERE mandate = ANY (ARRAY(SELECT id FROM mandates)))
    OR EXISTS (SELECT FROM disclosures_disclosure WHERE subjects @> ARRAY[wanted])
$$
"""
UNUSED = """
CREATE FUNCTION filings_accounts_unused(used_before timestamptz, day date, most integer) RETURNS TABLE (person uuid, used_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT id, updated_at FROM identity_person
  WHERE principal_kind() = 'system' AND updated_at < used_before AND ends_on IS NULL AND NOT filings_account_is_kept(id, day)
  ORDER BY updated_at, id LIMIT most
$$
"""
NAMED = """
CREATE FUNCTION filings_office_is_named(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT principal_kind() IS DISTINCT FROM 'system'
    OR EXISTS (SELECT FROM cases_work w JOIN cases_case c ON c.id = w.case_id WHERE w.officer = wanted AND c.erased_at IS NULL)
    OR EXISTS (SELECT FROM cases_event e JOIN cases_case c ON c.id = e.case_id WHERE e.actor = wanted AND c.erased_at IS NULL)
    OR EXISTS (SELECT FROM documents_act WHERE revoked_by = wanted AND erased_at IS NULL)
    OR EXISTS (SELECT FROM documents_waiting WHERE officer = wanted)
    OR EXISTS (SELECT FROM disclosures_delay WHERE officer = wanted)
    OR EXISTS (SELECT FROM disclosures_disclosure WHERE actor = wanted)
$$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("filings", "0006_bundles"), ("identity", "0005_accounts_that_end"), ("administrations", "0004_offices_that_ended"),
        ("cases", "0009_why_not_erased"), ("documents", "0010_short_lived"), ("delivery", "0002_mailbox_by_key"),
        ("disclosures", "0005_forgotten_ended_opened"),
    ]  # fmt: skip
    operations = [
        migrations.CreateModel(
            name="Deletion",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("record", models.JSONField()),
                ("salt", models.BinaryField()),
                ("commitment", models.BinaryField(unique=True)),
            ],
            options={"db_table": "filings_deletion"},
        ),
        protect("filings_deletion"),
        finder(OPEN, name="filings_account_is_kept(uuid, date)", grant_to=WORKER),
        finder(UNUSED, name="filings_accounts_unused(timestamptz, date, integer)", grant_to=WORKER),
        finder(NAMED, name="filings_office_is_named(uuid)", grant_to=WORKER),
    ]
