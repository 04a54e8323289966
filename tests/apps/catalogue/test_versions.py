# SPDX-License-Identifier: EUPL-1.2
"""What the database promises about published versions, and which version is in force when."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from bierger.administrations import selectors as administrations
from bierger.catalogue import selectors, services
from bierger.catalogue.errors import NotActiveError, PeriodTakenError, PublicationRefusedError, UnknownVersionError
from bierger.catalogue.models import Activation, PackageVersion
from bierger.infra import clock
from bierger.infra.principal import ANONYMOUS, SYSTEM, acting_as
from tests.apps.catalogue.samples import VOCABULARY, sample
from tests.attacks.together import PATIENCE, at_once

Owner = Callable[[], AbstractContextManager[None]]
NAME = ("commune", "market-stall")
MARCH = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def owner(as_owner: Owner) -> Iterator[None]:
    with as_owner(), acting_as(SYSTEM):
        yield


def publish(**changes: object) -> str:
    return services.publish(files=sample(**changes), vocabulary=VOCABULARY).digest


def test_publishing_the_same_bytes_twice_is_publishing_once(owner: None) -> None:
    first = services.publish(files=sample(), vocabulary=VOCABULARY)
    second = services.publish(files=sample(), vocabulary=VOCABULARY)
    assert (first.already, second.already) == (False, True)
    assert first.digest == second.digest
    assert PackageVersion.objects.filter(owner="commune", name="market-stall").count() == 1


def test_what_is_stored_loads_to_the_same_digest(owner: None) -> None:
    digest = publish()
    selectors.package.cache_clear()
    package = selectors.package(digest)
    assert package.digest == digest
    assert package.title("en") == "Market stall"
    assert selectors.package(digest) is package


def test_a_package_that_is_not_proved_is_not_stored(owner: None) -> None:
    files = sample()
    files["texts/de.yaml"] = files["texts/de.yaml"].replace(b"summary:", b"sumary:")
    with pytest.raises(PublicationRefusedError) as refused:
        services.publish(files=files, vocabulary=VOCABULARY, prefix="p/")
    assert any(finding.path == "p/texts/de.yaml" for finding in refused.value.findings)
    assert not PackageVersion.objects.filter(name="market-stall").exists()


def test_a_package_whose_scenario_fails_is_not_stored(owner: None) -> None:
    files = sample()
    files["scenarios/granted.yaml"] = files["scenarios/granted.yaml"].replace(b"end: granted", b"end: refused")
    with pytest.raises(PublicationRefusedError) as refused:
        services.publish(files=files, vocabulary=VOCABULARY)
    assert refused.value.findings[0].path.endswith("scenarios/granted.yaml")
    assert not PackageVersion.objects.filter(name="market-stall").exists()


@pytest.mark.parametrize("statement", ["UPDATE catalogue_packageversion SET version = 9", "DELETE FROM catalogue_packageversion"])
def test_the_database_keeps_published_versions_as_they_are(owner: None, statement: str) -> None:
    publish()
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE catalogue_activation SET starts = starts - interval '1 day'",
        "UPDATE catalogue_activation SET owner = 'x'",
        "DELETE FROM catalogue_activation",
    ],
)
def test_of_an_activation_only_the_end_may_move(owner: None, statement: str) -> None:
    services.activate(digest=publish())
    with pytest.raises(IntegrityError, match="only the end"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("table", ["packageversion", "activation", "searchtext"])
def test_the_web_role_may_only_read(db: None, table: str) -> None:
    for verb in (
        f"DELETE FROM catalogue_{table}",
        f"UPDATE catalogue_{table} SET digest = digest",
        f"INSERT INTO catalogue_{table} DEFAULT VALUES",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(verb)


def test_a_new_version_follows_the_one_before_without_gap_or_overlap(owner: None) -> None:
    old, new = publish(version=1), publish(version=2)
    services.activate(digest=old, starts=MARCH)
    services.activate(digest=new, starts=MARCH + DAY)
    just_before = MARCH + DAY - timedelta(microseconds=1)
    assert selectors.active(*NAME, MARCH - DAY) is None
    assert selectors.active(*NAME, MARCH) == old
    assert selectors.active(*NAME, just_before) == old
    assert selectors.active(*NAME, MARCH + DAY) == new


def test_activating_twice_at_one_instant_leaves_the_last(owner: None) -> None:
    with clock.frozen(MARCH):
        old, new = publish(version=1), publish(version=2)
        services.activate(digest=old)
        services.activate(digest=new)
        services.activate(digest=new)
        assert selectors.active(*NAME) == new
        assert Activation.objects.filter(version_id=new).count() == 1


def test_an_administration_of_its_own_goes_before_everybody(owner: None) -> None:
    general, own = publish(version=1), publish(version=2)
    mersch, esch = (administrations.administration(code=code).id for code in ("mersch", "esch-sur-alzette"))
    services.activate(digest=general, starts=MARCH)
    services.activate(digest=own, administration=mersch, starts=MARCH)
    assert selectors.active(*NAME, MARCH, mersch) == own
    assert selectors.active(*NAME, MARCH, esch) == general
    assert selectors.active(*NAME, MARCH) == general
    services.withdraw(owner="commune", name="market-stall", administration=mersch, at=MARCH + DAY)
    assert selectors.active(*NAME, MARCH + DAY, mersch) == general


def test_offered_to_says_nobody_everybody_or_who(owner: None) -> None:
    digest = publish()
    mersch = administrations.administration(code="mersch").id
    assert selectors.offered_to(*NAME) is None
    services.activate(digest=digest, administration=mersch)
    assert selectors.offered_to(*NAME) == (mersch,)
    services.activate(digest=digest)
    assert selectors.offered_to(*NAME) == ()


def test_withdrawing_ends_what_is_in_force_and_what_is_planned(owner: None) -> None:
    old, new = publish(version=1), publish(version=2)
    services.activate(digest=old, starts=MARCH, ends=MARCH + 10 * DAY)
    services.activate(digest=new, starts=MARCH + 10 * DAY)
    services.withdraw(owner="commune", name="market-stall", at=MARCH + DAY)
    assert selectors.active(*NAME, MARCH) == old
    assert selectors.active(*NAME, MARCH + DAY) is None
    assert selectors.active(*NAME, MARCH + 20 * DAY) is None
    with pytest.raises(NotActiveError):
        services.withdraw(owner="commune", name="market-stall", at=MARCH + DAY)


def test_a_planned_version_is_not_shortened_by_surprise(owner: None) -> None:
    old, new = publish(version=1), publish(version=2)
    services.activate(digest=new, starts=MARCH + DAY)
    with pytest.raises(PeriodTakenError) as taken:
        services.activate(digest=old, starts=MARCH)
    assert taken.value.begins == MARCH + DAY
    services.activate(digest=old, starts=MARCH, ends=MARCH + DAY)
    assert selectors.active(*NAME, MARCH) == old


def test_only_published_versions_come_into_force(owner: None) -> None:
    with pytest.raises(UnknownVersionError):
        services.activate(digest="0" * 64)


def test_the_database_refuses_two_versions_in_force_at_once(owner: None) -> None:
    old, new = publish(version=1), publish(version=2)

    def insert(digest: str, name: str) -> None:
        Activation.objects.create(owner="commune", name=name, version_id=digest, starts=MARCH)

    insert(old, "market-stall")
    insert(new, "another-name")  # the guard is about one procedure
    with pytest.raises(IntegrityError, match="one_at_a_time"), transaction.atomic():
        insert(new, "market-stall")


@pytest.mark.parametrize(
    ("guarded", "heard", "in_force"), [(False, ["NoneType", "NoneType"], 2), (True, ["NoneType", "PeriodTakenError"], 1)]
)
def test_two_operators_at_once(
    as_owner: Owner, monkeypatch: pytest.MonkeyPatch, guarded: bool, heard: list[str], in_force: int
) -> None:
    """Both have seen that nothing is in force, so there was no row to lock. The constraint lets one through; without it, both."""
    with as_owner():
        with acting_as(SYSTEM):
            digests = [publish(version=number) for number in (1, 2)]
        if not guarded:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE catalogue_activation DROP CONSTRAINT catalogue_activation_one_at_a_time")
    both, real = threading.Barrier(2, timeout=PATIENCE), Activation.objects.create

    def create(**values: object) -> Activation:
        both.wait()
        return real(**values)

    def operator(digest: str) -> None:
        with as_owner(), acting_as(SYSTEM):
            services.activate(digest=digest, starts=MARCH)

    monkeypatch.setattr(Activation.objects, "create", create)
    results = at_once([lambda digest=digest: operator(digest) for digest in digests])
    assert sorted(type(result).__name__ for result in results) == heard, results
    with acting_as(ANONYMOUS):
        assert Activation.objects.filter(name="market-stall", starts__lte=MARCH, ends__isnull=True).count() == in_force


def test_versions_lists_newest_first_with_running_and_planned_periods(owner: None) -> None:
    with clock.frozen(MARCH):
        old = publish(version=1)
    with clock.frozen(MARCH + DAY):
        new = publish(version=2)
        services.activate(digest=old, ends=MARCH + 5 * DAY)
        rows = selectors.versions(*NAME)
    assert [row.digest for row in rows] == [new, old]
    assert rows[0].periods == ()
    assert rows[1].periods[0].ends == MARCH + 5 * DAY


def test_the_sheet_speaks_the_readers_language(owner: None) -> None:
    services.activate(digest=publish())
    sheet = selectors.sheet("commune", "market-stall", "lb")
    assert (sheet.language, sheet.title) == ("lb", "Stand um Maart")
    assert sheet.needed == ("A plan (lb)",)
    assert sheet.delay is not None
    assert (sheet.delay.text, sheet.delay.working) == ("P10D", True)
    assert not sheet.fee.known  # nothing is said of it
    assert sheet.anonymous
    assert sheet.offered_to == ()
    assert selectors.sheet("commune", "market-stall", "pt").language == "fr"
