# SPDX-License-Identifier: EUPL-1.2
"""The faults of docs/howto/log-faults.md, made on purpose: what is seen, and that the log goes on as one afterwards."""

from __future__ import annotations

import base64
import errno
import os
import re
import secrets
import threading
from datetime import timedelta
from functools import lru_cache, partial
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from bierger.infra import clock
from bierger.infra.principal import ANONYMOUS, acting_as
from bierger.infra.rows import together
from bierger.ledger import selectors, services
from bierger.ledger.errors import AnotherSequencer
from bierger.ledger.models import QueueEntry
from bierger.ledger.plugins import folder
from bierger.ledger.plugins.node.errors import Unclear
from bierger.site.cli import main
from bierger_core.merkle import TileError, audit, parse_vkey
from bierger_core.merkle.errors import NoteError
from bierger_core.values import Kind
from tests.apps.ledger.killing import CountedDisk
from tests.apps.ledger.test_node import batching, whole
from tests.apps.ledger.test_sequencer import Watched, history, leaves
from tests.core.merkle.logs import NOON, cosigned, policy_of
from tests.outside.logs import FreshLog

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "howto" / "log-faults.md"


@pytest.fixture
def node_folder(tmp_path):
    words = ["--origin", "log.example.lu/node", "--key", str(tmp_path / "key.pem")]
    assert main(["log", "init", str(tmp_path / "log"), *words]) == 0
    return tmp_path


def log_check():
    return Client().get("/readyz").json()["checks"]["log"]


def test_the_disk_is_full_inside_an_append(data_folder, as_worker, monkeypatch):
    """At each operation on the disk in turn. Nothing is told before the files are there, nothing is lost or there twice."""
    everything, watched, failures = [], Watched(), 0
    with as_worker():
        services.sequence()
    for number in range(0, 60, 3):
        done = 0

        def step(_name, at=number):
            nonlocal done
            done += 1
            if done > at:
                raise OSError(errno.ENOSPC, "No space left on device")

        everything += leaves(2)
        with as_worker(), monkeypatch.context() as full:
            full.setattr(folder, "_disk", lru_cache(lambda place, step=step: CountedDisk(Path(place), step)))
            try:
                services.sequence()
            except OSError:
                failures += 1
                with acting_as(ANONYMOUS):
                    assert selectors.waiting() >= 2 or done > 20  # the last files are the key list's
        watched.look()
        with as_worker():
            services.sequence()
        watched.look()
        if done <= number:
            break
    assert failures > 5
    assert [entry for entry in history() if entry in set(everything)] == everything


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_folder_that_cannot_be_written_loses_nothing(data_folder, as_worker, monkeypatch, number):
    """Somebody took the folder from the worker's account, or the disk is read-only: it waits, and goes on by itself."""

    def step(_name):
        raise OSError(number, os.strerror(number))

    leaves(1)
    with as_worker():
        services.sequence()
    made = leaves(2)
    with as_worker(), monkeypatch.context() as closed:
        closed.setattr(folder, "_disk", lru_cache(lambda place: CountedDisk(Path(place), step)))
        for _ in range(2):
            with pytest.raises(OSError, match=os.strerror(number)):
                services.sequence()
    assert "2 waiting" in log_check()["detail"]
    with as_worker():
        services.sequence()
    assert [entry for entry in history() if entry in set(made)] == made


def test_rows_that_somebody_wrote_by_hand_make_no_files(data_folder, as_worker, as_owner, capsys):
    leaves(3)
    with as_worker():
        services.sequence()
    before = {path: path.read_bytes() for path in folder.log_folder().rglob("*") if path.is_file()}
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_queue DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_queue SET commitment = %s WHERE leaf_index = 1", [bytes([Kind.ACCESS]) + bytes(32)])
        cursor.execute("ALTER TABLE ledger_queue ENABLE TRIGGER USER")
        with pytest.raises(AnotherSequencer) as refused:
            services.rebuild_files()
    assert (refused.value.code, str(refused.value)) == ("another-sequencer", "The rows do not make the tree of the newest checkpoint.")
    assert str(refused.value).rstrip(".") in PAGE.read_text()
    assert {path: path.read_bytes() for path in folder.log_folder().rglob("*") if path.is_file()} == before


def test_a_node_that_is_stopped_before_it_knows_says_so(node_folder):
    """The checkpoint is signed, the disk is full: nobody can say no any more, and nobody can say yes yet."""

    def step(name):
        if name.startswith("create tile/"):
            raise OSError(errno.ENOSPC, "No space left on device")

    with batching(node_folder, step) as batcher:
        promise = batcher.submit([b"one"])
    refused = promise.exception(20)
    assert (type(refused), refused.code, refused.status) == (Unclear, "log-unclear", 504)
    with batching(node_folder) as batcher:
        batcher.submit([b"two"]).result(20)
    assert whole(node_folder)[0] == [b"one", b"two"]


