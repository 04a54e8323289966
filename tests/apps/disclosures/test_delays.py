# SPDX-License-Identifier: EUPL-1.2
"""A reading for an investigation is told later: nothing betrays it before, nothing is different afterwards."""

from __future__ import annotations

import copy
import datetime as dt
import re
import uuid
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.db import DatabaseError, connection

from bierger.disclosures import selectors, services
from bierger.disclosures.errors import DelayRefused, ReadingUnknown
from bierger.disclosures.models import Delay, Disclosure, Entry, Held
from bierger.infra import believed, clock
from bierger.infra.principal import Principal, acting_as
from tests.apps.disclosures.exports import check, copy_log, export, write
from tests.apps.disclosures.town import chain_in_order, read, seal, unsealed
from tests.attacks.together import superuser
from tests.clients import client_of
from tests.laws import SOME_LAW
from tests.people import officer, person

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
END = dt.date(2026, 4, 1)
CASE = uuid.UUID(int=0xC0FFEE)


def order(who: Principal, *, until: dt.date = END, reason: str = "A fraud is being looked into.", case: UUID = CASE) -> UUID:
    with acting_as(who):
        return services.order_delay(case=case, until=until, reason=reason, legal_basis=SOME_LAW)


def seen_by(who: Principal) -> object:
    """Everything that a person can look at about their readings; nothing that moves with the clock or the log's growth."""
    visitor = client_of(who)
    said = visitor.get("/readings.json").json()
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", visitor.get("/readings").content.decode())
    with acting_as(who):
        mine = selectors.sealed()
        rest = (
            selectors.readings(), selectors.readings_page().count, selectors.reading_administrations(), selectors.chain_of_mine(), mine,
            selectors.usage_page(wanted=selectors.ReadingFilter(), offset=0, limit=1000), Disclosure.objects.count(), Entry.objects.count(),
            Held.objects.count(), Delay.objects.count(),
        )  # fmt: skip
    return page[page.index("<h1>") : page.index("</main>")], said["entries"], said["waiting"], [one["number"] for one in said["batches"]], rest


@pytest.fixture
def people(transactional: None, frozen) -> tuple[Principal, Principal, Principal]:
    """Léa, the clerk who reads about her, the investigator."""
    frozen(MONDAY)
    return person("lea.beispill"), officer("claire.muster"), officer("nora.beispiel")


def test_nothing_betrays_it_before_and_everything_is_told_after(people, as_worker, run_jobs, frozen, tmp_path: Path):
    lea, claire, nora = people
    read(claire, lea)
    seal(as_worker)
    run_jobs()
    before = seen_by(lea)
    order(nora)
    read(claire, lea, case=CASE)
    assert seen_by(lea) == before, "recorded"
    seal(as_worker)
    run_jobs()
    assert seen_by(lea) == before, "sealed"
    with superuser() as db:
        hidden, held = db.execute("SELECT max(id), (SELECT count(*) FROM disclosures_held) FROM disclosures_disclosure").fetchone()
    assert (held, unsealed()) == (1, 0), "committed to at once"
    visitor = client_of(lea)
    assert visitor.post(f"/readings/{hidden}/ask").status_code == visitor.post(f"/readings/{hidden + 1}/ask").status_code == 404
    with acting_as(lea), pytest.raises(ReadingUnknown):
        selectors.reading(hidden)
    read(claire, lea)  # an ordinary one in between: its place in the chain leaves no gap
    seal(as_worker)
    run_jobs()
    assert [reading for reading, _ in chain_in_order(lea.person)] == [hidden - 1, hidden + 1]
    older = write(tmp_path, "older.json", export(lea))

    frozen(datetime(2026, 3, 31, 22, 30, tzinfo=UTC))  # the first of April in Luxembourg: nobody had to do anything
    with acting_as(lea):
        told = selectors.reading(hidden)
    assert told.delay is not None
    assert (told.delay.until, told.delay.reason, told.delay.orders, told.sequence) == (END, "A fraud is being looked into.", 1, None)
    assert "A fraud is being looked into." in client_of(lea).get("/readings").content.decode()
    seal(as_worker)
    run_jobs()
    assert [reading for reading, _ in chain_in_order(lea.person)] == [hidden - 1, hidden + 1, hidden]
    said = export(lea)
    now = write(tmp_path, "now.json", said)
    status, text = check(now, "--older", str(older), "--log", str(copy_log(tmp_path / "log")))
    assert status == 0, text
    assert said["entries"][2]["early"]["batch"] == 2
    assert said["entries"][2]["reading"]["delay"]["reason"] == "A fraud is being looked into."
    # Invented afterwards, or told otherwise than it was recorded.
    for spoil, expected in SPOILED.items():
        bad = copy.deepcopy(said)
        spoil(bad)
        status, text = check(write(tmp_path, "bad.json", bad))
        assert status == 1, spoil.__name__
        assert expected in text, (spoil.__name__, text)


