# SPDX-License-Identifier: EUPL-1.2
"""A node's disk is full, or its tiles are damaged: what is said of the entries, and how the log goes on."""

from __future__ import annotations

import errno
import io
import re
import shutil

import pytest

from bierger.ledger.plugins.node import place
from bierger.ledger.plugins.node.disk import FolderDisk
from bierger.ledger.plugins.node.files import FolderLog
from bierger.site.cli import main
from bierger_core.merkle import TileReader, audit, decode_bundle, open_checkpoint, parse_policy
from tests.apps.ledger.killing import CountedDisk

WORDS = ("log", "--key", "key.pem")


@pytest.fixture
def folder(tmp_path, monkeypatch, capsys):
    """A log of 300 entries, in two batches."""
    monkeypatch.chdir(tmp_path)
    main(["log", "init", "log", "--origin", "log.example.lu/mending", "--key", "key.pem"])
    with place.opened(tmp_path / "log", tmp_path / "key.pem") as here:
        for batch in (range(4), range(4, 300)):
            here.writer().append([b"entry %d" % number for number in batch])
    capsys.readouterr()
    return tmp_path


def entries(folder):
    log = FolderLog(FolderDisk(folder / "log"))
    policy = parse_policy((folder / "log" / "policy").read_bytes())
    found = audit(log.fetch, log.published(), policy)
    assert found.is_healthy, found.damages
    reader = TileReader(log.fetch, found.checkpoint.size, found.checkpoint.root)
    return [entry for bundle in range(-(-reader.size // 256)) for entry in reader.bundle(bundle)]


# -- the disk is full ---------------------------------------------------------------------------------------------------


def test_a_full_disk_says_whether_the_entry_may_be_in_the_log(folder, monkeypatch, capsys):
    """At each operation in turn: whoever sends a refused entry again has it there once, and whoever may not is told to look."""
    told, wanted = set(), entries(folder)
    for number in range(200):
        done, entry = 0, b"try %d" % number

        def step(_name, at=number):
            nonlocal done
            done += 1
            if done > at:
                raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr("sys.stdin", io.StringIO(f"{entry.hex()}\n"))
        with monkeypatch.context() as full:
            full.setattr(place, "FolderDisk", lambda root, step=step: CountedDisk(root, step))
            status = main(["log", "append", *WORDS])
        said = capsys.readouterr()
        if status == 0:
            wanted.append(entry)
            break
        code = re.search(r"^bierger log \(([a-z-]+)\): .*No space left on device", said.err, re.MULTILINE)[1]
        told.add(code)
        assert ("./bierger log mend log --key key.pem" in said.err) == ("look for the entries" in said.err) == (code == "log-unclear")
        assert ("Nothing of it is in the log" in said.err) == (code == "disk-refused")
        assert main(["log", "mend", *WORDS]) == 0
        found = entries(folder)
        if code == "disk-refused":
            assert found == wanted
        else:
            wanted = found if found == [*wanted, entry] else wanted
        assert found == wanted
    assert told == {"disk-refused", "log-unclear"}
    assert wanted[-1] == entry == b"try %d" % number


# -- tiles that are damaged ----------------------------------------------------------------------------------------------


def cut(path):
    path.write_bytes(path.read_bytes()[:-7])


def change(path):
    path.write_bytes(bytes(32) + path.read_bytes()[32:])


DAMAGES = {
    "the edge cut": lambda log: cut(log / "tile/0/001.p/44"),
    "the edge gone": lambda log: (log / "tile/0/001.p/44").unlink(),
    "a full one changed": lambda log: change(log / "tile/0/000"),
    "a level gone": lambda log: shutil.rmtree(log / "tile/1"),
    "all gone": lambda log: [shutil.rmtree(log / "tile" / level) for level in "01"],
    "the checkpoint cut": lambda log: cut(log / "checkpoint"),
    "the checkpoint gone": lambda log: (log / "checkpoint").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_node_is_mended_from_its_bundles(folder, damage, capsys):
    """No database has the entries; the bundles do."""
    before = entries(folder)
    damage(folder / "log")
    assert main(["log", "mend", *WORDS]) == 0
    assert re.fullmatch(r"log.example.lu/mending: 300 entries make the root that was signed; [1-3] files written again\n", capsys.readouterr().out)
    assert entries(folder) == before
    (folder / "file").write_bytes(b"next")
    assert main(["log", "append", "log", "file", "--key", "key.pem"]) == 0
    assert entries(folder) == [*before, b"next"]
    capsys.readouterr()
    assert main(["log", "mend", *WORDS]) == 0
    assert "; 0 files written again" in capsys.readouterr().out


def test_bundles_that_are_not_what_was_signed_mend_nothing(folder, capsys):
    bundle, tile = folder / "log/tile/entries/001.p/44", folder / "log/tile/0/001.p/44"
    cut(tile)
    damaged, right = tile.read_bytes(), bundle.read_bytes()
    cases = {
        "root-mismatch": right.replace(b"entry 299", b"entry 999"),
        "bundle-format": right[:-1],
        "tile-missing": None,
    }
    for code, data in cases.items():
        bundle.unlink() if data is None else bundle.write_bytes(data)
        assert main(["log", "mend", *WORDS]) == 1
        assert f"({code})" in capsys.readouterr().err
        assert tile.read_bytes() == damaged
    assert len(decode_bundle(right, 44)) == 44


def test_a_checkpoint_of_another_key_mends_nothing_under_it(folder):
    """A stranger's checkpoint lies in the folder: what this log signed is shown again."""
    main(["log", "init", "other", "--origin", "other.example.lu", "--key", "other.pem"])
    with place.opened(folder / "other", folder / "other.pem") as here:
        here.writer().append([b"x"])
    shutil.copy(folder / "other" / "checkpoint", folder / "log" / "checkpoint")
    assert main(["log", "mend", *WORDS]) == 0
    policy = parse_policy((folder / "log" / "policy").read_bytes())
    assert open_checkpoint((folder / "log" / "checkpoint").read_bytes(), policy.logs).checkpoint.size == 300
