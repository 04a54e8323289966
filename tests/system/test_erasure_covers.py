# SPDX-License-Identifier: EUPL-1.2
"""Every column of every table has a rule: what it holds of people, and when that goes. A new one without a rule fails here."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import CASCADE, Model

from bierger.administrations.models import Officer, OfficerRole
from bierger.identity.models import Person

# What a column holds, and when it goes. The first word is the rule:
#   case      destroyed with the case (cases.services.erase_case)
#   act       destroyed with the act
#   short     a moment's, deleted by itself
#   draft     deleted with the draft or the file that waits, some days after the last change
#   account   destroyed with the account or the office (filings.services.end_accounts)
#   ever      stays for ever, as docs/reference/retention.md says: no natural person's
#   remains   told to the person as what remains
#   reading   kept for the person who was read about: it is their own evidence (disclosures)
#   nobody    nothing of a person
RULES = ("case", "act", "short", "draft", "account", "ever", "remains", "reading", "nobody")
WHOLE = {  # tables with one rule for all of their columns
    "administrations_administration": "nobody", "administrations_service": "nobody", "administrations_officer": "account",
    "administrations_officer_role": "account",
    "cases_event_payload": "case", "cases_event": "remains", "cases_deletion": "remains", "cases_erasure_failure": "nobody", "cases_service_job": "remains",
    "cases_case_grant": "nobody",
    "delivery_message": "case",
    "documents_act_counter": "nobody", "documents_type": "nobody", "documents_revocation": "remains",
    "documents_submission": "case", "documents_waiting": "draft", "documents_blob": "case", "documents_blob_holder": "case",
    "filings_draft": "draft", "filings_deletion": "remains", "filings_erasure_failure": "nobody", "filings_filing_case": "remains",
    "flows_instance": "nobody", "flows_timer": "nobody", "flows_token": "nobody",
    "identity_person": "account", "identity_login": "account", "identity_organisation": "ever", "identity_space": "account",
    "identity_membership": "account", "identity_mandate": "account",
    "infra_outbox": "short", "infra_rate_hit": "short", "infra_heartbeat": "nobody", "infra_clock_offset": "nobody", "infra_clock_believed": "nobody",
    "django_session": "short", "django_migrations": "nobody",
}  # fmt: skip
PREFIXES = {"documents_status_": "nobody", "catalogue_": "nobody", "ledger_": "nobody", "procrastinate_": "short", "disclosures_": "reading"}
COLUMNS = {  # table -> rule -> columns
    "cases_case": {
        "remains": ("id number administration_id space link digest owner name language status state opened_at ended_at"
                    " open_question last_sequence last_hash erase_on erased_at hold_until hold_reason"),
    },
    "cases_party": {"case": "name subjects", "remains": "id case_id kind space link"},
    "cases_work": {
        "case": "applicant subjects",
        "remains": "task administration_id service_id role case_id number digest procedure node opened_at due_at state officer marked granted",
    },
    "documents_act": {
        "act": "facts fields template seal facts_salt file_id file_sha256 file_salt revocation_note problem",
        "remains": ("id case_id administration issuer number document_type once state title language package_digest facts_commitment"
                    " file_commitment holder_space holder_link decided_at file_logged_at delivered_at revoked_at revocation_reason revoked_by"
                    " revocation_told_at replaces status_place valid_until ends_at erase_on erased_at"),
    },
    "filings_filing": {
        "case": "code signature fee_cents", "remains": "id number space link draft digest language submitted_at event_hash",
    },
    "flows_task": {
        "case": "shown",
        "remains": "id subject number node kind token role service action document outputs state opened_at due_at officer done_in",
    },
    "flows_variables": {"case": "variables", "nobody": "subject"},
}  # fmt: skip


def columns() -> set[tuple[str, str]]:
    """Of every table that is ours or of a library."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"
        )
        return set(cursor.fetchall())


def rule_of(table: str, column: str) -> str:
    """The rule; '' for a column that nobody thought of."""
    if table in COLUMNS:
        return next((rule for rule, named in COLUMNS[table].items() if column in named.split()), "")
    return WHOLE.get(table) or next((rule for prefix, rule in PREFIXES.items() if table.startswith(prefix)), "")


def test_every_column_has_a_rule(db) -> None:
    there = columns()
    assert sorted(f"{table}.{column}" for table, column in there if rule_of(table, column) not in RULES) == []
    named = {(table, column) for table, rules in COLUMNS.items() for columns in rules.values() for column in columns.split()}
    assert named <= there, "A rule speaks of a column that is not there."
    assert set(WHOLE) <= {table for table, _ in there}
    assert {model._meta.db_table for model in apps.get_models()} <= {table for table, _ in there}


def goes_with(model: type[Model], found: set[str]) -> set[str]:
    """The tables whose rows go with a row of this model."""
    found.add(model._meta.db_table)
    for relation in model._meta.related_objects:
        if relation.on_delete is CASCADE and relation.related_model._meta.db_table not in found:
            goes_with(relation.related_model, found)
    return found


def test_what_is_said_to_go_with_an_account_goes_with_it() -> None:
    """The services delete the person, or the office and its roles: what hangs on them goes, and nothing else does."""
    gone = goes_with(Person, set()) | goes_with(Officer, set()) | {OfficerRole._meta.db_table}
    assert gone == {table for table, rule in WHOLE.items() if rule == "account"}


@pytest.mark.parametrize("planted", ["ALTER TABLE cases_case ADD COLUMN nickname text", "CREATE TABLE planted (name text)"])
def test_a_planted_one_is_found(transactional, as_owner, planted: str) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(planted)
    assert [one for one in columns() if rule_of(*one) not in RULES] != []