def another_text(said: dict) -> None:
    said["entries"][2]["early"]["reading"]["facts"] = ["act"]


def another_commitment(said: dict) -> None:
    said["entries"][2]["early"]["salt"] = "00" * 32


def another_batch(said: dict) -> None:
    said["entries"][2]["early"]["batch"] = 1


def no_early_proof(said: dict) -> None:
    next(one for one in said["batches"] if one["number"] == 2)["early"] = []


SPOILED = {
    another_text: "differently from how it was recorded", another_commitment: "batch 2 does not hold", another_batch: "is missing",
    no_early_proof: "is missing",
}  # fmt: skip


def test_only_what_the_order_names_is_delayed(people, as_worker):
    lea, claire, nora = people
    read(claire, lea, case=CASE)  # before the order: told, and stays told
    order(nora)
    read(officer("sonia.exemplo"), lea, case=CASE)  # another house
    read(claire, lea)  # another case
    with acting_as(lea):
        assert len(selectors.readings()) == 3
    read(claire, lea, case=CASE)
    with acting_as(lea):
        assert len(selectors.readings()) == 3


def test_a_notariser_that_slept_over_the_end_tells_at_once(people, as_worker, frozen):
    lea, claire, nora = people
    order(nora)
    read(claire, lea, case=CASE)
    frozen(MONDAY + dt.timedelta(days=40))
    seal(as_worker)
    with acting_as(lea):
        (entry,) = selectors.sealed().entries
    assert entry["reading"]["delay"]["until"] == END.isoformat()
    assert "early" not in entry


def test_an_extension_is_an_order_of_its_own_and_the_end_still_comes(people, frozen):
    lea, claire, nora = people
    first = order(nora)
    read(claire, lea, case=CASE)
    frozen(MONDAY + dt.timedelta(days=20))
    with acting_as(nora):
        services.extend_delay(delay=first, until=dt.date(2026, 5, 1), reason="A witness is still abroad.", legal_basis=SOME_LAW)
        assert Delay.objects.count() == 2
    frozen(MONDAY + dt.timedelta(days=40))  # past the first end
    with acting_as(lea):
        assert selectors.readings() == ()
    frozen(datetime(2026, 5, 1, 1, 0, tzinfo=UTC))
    with acting_as(lea):
        (told,) = selectors.readings()
        assert (told.delay.until, told.delay.orders) == (dt.date(2026, 5, 1), 2)
    with acting_as(nora), pytest.raises(DelayRefused) as refused:
        services.extend_delay(delay=first, until=dt.date(2026, 6, 1), reason="Once more.", legal_basis=SOME_LAW)
    assert refused.value.code == "delay-right"


@pytest.mark.parametrize(
    ("handle", "changed", "code"),
    [
        ("claire.muster", {}, "delay-right"),  # a clerk
        ("anouk.esimerkki", {}, "delay-right"),  # the data-protection officer herself
        ("nora.beispiel", {"reason": "  "}, "delay-reason"),
        ("nora.beispiel", {"until": MONDAY.date()}, "delay-length"),
        ("nora.beispiel", {"until": MONDAY.date() + dt.timedelta(days=366)}, "delay-length"),
    ],
)
def test_who_may_not_and_how_not(people, handle: str, changed: dict, code: str):
    with pytest.raises(DelayRefused) as refused:
        order(officer(handle), **changed)
    assert refused.value.code == code


