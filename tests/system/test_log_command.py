# SPDX-License-Identifier: EUPL-1.2
"""`./bierger log`: a log in a folder and behind an address, healthy, damaged, forked; what is remembered and what is said."""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bierger.site.cli import main
from bierger_core.merkle import Checkpoint, load_seen, sign_checkpoint
from bierger_core.seals import with_opening
from bierger_core.values import Kind
from tests.outside.changes import flipped
from tests.outside.logs import ORIGIN, FreshLog

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "tests" / "samples" / "v0.1"


def log_in(folder, sizes, signer=None):
    folder.mkdir()
    log = FreshLog(folder) if signer is None else FreshLog(folder, signer)
    return log.write(sizes)


@pytest.fixture
def log(tmp_path):
    return log_in(tmp_path / "log", (3, 300))


@pytest.fixture
def ask(capsys, log):
    """`ask("audit", log.folder, ...)`: exit status and what was printed, believing the log's key."""

    def asking(action, *words, key=True):
        trust = ["--key", log.key.text] if key else []
        status = main(["log", action, *map(str, words), *trust])
        said = capsys.readouterr()
        return status, said.out + said.err

    return asking


@contextmanager
def served(folder):
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


# -- health ---------------------------------------------------------------------------------------------------------------


def test_a_healthy_log_in_a_folder_and_behind_an_address(ask, log, tmp_path):
    with served(log.folder) as address:
        for place in (log.folder, address):
            for action in ("status", "audit"):
                status, said = ask(action, place)
                assert status == 0
                assert said.startswith(f"{ORIGIN}: 300 entries, root ")
            assert "HEALTHY: every entry and every tile is the tree's.\n" in said
            status, said = ask("watch", place, "--seen", tmp_path / "seen.json")
            assert (status, "HEALTHY: the log only grew." in said) == (0, place == address)
    assert "seen before with 300 entries: they are the first 300 of 300" in said


def test_what_was_seen_is_kept_and_moves_forward(ask, log, tmp_path):
    seen, watched = tmp_path / "seen.json", tmp_path / "watched"
    watched.mkdir()
    for size in (3, 300):
        shutil.copytree(log.folder, watched, dirs_exist_ok=True)
        (watched / "checkpoint").write_bytes(log.notes[size])
        status, said = ask("audit" if size == 3 else "watch", watched, "--seen", seen)
        assert status == 0
        assert load_seen(seen.read_bytes()).size == size
    assert "seen before with 3 entries: they are the first 3 of 300" in said
    assert sorted(path.name for path in tmp_path.glob("*seen*")) == [".seen.json.lock", "seen.json"]


def test_the_installations_own_folder_is_the_default(ask, log, monkeypatch):
    monkeypatch.setenv("BIERGER_DATA", str(log.folder.parent))
    assert ask("status")[0] == 0
    monkeypatch.delenv("BIERGER_DATA")
    assert ask("status") == (3, "Nothing can be said (log-missing): Say which log: its address or its folder.\n")


def test_neither_django_nor_a_database_is_needed(log):
    program = f"import sys; from bierger.site.cli import main; assert main(['log', 'audit', {str(log.folder)!r}, '--key', {log.key.text!r}]) == 0"
    program += "; assert not [name for name in sys.modules if name.split('.')[0] == 'django']"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BIERGER", "DATABASE", "DJANGO"))}
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, env={**environment, "PYTHONPATH": str(ROOT / "src")})


def test_the_log_may_say_itself_whom_to_believe_and_that_is_said(ask, tmp_path):
    status, said = ask("status", SAMPLE / "log", key=False)
    assert (status, "Keys: the log's own list." in said) == (0, True)
    status, said = ask("status", SAMPLE / "log", "--keys", SAMPLE / "keys.json", key=False)
    assert (status, "Keys:" in said) == (0, False)
    changed = tmp_path / "keys.json"
    changed.write_bytes((SAMPLE / "keys.json").read_bytes().replace(b'"mersch"', b'"merscH"'))
    status, said = ask("status", SAMPLE / "log", "--keys", changed, key=False)
    assert (status, "note-signature" in said) == (3, True)


