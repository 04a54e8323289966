# SPDX-License-Identifier: EUPL-1.2
"""One history, whatever is killed and whoever runs at the same time."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from bierger.infra.models import Outbox
from bierger.infra.principal import ANONYMOUS, SYSTEM, acting_as
from bierger.ledger import selectors, services
from bierger.ledger.errors import AnotherSequencer
from bierger.ledger.models import Checkpoint, QueueEntry
from bierger.ledger.plugins import folder
from bierger_core.merkle import TileReader, open_checkpoint, verify_consistency, verify_proof
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


def test_killed_between_any_two_steps_there_is_one_history(data_folder, as_worker):
    """Each round kills a sequencer one step later; then another one continues. No leaf is lost, none is there twice."""
    everything: list[bytes] = []
    seen: list[str] = []
    for steps in range(30):
        everything += leaves(3)
        killed = subprocess.run(
            [sys.executable, "-m", "tests.apps.ledger.killed_sequencer", str(steps)],
            env={**os.environ, **databases.environment(databases.server(), DATABASE, "worker"), "BIERGER_DATA": str(data_folder)},
            cwd=databases.ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        seen = killed.stdout.split("\n")[:-1]
        before = history() if (folder.log_folder() / "checkpoint").exists() else []
        with as_worker():
            services.sequence()
        after = history()
        assert after[: len(before)] == before
        assert [entry for entry in after if entry in set(everything)] == everything
        with acting_as(ANONYMOUS):
            assert selectors.waiting() == 0
        if seen[-1] == "survived":
            break
        assert killed.returncode == -9, killed.stderr
    assert [name.split(" ")[0] for name in seen] == [
        *("locked", "written", "written", "checkpoint", "numbered", "outbox", "committed", "published", "survived"),
    ]
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


def race(as_worker, lock: Callable[[], None] | None, meet: Callable[[str], None]) -> list[object]:
    def work(_number: int) -> int:
        with as_worker():
            return services.sequence(step=meet, lock=lock)

    return at_once(work)


def test_two_sequencers_at_once(data_folder, as_worker):
    with as_worker():
        services.sequence()  # the keys are there; only the race is left
        with acting_as(SYSTEM):
            services.ensure_keys(administration_ids=())
        services.sequence()
    leaves(4)
    # 1. The guard off: both stand on the same checkpoint at the same time, and only the database's unique row stops the second history.
    # They meet after their last reading (the first tile is written then): who is late must not see what the other committed.
    both, met = threading.Barrier(2, timeout=PATIENCE), threading.local()

    def meet(name: str) -> None:
        if name.startswith("written") and not getattr(met, "already", False):
            met.already = True
            both.wait()

    first = race(as_worker, lambda: None, meet)
    assert sorted(type(result).__name__ for result in first) == ["AnotherSequencer", "int"], first
    # 2. The guard on: one after the other, nothing is refused.
    made = leaves(4)
    second = race(as_worker, None, lambda _name: None)
    assert sorted(second, key=str) in ([0, 4], [4, 0]), second
    with as_worker():
        services.rebuild_files()  # the first race may have left the loser's bytes in a tile: the rows say which are right
    assert [entry for entry in history() if entry in set(made)] == made


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
            path.write_bytes(path.read_bytes()[:-1] + b"x")
    with as_worker(), pytest.raises(TileError):
        services.sequence()
    with acting_as(ANONYMOUS):
        assert selectors.waiting() == 1


def test_another_sequencer_is_an_error_with_a_code():
    assert AnotherSequencer("x").code == "another-sequencer"