def test_longer_is_not_reached_by_extending(people, frozen):
    nora = people[2]
    first = order(nora, until=MONDAY.date() + dt.timedelta(days=365))
    frozen(MONDAY + dt.timedelta(days=300))
    with acting_as(nora), pytest.raises(DelayRefused) as refused:
        services.extend_delay(delay=first, until=MONDAY.date() + dt.timedelta(days=366), reason="More.", legal_basis=SOME_LAW)
    assert refused.value.code == "delay-length"


def test_another_house_sees_and_extends_nothing(people):
    first = order(people[2])
    mayor_of_esch = officer("raymond.beispill")
    with acting_as(mayor_of_esch):
        assert not Delay.objects.exists()
        with pytest.raises(DelayRefused):
            services.extend_delay(delay=first, until=END + dt.timedelta(days=9), reason="x", legal_basis=SOME_LAW)
    with acting_as(officer("anouk.esimerkki")):  # the auditor of the house watches
        assert Delay.objects.count() == 1
    with acting_as(people[1]):
        assert not Delay.objects.exists()


def test_an_order_stays_as_it_was_given(people, as_worker, as_owner):
    order(people[2])
    with as_owner(), pytest.raises(DatabaseError, match="stays"), connection.cursor() as cursor:
        cursor.execute("UPDATE disclosures_delay SET until = until + 100")


def test_nobody_hides_a_reading_without_an_order(people):
    lea, claire, _ = people
    with acting_as(claire), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO disclosures_disclosure (at, subjects, actor, actor_kind, administration, legal_basis, purpose, facts, case_id, delay)"
            " VALUES (now(), ARRAY[%s]::uuid[], %s, 'officer', %s, '[]', 'x', '{}', %s, gen_random_uuid())",
            [lea.person, claire.officer, claire.administration, CASE],
        )
    with acting_as(lea):
        assert len(selectors.readings()) == 1, "the trigger decides, whatever the row says"


# -- a clock that is wrong ----------------------------------------------------------------------------------------------------


@pytest.fixture
def watched(people, as_worker, run_jobs) -> Principal:
    """Léa, who was read about openly and under an order; both are sealed, and the rounds of the day ran."""
    lea, claire, nora = people
    read(claire, lea)
    order(nora)
    read(claire, lea, case=CASE)
    seal(as_worker)
    run_jobs()
    with as_worker():
        assert believed.can_be_the_day("today")
    return lea


def test_a_clock_that_jumped_tells_nothing(watched: Principal, as_worker):
    before = seen_by(watched)
    with clock.frozen(MONDAY + dt.timedelta(days=365)):
        seal(as_worker)
        with acting_as(watched):
            assert (len(selectors.readings()), len(selectors.sealed().entries)) == (1, 1)
        read(officer("claire.muster"), watched, case=CASE)  # under an order that is in force, whatever that clock says
        with acting_as(watched):
            assert len(selectors.readings()) == 1
    assert seen_by(watched) == before
    with superuser() as db:
        assert db.execute("SELECT count(*) FROM disclosures_held WHERE told_in IS NOT NULL").fetchone() == (0,)


def test_an_order_that_was_ended_by_such_a_clock_ends_on_its_own_day(watched: Principal, people, as_worker, frozen):
    with acting_as(people[2]):
        first = Delay.objects.get(extends=None).id
    with clock.frozen(MONDAY + dt.timedelta(days=365)), acting_as(people[2]):
        services.end_delay(delay=first, reason="The suspicion was unfounded.")
    with acting_as(watched):
        assert len(selectors.readings()) == 1
    frozen(datetime(2026, 4, 1, 9, tzinfo=UTC))
    with acting_as(watched):
        assert len(selectors.readings()) == 2


