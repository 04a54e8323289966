# SPDX-License-Identifier: EUPL-1.2
"""Readings go with their case, and not before the person had time to read them; what is left of them proves and tells nothing."""

from __future__ import annotations

import datetime as dt
import subprocess
import uuid
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.db import DatabaseError, ProgrammingError, connection
from django.test import override_settings

from bierger.disclosures import selectors, services
from bierger.disclosures.services import erasure
from bierger.filings.selectors import deletion_certificate
from bierger.filings.services import end_readings
from bierger.infra.erasures import Destroyed
from bierger.infra.principal import SYSTEM, Principal, acting_as
from bierger.ledger import selectors as log
from bierger_core.seals import verify_deletion
from tests.apps.disclosures.exports import check, copy_log, export, write
from tests.apps.disclosures.town import AsWorker, chain_in_order, read, seal
from tests.attacks.together import superuser
from tests.databases import ROOT
from tests.laws import SOME_LAW
from tests.people import officer, person

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = dt.timedelta(days=731)  # the period that is set, and a day
CASE, OTHER = uuid.UUID(int=0xC0FFEE), uuid.UUID(int=0xBEEF)
SECRET = "canary-of-an-order-zq7x"


@pytest.fixture
def people(transactional: None, frozen) -> tuple[Principal, Principal]:
    frozen(MONDAY)
    return person("lea.beispill"), officer("claire.muster")


def forget(as_worker: AsWorker, case: UUID = CASE) -> Destroyed:
    with as_worker(), acting_as(SYSTEM):
        return services.forget_case(case=case)


def sweep(as_worker: AsWorker) -> int:
    with as_worker():
        return end_readings()


def kept(who: Principal) -> list[int]:
    with acting_as(who):
        return sorted(one.id for one in selectors.readings())


def rows(sql: str) -> list[tuple]:
    with superuser() as seen:
        return seen.execute(sql).fetchall()


def test_they_go_with_their_case_and_the_export_says_erased(people, as_worker, run_jobs, frozen, tmp_path: Path):
    lea, claire = people
    for case in (CASE, OTHER, CASE):
        read(claire, lea, case=case)
    seal(as_worker)
    run_jobs()
    older = write(tmp_path, "older.json", export(lea))
    gone = {bytes.fromhex(one["commitment"]) for one in export(lea)["entries"] if one["reading"]["case"] == str(CASE)}
    frozen(MONDAY + LATER)
    done = forget(as_worker)
    assert (done.counts, set(done.readings)) == ({"readings": 2}, gone)
    assert len(kept(lea)) == 1
    said = export(lea)
    assert [one["reading"] is None and one["salt"] is None for one in said["entries"]] == [True, False, True]
    assert str(CASE) not in str(said)
    now = write(tmp_path, "now.json", said)
    public = str(copy_log(tmp_path / "log"))
    day = (MONDAY + LATER).date()
    status, text = check(now, "--older", str(older), "--log", public, "--on", str(day))
    assert status == 0, text
    assert "2 of them were erased when their time was over, 730 days or more after they were sealed" in text
    assert "the log holds for how many days" in text
    assert "taken from the export itself: give --days" not in check(now, "--on", str(day), "--days", "365")[1]
    # A day earlier they could not have gone; nor could they, if one knows that they are kept for longer.
    assert "entry 1 was erased before its time" in check(now, "--on", str(day - dt.timedelta(days=2)))[1]
    assert "is kept for 900 days at least, until 2028-08-18" in check(now, "--on", str(day), "--days", "900")[1]
    assert rows(f"SELECT count(*) FROM disclosures_disclosure WHERE case_id = '{CASE}'") == [(0,)]
    assert len(chain_in_order(lea.person)) == 3
    assert forget(as_worker).counts == {}, "once more: nothing is left to do"
    read(claire, lea)
    seal(as_worker)
    assert len(chain_in_order(lea.person)) == 4, "the chain goes on"


