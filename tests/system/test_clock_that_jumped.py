# SPDX-License-Identifier: EUPL-1.2
"""A clock that jumped destroys nothing and tells nothing, whatever the work; somebody confirms it, and the work goes on."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import ProgrammingError
from django.test import Client, override_settings

from bierger.infra import backup_keys, believed, clock
from bierger.site.cli import COMMANDS
from bierger.site.commands import clock as command
from bierger.site.wiring import periodic
from tests.apps.disclosures.town import read, seal
from tests.attacks.together import count
from tests.people import officer, person

Role = Callable[[], AbstractContextManager[None]]
YEAR = timedelta(days=365)
# Periodic work that destroys nothing and tells nobody anything because a day has come. What is in neither table fails the test.
NOTHING_BY_THE_DAY = {
    "cases.standing": "queues again what lost its job",
    "cases.retention": "writes down the day until which a case is kept; who erases on it asks",
    "documents.revocations": "signs the list again",
    "documents.status-lists": "signs the lists again",
    "documents.types": "publishes the registry of types",
    "documents.standing": "queues again what stands still",
    "documents.certificates": "a line in the log",
    "flows.timers": "moves cases on, by the deadlines of their law; nothing is destroyed",
    "infra.failed-jobs": "queues again what failed",
    "ledger.sequence": "appends to the log",
    "ledger.keys": "makes keys that are missing",
    "disclosures.notarise": "seals; what it tells by the day it asks the database (below)",
}


@pytest.fixture
def jumped(transactional: None, as_worker: Role) -> timedelta:
    """The rounds ran today; then the clock is a year ahead."""
    with as_worker():
        assert believed.can_be_the_day("today")
    return YEAR


def test_every_periodic_work_is_in_the_table_or_asks(jumped: timedelta, as_worker: Role, caplog: pytest.LogCaptureFixture):
    works = periodic()
    assert set(NOTHING_BY_THE_DAY) <= set(works)
    with as_worker(), clock.frozen(clock.real_now() + jumped):
        for name, (_, work) in works.items():
            caplog.clear()
            believed._said.clear()
            work()
            asked = any(one.name == "bierger.clock" for one in caplog.records)
            assert asked is not (name in NOTHING_BY_THE_DAY), name


def test_a_key_of_a_backup_stays(jumped: timedelta, as_worker: Role, as_owner: Role, tmp_path: Path):
    """Destroyed, it could not even mend what the wrong clock has done to the rest."""
    with override_settings(BIERGER_BACKUP_KEYS=str(tmp_path / "keys")):
        key = backup_keys.new_key("today.tar.age")
        with clock.frozen(clock.real_now() + jumped):
            with as_worker():
                assert (backup_keys.destroy_old_keys(), key.path.exists()) == (0, True)
            with as_owner():
                clock.trust()
            with as_worker():
                assert (backup_keys.destroy_old_keys(), key.path.exists()) == (1, False)


def test_a_reading_stays(jumped: timedelta, as_worker: Role):
    with clock.frozen(clock.real_now() - timedelta(days=400)):
        read(officer("claire.muster"), person("lea.beispill"), purpose="worklist")
    seal(as_worker)
    with as_worker(), clock.frozen(clock.real_now() + jumped):
        assert periodic()["filings.erase-readings"][1]() == 0
    assert count("SELECT count(*) FROM disclosures_disclosure") == 1


@pytest.mark.parametrize(("days", "is_believed"), [(7, True), (8, False), (-7, True), (-8, False)])
def test_some_days_are_no_jump(jumped: timedelta, as_worker: Role, days: int, is_believed: bool):
    with as_worker(), clock.frozen(clock.real_now() + timedelta(days=days)):
        assert believed.can_be_the_day("x") is is_believed
    with as_worker(), clock.frozen(clock.real_now() + timedelta(days=days)), override_settings(BIERGER_CLOCK_DAYS=30):
        assert believed.can_be_the_day("x")


def test_day_after_day_is_no_jump_and_a_mended_clock_goes_on_by_itself(jumped: timedelta, as_worker: Role):
    now = clock.real_now()
    with as_worker():
        for day in range(1, 40, 3):
            with clock.frozen(now + timedelta(days=day)):
                assert believed.can_be_the_day("x")
        with clock.frozen(now + YEAR):
            assert not believed.can_be_the_day("x")
        with clock.frozen(now + timedelta(days=41)):
            assert believed.can_be_the_day("x")


def test_the_first_round_takes_the_clock_as_it_is(transactional: None, as_worker: Role):
    assert count("SELECT count(*) FROM infra_clock_believed") == 0
    with as_worker(), clock.frozen(clock.real_now() + YEAR):
        assert believed.can_be_the_day("x")


def test_the_operator_reads_it_and_confirms(jumped: timedelta, as_owner: Role, as_worker: Role, capsys: pytest.CaptureFixture[str]):
    words = argparse.Namespace(by=None, trust=False)
    with clock.frozen(clock.real_now() + jumped):
        check = Client().get("/readyz").json()["checks"]["clock"]
        assert not check["ok"]
        assert "365 days ahead of the last round" in check["detail"]
        assert "./bierger clock --trust" in check["detail"]
        with as_owner():
            assert command.run(words) == 0
            assert "365 days ahead of" in capsys.readouterr().out
            assert COMMANDS["retention"].database == "worker"
            words.trust = True
            assert command.run(words) == 0
            assert "goes on from here" in capsys.readouterr().out
        assert Client().get("/readyz").json()["checks"]["clock"]["ok"]
        with as_worker():
            assert believed.can_be_the_day("x")
    assert "365 days behind" in Client().get("/readyz").json()["checks"]["clock"]["detail"], "confirmed by mistake: it is told too"


def test_one_line_an_hour_for_each_work(jumped: timedelta, as_worker: Role, caplog: pytest.LogCaptureFixture):
    believed._said.clear()
    with as_worker(), clock.frozen(clock.real_now() + jumped), caplog.at_level(logging.ERROR, "bierger.clock"):
        for work in ("a", "b", "a"):
            assert not believed.can_be_the_day(work)
    assert [one.job for one in caplog.records] == ["a", "b"]


def test_moving_the_clock_of_the_demonstration_confirms_it(jumped: timedelta, as_owner: Role, as_worker: Role):
    with override_settings(BIERGER_ENV="demo"):
        with as_worker():
            assert clock.now() < clock.real_now() + timedelta(days=1)  # read a moment ago, before it is moved
        with as_owner():
            clock.move(YEAR)
        with as_worker():
            assert believed.can_be_the_day("x")
            assert clock.now() > clock.real_now() + timedelta(days=300)
        with as_owner():
            clock.move(-YEAR)


def test_the_worker_confirms_nothing(jumped: timedelta, as_worker: Role):
    with as_worker(), pytest.raises(ProgrammingError, match="permission denied"):
        clock.trust()
