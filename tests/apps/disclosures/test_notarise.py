# SPDX-License-Identifier: EUPL-1.2
"""The notariser: nothing is left out, nothing is sealed twice, nobody is told what the log does not get."""

from __future__ import annotations

import argparse
import os
import signal
import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections
from django.test import Client

from bierger.disclosures import selectors, services
from bierger.disclosures.errors import AnotherNotariser, NotSealed, ReadingUnknown
from bierger.disclosures.models import Aside, Chain, Entry
from bierger.disclosures.services import notarise
from bierger.disclosures.tasks import EVERY, PERIODIC
from bierger.disclosures.types import Sealed
from bierger.infra import clock, outbox
from bierger.infra.principal import SYSTEM, acting_as
from bierger.ledger import selectors as log
from bierger.ledger.models import QueueEntry
from bierger.site.commands import jobs
from bierger_core.merkle import leaf_hash, reading_commitment, reading_tag, verify_inclusion, verify_proof
from tests.apps.disclosures.town import chain_in_order, read, seal, unsealed
from tests.attacks.together import PATIENCE, superuser
from tests.clients import client_of
from tests.jobs import drain
from tests.people import officer, person

SEAL_STEPS = ("locked", "read", "batch", "entries", "marked", "outbox")


def test_every_minute(db: None):
    assert PERIODIC["notarise"][0] == EVERY == 60


def test_each_person_has_a_chain_and_the_log_has_the_batch(transactional: None, as_worker, run_jobs):
    lea, hugo, claire = person("lea.beispill"), person("hugo.exemplo"), officer("claire.muster")
    read(claire, lea)
    with acting_as(lea):
        assert [(one.sequence, one.batch) for one in selectors.readings()] == [(None, None)]
        first = selectors.sealed()
        assert (first.subject, first.key, len(first.waiting), first.entries) == (lea.person, None, 1, ())
    read(claire, lea, hugo)
    assert seal(as_worker) == 2
    read(claire, lea)
    run_jobs()
    assert [batch for _, batch in chain_in_order(lea.person)] == [1, 1, 2]
    assert [batch for _, batch in chain_in_order(hugo.person)] == [1]
    with acting_as(lea):
        mine = selectors.sealed()
        assert mine.key is not None
        assert mine.batches == (1, 2)
        for entry in mine.entries:
            assert reading_commitment(bytes.fromhex(entry["salt"]), entry["reading"]).hex() == entry["commitment"]
            assert str(hugo.person) not in str(entry), "one chain says nothing about the others"
        last = {entry["batch"]: bytes.fromhex(entry["hash"]) for entry in mine.entries}
        for number, head in last.items():
            view = selectors.batch(number)
            assert view is not None
            batch = view.tree
            tag = reading_tag(mine.key, number)
            place, path = batch.proof_of(tag)
            verify_inclusion(leaf_hash(tag + head), place, len(batch.leaves), path, batch.root)
            assert batch.commitment(view.salt) == view.commitment
            proof = log.proof(view.commitment)
            assert proof is not None
            verify_proof(proof, view.commitment, log.policy())


def test_a_page_says_what_is_sealed_and_in_which_place(transactional: None, as_worker):
    lea, claire = person("lea.beispill"), officer("claire.muster")
    read(claire, lea)
    seal(as_worker)
    read(claire, lea)
    with acting_as(lea):
        newest, sealed = selectors.readings()
        assert (newest.sequence, newest.commitment) == (None, b"")
        assert (sealed.sequence, sealed.batch, sealed.commitment) == (1, 1, selectors.batch_commitment(1))
        assert selectors.reading(sealed.id) == sealed
        waiting = selectors.sealed().waiting
        assert [one["reading"] for one in waiting] == [newest.id]
    with acting_as(person("hugo.exemplo")), pytest.raises(ReadingUnknown):
        selectors.reading(sealed.id)


def test_nobody_but_the_person_reads_a_chain(transactional: None, as_worker):
    lea, claire = person("lea.beispill"), officer("claire.muster")
    read(claire, lea)
    seal(as_worker)
    for other in (person("hugo.exemplo"), claire):
        with acting_as(other):
            assert not Entry.objects.exists()
            assert not Chain.objects.exists()
    hugo = person("hugo.exemplo")
    with acting_as(hugo):
        assert selectors.sealed() == Sealed(hugo.person, None, (), (), ())