def test_a_case_kept_for_a_short_time_takes_nobodys_evidence_along(people, as_worker, frozen):
    lea, claire = people
    read(claire, lea, case=CASE)
    seal(as_worker)
    frozen(MONDAY + LATER - dt.timedelta(days=2))
    read(claire, lea, case=CASE)  # on the last day of the case
    seal(as_worker)
    assert forget(as_worker).counts == {}
    assert (sweep(as_worker), len(kept(lea))) == (0, 2)
    frozen(MONDAY + LATER)
    assert (sweep(as_worker), len(kept(lea))) == (1, 1)
    frozen(MONDAY + 2 * LATER - dt.timedelta(days=3))
    assert (sweep(as_worker), len(kept(lea))) == (0, 1)
    frozen(MONDAY + 2 * LATER)
    assert (sweep(as_worker), sweep(as_worker), kept(lea)) == (1, 0, [])
    assert rows("SELECT count(*) FROM disclosures_gone") == [(0,)]


def test_who_was_reading_while_the_case_went_leaves_nothing_for_ever(people, as_worker, frozen):
    lea, claire = people
    read(claire, lea, case=CASE)
    seal(as_worker)
    frozen(MONDAY + LATER)
    assert forget(as_worker).counts == {"readings": 1}
    read(claire, lea, case=CASE)  # begun before, written after
    seal(as_worker)
    frozen(MONDAY + LATER + dt.timedelta(days=1))
    assert (sweep(as_worker), len(kept(lea))) == (0, 1)
    frozen(MONDAY + 2 * LATER)
    assert (sweep(as_worker), kept(lea)) == (1, [])
    assert rows("SELECT count(*) FROM disclosures_gone") == [(0,)]


def test_of_a_case_that_is_kept_nothing_goes_and_of_no_case_after_its_own_period(people, as_worker, frozen):
    lea, claire = people
    read(claire, lea, case=CASE)
    read(claire, lea, purpose="worklist")
    seal(as_worker)
    frozen(MONDAY + LATER - dt.timedelta(days=2))
    assert sweep(as_worker) == 0
    frozen(MONDAY + LATER)
    assert sweep(as_worker) == 1
    with acting_as(lea):
        assert [one.case for one in selectors.readings()] == [CASE]


def test_what_is_not_sealed_yet_waits(people, as_worker, frozen):
    lea, claire = people
    read(claire, lea, case=CASE)
    read(claire, lea, purpose="worklist")
    frozen(MONDAY + LATER)
    assert (forget(as_worker).counts, sweep(as_worker)) == ({}, 0)
    seal(as_worker)
    frozen(MONDAY + LATER + dt.timedelta(days=1))
    assert (sweep(as_worker), len(kept(lea))) == (0, 2), "what is said of its time is counted from its batch: nothing else can be shown"
    frozen(MONDAY + 2 * LATER + dt.timedelta(days=1))
    assert (sweep(as_worker), kept(lea)) == (2, [])


