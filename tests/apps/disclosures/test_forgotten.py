# SPDX-License-Identifier: EUPL-1.2
"""Readings go with their case, and not before the person had time to read them; what is left of them proves and tells nothing."""

from __future__ import annotations

import datetime as dt
import uuid
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.db import ProgrammingError

from bierger.disclosures import selectors, services
from bierger.disclosures.tasks import erase_old
from bierger.infra.erasures import Destroyed
from bierger.infra.principal import SYSTEM, Principal, acting_as
from tests.apps.disclosures.exports import check, copy_log, export, write
from tests.apps.disclosures.town import AsWorker, chain_in_order, read, seal
from tests.attacks.together import superuser
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
        return erase_old()


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
    status, text = check(now, "--older", str(older), "--log", str(copy_log(tmp_path / "log")))
    assert status == 0, text
    assert "2 of them were erased" in text
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
    assert (sweep(as_worker), kept(lea)) == (2, [])


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
    assert (sweep(as_worker), len(kept(lea))) == (0, 1), "told a year later, kept from that day"
    frozen(datetime(2027, 3, 1, 9, tzinfo=UTC) + LATER)
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
    with acting_as(people[1]), pytest.raises(ProgrammingError, match="permission denied"):
        services.forget_case(case=CASE)