def test_a_policy_asks_for_witnesses(ask, log, tmp_path):
    policy = tmp_path / "policy"
    note, witnesses = log.cosigned(2)
    (log.folder / "checkpoint").write_bytes(note)
    lines = [f"log {log.key.text}", *(f"witness w{n} {key.text}" for n, key in enumerate(witnesses)), "group both all w0 w1", "quorum both"]
    policy.write_text("\n".join(lines) + "\n")
    status, said = ask("audit", log.folder, "--policy", policy, key=False)
    assert status == 0
    assert "cosigned by w0 at 2026-11-22T12:00:00Z\ncosigned by w1 at" in said
    (log.folder / "checkpoint").write_bytes(log.notes[300])
    status, said = ask("audit", log.folder, "--policy", policy, key=False)
    assert (status, "(quorum-missing)" in said) == (1, True)
    policy.write_text("quorum\n")
    status, said = ask("audit", log.folder, "--policy", policy, key=False)
    assert (status, "policy-format" in said) == (3, True)


# -- damage and forks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "code"),
    [("tile/0/000", "tile-mismatch"), ("tile/1/000.p/1", "tile-mismatch"), ("tile/entries/001.p/44", "entry-changed"), ("checkpoint", "checkpoint-refused")],
)
def test_a_changed_file_is_named(ask, log, tmp_path, path, code):
    seen = tmp_path / "seen.json"
    file = log.folder / path
    file.write_bytes(flipped(file.read_bytes(), 34))
    status, said = ask("audit", log.folder, "--seen", seen)
    assert status == 1
    assert f"DAMAGED {path}: " in said
    assert f"({code})" in said
    assert "HEALTHY" not in said
    assert seen.exists() == (code != "checkpoint-refused")


@pytest.mark.parametrize("action", ["audit", "watch"])
@pytest.mark.parametrize("sizes", [(3, 300), (3, 512)])
def test_a_fork_prints_both_signed_checkpoints_and_is_not_forgotten(ask, log, tmp_path, action, sizes):
    seen = tmp_path / "seen.json"
    assert ask("watch", log.folder, "--seen", seen)[0] == 0
    remembered = seen.read_bytes()
    other = log_in(tmp_path / "other", sizes, log.signer)  # other entries, the same key: it would pass every check by itself
    assert ask("audit", other.folder)[0] == 0
    for _ in range(2):
        status, said = ask(action, other.folder, "--seen", seen)
        assert status == 1
        assert f"--- seen before ---\n{log.notes[300].decode()}--- shown now ---\n{other.notes[sizes[1]].decode()}---\n" in said
        assert ("Their sizes differ" in said) == (sizes[1] != 300)
        assert seen.read_bytes() == remembered
    assert ask(action, log.folder, "--seen", seen)[0] == 0


def test_a_log_that_became_smaller_is_no_news_to_be_remembered(ask, log, tmp_path):
    seen = tmp_path / "seen.json"
    ask("watch", log.folder, "--seen", seen)
    (log.folder / "checkpoint").write_bytes(log.notes[3])
    status, said = ask("watch", log.folder, "--seen", seen)
    assert (status, "(checkpoint-smaller)" in said) == (1, True)
    assert load_seen(seen.read_bytes()).size == 300


def test_a_memory_that_cannot_be_read_is_not_begun_anew(ask, log, tmp_path):
    seen = tmp_path / "seen.json"
    for broken in (b"", b"{}", b"\xff"):
        seen.write_bytes(broken)
        status, said = ask("watch", log.folder, "--seen", seen)
        assert (status, "seen-format" in said) == (3, True)
        assert seen.read_bytes() == broken
    seen.unlink()
    ask("audit", SAMPLE / "log", "--keys", SAMPLE / "keys.json", "--seen", seen, key=False)
    status, said = ask("audit", log.folder, "--seen", seen)
    assert (status, "seen-other-origin" in said) == (3, True)


@pytest.mark.parametrize("place", ["nowhere", "empty"])
def test_no_log_is_not_a_damaged_one(ask, tmp_path, place):
    (tmp_path / "empty").mkdir()
    status, said = ask("audit", tmp_path / place)
    assert (status, said.startswith("Nothing can be said (")) == (3, True)


def test_a_log_that_is_not_reached_is_not_a_damaged_one(ask):
    status, said = ask("audit", "http://127.0.0.1:9/log")
    assert (status, "log-unreachable" in said) == (3, True)


