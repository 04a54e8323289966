# SPDX-License-Identifier: EUPL-1.2
"""One history, whatever is killed and whoever runs at the same time."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from bierger.infra import clock
from bierger.infra.models import Outbox
from bierger.infra.principal import ANONYMOUS, SYSTEM, acting_as
from bierger.ledger import selectors, services
from bierger.ledger.errors import AnotherSequencer
from bierger.ledger.models import Checkpoint, QueueEntry
from bierger.ledger.plugins import folder
from bierger.ledger.plugins.node.marks import Marks
from bierger.ledger.services import sequencer
from bierger_core.merkle import Seen, TileReader, audit, open_checkpoint, policy_of_logs, verify_consistency, verify_proof
from bierger_core.values import Kind
from tests import databases
from tests.attacks.together import PATIENCE
from tests.conftest import DATABASE


def leaves(count: int) -> list[bytes]:
    made = [bytes([Kind.ACCESS]) + secrets.token_bytes(32) for _ in range(count)]
    with acting_as(ANONYMOUS):
        for leaf in made:
            services.queue(commitment=leaf, kind=Kind.ACCESS)
    return made


def history() -> list[bytes]:
    """Every entry of the log, read from its files and verified against the published checkpoint."""
    with acting_as(SYSTEM):
        head = open_checkpoint((folder.log_folder() / "checkpoint").read_bytes(), selectors.log_keys()).checkpoint
    reader = TileReader(folder.fetch, head.size, head.root)
    return [reader.entry(index) for index in range(head.size)]


def test_what_is_queued_is_logged_in_order_and_proved(data_folder, as_worker):
    made = leaves(300)  # more than one tile
    with as_worker():
        assert services.sequence() >= 300
        assert services.sequence() == 0
        with acting_as(SYSTEM):
            policy = selectors.policy()
            for leaf in made[::60]:
                proof = selectors.proof(leaf)
                assert verify_proof(proof, leaf, policy).index == selectors.logged(leaf).index
            assert [entry.commitment for entry in selectors.logged_between(0, 299)] == history()[:300]
    assert [entry for entry in history() if entry in set(made)] == made
    assert selectors_proof(b"\x01" + bytes(32)) is None


def selectors_proof(leaf: bytes) -> object:
    with acting_as(ANONYMOUS):
        return selectors.proof(leaf)


def test_queued_twice_is_logged_once(data_folder, as_worker):
    (leaf,) = leaves(1)
    with acting_as(ANONYMOUS):
        services.queue(commitment=leaf, kind=Kind.ACCESS)
    with as_worker():
        services.sequence()
    with acting_as(ANONYMOUS):
        services.queue(commitment=leaf, kind=Kind.ACCESS)
    with as_worker():
        assert services.sequence() == 0
    assert history().count(leaf) == 1


class Undone(Exception):
    """The caller's transaction fails after it queued."""


def queue_and_fail(leaf: bytes) -> None:
    with acting_as(ANONYMOUS):
        services.queue(commitment=leaf, kind=Kind.ACCESS)
        raise Undone


def test_a_commitment_rolls_back_with_its_transaction(data_folder, as_worker):
    leaf = bytes([Kind.ACCESS]) + secrets.token_bytes(32)
    with pytest.raises(Undone):
        queue_and_fail(leaf)
    with as_worker():
        services.sequence()
    assert not QueueEntry.objects.filter(commitment=leaf).exists()


