# SPDX-License-Identifier: EUPL-1.2
"""A restored backup does not continue behind what somebody saw: neither the database, nor the folder, nor both."""

from __future__ import annotations

import argparse
import json
import secrets
import shutil

import pytest
from django.db import connection
from django.test import Client, override_settings

from bierger.infra.principal import ANONYMOUS, SYSTEM, acting_as
from bierger.ledger import selectors, services
from bierger.ledger.errors import LogObstacle, SeenFolderMissing
from bierger.ledger.plugins import folder
from bierger.ledger.services import sequencer
from bierger.site.commands import jobs, rebuild_log
from bierger_core.merkle import EMPTY_EDGE, Checkpoint, HistoryError, Seen, SeenError, dump_seen, grow, log_key, sign_checkpoint
from bierger_core.values import Kind


class Installation:
    """Grows, and goes back: what a restore of an older database, or an older folder, leaves behind."""

    def __init__(self, data, as_worker, as_owner):
        self.data, self._as_worker, self._as_owner = data, as_worker, as_owner

    def grow(self, leaves=3):
        with acting_as(ANONYMOUS):
            for _ in range(leaves):
                services.queue(commitment=bytes([Kind.ACCESS]) + secrets.token_bytes(32), kind=Kind.ACCESS)
        with self._as_worker():
            services.sequence()
        with acting_as(ANONYMOUS):
            return selectors.checkpoint().size

    def older_database(self, size):
        with self._as_owner(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE ledger_checkpoint DISABLE TRIGGER USER")
            cursor.execute("ALTER TABLE ledger_queue DISABLE TRIGGER USER")
            cursor.execute("DELETE FROM ledger_shown WHERE size > %s", [size])
            cursor.execute("DELETE FROM ledger_checkpoint WHERE size > %s", [size])
            cursor.execute("DELETE FROM ledger_queue WHERE leaf_index >= %s", [size])
            cursor.execute("ALTER TABLE ledger_checkpoint ENABLE TRIGGER USER")
            cursor.execute("ALTER TABLE ledger_queue ENABLE TRIGGER USER")

    def keep_folder(self):
        shutil.copytree(self.data / "log", self.data / "kept")

    def older_folder(self):
        shutil.rmtree(self.data / "log")
        (self.data / "kept").rename(self.data / "log")

    def refuses(self, code="history-behind", error=HistoryError):
        """Every time, and every eye of the operator sees it by name; nothing is appended."""
        before = folder.published()
        for _ in range(2):
            with pytest.raises(error) as refused:
                self.grow(1)
            assert refused.value.code == code
        assert folder.published() == before
        check = json.loads(Client().get("/readyz").content)["checks"]["log"]
        assert (check["ok"], check["detail"].split(":")[0]) == (False, code)


@pytest.fixture
def place(data_folder, as_worker, as_owner):
    made = Installation(data_folder, as_worker, as_owner)
    made.grow()
    return made


def test_an_older_database_beside_the_newer_folder(place, capsys):
    old = place.grow()
    new = place.grow()
    place.older_database(old)
    place.refuses()
    assert jobs.run(argparse.Namespace(what=None, job=None, all=False)) == 0
    assert f"The log does not grow (history-behind): The log had {new} leaves before, and has {old}." in capsys.readouterr().out
    figures = Client().get("/metrics").content.decode()
    assert f"bierger_log_seen_leaves {new}.0" in figures
    assert f"bierger_log_leaves {old}.0" in figures


def test_the_older_database_does_not_overwrite_the_newer_folder(place, as_owner, capsys):
    old = place.grow()
    place.grow()
    place.older_database(old)
    before = {path: path.read_bytes() for path in (place.data / "log").rglob("*") if path.is_file()}
    with as_owner(), pytest.raises(LogObstacle):
        services.rebuild_files()
    with as_owner():
        assert rebuild_log.run(argparse.Namespace()) == 1
    assert "The folder was not touched" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in (place.data / "log").rglob("*") if path.is_file()} == before


def test_an_older_database_beside_an_older_folder_the_note_apart(place):
    place.keep_folder()
    with acting_as(ANONYMOUS):
        old = selectors.checkpoint().size
    place.grow()
    place.older_database(old)
    place.older_folder()
    place.refuses()


