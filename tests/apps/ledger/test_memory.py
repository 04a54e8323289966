# SPDX-License-Identifier: EUPL-1.2
"""What a key signed is remembered with the key: under whatever path a folder comes, and as which copy, there is one history."""

from __future__ import annotations

import io
import random
import shutil

import pytest

from bierger.ledger.plugins.node import place
from bierger.ledger.plugins.node.disk import FolderDisk
from bierger.ledger.plugins.node.files import FolderLog, read
from bierger.site.cli import main
from bierger_core.merkle import LogWriter, Seen, audit, decode_bundle, dump_seen, open_checkpoint, parse_policy
from tests.core.merkle.disks import ForgetfulDisk

ORIGIN = "log.example.lu/memory"


class Operator:
    """Types commands; `signed` is every note that any folder ever showed, by size."""

    def __init__(self, folder, monkeypatch, capsys):
        self.folder, self._monkeypatch, self._capsys = folder, monkeypatch, capsys
        self.signed: dict[int, set[bytes]] = {}
        monkeypatch.chdir(folder)

    def log(self, *words):
        """The exit status, and what was said."""
        status = main(["log", *map(str, words)])
        said = self._capsys.readouterr()
        return status, said.out + said.err

    def append(self, where, entry, *words):
        self._monkeypatch.setattr("sys.stdin", io.StringIO(f"{entry.encode().hex()}\n"))
        status, said = self.log("append", where, "--key", "key.pem", *words)
        if (note := read(FolderDisk(self.folder / where), "checkpoint")) is not None:
            self.signed.setdefault(Seen.of(note).size, set()).add(note)
        assert all(len(notes) == 1 for notes in self.signed.values()), "two histories were signed"
        return status, said

    def entries(self, where):
        folder = FolderLog(FolderDisk(self.folder / where))
        policy = parse_policy((self.folder / where / "policy").read_bytes())
        found = audit(folder.fetch, folder.published(), policy)
        assert found.is_healthy, found.damages
        size = found.checkpoint.size
        return [entry.decode() for entry in decode_bundle(folder.fetch(f"tile/entries/000.p/{size}"), size)]


@pytest.fixture
def operator(tmp_path, monkeypatch, capsys):
    """`log` with three entries, its `key.pem`, and copies of it after the first and the second: `old-1`, `old-2`."""
    one = Operator(tmp_path, monkeypatch, capsys)
    assert one.log("init", "log", "--origin", ORIGIN, "--key", "key.pem")[0] == 0
    for number in (1, 2, 3):
        assert one.append("log", f"entry {number}") == (0, f"leaf {number - 1}\n")
        shutil.copytree("log", f"old-{number}")
    return one


# -- one history, whatever the path -------------------------------------------------------------------------------------


def test_an_older_copy_is_refused_under_every_path(operator):
    behind = "bierger log (history-behind): The log had 3 leaves before, and has 1.\n"
    assert operator.append("old-1", "another") == (1, behind)
    (operator.folder / "link").symlink_to("old-1")
    assert operator.append("link", "another") == (1, behind)
    shutil.move("log", "lost")
    shutil.move("old-1", "log")
    assert operator.append("log", "another") == (1, behind)
    assert operator.append(operator.folder / "lost" / ".." / "log", "another") == (1, behind)


def test_a_link_to_the_folder_is_no_other_log(operator):
    """Nor is what lies at its path afterwards."""
    (operator.folder / "current").symlink_to("log")
    assert operator.append("current", "entry 4") == (0, "leaf 3\n")
    shutil.move("log", "lost")
    shutil.copytree("old-2", "log")
    assert operator.append("log", "another")[0] == 1


def test_a_copy_that_is_one_batch_behind_gets_that_batch(operator):
    """The memory holds it: nothing that was acknowledged is lost, and nothing is signed twice."""
    assert operator.append("old-2", "entry 4") == (0, "leaf 3\n")
    assert operator.entries("old-2") == [f"entry {number}" for number in (1, 2, 3, 4)]
    assert operator.append("log", "entry 5") == (0, "leaf 4\n")  # the original is behind now, and catches up in the same way
    assert operator.append("old-3", "entry 6")[0] == 1
    assert operator.entries("log") == [f"entry {number}" for number in (1, 2, 3, 4, 5)]


def test_two_copies_are_not_served_at_once(operator):
    with place.opened(operator.folder / "log", operator.folder / "key.pem"):
        status, said = operator.append("old-3", "another")
    assert (status, "(node-served)" in said) == (1, True)