@contextmanager
def killer(data_folder) -> Iterator[Callable[[int], list[str]]]:
    """`kill(n)`: a sequencer that dies before its n-th step; the steps that it came to."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.apps.ledger.killed_sequencer"],
        env={**os.environ, **databases.environment(databases.server(), DATABASE, "worker"), "BIERGER_DATA": str(data_folder)},
        cwd=databases.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip

        def kill(step: int) -> list[str]:
            process.stdin.write(f"{step}\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield kill
        process.stdin.close()


def told_leaves() -> dict[bytes, int]:
    """What anybody was told, or could have asked: acknowledged."""
    with acting_as(ANONYMOUS):
        return {entry.commitment: entry.index for entry in selectors.logged_between(0, 10**6)}


class Watched:
    """What was seen of the log so far; every look is compared with all earlier ones."""

    def __init__(self) -> None:
        self.promised: dict[bytes, int] = {}
        self.seen: Seen | None = None

    def look(self) -> None:
        note = folder.published()
        told = told_leaves()
        assert told.items() >= self.promised.items()  # nothing acknowledged is lost, or elsewhere
        self.promised = told
        if note is None:
            assert not told
            return
        with acting_as(ANONYMOUS):
            keys, shown = selectors.log_keys(), selectors.checkpoint()
        found = audit(folder.fetch, note, policy_of_logs(keys), seen=self.seen)
        assert found.is_healthy, found.damages  # readers of the folder find one history, and every file of it
        self.seen = found.seen
        entries = history()
        assert all(entries[index] == leaf for leaf, index in told.items())
        assert shown is None or shown.size <= found.checkpoint.size
        assert Marks(folder.disk_of(folder.log_folder().parent / "seen")).of(selectors.origin())[0].size >= found.checkpoint.size


@pytest.mark.parametrize("stride", [11, pytest.param(1, marks=pytest.mark.slow)])
def test_killed_before_any_operation_there_is_one_history(data_folder, as_worker, stride):
    """Each round kills a sequencer one step later, and its heir at another step; then one lives. Every look sees one history."""
    everything: list[bytes] = []
    watched = Watched()
    steps: list[str] = []
    with killer(data_folder) as kill:
        for number in range(0, 400, stride):
            everything += leaves(3)
            steps = kill(number)
            watched.look()
            if steps[-1] == "survived":
                break
            kill(number * 7 % 23)
            watched.look()
            with as_worker():
                services.sequence()
            watched.look()
            assert watched.promised.keys() >= set(everything)
            with acting_as(ANONYMOUS):
                assert selectors.waiting() == 0
    assert [entry for entry in history() if entry in set(everything)] == everything
    kinds = [name.split(" ")[0] for name in steps]
    assert set(kinds) == {"sql", "commit", "mkdir", "create", "half", "sync", "rename", "survived"}, steps
    assert number > 50
    with as_worker(), acting_as(SYSTEM):
        told = sorted((int(row.ids["first"]), int(row.ids["last"])) for row in Outbox.objects.filter(topic="ledger.logged"))
        size = selectors.checkpoint().size
    assert [first for first, _ in told] == [0, *[last + 1 for _, last in told[:-1]]]  # each leaf told once, without a hole
    assert told[-1][1] == size - 1


def at_once(work: Callable[[int], object], times: int = 2) -> list[object]:
    """Run `work` in threads with connections of their own; gives back results or exceptions."""
    results: list[object] = [None] * times

    def one(number: int) -> None:
        try:
            results[number] = work(number)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * PATIENCE)
    return results


def race(as_worker) -> list[object]:
    def work(_number: int) -> int:
        with as_worker():
            return services.sequence()

    return at_once(work)


def test_two_sequencers_at_once(data_folder, as_worker, monkeypatch):
    with as_worker():
        services.sequence()  # the keys are there; only the race is left
        with acting_as(SYSTEM):
            services.ensure_keys(administration_ids=())
        services.sequence()
    # They meet after their last reading, before the swap: both stand on the same checkpoint with the same batch.
    both, met, swap = threading.Barrier(2, timeout=PATIENCE), threading.local(), sequencer._Rows.advance

    def meet(*args):
        if not getattr(met, "already", False):
            met.already = True
            both.wait()
        return swap(*args)

    monkeypatch.setattr(sequencer._Rows, "advance", meet)
    for lock in (sequencer.lock_log, lambda: None):  # the guard off: the unique rows alone know who was first
        monkeypatch.setattr(sequencer, "lock_log", lock)
        made = leaves(4)
        assert sorted(race(as_worker)) == [0, 4]
        assert [entry for entry in history() if entry in set(made)] == made
        both.reset()
        watched = Watched()
        watched.look()
        assert watched.promised.keys() >= set(made)


def test_one_commitment_queued_by_two_at_once(data_folder, as_owner):
    leaf = bytes([Kind.ACCESS]) + secrets.token_bytes(32)

    def queue_together() -> int:
        both = threading.Barrier(2, timeout=PATIENCE)

        def work(_number: int) -> None:
            with acting_as(ANONYMOUS):
                both.wait()
                services.queue(commitment=leaf, kind=Kind.ACCESS)

        assert at_once(work) == [None, None]
        return QueueEntry.objects.filter(commitment=leaf).count()

    assert queue_together() == 1
    with as_owner(), connection.cursor() as cursor:  # the guard off: without the unique index the leaf is there twice
        cursor.execute("ALTER TABLE ledger_queue DISABLE TRIGGER ledger_queue_stays")
        cursor.execute("DELETE FROM ledger_queue")
        cursor.execute("ALTER TABLE ledger_queue DROP CONSTRAINT ledger_queue_commitment_key")
    assert queue_together() == 2


def test_who_queues_says_nothing_of_the_place(data_folder, as_worker):
    """The web role, by SQL: what it may insert holds up nothing that others queue."""
    from django.db import IntegrityError, ProgrammingError

    now = clock.now()

    def insert(**given):
        leaf = given.pop("commitment", bytes([Kind.ACCESS]) + secrets.token_bytes(32))
        QueueEntry.objects.create(commitment=leaf, kind=Kind.ACCESS, queued_at=now, **given)

    for refusal, given in (
        (ProgrammingError, {"leaf_index": 1, "logged_at": now}),  # every batch that reaches this leaf would fail
        (ProgrammingError, {"leaf_index": -1, "logged_at": now}),
        (IntegrityError, {"commitment": b"no leaf"}),
    ):
        with pytest.raises(refusal), acting_as(ANONYMOUS):
            insert(**given)
    with acting_as(ANONYMOUS):
        insert()
        last = QueueEntry.objects.order_by("-id").first().id
        insert(id=-1)  # where a new log's first leaf goes
        for ahead in range(last + 1, last + 30):  # numbers that are due to others
            insert(id=ahead)
        kept = QueueEntry.objects.count()
        assert QueueEntry.objects.order_by("id").first().id > 0
    assert len(leaves(40)) == 40
    with acting_as(ANONYMOUS):
        assert QueueEntry.objects.count() == kept + 40
    with as_worker():
        assert services.sequence() == kept + 41  # and the key list


def test_the_database_refuses_to_change_history(data_folder, as_worker, as_owner):
    from django.db import IntegrityError, ProgrammingError

    leaves(2)
    with as_worker():
        services.sequence()
        for refusal, change in (
            (ProgrammingError, lambda: Checkpoint.objects.update(note="another")),
            (IntegrityError, lambda: QueueEntry.objects.update(leaf_index=7)),
            (ProgrammingError, lambda: QueueEntry.objects.all().delete()),
        ):
            with pytest.raises(refusal), acting_as(SYSTEM):
                change()
    with as_owner(), pytest.raises(IntegrityError):
        Checkpoint.objects.update(note="another")


def test_the_tree_grows_consistently_and_lost_files_are_rebuilt(data_folder, as_worker):
    leaves(5)
    with as_worker():
        services.sequence()
        with acting_as(SYSTEM):
            old = selectors.checkpoint()
        leaves(260)
        services.sequence()
        with acting_as(SYSTEM):
            new = selectors.checkpoint()
        reader = TileReader(folder.fetch, new.size, new.root)
        verify_consistency(old.size, old.root, new.size, new.root, reader.consistency(old.size))
        before = history()
        for path in (folder.log_folder() / "tile").rglob("*"):
            if path.is_file():
                path.write_bytes(b"")
        proof = folder.log_folder() / "keys.tlog-proof"
        whole = proof.read_bytes()
        proof.unlink()  # the list and the checkpoint are there: the proof between them is not forgotten
        services.rebuild_files()
    assert history() == before
    assert proof.read_bytes() == whole


def test_a_sequencer_on_damaged_files_appends_nothing(data_folder, as_worker):
    from bierger_core.merkle import TileError

    leaves(5)
    with as_worker():
        services.sequence()
    leaves(1)
    for path in (folder.log_folder() / "tile" / "0").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with as_worker(), pytest.raises(TileError):
        services.sequence()
    with acting_as(ANONYMOUS):
        assert selectors.waiting() == 1


def test_another_sequencer_is_an_error_with_a_code():
    assert AnotherSequencer("x").code == "another-sequencer"