def test_a_reading_that_is_committed_late_is_sealed_late_and_not_lost(transactional: None, as_worker):
    """Numbers are drawn before the commit. A slow transaction has the smaller one; with a high-water mark it would be lost."""
    lea, claire = person("lea.beispill"), officer("claire.muster")
    with superuser() as slow:
        slow.autocommit = False
        slow.execute(
            "INSERT INTO disclosures_disclosure (at, subjects, actor_kind, administration, legal_basis, purpose, facts)"
            " VALUES (now(), ARRAY[%s]::uuid[], 'officer', %s, '[]', 'case-handling', '{name}')",
            [lea.person, claire.administration],
        )
        read(claire, lea)  # drawn later, committed earlier
        assert seal(as_worker) == 1
        slow.commit()
    assert seal(as_worker) == 1
    (first, _), (second, _) = chain_in_order(lea.person)
    assert second < first, "the race did happen: what was sealed second has the smaller number"
    assert unsealed() == 0


def sealing(as_worker, results: list[object], number: int) -> None:
    try:
        with as_worker(), acting_as(SYSTEM):
            results[number] = services.seal_batch()
    except Exception as error:  # noqa: BLE001 - the test looks at it
        results[number] = error
    finally:
        connection.close()


def two_at_once(as_worker) -> list[object]:
    results: list[object] = [None, None]
    threads = [threading.Thread(target=sealing, args=(as_worker, results, number)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * PATIENCE)
    return results


def test_two_notarisers_at_once(transactional: None, as_worker, monkeypatch: pytest.MonkeyPatch):
    lea, claire = person("lea.beispill"), officer("claire.muster")
    read(claire, lea)
    assert sorted(two_at_once(as_worker)) == [0, 1]
    assert len(chain_in_order(lea.person)) == 1
    # The guard off: both have read before either writes. The database lets one of them through.
    read(claire, lea)
    both, collect = threading.Barrier(2, timeout=PATIENCE), notarise._chains

    def meet(subjects):
        found = collect(subjects)
        both.wait()
        return found

    monkeypatch.setattr(notarise, "_chains", meet)
    monkeypatch.setattr(notarise, "hold", lambda _lock: None)
    results = two_at_once(as_worker)
    assert sorted(type(one) is int for one in results) == [False, True]
    assert any(isinstance(one, (DatabaseError, AnotherNotariser)) for one in results)
    assert len(chain_in_order(lea.person)) == 2
    assert unsealed() == 0


def killed_before(after: str, as_worker) -> bool:
    """A child seals and is killed (SIGKILL) right after this step; False when it lived on."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        with as_worker(), acting_as(SYSTEM):
            services.seal_batch(step=lambda name: os.kill(os.getpid(), signal.SIGKILL) if name == after else None)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_killed_between_any_two_steps(transactional: None, as_worker, run_jobs):
    lea, claire = person("lea.beispill"), officer("claire.muster")
    read(claire, lea)
    for step in SEAL_STEPS:
        assert killed_before(step, as_worker), step
        with superuser() as seen:
            told = seen.execute(
                "SELECT (SELECT count(*) FROM disclosures_entry) + (SELECT count(*) FROM disclosures_batch)"
                " + (SELECT count(*) FROM infra_outbox WHERE topic = 'disclosures.batch')"
            ).fetchone()[0]
        assert (told, unsealed()) == (0, 1), step
    assert not killed_before("committed", as_worker), "there is no such step: this one seals"
    # Killed after the commit, before anybody listened: the outbox row is there, and whoever listens may listen twice.
    with as_worker(), acting_as(SYSTEM):
        commitment = selectors.batch_commitment(1)
        assert not QueueEntry.objects.filter(commitment=commitment).exists()
    with as_worker():
        for name in outbox.handlers_of("disclosures.batch"):
            outbox.handle("disclosures.batch", name, {"batch": "1"})
    run_jobs()
    with as_worker(), acting_as(SYSTEM):
        assert log.logged(commitment) is not None
        assert QueueEntry.objects.filter(commitment=commitment).count() == 1
    assert len(chain_in_order(lea.person)) == 1


def test_stopped_for_a_day(transactional: None, as_worker, monkeypatch: pytest.MonkeyPatch):
    """Readings go on and are shown as not sealed yet; one run takes them all, in batches that stay small, each in its own commit."""
    lea, claire = person("lea.beispill"), officer("claire.muster")
    with superuser() as db:
        db.execute(
            "INSERT INTO disclosures_disclosure (at, subjects, actor_kind, administration, legal_basis, purpose, facts)"
            " SELECT now() - interval '1 day' + n * interval '1 minute', ARRAY[%s::uuid, md5((n / 10)::text)::uuid], 'officer', %s,"
            " '[{\"title\": \"Loi\"}]', 'case-handling', '{name}' FROM generate_series(1, 1440) AS n",
            [lea.person, claire.administration],
        )
    monkeypatch.setattr(notarise, "ROWS", 400)
    monkeypatch.setattr(notarise, "ENTRIES", 600)
    with acting_as(lea):
        assert {one.sequence for one in selectors.readings()} == {None}
    assert seal(as_worker) == 1440
    assert (seal(as_worker), unsealed()) == (0, 0)
    found = chain_in_order(lea.person)
    assert len(found) == 1440
    assert sorted({batch for _, batch in found}) == [1, 2, 3, 4, 5]
    assert [reading for reading, _ in found] == sorted(reading for reading, _ in found)
    with superuser() as db:
        assert db.execute("SELECT max(n) FROM (SELECT count(*) AS n FROM disclosures_entry GROUP BY batch_id) AS each").fetchone()[0] <= 600


def test_a_crowd_in_one_reading_still_makes_one_batch(transactional: None, as_worker, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(notarise, "ENTRIES", 10)
    claire = officer("claire.muster")
    with superuser() as db:
        db.execute(
            "INSERT INTO disclosures_disclosure (at, subjects, actor_kind, administration, legal_basis, purpose, facts)"
            " SELECT now(), array_agg(gen_random_uuid()), 'officer', %s, '[]', 'worklist', '{name}' FROM generate_series(1, 50)",
            [claire.administration],
        )
    assert (seal(as_worker), unsealed()) == (1, 0)


@pytest.mark.parametrize("change", ["UPDATE disclosures_entry SET commitment = ''", "DELETE FROM disclosures_entry",
                                    "UPDATE disclosures_entry SET salt = NULL", "UPDATE disclosures_entry SET erased_in = gen_random_uuid()",
                                    "UPDATE disclosures_batch SET root = ''", "UPDATE disclosures_batch SET kept = 0",
                                    "DELETE FROM disclosures_batch"])  # fmt: skip
def test_what_is_sealed_stays(transactional: None, as_worker, change: str):
    read(officer("claire.muster"), person("lea.beispill"))
    seal(as_worker)
    with as_worker(), pytest.raises(DatabaseError, match="stays"), acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute(change)


def test_the_web_cannot_seal_or_erase(transactional: None):
    for statement in ("SELECT disclosures_seal('{1}', 1)", "SELECT disclosures_erase(now(), 1)", "SELECT disclosures_forget(gen_random_uuid(), now(), 1)", "SELECT disclosures_to_seal(1, now())"):
        with pytest.raises(DatabaseError, match="permission denied"), acting_as(person("lea.beispill")), connection.cursor() as cursor:
            cursor.execute(statement)


def test_nobody_writes_a_reading_that_says_it_is_sealed(transactional: None):
    lea, claire = person("lea.beispill"), officer("claire.muster")
    with pytest.raises(DatabaseError, match="row-level security"), acting_as(claire), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO disclosures_disclosure (at, subjects, actor, actor_kind, administration, legal_basis, purpose, facts, batch)"
            " VALUES (now(), ARRAY[%s]::uuid[], %s, 'officer', %s, '[]', 'x', '{}', 1)",
            [lea.person, claire.officer, claire.administration],
        )


def test_quiet_costs_no_batch(transactional: None, as_worker):
    with as_worker():
        drain()
    with superuser() as seen:
        assert seen.execute("SELECT count(*) FROM disclosures_batch").fetchone()[0] == 0


# -- what cannot be sealed --------------------------------------------------------------------------------------------------

WRITE = (
    "INSERT INTO disclosures_disclosure (at, subjects, actor, actor_kind, administration, legal_basis, purpose, facts)"
    " VALUES (now(), %s::uuid[], %s, 'officer', %s, %s, 'case-handling', '{name}')"
)


def of_before(subjects: list[object], laws: str) -> int:
    """A row as it could be written before the database refused it."""
    claire = officer("claire.muster")
    with superuser() as db:
        db.execute("ALTER TABLE disclosures_disclosure DROP CONSTRAINT disclosures_laws_said, DROP CONSTRAINT disclosures_subjects_once")
        return db.execute(f"{WRITE} RETURNING id", [subjects, claire.officer, claire.administration, laws]).fetchone()[0]


def test_one_that_cannot_be_sealed_stops_nobody_and_is_named(transactional: None, as_worker, as_owner, caplog: pytest.LogCaptureFixture, capsys):
    lea, hugo, claire = person("lea.beispill"), person("hugo.exemplo"), officer("claire.muster")
    for _ in range(3):
        read(claire, hugo)
    bad = of_before([lea.person], "[{}]")
    for _ in range(3):
        read(claire, hugo, lea)
    assert seal(as_worker) == 6
    assert len(chain_in_order(hugo.person)) == 6
    assert len(chain_in_order(lea.person)) == 3
    assert unsealed() == 1
    assert f"reading {bad} could not be sealed" in caplog.text
    # Whom it concerns reads what state it is in; nobody else learns of it.
    for who, said in ((lea, True), (hugo, False)):
        assert ("It could not be sealed so far" in client_of(who).get("/readings").content.decode()) is said
        with acting_as(who):
            assert [one.id for one in selectors.readings() if one.is_aside] == [bad] * said
            assert Aside.objects.exists() is said
        assert client_of(who).get("/readings.json").json()["waiting"] == []
    # The operator too, and the site goes on.
    check = Client().get("/readyz").json()["checks"]["readings"]
    assert (check["ok"], check["detail"]) == (True, "all sealed; 1 could not be sealed: see ./bierger jobs")
    assert b"bierger_readings_aside 1.0" in Client().get("/metrics").content
    # An hour later it is tried again: in vain, then with success.
    caplog.clear()
    assert (seal(as_worker), caplog.text) == (0, ""), "not before its time"
    with clock.frozen(clock.real_now() + timedelta(hours=1, minutes=1)):
        assert seal(as_worker) == 0
        assert f"reading {bad} could not be sealed" in caplog.text
    with as_owner():
        assert jobs.run(argparse.Namespace(what=None, job=None, all=False)) == 0
    assert f"Reading {bad} could not be sealed since" in capsys.readouterr().out
    with superuser() as db:
        db.execute("UPDATE disclosures_disclosure SET legal_basis = '[{\"title\": \"Loi\"}]' WHERE id = %s", [bad])
    with clock.frozen(clock.real_now() + timedelta(hours=3)):
        assert (seal(as_worker), unsealed()) == (1, 0)
    with acting_as(lea):
        assert not Aside.objects.exists()
        assert all(one.sequence for one in selectors.readings())


def test_one_reading_after_the_other_is_no_readings_fault(transactional: None, as_worker, monkeypatch: pytest.MonkeyPatch):
    lea, claire = person("lea.beispill"), officer("claire.muster")
    for _ in range(4):
        read(claire, lea)
    with superuser() as db:
        db.execute("ALTER TABLE disclosures_batch ADD CONSTRAINT planted CHECK (number < 0)")
    monkeypatch.setattr(notarise, "ASIDE_AT_ONCE", 3)
    with pytest.raises(NotSealed):
        seal(as_worker)
    with superuser() as db:
        assert db.execute("SELECT count(*) FROM disclosures_aside").fetchone() == (3,)
        db.execute("ALTER TABLE disclosures_batch DROP CONSTRAINT planted")
    with clock.frozen(clock.real_now() + timedelta(hours=2)):
        assert (seal(as_worker), unsealed()) == (4, 0)


def test_somebody_twice_in_one_reading_is_told_once(transactional: None, as_worker):
    lea = person("lea.beispill")
    of_before([lea.person, lea.person], "[]")
    assert (seal(as_worker), len(chain_in_order(lea.person))) == (1, 1)


@pytest.mark.parametrize(
    ("laws", "twice"),
    [("[{}]", False), ('["Loi"]', False), ("{}", False), ('[{"title": 1}]', False), ('[{"title": ["x"]}]', False), ('[{"title": "x", "eli": 1}]', False),
     ('[{"title": "x", "articles": "1"}]', False), ('[{"title": "x", "articles": [1]}]', False), ("[]", True)],
)  # fmt: skip
def test_what_could_never_be_sealed_is_refused_when_it_is_written(transactional: None, laws: str, twice: bool):
    lea, claire = person("lea.beispill"), officer("claire.muster")
    with pytest.raises(IntegrityError, match="check constraint"), acting_as(claire), connection.cursor() as cursor:
        cursor.execute(WRITE, [[lea.person] * (1 + twice), claire.officer, claire.administration, laws])
    with acting_as(claire), connection.cursor() as cursor:
        cursor.execute(WRITE, [[lea.person], claire.officer, claire.administration, '[{"title": "x", "eli": "y", "articles": ["1", "2"]}]'])


def test_a_chain_that_was_forgotten_goes_on_without_taking_a_place_again(transactional: None, as_worker):
    lea, hugo, claire = person("lea.beispill"), person("hugo.exemplo"), officer("claire.muster")
    read(claire, lea)
    read(claire, lea)
    assert seal(as_worker) == 2
    with as_worker(), acting_as(SYSTEM):
        services.forget_chain(subject=lea.person)
    read(claire, lea)  # opened in the instant in which the account went
    read(claire, hugo)
    assert (seal(as_worker), unsealed()) == (2, 0)
    assert len(chain_in_order(lea.person)) == 3
    assert len(chain_in_order(hugo.person)) == 1