def test_the_folder_one_stands_in(operator, monkeypatch):
    monkeypatch.chdir(operator.folder / "log")
    monkeypatch.setattr("sys.stdin", io.StringIO("00\n"))
    assert operator.log("append", ".", "--key", "../key.pem") == (0, "leaf 3\n")


# -- a memory is made once -----------------------------------------------------------------------------------------------


def test_a_log_is_not_begun_twice(operator):
    status, said = operator.log("init", "again", "--origin", ORIGIN, "--key", "key.pem")
    assert (status, "(log-begun)" in said, (operator.folder / "again").exists()) == (1, True, False)
    (operator.folder / "link.pem").symlink_to("key.pem")
    assert "(log-begun)" in operator.log("init", "again", "--origin", ORIGIN, "--key", "link.pem")[1]
    (operator.folder / "other.seen").mkdir()
    assert "(seen-elsewhere)" in operator.log("init", "again", "--origin", ORIGIN, "--key", "key.pem", "--seen", "other.seen")[1]
    assert operator.log("init", "again", "--origin", "log.example.lu/other", "--key", "key.pem")[0] == 0  # another name is another log


def test_a_key_without_its_memory_signs_nothing(operator):
    """Copied to another place, or to another machine: whoever brings the key and not the memory is refused."""
    (operator.folder / "elsewhere").mkdir()
    shutil.copytree("log", "elsewhere/log")
    shutil.copy2("key.pem", "elsewhere/key.pem")
    status, said = operator.log("append", "elsewhere/log", "key.pem", "--key", "elsewhere/key.pem")
    assert (status, "(seen-folder-missing)" in said) == (1, True)
    (operator.folder / "empty").mkdir()  # the place where a disk is to be mounted
    status, said = operator.log("append", "elsewhere/log", "key.pem", "--key", "elsewhere/key.pem", "--seen", "empty")
    assert (status, "(seen-empty)" in said) == (1, True)


def test_no_log_is_begun_with_a_key_whose_memory_is_away(operator):
    """A copied key, or a disk that is not mounted: `init` cannot know what it signed, and says what it would have to be told."""
    (operator.folder / "disk").mkdir()
    assert operator.log("init", "far", "--origin", ORIGIN, "--key", "far.pem", "--seen", "disk/seen")[0] == 0
    again = ("init", "again", "--origin", ORIGIN, "--key", "far.pem")
    (operator.folder / "disk").rename("mounted")
    assert "(seen-folder-missing)" in operator.log(*again)[1]
    (operator.folder / "disk" / "seen").mkdir(parents=True)
    assert "(seen-empty)" in operator.log(*again)[1]
    shutil.copy2("key.pem", "copy.pem")
    assert "(seen-folder-missing)" in operator.log("init", "again", "--origin", ORIGIN, "--key", "copy.pem")[1]
    assert not (operator.folder / "again").exists()
    assert operator.log("init", "again", "--origin", "other.example.lu", "--key", "copy.pem", "--key-unused")[0] == 0


def test_a_memory_of_before_is_noticed_by_the_folder(operator):
    """The other way round: the memory comes from a backup, and the folder does not."""
    shutil.copytree("key.pem.seen", "backup")
    operator.append("log", "entry 4")
    shutil.rmtree("key.pem.seen")
    shutil.move("backup", "key.pem.seen")
    assert operator.append("log", "another") == (1, "bierger log (history-behind): The log had 4 leaves before, and has 3.\n")


def test_a_lost_memory_is_replaced_in_words_only(operator):
    assert "(seen-there)" in operator.log("mend", "log", "--key", "key.pem", "--memory-lost")[1]
    watcher = dump_seen(Seen.of((operator.folder / "log" / "checkpoint").read_bytes()))
    shutil.rmtree("key.pem.seen")
    assert "(seen-folder-missing)" in operator.append("log", "entry 4")[1]
    (operator.folder / "key.pem.seen").mkdir()
    (operator.folder / "key.pem.seen" / "watcher.json").write_bytes(watcher)
    status, said = operator.log("mend", "old-2", "--key", "key.pem", "--memory-lost")
    assert (status, "(history-behind)" in said) == (1, True)
    assert operator.log("mend", "log", "--key", "key.pem", "--memory-lost")[0] == 0
    assert operator.append("log", "entry 4") == (0, "leaf 3\n")
    assert operator.append("old-2", "another")[0] == 1


