# SPDX-License-Identifier: EUPL-1.2
"""What each kind of principal sees of each protected table, row by row, in a country where something has happened.

The table is written out: a policy that is opened or closed by mistake changes what somebody sees, and that is said here by name.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
from django.db import transaction
from django.test import override_settings

from bierger.infra.principal import acting_as
from tests.apps.simulators.running import running
from tests.conftest import _as_role, _copy_template
from tests.system.populated import CALLED, Populated, populate, seen_rows
from tests.system.test_row_security import protected_tables

Seen = dict[str, set[str]]

# -- what is expected: by principal, the names of the rows they see; who is not named sees none -----------------------------

NOBODY, SYSTEM = "nobody", "system"
WORKERS = ("worker on permit", "worker on esch")
PRETENDERS = tuple(f"{name}, by the web" for name in (*WORKERS, SYSTEM))  # the web's login that says it is the worker: nobody
PARTIES: Seen = {
    "link": {"report"}, "Léa": {"certificate", "permit"}, "Emma": {"review", "esch"}, "Nina": {"nina"}, "firm": {"firm"},
    "representative": {"firm"},
}  # fmt: skip
OFFICES: Seen = {
    "citizens": {"review"}, "urbanism": {"permit", "firm"}, "adviser": {"permit", "firm"}, "technical": {"permit"}, "esch": {"esch"},
}  # fmt: skip
ALONE: Seen = {"worker on permit": {"permit"}, "worker on esch": {"esch"}}
OWNERS: Seen = {"link": {"link"}, "Léa": {"Léa"}, "Emma": {"Emma"}, "Nina": {"Nina"}, "firm": {"firm"}, "representative": {"firm"}}
SELVES: Seen = {"Léa": {"Léa"}, "Emma": {"Emma"}, "Nina": {"Nina"}, "firm": {"Nina"}, "representative": {"Emma"}}
MERSCH = ("citizens", "urbanism", "adviser", "technical", "mayor")
COLLEAGUES: Seen = {**{name: {"Mersch"} for name in MERSCH}, "esch": {"Esch"}}
EVERYBODY = (
    "anonymous", "link", "another link", "Léa", "Emma", "Nina", "firm", "representative", *MERSCH, "esch", "no officer",
    *WORKERS, SYSTEM,
)  # fmt: skip
ALL = {"*"}  # every row of the table


def to_all(*who: str) -> Seen:
    return dict.fromkeys(who, ALL)


def inside(seen: Seen) -> Seen:
    """Officers and the worker read the events among officers too; parties do not."""
    return {name: {*cases, *(f"{case} inside" for case in cases)} for name, cases in seen.items()}


def only(seen: Seen, *cases: str) -> Seen:
    return {name: found & set(cases) for name, found in seen.items()}


OF_A_CASE: Seen = {**PARTIES, **OFFICES, **ALONE}
HEARD: Seen = {**PARTIES, **inside({**OFFICES, **ALONE})}
ISSUED = {"certificate", "nina"}
IDENTITY = to_all(*WORKERS)
EXPECTED: dict[str, Seen] = {
    "administrations_administration": to_all(*EVERYBODY),
    "administrations_service": to_all(*EVERYBODY),
    "administrations_officer": COLLEAGUES | to_all(*WORKERS),
    "administrations_officer_role": COLLEAGUES | to_all(*WORKERS),
    "cases_case": OF_A_CASE,
    "cases_case_grant": {
        "citizens": {"review population clerk"}, "urbanism": {"permit urbanism clerk", "firm urbanism clerk"},
        "adviser": {"permit urbanism clerk", "permit urbanism adviser", "firm urbanism clerk"},
        "technical": {"permit technical adviser"}, "esch": {"esch urbanism clerk"},
    },
    "cases_deletion": only(OF_A_CASE, "certificate", "permit"),
    "cases_erasure_failure": {},
    "cases_event": HEARD,
    "cases_event_payload": HEARD,
    "cases_party": OF_A_CASE,
    "cases_service_job": {},
    "cases_work": {
        "link": {"report handle"}, "Léa": {"permit check", "permit opinion-urbanism", "permit opinion-technical"},
        "Emma": {"review review", "esch check"}, "firm": {"firm check"}, "representative": {"firm check"},
        "citizens": {"review review"}, "urbanism": {"permit check", "firm check"}, "technical": {"permit opinion-technical"},
        "adviser": {"permit check", "permit opinion-urbanism", "firm check"}, "esch": {"esch check"},
    },
    "delivery_message": {"Léa": {"Léa"}, "Nina": {"Nina"}},
    "disclosures_aside": {name: SELVES[name] for name in ("Léa", "Emma", "Nina", "representative")},  # whose row they see
    "disclosures_batch": {},
    "disclosures_chain": {name: SELVES[name] for name in ("Léa", "Emma", "Nina", "representative")},
    "disclosures_delay": {"mayor": {"Mersch"}},  # the investigator
    "disclosures_entry": {name: SELVES[name] for name in ("Léa", "Emma", "Nina", "representative")},
    "disclosures_gone": {},
    "disclosures_held": {},  # nobody but the system knows what is told later
    "disclosures_disclosure": {name: SELVES[name] for name in ("Léa", "Emma", "Nina", "representative")},
    # Nobody at the desk had a hand in these certificates: they are the deciders', to take back.
    "documents_act": {"Léa": {"certificate"}, "Nina": {"nina"}, "mayor": ISSUED},
    # A running number, no person in it: for who says to be of the administration.
    "documents_act_counter": {name: {"Mersch"} for name in (*MERSCH, "no officer")} | to_all(*WORKERS),
    # Files follow their case; those that wait to be sent, whoever gave them.
    "documents_blob": {
        "link": {"report"}, "Léa": {"Léa draft", "certificate", "permit"}, "Emma": {"Emma draft", "esch"}, "Nina": {"nina"},
        "firm": {"firm", "firm waiting"}, "representative": {"firm", "firm waiting"}, "esch": {"esch"}, **ALONE,
        "urbanism": {"permit", "firm"}, "adviser": {"permit", "firm", "adviser waiting"}, "technical": {"permit"}, "mayor": ISSUED,
    },
    "documents_blob_holder": OWNERS | to_all(*WORKERS) | {
        "urbanism": {"permit shared", "firm shared"}, "adviser": {"permit shared", "firm shared", "adviser"}, "technical": {"permit shared"},
        "mayor": {"certificate shared", "nina shared"}, "esch": {"esch shared"},
    },
    "documents_revocation": to_all(NOBODY, *PRETENDERS, *EVERYBODY),  # published: no person in it
    "documents_status_counter": {name: {"Mersch"} for name in (*MERSCH, "no officer")} | to_all(*WORKERS),
    "documents_submission": {},
    "documents_waiting": {"firm": {"firm"}, "representative": {"firm"}, "adviser": {"adviser"}},
    "filings_deletion": {},
    "filings_erasure_failure": {},
    "filings_draft": {name: found for name, found in OWNERS.items() if name != "Nina"},
    "filings_filing": OWNERS,
    "filings_filing_case": PARTIES,
    "flows_instance": OF_A_CASE,
    "flows_task": OF_A_CASE,
    "flows_timer": only(OF_A_CASE, "report", "review"),
    "flows_token": only(OF_A_CASE, "permit", "firm", "esch", "review", "report"),
    "identity_login": SELVES,
    # What officers write to each other stands there too: parties never, representatives neither.
    "flows_variables": {**OFFICES, **ALONE},
    # A representative stands in the firm's space and still sees no other mandate of it.
    "identity_mandate": {
        "Léa": {"firm for Léa Beispill"}, "Emma": {"firm for Emma Primjer"}, "representative": {"firm for Emma Primjer"},
        "firm": {"firm for Léa Beispill", "firm for Emma Primjer"},
    } | IDENTITY,
    "identity_membership": {"Nina": {"Nina"}, "firm": {"Nina"}} | IDENTITY,
    "identity_organisation": {name: {"firm"} for name in ("Léa", "Emma", "Nina", "firm", "representative")} | IDENTITY,
    "identity_person": SELVES | IDENTITY,
    "identity_space": {
        "Léa": {"Léa", "firm"}, "Emma": {"Emma", "firm"}, "representative": {"Emma", "firm"}, "Nina": {"Nina", "firm"}, "firm": {"Nina", "firm"}
    } | IDENTITY,
}  # fmt: skip
# A worker that acts as the system does what the outbox brings; readings of one's data are the reader's and the person's alone.
NOT_EVEN_THE_SYSTEM = ("disclosures_disclosure",)
SYSTEMS_OWN = ("cases_erasure_failure", "cases_service_job", "disclosures_batch", "disclosures_gone", "disclosures_held", "documents_submission", "filings_deletion", "filings_erasure_failure")
PUBLIC = ("administrations_administration", "administrations_service", "documents_revocation")


# -- the country ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def country(_database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Populated]:
    """Made once and only read afterwards; at the end the database is copied from the template again."""
    from tests.jobs import drain  # models are there only once Django is set up

    folder = tmp_path_factory.mktemp("populated")
    shutil.copytree(os.environ["BIERGER_TEST_TEMPLATE_DATA"], folder, dirs_exist_ok=True)

    def run_jobs() -> None:
        with _as_role("worker"):
            drain()

    with running(tmp_path_factory.mktemp("registers")) as simulators:
        register = f"{simulators.issuer}/register"
        with override_settings(BIERGER_DATA=folder, BIERGER_REGISTER_URL=register, BIERGER_REGISTER_SECRET="local-only"):
            yield populate(run_jobs)
    _copy_template()


def looking(country: Populated, name: str) -> tuple[str, AbstractContextManager[object]]:
    """The login and the transaction of somebody of EVERYBODY."""
    if name == NOBODY:
        return "web", transaction.atomic()
    who = country.people[name.removesuffix(", by the web")]
    return ("worker" if name in (*WORKERS, SYSTEM) else "web"), acting_as(who)


# -- the tests ------------------------------------------------------------------------------------------------------------


def test_every_protected_table_is_expected_and_filled(country: Populated) -> None:
    """Nothing is proved of an empty table."""
    assert set(EXPECTED) == set(CALLED) == set(protected_tables())
    assert [table for table in EXPECTED if not country.rows[table]] == []
    assert "elsewhere" not in set().union(*(country.all(table) for table in EXPECTED if not table.startswith("administrations_")))


def test_in_every_table_somebody_sees_a_row_and_somebody_else_does_not(country: Populated) -> None:
    """The expectations themselves speak of rows that are there."""
    for table, expected in EXPECTED.items():
        rows = country.all(table)
        assert set().union(*expected.values()) - ALL <= rows, table
        seeing = [name for name in EVERYBODY if expected.get(name) == ALL or rows & expected.get(name, set())]
        assert table in (*PUBLIC, *SYSTEMS_OWN) or 0 < len(seeing) < len(EVERYBODY) - 1, table
        assert (len(seeing) == len(EVERYBODY)) is (table in PUBLIC), table
        assert bool(seeing) is (table not in SYSTEMS_OWN), table


@pytest.mark.parametrize("name", [NOBODY, *PRETENDERS, *EVERYBODY])
def test_what_somebody_sees(country: Populated, name: str) -> None:
    role, transaction_of = looking(country, name)
    wrong = {}
    with _as_role(role), transaction_of:
        for table, expected in EXPECTED.items():
            names = ALL if name == SYSTEM and table not in NOT_EVEN_THE_SYSTEM else expected.get(name, set())
            rows = country.rows[table]
            due = {row for row, called in rows.items() if names == ALL or called in names}
            seen = seen_rows(table) or set()
            if seen != due:
                wrong[table] = {"too much": sorted({rows[row] for row in seen - due}), "hidden": sorted({rows[row] for row in due - seen})}
    assert not wrong