def test_everything_is_old_but_somebody_else_watched(place):
    place.keep_folder()
    shutil.copytree(place.data / "seen", place.data / "kept-seen")
    with acting_as(ANONYMOUS):
        old = selectors.checkpoint().size
    new = place.grow()
    watched = dump_seen(Seen.of(folder.published()))
    place.older_database(old)
    place.older_folder()
    shutil.rmtree(place.data / "seen")
    (place.data / "kept-seen").rename(place.data / "seen")
    assert Client().get("/readyz").json()["checks"]["log"]["ok"]  # nothing on this machine knows better
    (place.data / "seen" / "handed-in-by-mersch.json").write_bytes(watched)
    place.refuses()
    with acting_as(ANONYMOUS):
        assert str(selectors.obstacle()) == f"The log had {new} leaves before, and has {old}."


def other_history(size):
    """Signed with the log's own key, as whoever continued a copy of the backup would have done."""
    from bierger.ledger.services.keys import log_signer

    with acting_as(SYSTEM):
        signer = log_signer()
    root = grow(EMPTY_EDGE, [b"x"] * size).edge.root()
    return dump_seen(Seen.of(sign_checkpoint(Checkpoint(selectors.origin(), size, root), log_key(selectors.origin(), signer.public_key), signer)))


@pytest.mark.parametrize("back", [0, 3, 4])  # the newest one; an earlier checkpoint; a size at which there never was one
def test_another_history_that_somebody_saw(place, back):
    size = place.grow(6)
    (place.data / "seen" / "watcher.json").write_bytes(other_history(size - back * 2 + (back == 4) if back else size))
    with pytest.raises(HistoryError) as refused:
        place.grow(1)
    assert refused.value.code == "history-forked"


def test_what_was_seen_and_fits_is_no_obstacle(place):
    for number in range(3):
        (place.data / "seen" / f"watcher-{number}.json").write_bytes(dump_seen(Seen.of(folder.published())))
        assert place.grow() > number
    note = sign_checkpoint_of_stranger()
    (place.data / "seen" / "of-another-log.json").write_bytes(note)
    place.grow()
    assert Client().get("/readyz").json()["checks"]["log"]["ok"]


def sign_checkpoint_of_stranger():
    from tests.core.merkle.logs import signed

    return dump_seen(Seen.of(signed(10**9, bytes(32))))


def test_a_memory_that_cannot_be_read_is_no_memory_of_nothing(place):
    (own,) = (place.data / "seen").glob("own-*.json")
    whole = own.read_bytes()
    own.write_bytes(whole[:40])
    place.refuses("seen-format", SeenError)
    own.write_bytes(whole)
    place.grow()


def test_a_named_folder_that_is_not_mounted_stops_the_log(place, tmp_path):
    with override_settings(BIERGER_LOG_SEEN=str(tmp_path / "mount")):
        place.refuses("seen-folder-missing", SeenFolderMissing)
        (tmp_path / "mount").mkdir()
        size = place.grow()
        (own,) = (tmp_path / "mount").glob("own-*.json")
        assert json.loads(own.read_bytes())["size"] == size


def test_a_checkpoint_whose_name_was_lost_in_a_power_cut_is_shown_again_by_the_next_process(place, as_worker):
    before = folder.published()
    place.grow()
    newest = folder.published()
    (place.data / "log" / "checkpoint").write_bytes(before)
    sequencer._looked.clear()  # another process
    with as_worker():
        assert services.sequence() == 0
    assert folder.published() == newest


def test_an_older_folder_alone_is_completed_or_named(place, as_owner):
    """The database knows better: one batch is finished from it; more is rebuilt when the operator says so."""
    from bierger_core.merkle import TileError

    place.keep_folder()
    place.grow()
    shutil.copytree(place.data / "kept", place.data / "older")
    place.older_folder()
    place.grow()  # one batch behind: its own rows complete it
    place.grow()
    shutil.rmtree(place.data / "log")
    (place.data / "older").rename(place.data / "log")
    with pytest.raises(TileError):
        place.grow(1)
    with as_owner():
        assert services.rebuild_files() == selectors.checkpoint().size
    place.grow()