def test_a_log_whose_head_lay_in_its_folder_goes_on(operator):
    """As folders of before had it: the head, which may be ahead of what readers see, is taken over."""
    (vkey,) = (operator.folder / "key.pem.seen").glob("*/vkey")
    for name in ("head-0", "head-1"):
        shutil.copy(vkey.with_name(name), operator.folder / "old-2" / name)
    shutil.rmtree("key.pem.seen")
    assert operator.log("mend", "old-2", "--key", "key.pem", "--memory-lost")[0] == 0
    assert operator.entries("old-2") == ["entry 1", "entry 2", "entry 3"]


def test_the_memory_may_lie_on_another_disk(operator):
    (operator.folder / "disk").mkdir()
    assert operator.log("init", "far", "--origin", ORIGIN, "--key", "far.pem", "--seen", "disk/seen")[0] == 0
    for words in ((), ("--seen", "disk/seen")):  # forgotten, it is found; named, it is the same
        assert operator.log("append", "far", "key.pem", "--key", "far.pem", *words)[0] == 0
    (operator.folder / "disk" / "seen").rename("disk/away")
    assert "(seen-folder-missing)" in operator.log("append", "far", "key.pem", "--key", "far.pem")[1]
    assert "(node-folder)" in operator.log("init", "new", "--origin", ORIGIN, "--key", "new.pem", "--seen", "new/seen")[1]


# -- what init refuses, before it makes anything ----------------------------------------------------------------------------


@pytest.mark.parametrize(("origin", "code"), [("http://x/y", "log-origin"), ("two words", "note-name"), ("a+b", "note-name")])
def test_a_bad_name_leaves_no_key_behind(operator, origin, code):
    before = sorted(operator.folder.iterdir())
    status, said = operator.log("init", "new", "--origin", origin, "--key", "new.pem", "--token", "token")
    assert (status, f"({code})" in said, sorted(operator.folder.iterdir())) == (1, True, before)


def test_a_token_that_is_there_is_kept_and_a_short_one_refused_first(operator):
    (operator.folder / "token").write_text("short\n")
    words = ("init", "new", "--origin", ORIGIN, "--key", "new.pem", "--token", "token")
    assert "(token-short)" in operator.log(*words)[1]
    assert not (operator.folder / "new").exists()
    (operator.folder / "token").write_text("long enough to be one\n")
    assert operator.log(*words)[0] == 0
    assert (operator.folder / "token").read_text() == "long enough to be one\n"


def test_a_key_that_others_may_read_signs_nothing(operator):
    (operator.folder / "key.pem").chmod(0o644)
    status, said = operator.append("log", "entry 4")
    assert (status, "(key-file-exposed)" in said) == (1, True)


# -- a power cut right after init ----------------------------------------------------------------------------------------------


def begun(disk, tmp_path):
    """A log deep down, of which init has said that it is there; then the power fails."""
    def at(folder):
        return disk if str(folder) == "/" else disk.below(str(folder).lstrip("/"))

    folder, key, memory = tmp_path / "a" / "b" / "log", tmp_path / "key.pem", tmp_path / "far" / "away" / "seen"
    verifier = place.create(folder, ORIGIN, key, memory, at=at)
    disk.lose_power(random.Random(disk.steps))
    heads = memory / place._id(verifier)
    assert read(at(folder), place.POLICY) is not None
    assert read(at(heads), "vkey") == f"{verifier.text}\n".encode()
    log = FolderLog(at(folder), heads=at(heads))
    note = LogWriter(log, log, verifier, place._signer(key)).append([b"an entry"]).note
    disk.lose_power(random.Random(disk.steps))
    head = FolderLog(at(folder), heads=at(heads)).latest()
    assert open_checkpoint(head.note, [verifier]).checkpoint.size == 1
    assert head.note == note


@pytest.mark.parametrize("number", range(5))
def test_every_folder_on_the_way_survives_a_power_cut(tmp_path, number):
    disk = ForgetfulDisk()
    disk.steps = 1000 * number  # another chance
    begun(disk, tmp_path)


def test_a_folder_that_somebody_else_made_without_waiting_survives_too(tmp_path):
    disk = ForgetfulDisk()
    path = "."
    for name in (tmp_path / "a" / "b" / "log").parts[1:]:
        path = name if path == "." else f"{path}/{name}"
        disk.make_folder(path)
    begun(disk, tmp_path)


def test_on_a_disk_that_confirms_without_writing_the_log_is_gone(tmp_path):
    with pytest.raises((AssertionError, FileNotFoundError)):
        begun(ForgetfulDisk(lies=True), tmp_path)