def test_programs_get_json(ask, log, tmp_path):
    found = json.loads(ask("audit", log.folder, "--json", "--seen", tmp_path / "seen.json")[1])
    assert (found["healthy"], found["origin"], found["size"], found["seen"], found["fork"]) == (True, ORIGIN, 300, None, None)
    (log.folder / "checkpoint").write_bytes(log.forked(300, at=7))
    found = json.loads(ask("watch", log.folder, "--json", "--seen", tmp_path / "seen.json")[1])
    assert [one["code"] for one in found["damages"]] == ["fork"]
    assert found["fork"] == {"first": log.notes[300].decode(), "second": log.forked(300, at=7).decode()}


def test_a_watcher_looks_again_and_again_until_it_sees_a_fork(log, tmp_path):
    """The folder is a link, so that what lies behind an address can change from one look to the next."""
    other, shown = log_in(tmp_path / "other", (3, 600), log.signer), tmp_path / "shown"
    shown.symlink_to(log.folder)
    words = ["watch", str(shown), "--key", log.key.text, "--seen", str(tmp_path / "seen.json"), "--every", "1"]
    with subprocess.Popen([ROOT / "bierger", "log", *words], stdout=subprocess.PIPE, text=True, cwd=ROOT) as watcher:
        said = iter(watcher.stdout)
        healthy = [line for line in (next(said) for _ in range(6)) if line.startswith("HEALTHY")]
        assert len(healthy) == 2
        (tmp_path / "next").symlink_to(other.folder)
        (tmp_path / "next").replace(shown)
        rest = "".join(said)
        assert watcher.wait(timeout=30) == 1
    assert other.notes[600].decode() in rest


@contextmanager
def interrupted(folder, path, meanwhile):
    """A server that does something else, once, before it answers one path."""
    done = []

    class Interrupted(SimpleHTTPRequestHandler):
        def do_GET(self):
            if self.path == f"/{path}" and not done:
                done.append(path)
                meanwhile()
            super().do_GET()

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Interrupted, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
        assert done
    finally:
        server.shutdown()
        server.server_close()


def test_a_slow_look_does_not_take_back_what_a_quick_one_remembered(ask, log, tmp_path):
    """The audit begins at 300; while it reads, the log grows and a watcher sees 600. Two observers, one memory."""
    seen = tmp_path / "seen.json"
    ask("watch", log.folder, "--seen", seen)

    def meanwhile():
        log.write((600,))
        assert main(["log", "watch", str(log.folder), "--key", log.key.text, "--seen", str(seen)]) == 0
        assert load_seen(seen.read_bytes()).size == 600

    with interrupted(log.folder, "tile/entries/000", meanwhile) as address:
        status, said = ask("audit", address, "--seen", seen)
    assert status == 0
    assert f"{ORIGIN}: 300 entries" in said
    assert load_seen(seen.read_bytes()).note == log.notes[600]


def test_the_larger_of_two_looks_is_kept_once_it_is_proved_to_be_the_same_log(ask, log, tmp_path):
    """The other way round: the slow look saw more than the quick one, which had no memory either."""
    seen, small = tmp_path / "seen.json", tmp_path / "small"
    shutil.copytree(log.folder, small)
    log.write((600,))

    def meanwhile():
        assert main(["log", "watch", str(small), "--key", log.key.text, "--seen", str(seen)]) == 0

    with interrupted(log.folder, "tile/entries/000", meanwhile) as address:
        assert ask("audit", address, "--seen", seen)[0] == 0
    assert load_seen(seen.read_bytes()).note == log.notes[600]


@pytest.mark.parametrize("sizes", [(3, 300), (3, 600), (3, 200)])
@pytest.mark.parametrize("action", ["audit", "watch"])
def test_two_looks_that_saw_two_histories_find_the_fork_at_writing(ask, log, tmp_path, sizes, action):
    seen, other = tmp_path / "seen.json", log_in(tmp_path / "other", sizes, log.signer)

    def meanwhile():
        assert main(["log", "watch", str(other.folder), "--key", log.key.text, "--seen", str(seen)]) == 0

    with interrupted(log.folder, "checkpoint" if action == "watch" else "tile/entries/001.p/44", meanwhile) as address:
        status, said = ask(action, address, "--seen", seen)
    if action == "watch":  # it had not begun to compare
        assert load_seen(seen.read_bytes()).note == other.notes[sizes[1]]
    assert status == 1
    if sizes[1] <= 300:
        assert f"--- seen before ---\n{other.notes[sizes[1]].decode()}--- shown now ---\n{log.notes[300].decode()}---\n" in said
        assert "Another look saw another history" in said
    else:  # the tiles at this address end before what the other look saw
        assert "(consistency-unproven)" in said
    assert "HEALTHY: every" not in said
    assert load_seen(seen.read_bytes()).note == other.notes[sizes[1]]