def test_what_goes_by_itself_has_a_record_in_the_log_one_for_a_round(people, as_worker, run_jobs, frozen, tmp_path: Path):
    lea, claire = people
    for case in (CASE, None, OTHER):
        read(claire, lea, person("hugo.exemplo"), case=case, purpose="case-handling" if case else "worklist")
    seal(as_worker)
    run_jobs()
    before = rows("SELECT count(*) FROM filings_deletion")
    for case in (CASE, OTHER):
        assert forget(as_worker, case).counts == {}, "kept longer than its case"
    openings = {bytes(row[0]).hex() for row in rows("SELECT commitment FROM disclosures_entry")}
    frozen(MONDAY + LATER)
    assert (sweep(as_worker), sweep(as_worker)) == (3, 0)
    run_jobs()
    assert (before, rows("SELECT count(*) FROM filings_deletion")) == ([(0,)], [(1,)])
    (number,) = {UUID(one["erased_in"]) for one in export(lea)["entries"]}
    with as_worker(), acting_as(SYSTEM):
        proof = deletion_certificate(number)
        assert proof is not None
        record = verify_deletion(proof, log.policy()).record
    assert (record["readings"], record["destroyed"], record["rule"]) == (str(number), {"readings": 3}, {"period": "P730D", "until": "day"})
    assert set(record["openings"]["readings"]) == openings
    assert len(openings) == 6
    (tmp_path / "erased.json").write_bytes(proof)
    told = subprocess.run(
        [ROOT / "bierger", "retention", "verify", tmp_path / "erased.json", "--key", export(lea)["log_keys"][0]],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert f"Readings {number}, erased at" in told.stdout
    assert check(write(tmp_path, "now.json", export(lea)), "--on", str((MONDAY + LATER).date()))[0] == 0


def test_a_round_ends_before_its_record_grows_too_large(people, as_worker, frozen, monkeypatch):
    lea, claire = people
    cases = [UUID(int=number) for number in range(1, 4)]
    for case in cases:
        read(claire, lea, case=case)
    seal(as_worker)
    for case in cases:
        forget(as_worker, case)
    monkeypatch.setattr(erasure, "OPENINGS", 2)
    frozen(MONDAY + LATER)
    assert sweep(as_worker) == 3
    assert sorted(row[0] for row in rows("SELECT (record->'destroyed'->>'readings')::int FROM filings_deletion")) == [1, 2]


def test_no_worker_makes_a_salt_go_before_its_time(people, as_worker, frozen):
    """Neither by saying another time, nor by its own hand, nor with a setting that became shorter since it was sealed."""
    lea, claire = people
    read(claire, lea, case=CASE)
    read(claire, lea, purpose="worklist")
    seal(as_worker)
    frozen(MONDAY + LATER - dt.timedelta(days=2))
    with as_worker(), acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT readings FROM disclosures_forget(%s, now() + interval '9 years', 0)", [CASE])
        assert cursor.fetchall() == [(0,)]
        cursor.execute("SELECT readings FROM disclosures_erase(now() + interval '9 years', 9)")
        assert cursor.fetchall() == [(0,)]
    with override_settings(BIERGER_READINGS_DAYS=30):
        assert sweep(as_worker) == 0
    for change in ("UPDATE disclosures_entry SET salt = NULL", "UPDATE disclosures_entry SET salt = NULL, erased_in = gen_random_uuid()"):
        with as_worker(), pytest.raises(DatabaseError, match="stays"), acting_as(SYSTEM), connection.cursor() as cursor:
            cursor.execute(change)
    assert len(kept(lea)) == 2
    frozen(MONDAY + LATER)
    assert sweep(as_worker) == 2


def test_what_was_told_later_is_kept_from_the_day_it_was_told_and_its_order_goes_too(people, as_worker, frozen):
    lea, claire = people
    with acting_as(officer("nora.beispiel")):
        services.order_delay(case=CASE, until=dt.date(2027, 3, 1), reason=SECRET, legal_basis=SOME_LAW)
    read(claire, lea, case=CASE)
    seal(as_worker)
    assert forget(as_worker).counts == {}, "nobody was told yet"
    frozen(MONDAY + LATER)
    seal(as_worker)
    assert len(kept(lea)) == 1
    assert (sweep(as_worker), len(kept(lea))) == (0, 1), "told a year later, kept from the day on which it was sealed for the person"
    frozen(MONDAY + 2 * LATER)
    assert (sweep(as_worker), kept(lea)) == (1, [])
    assert rows("SELECT count(*) FROM disclosures_delay") == rows("SELECT count(*) FROM disclosures_held") == [(0,)]
    assert SECRET not in str(export(lea))


def test_an_order_under_which_nobody_read_goes_after_its_end(people, as_worker, frozen):
    with acting_as(officer("nora.beispiel")):
        services.order_delay(case=CASE, until=dt.date(2026, 4, 1), reason=SECRET, legal_basis=SOME_LAW)
    forget(as_worker)
    assert rows("SELECT count(*) FROM disclosures_delay") == [(1,)]
    frozen(datetime(2026, 4, 2, 9, tzinfo=UTC))
    sweep(as_worker)
    assert rows("SELECT count(*) FROM disclosures_delay") == [(0,)]


def test_nobody_but_the_system_forgets(people):
    with pytest.raises(ProgrammingError, match="permission denied"), acting_as(people[1]):
        services.forget_case(case=CASE)