def test_what_was_told_by_a_wrong_clock_betrays_nothing_once_it_is_mended(watched: Principal, people, as_worker, run_jobs, frozen, tmp_path: Path):
    """Somebody confirmed it by mistake. The entry is in the chain, and hidden with its row, until the day comes."""
    before = seen_by(watched)
    frozen(MONDAY + dt.timedelta(days=365))
    seal(as_worker)
    assert [batch for _, batch in chain_in_order(watched.person)] == [1, 2]
    frozen(MONDAY + dt.timedelta(minutes=5))
    assert seen_by(watched) == before
    status, text = check(write(tmp_path, "mended.json", export(watched)))
    assert status == 0, text
    read(people[1], watched)  # goes on behind the hidden one, and is shown as not sealed yet: no gap
    seal(as_worker)
    run_jobs()
    with acting_as(watched):
        assert [one.sequence for one in selectors.readings()] == [None, 1]
        assert selectors.chain_of_mine() == (watched.person, 1)
    frozen(datetime(2026, 4, 1, 9, tzinfo=UTC))
    with acting_as(watched):
        assert sorted(one.sequence for one in selectors.readings()) == [1, 2, 3]
    status, text = check(write(tmp_path, "told.json", export(watched)), "--log", str(copy_log(tmp_path / "log")))
    assert status == 0, text


# -- ended early, watched -----------------------------------------------------------------------------------------------------


def test_ended_early_and_told_at_once(people, as_worker, frozen):
    lea, claire, nora = people
    first = order(nora)
    read(claire, lea, case=CASE)
    seal(as_worker)
    frozen(MONDAY + dt.timedelta(days=3))
    with acting_as(nora):
        services.end_delay(delay=first, reason="The suspicion was unfounded.")
    with acting_as(lea):
        (told,) = selectors.readings()
    assert (told.delay.until, told.delay.orders, told.delay.reason) == (dt.date(2026, 3, 5), 1, "A fraud is being looked into.")
    seal(as_worker)
    with acting_as(lea):
        assert selectors.sealed().entries[0]["early"]["batch"] == 1
    read(claire, lea, case=CASE)
    with acting_as(lea):
        assert len(selectors.readings()) == 2, "from now on nothing is withheld"
    with acting_as(nora):
        for again in (
            lambda: services.end_delay(delay=first, reason="Twice."),
            lambda: services.extend_delay(delay=first, until=dt.date(2026, 5, 1), reason="More.", legal_basis=SOME_LAW),
        ):
            with pytest.raises(DelayRefused) as refused:
                again()
            assert refused.value.code == "delay-right"
        (seen,) = selectors.orders()
        assert (seen.in_force, seen.until, [row.ended for row in seen.rows]) == (False, dt.date(2026, 3, 5), [False, True])
        assert order_again(nora) != first, "another order, for what is read from now on"


def order_again(who: Principal) -> UUID:
    with acting_as(who):
        return services.order_delay(case=CASE, until=END, reason="New facts.", legal_basis=SOME_LAW)


def test_how_many_are_withheld_is_seen_by_who_orders_and_who_watches(people):
    lea, claire, nora = people
    first = order(nora)
    read(claire, lea, person("hugo.exemplo"), case=CASE)
    read(claire, lea, case=CASE)
    for handle in ("nora.beispiel", "anouk.esimerkki"):
        with acting_as(officer(handle)):
            (seen,) = selectors.orders()
            assert (seen.id, seen.readings, seen.people, seen.in_force, seen.until) == (first, 2, 2, True, END)
            assert seen.longest == MONDAY.date() + dt.timedelta(days=365)
    for handle in ("claire.muster", "raymond.beispill", "vincent.exemplu"):
        with acting_as(officer(handle)), connection.cursor() as cursor:
            assert selectors.orders() == ()
            cursor.execute("SELECT * FROM disclosures_withheld(%s)", [[first]])
            assert cursor.fetchall() == []


def test_one_order_at_a_time_for_a_case(people):
    order(people[2])
    with pytest.raises(DelayRefused) as refused:
        order(people[2], until=END + dt.timedelta(days=30))
    assert refused.value.code == "delay-exists"


@pytest.mark.parametrize("handle", ["claire.muster", "anouk.esimerkki", "raymond.beispill"])
def test_nobody_else_ends_it(people, handle: str):
    first = order(people[2])
    with acting_as(officer(handle)), pytest.raises(DelayRefused):
        services.end_delay(delay=first, reason="x")


def test_an_extension_is_longer(people):
    first = order(people[2])
    with acting_as(people[2]), pytest.raises(DelayRefused) as refused:
        services.extend_delay(delay=first, until=END, reason="x", legal_basis=SOME_LAW)
    assert refused.value.code == "delay-length"