# -- bad minutes, and nonsense --------------------------------------------------------------------------------------------

PAGE = b"<!doctype html>\n<title>Please sign in</title>\n"


def test_a_page_in_place_of_a_checkpoint_is_no_damage_and_forgets_nothing(ask, log, tmp_path):
    """A proxy answers every address. In a folder the same bytes are a damaged file."""
    seen = tmp_path / "seen.json"
    ask("watch", log.folder, "--seen", seen)
    remembered = seen.read_bytes()
    for page, begins in ((PAGE, "it begins with '<!doctype html>\\n<title>Please sign in</t'"), (b"", "it is empty"), (b"\x1b[2J\xff", "'\\x1b[2J\\ufffd'")):
        (log.folder / "checkpoint").write_bytes(page)
        with served(log.folder) as address:
            for action in ("watch", "audit"):
                status, said = ask(action, address, "--seen", seen)
                assert (status, "Nothing can be said (checkpoint-none): " in said, begins in said) == (3, True, True)
        assert ask("watch", log.folder, "--seen", seen)[0] == 1
        assert seen.read_bytes() == remembered


def test_a_watch_goes_on_through_bad_minutes_counts_them_and_ends_with_a_fork(ask, log, tmp_path, monkeypatch):
    seen, hidden, checkpoint = tmp_path / "seen.json", tmp_path / "hidden", log.folder / "checkpoint"
    policy = tmp_path / "policy"
    policy.write_text(f"log {log.key.text}\nquorum none\n")

    def minutes():
        assert load_seen(seen.read_bytes()).size == 300
        good = checkpoint.read_bytes()
        checkpoint.unlink()
        yield
        checkpoint.write_bytes(PAGE)
        yield
        log.folder.rename(hidden)
        yield
        hidden.rename(log.folder)
        checkpoint.write_bytes(good)
        policy.rename(hidden)
        yield
        hidden.rename(policy)
        yield
        checkpoint.write_bytes(log.forked(300, at=7))
        yield

    world = minutes()
    monkeypatch.setattr("bierger.site.commands.log._pause", lambda _seconds: next(world))
    with served(log.folder) as address:
        status, said = ask("watch", address, "--policy", policy, "--seen", seen, "--every", "60", key=False)
    assert (status, "FORK" in said) == (1, True)
    for number, code in enumerate(("checkpoint-missing", "checkpoint-none", "checkpoint-missing", "file-unreadable"), start=1):
        assert re.search(rf"nothing can be said \({code}\): .*look {number} in a row without an answer, since 20", said), (code, said)
    assert "answered again, after 4 looks without" in said
    assert said.count("HEALTHY: the log only grew.") == 1


def test_a_watch_does_not_go_on_with_a_memory_that_is_damaged(ask, log, tmp_path, monkeypatch):
    seen = tmp_path / "seen.json"
    monkeypatch.setattr("bierger.site.commands.log._pause", lambda _seconds: seen.write_bytes(b"{}"))
    status, said = ask("watch", log.folder, "--seen", seen, "--every", "60")
    assert (status, "Nothing can be said (seen-format)" in said) == (3, True)


@pytest.mark.parametrize("words", [("--every", "-1"), ("--every", "0"), ("--every", "9" * 30), ("--oldest", "99999999999999d"), ("--oldest", "9999999d"), ("--oldest", "-1d")])
def test_numbers_that_mean_nothing_are_refused_with_a_sentence(ask, log, tmp_path, words, capsys):
    with pytest.raises(SystemExit) as refused:
        ask("watch", log.folder, "--seen", tmp_path / "seen.json", *words)
    assert (refused.value.code, f"argument {words[0]}: " in capsys.readouterr().err) == (2, True)