def test_what_waits_for_files_is_called_waiting(data_folder, as_worker, monkeypatch, as_owner):
    """The swap is done, the files are not: the check of readiness counts it, though every row has its number."""
    leaves(1)
    with as_worker():
        services.sequence()
    made = leaves(1)

    def refuse(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    with as_worker(), monkeypatch.context() as full:
        full.setattr("bierger.ledger.plugins.node.files.TileFolder.write", refuse)
        with pytest.raises(OSError, match="No space"):
            services.sequence()
    assert QueueEntry.objects.filter(leaf_index__isnull=True).count() == 0
    with acting_as(ANONYMOUS):
        assert (selectors.waiting(), selectors.logged(made[0]), selectors.proof(made[0])) == (1, None, None)
    assert "1 waiting" in log_check()["detail"]
    assert Client().get("/log/checkpoint").content == folder.published()


def test_the_clock_is_wrong_by_a_year(data_folder, as_worker):
    """Places in the log come from the log, not from a clock: time goes back and the order does not."""
    made = []
    for wrong in (timedelta(0), timedelta(days=365), timedelta(days=-365), timedelta(0)):
        with clock.frozen(clock.real_now() + wrong):
            made += leaves(2)
            with as_worker():
                services.sequence()
            if wrong.days > 0:
                ahead = folder.published()
    assert [entry for entry in history() if entry in set(made)] == made
    with acting_as(ANONYMOUS):
        dated = [entry.logged_at for leaf in made for entry in [selectors.logged(leaf)]]
        assert dated != sorted(dated)
        found = audit(folder.fetch, folder.published(), selectors.policy(), now=clock.real_now())
    assert found.is_healthy
    assert len(ahead.split(b"\n\n")[0].split(b"\n")) == 3  # origin, size, root: a checkpoint holds no time at all


@pytest.mark.parametrize("cut", [0, 1, 31, 32])
def test_a_truncated_tile_stops_the_log_until_it_is_rebuilt(data_folder, as_worker, cut):
    leaves(5)
    with as_worker():
        services.sequence()
    before = history()
    (tile,) = (path for path in (folder.log_folder() / "tile" / "0").rglob(str(len(before))) if path.is_file())
    tile.write_bytes(tile.read_bytes()[:-cut] if cut else b"")
    with acting_as(ANONYMOUS):
        found = audit(folder.fetch, folder.published(), selectors.policy())
    assert [one.path for one in found.damages] == [tile.relative_to(folder.log_folder()).as_posix()]
    made = leaves(1)
    with as_worker():
        with pytest.raises(TileError) as refused:
            services.sequence()
        assert refused.value.code == "tile-format"
        with acting_as(ANONYMOUS):
            assert selectors.waiting() == 1
        services.rebuild_files()
        services.sequence()
    assert history() == [*before, *made]


def test_swapped_entries_are_named(data_folder, as_worker):
    leaves(4)
    with as_worker():
        services.sequence()
    size = len(history())
    (bundle,) = (path for path in (folder.log_folder() / "tile" / "entries").rglob(str(size)) if path.is_file())
    data, width = bundle.read_bytes(), 35
    bundle.write_bytes(data[: -2 * width] + data[-width:] + data[-2 * width : -width])
    with acting_as(ANONYMOUS):
        found = audit(folder.fetch, folder.published(), selectors.policy())
    assert {one.code for one in found.damages} == {"entries-swapped"}
    assert {one.path for one in found.damages} == {bundle.relative_to(folder.log_folder()).as_posix()}


def test_an_unknown_kind_of_key_in_a_note(tmp_path, capsys):
    """Its line is passed over, as the specification asks; as a key that somebody should believe it is refused by name."""
    log = FreshLog(tmp_path).write((3,))
    note = (tmp_path / "checkpoint").read_bytes()
    foreign = base64.b64encode(b"\1\2\3\4" + bytes(2420)).decode()
    (tmp_path / "checkpoint").write_bytes(note + f"\u2014 mldsa.example.lu {foreign}\n".encode())
    assert main(["log", "audit", str(tmp_path), "--key", log.key.text]) == 0
    strange = re.sub(r"\+[0-9a-f]{8}\+.*", "+01020304+" + base64.b64encode(b"\6" + bytes(1312)).decode(), log.key.text)
    with pytest.raises(NoteError) as refused:
        parse_vkey(strange)
    assert refused.value.code == "vkey-kind"
    assert main(["log", "audit", str(tmp_path), "--key", strange]) == 3
    assert "vkey-kind" in capsys.readouterr().err


def test_a_cosignature_from_the_future_is_named():
    from tests.core.merkle.logs import log_of

    files, note = log_of(5)
    late = cosigned(note, "w0", at=NOON + timedelta(days=365))
    found = audit(lambda path: files[path], late, policy_of("w0"), now=NOON)
    assert [one.code for one in found.damages] == ["cosignature-future", "quorum-missing"]  # it is said, and does not count


def guarded(work, faults):
    def run():
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            faults.append(error)
        finally:
            connection.close()

    return threading.Thread(target=run)


def queue_all(mine):
    for start in range(0, len(mine), 125):
        with acting_as(ANONYMOUS), together():
            for leaf in mine[start : start + 125]:
                services.queue(commitment=leaf, kind=Kind.ACCESS)


@pytest.mark.slow
def test_ten_thousand_commitments_by_many_connections_and_two_sequencers(data_folder, as_worker):
    """Eight connections queue while two sequencers append: each is logged once, and told once."""
    made = [[bytes([Kind.ACCESS]) + secrets.token_bytes(32) for _ in range(1_250)] for _ in range(8)]
    faults, done = [], threading.Event()

    def sequence():
        with as_worker():
            while not done.is_set():
                done.wait(0.02)
                services.sequence()

    queueing = [guarded(partial(queue_all, mine), faults) for mine in made]
    appending = [guarded(sequence, faults) for _ in range(2)]
    for thread in (*queueing, *appending):
        thread.start()
    for thread in queueing:
        thread.join()
    done.set()
    for thread in appending:
        thread.join()
    with as_worker():
        while services.sequence():
            pass
    assert faults == []
    wanted = {leaf for mine in made for leaf in mine}
    found = [entry for entry in history() if entry in wanted]
    assert (len(found), set(found)) == (10_000, wanted)
    watched = Watched()
    watched.look()
    assert watched.promised.keys() >= wanted