def test_what_was_refused_is_not_remembered(ask, log, tmp_path):
    policy, seen = tmp_path / "policy", tmp_path / "seen.json"
    note, witnesses = log.cosigned(1)
    policy.write_text(f"log {log.key.text}\nwitness w {witnesses[0].text}\nquorum w\n")
    for action in ("watch", "audit"):
        status, said = ask(action, log.folder, "--policy", policy, "--seen", seen, key=False)
        assert (status, "(quorum-missing)" in said, "remembered" in said, seen.exists()) == (1, True, False, False)
    (log.folder / "checkpoint").write_bytes(note)
    assert ask("watch", log.folder, "--policy", policy, "--seen", seen, key=False)[0] == 0


def test_a_memory_that_cannot_be_written_hides_nothing_that_was_found(ask, log, tmp_path):
    """No HEALTHY without the memory; but a damage is told all the same."""
    seen = tmp_path / "nowhere" / "seen.json"
    status, said = ask("audit", log.folder, "--seen", seen)
    assert (status, "seen-unwritable" in said, "HEALTHY" in said) == (3, True, False)
    (log.folder / "tile/0/000").unlink()
    status, said = ask("audit", log.folder, "--seen", seen)
    assert (status, "seen-unwritable" in said, "DAMAGED tile/0/000" in said) == (1, True, True)


def test_an_audit_says_how_far_it_is_and_ends_when_nothing_stands_behind_a_size(ask, log, monkeypatch):
    monkeypatch.setattr("bierger.site.commands.log.TELL_EVERY", 0.0)
    said = ask("audit", log.folder)[1]
    assert "Z 5 files of about 3 were read, 0 damages so far\n" in said
    huge = sign_checkpoint(Checkpoint(ORIGIN, 10**12, bytes(32)), log.key, log.signer)
    (log.folder / "checkpoint").write_bytes(huge)
    status, said = ask("audit", log.folder)
    assert (status, "(root-mismatch)" in said, "(audit-stopped)" in said) == (1, True, True)
    assert "files of about 7812500001 were read" in said


# -- proofs ---------------------------------------------------------------------------------------------------------------


def test_a_proof_is_made_and_verified(ask, log, tmp_path):
    path, entry = tmp_path / "x.tlog-proof", log.entries[7]
    status, last = ask("prove", log.folder, "--entry", log.entries[290].hex())
    assert (status, last.encode()) == (0, log.proof(290))
    status, made = ask("prove", log.folder, "--index", 7)
    assert (status, ask("prove", log.folder, "--entry", entry.hex())) == (0, (0, made))
    assert made.encode() == log.proof(7)
    path.write_text(made)
    assert ask("verify", path, "--entry", entry.hex()) == (0, f"IN THE LOG {ORIGIN}: leaf 7 of 300\n")
    assert ask("verify", path, "--entry", log.entries[8].hex())[0] == 1
    path.write_bytes(flipped(made.encode(), -40))
    assert ask("verify", path, "--entry", entry.hex())[0] == 1
    path.write_text("c2sp.org/tlog-proof@v1\n")
    status, said = ask("verify", path, "--entry", entry.hex())
    assert (status, "log-proof-format" in said) == (1, True)


def test_a_proof_of_a_log_that_nobody_trusts_proves_nothing(ask, tmp_path):
    sample = SAMPLE / "certificate.pdf.tlog-proof"
    status, said = ask("verify", sample, "--file", SAMPLE / "certificate.pdf")
    assert (status, "log-unknown" in said) == (1, True)
    assert ask("verify", sample, "--file", SAMPLE / "certificate.pdf", "--keys", SAMPLE / "keys.json", key=False)[0] == 0
    assert ask("verify", sample, "--file", SAMPLE / "revoked.pdf", "--keys", SAMPLE / "keys.json", key=False)[0] == 1
    assert ask("verify", sample, "--file", tmp_path / "gone.pdf", "--keys", SAMPLE / "keys.json", key=False)[0] == 3


def test_a_proof_without_the_salt_of_a_file_is_of_an_entry_only(ask, log, tmp_path):
    path = tmp_path / "x.tlog-proof"
    for proof in (log.proof(7), with_opening(log.proof(7), Kind.FACTS, bytes(32))):
        path.write_bytes(proof)
        status, said = ask("verify", path, "--file", SAMPLE / "certificate.pdf")
        assert (status, "proof-without-salt" in said) == (3, True)


def test_an_entry_that_is_not_there_is_not_proved(ask, log):
    for which in (("--index", 300), ("--index", -1), ("--entry", "00" * 33)):
        status, said = ask("prove", log.folder, *which)
        assert (status, "entry-unknown" in said) == (3, True)
