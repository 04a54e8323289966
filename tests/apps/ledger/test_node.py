# SPDX-License-Identifier: EUPL-1.2
"""A log that is a folder and a process: killed anywhere, its disk full, two of them, many senders, no Django."""

from __future__ import annotations

import base64
import errno
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from bierger.ledger.plugins.node import place, wire
from bierger.ledger.plugins.node.batching import Batcher, Limits
from bierger.ledger.plugins.node.errors import NodeMisplaced, NotAppended, QueueFull, RequestRefused, Unclear
from bierger.site.cli import main
from bierger_core.merkle import Seen, TileReader, audit, dump_seen, encode_bundle, open_checkpoint, parse_policy
from tests.apps.ledger.killing import counted
from tests.ports import free_ports

ROOT = Path(__file__).resolve().parents[3]
ORIGIN = "log.example.lu/node"
PATIENCE = 120  # seconds; only a failure takes as long


@pytest.fixture
def folder(tmp_path):
    """A new log: `log`, `key.pem`, `token` below it."""
    assert main(["log", "init", str(tmp_path / "log"), "--origin", ORIGIN, "--key", str(tmp_path / "key.pem"), "--token", str(tmp_path / "token")]) == 0
    return tmp_path


def whole(folder, seen=None):
    """Every entry of the published log, after an audit from outside; and what to remember for the next look."""
    policy = parse_policy((folder / "log" / "policy").read_text())
    with place.opened(folder / "log", folder / "key.pem") as here:
        note = here.log.published()
        if note is None:
            return [], None
        found = audit(here.log.fetch, note, policy, seen=seen)
        assert found.is_healthy, found.damages
        head = open_checkpoint(note, policy.logs).checkpoint
        reader = TileReader(here.log.fetch, head.size, head.root)
        entries = [entry for bundle in range(-(-head.size // 256)) for entry in reader.bundle(bundle)]
        return entries, found.seen


# -- killed -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stride", [9, pytest.param(1, marks=pytest.mark.slow)])
def test_killed_before_any_operation_there_is_one_history_and_every_promise_holds(folder, stride):
    promised: dict[int, str] = {}
    seen, number, survived = None, 0, False
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.apps.ledger.killed_node"], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        while not survived:
            process.stdin.write(f"{folder} {number}\n")
            process.stdin.flush()
            said = json.loads(process.stdout.readline())
            survived = said[-1:] == [None]
            for first, entries in said[:-1] if survived else said:
                promised |= dict(enumerate(entries, start=first))
            entries, seen = whole(folder, seen)
            assert {index: entries[index].decode() for index in promised} == promised
            number += stride
        process.stdin.close()
    assert number > 100


# -- a full disk, another writer, an older copy ---------------------------------------------------------------------------


@contextmanager
def batching(folder, step=lambda _name: None, **limits):
    with place.opened(folder / "log", folder / "key.pem") as here:
        batcher = Batcher(counted(folder, step), here.marks, here.key, here.signer, Limits(**{"every": 0.001, **limits}))
        batcher.start()
        try:
            yield batcher
        finally:
            batcher.stop()


def test_a_full_disk_refuses_or_finishes_and_never_both(folder, monkeypatch):
    """At every operation of an append: no space. Who is told `no` may send it again, and it is there once."""
    monkeypatch.setattr("bierger.ledger.plugins.node.batching._AGAIN", 0.001)
    wanted, refusals, number = [], 0, 0
    while number < 100:
        done = 0

        def step(_name, at=number):
            nonlocal done
            done += 1
            if at < done <= at + 3:  # and it stays full for a moment
                raise OSError(errno.ENOSPC, "No space left on device")

        entry = b"entry %d" % number
        try:
            with batching(folder, step) as batcher:
                while (refused := batcher.submit([entry]).exception(20)) is not None:
                    assert (type(refused), refused.code, batcher.trouble) == (NotAppended, "disk-refused", "disk-refused")
                    refusals += 1
        except OSError:
            with batching(folder) as batcher:  # there was not even room to begin
                batcher.submit([entry]).result(20)
        wanted.append(entry)
        if done < number:
            break
        number += 2
    assert whole(folder)[0] == wanted
    assert 20 < number < 100
    assert refusals > 5


def test_a_node_that_stops_before_it_knows_says_so(folder):
    """The checkpoint is signed, its files have no room until the node ends. The next one finishes them: look before sending again."""
    signed = threading.Event()

    def step(name):
        if name.startswith("create tile/"):
            signed.set()
            raise OSError(errno.ENOSPC, "No space left on device")

    with batching(folder, step) as batcher:
        promise = batcher.submit([b"an entry"])
        assert signed.wait(20)
    refused = promise.exception(20)
    assert (type(refused), refused.code, refused.status) == (Unclear, "log-unclear", 504)
    assert "look for the entries before sending them again" in str(refused)
    with batching(folder) as batcher:
        assert batcher.submit([b"another"]).result(20).first == 1
    assert whole(folder)[0] == [b"an entry", b"another"]


def test_a_second_node_on_the_same_folder_is_refused(folder):
    with batching(folder), pytest.raises(NodeMisplaced) as refused, batching(folder):
        pass
    assert refused.value.code == "node-served"


def test_a_writer_that_ignores_the_lock_makes_no_second_history(folder):
    with batching(folder) as batcher:
        batcher.submit([b"one"]).result(20)
        own = batcher._writer
        for number in range(3):
            with_lock_ignored = Batcher(counted(folder, lambda _name: None), own._marks, own._key, own._writer._signer, Limits(every=0.001))
            with_lock_ignored.start()
            with_lock_ignored.submit([b"other %d" % number]).result(20)
            batcher.submit([b"own %d" % number]).result(20)
            with_lock_ignored.stop()
    assert whole(folder)[0] == [b"one", b"other 0", b"own 0", b"other 1", b"own 1", b"other 2", b"own 2"]


def test_what_a_watcher_saw_stops_a_running_node(folder):
    with batching(folder) as batcher:
        note = batcher.submit([b"one", b"two"]).result(20).note
        stranger = Seen.of(note.replace(b"\n2\n", b"\n9\n"))
        (folder / "key.pem.seen" / "of-mersch.json").write_bytes(dump_seen(stranger))
        with pytest.raises(NotAppended) as refused:
            batcher.submit([b"three"]).result(20)
        assert refused.value.code == batcher.trouble == "history-behind"
    assert len(whole(folder)[0]) == 2


# -- many at once -------------------------------------------------------------------------------------------------------


def test_ten_thousand_appends_at_once_are_each_acknowledged_once(folder):
    """Many threads queue one entry each; nobody waits for another one's answer."""
    with batching(folder, every=0.02) as batcher:
        with ThreadPoolExecutor(64) as threads:
            promises = list(threads.map(lambda number: (number, batcher.submit([b"%d" % number])), range(10_000)))
        told = {promise.result(60).first: number for number, promise in promises}
    assert len(told) == 10_000
    assert [int(entry) for entry in whole(folder)[0]] == [told[index] for index in range(10_000)]


def test_more_than_the_node_takes_is_refused_at_once(folder):
    with batching(folder, every=5, entries=10, batch=1000) as batcher:
        promise = batcher.submit([b"x"] * 8)
        with pytest.raises(QueueFull):
            batcher.submit([b"y"] * 3)
        batcher.submit([b"z"] * 2)
    assert promise.result(20).first == 0  # stopping appends what waits
    with pytest.raises(QueueFull):
        batcher.submit([b"late"])


# -- over HTTP ----------------------------------------------------------------------------------------------------------


@contextmanager
def served(folder, *words):
    port = free_ports()
    command = [sys.executable, "-m", "bierger.site", "log", "serve", "log", "--key", "key.pem", "--token", "token", "--port", str(port), "--every", "0.05"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BIERGER", "DATABASE", "DJANGO"))}
    with subprocess.Popen([*command, *words], cwd=folder, env={**environment, "PYTHONPATH": str(ROOT / "src")}, stdout=subprocess.PIPE, text=True) as process:
        assert ORIGIN in process.stdout.readline()
        try:
            wait_until_it_listens(process, port)
            yield process, port
        finally:
            process.send_signal(signal.SIGTERM)


def wait_until_it_listens(process, port):
    until = time.monotonic() + PATIENCE
    while True:
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect()
        except ConnectionRefusedError:
            assert process.poll() is None, "The node ended by itself."
            assert time.monotonic() < until, "The node does not listen."
            time.sleep(0.02)
        else:
            return


def ask(port, method, path, body=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer
    finally:
        connection.close()


def test_the_node_over_http(folder, capsys):
    token = {"Authorization": f"Bearer {(folder / 'token').read_text().strip()}"}
    with served(folder) as (process, port):
        assert ask(port, "GET", "/checkpoint")[0] == 404
        bodies = {wire.ONE: b"one", wire.MANY: encode_bundle([b"two", b"", b"three"]), wire.JSON: json.dumps({"entries": [base64.b64encode(b"four").decode()]})}
        index = 0
        for kind, body in bodies.items():
            status, said, _ = ask(port, "POST", "/add", body, Content_Type=kind, **token)
            told = json.loads(said)
            assert (status, told["index"], told["count"]) == (200, index, 3 if kind == wire.MANY else 1)
            index += told["count"]
        refusals = {
            (401, "token-wrong"): ({"Content_Type": wire.ONE, "Authorization": "Bearer x"}, b"x"),
            (415, "type-unknown"): ({"Content_Type": "text/plain", **token}, b"x"),
            (400, "entries-malformed"): ({"Content_Type": wire.MANY, **token}, b"\0\5x"),
            (400, "entry-length"): ({"Content_Type": wire.ONE, **token}, b"x" * 65_536),
            (413, "request-too-large"): ({"Content_Type": wire.MANY, "Content_Length": str(wire.LARGEST_REQUEST + 1), **token}, b""),
        }
        for (status, code), (headers, body) in refusals.items():
            found, said, _ = ask(port, "POST", "/add", body, **headers)
            assert (found, json.loads(said)["code"]) == (status, code)
        assert ask(port, "GET", "/add")[0] == ask(port, "POST", "/checkpoint", b"")[0] == 405
        status, _note, answer = ask(port, "GET", "/checkpoint")
        assert (status, answer.headers["Cache-Control"], answer.headers["Access-Control-Allow-Origin"]) == (200, "no-cache", "*")
        for path in ("/log/policy", "/log/checkpoint", "/tile/0/000.p/5", "/tile/entries/000.p/5", "/healthz"):
            assert ask(port, "GET", path)[0] == 200, path
        for path in ("/tile/0/000.p/6", "/head-0", "/../key.pem", "/tile/../../key.pem", "/lock", "/"):
            assert ask(port, "GET", path)[0] == 404, path
        capsys.readouterr()
        assert main(["log", "audit", f"http://127.0.0.1:{port}", "--policy", str(folder / "log" / "policy")]) == 0
        (folder / "a").write_bytes(b"a file")
        assert main(["log", "append", f"http://127.0.0.1:{port}", str(folder / "a"), "--token", str(folder / "token")]) == 0
        assert capsys.readouterr().out.splitlines()[-1] == "leaf 5"
        (folder / "wrong").write_text("x" * 20)
        assert main(["log", "append", f"http://127.0.0.1:{port}", str(folder / "a"), "--token", str(folder / "wrong")]) == 1
        assert "token-wrong" in capsys.readouterr().err
        process.kill()
    with served(folder) as (_, port):
        assert ask(port, "GET", "/checkpoint")[0] == 200
        assert json.loads(ask(port, "POST", "/add", b"after", Content_Type=wire.ONE, **token)[1])["index"] == 6
    assert whole(folder)[0] == [b"one", b"two", b"", b"three", b"four", b"a file", b"after"]


def test_a_node_that_is_killed_among_many_senders_keeps_what_it_said(folder):
    token = f"Bearer {(folder / 'token').read_text().strip()}"
    told: dict[int, bytes] = {}
    kept = threading.Lock()

    def send(sender, port):
        for number in range(10_000):
            entry = b"%d %d" % (sender, number)
            try:
                status, said, _ = ask(port, "POST", "/add", entry, Content_Type=wire.ONE, Authorization=token)
            except (OSError, http.client.HTTPException):
                return
            if status == 200:
                with kept:
                    assert json.loads(said)["index"] not in told
                    told[json.loads(said)["index"]] = entry
                answered.release()

    for round_ in range(2):
        answered = threading.Semaphore(0)
        with served(folder) as (process, port):
            threads = [threading.Thread(target=send, args=(10 * round_ + n, port)) for n in range(8)]
            for thread in threads:
                thread.start()
            for number in range(20):
                assert answered.acquire(timeout=PATIENCE), f"The node acknowledged {number} entries and no more."
            process.kill()  # among answers: each sender has its next entry on the way
            for thread in threads:
                thread.join()
        entries, _ = whole(folder)
        assert {index: entries[index] for index in told} == told


def test_a_full_queue_is_said_with_a_time_to_come_again(folder):
    token = f"Bearer {(folder / 'token').read_text().strip()}"
    with served(folder, "--queue", "2") as (_, port):
        status, said, answer = ask(port, "POST", "/add", encode_bundle([b"x"] * 3), Content_Type=wire.MANY, Authorization=token)
        assert (status, json.loads(said)["code"], answer.headers["Retry-After"]) == (503, "queue-full", "1")


# -- what is asked of files and words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"entries": 7}', b'{"entries": []}', b'{"entries": ["!"]}', b'{"entries": [1]}', b"[" * 100_000, b'{"entries": {"AAAA": 1}}', b'{"entries": "AAAA"}', b'{"entries": ["AB=="]}'])
def test_json_that_is_none_is_refused(body):
    with pytest.raises(RequestRefused) as refused:
        wire.read_entries(wire.JSON, body)
    assert refused.value.code == "entries-malformed"


def test_the_key_never_lies_where_everybody_reads(tmp_path):
    for words, code in (
        ((tmp_path / "log", tmp_path / "log" / "key.pem"), "node-key"),
        ((ROOT, tmp_path / "key.pem"), "node-folder"),
    ):
        with pytest.raises(NodeMisplaced) as refused:
            place.create(words[0], ORIGIN, words[1])
        assert refused.value.code == code
    place.create(tmp_path / "log", ORIGIN, tmp_path / "key.pem")
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
    place.create(tmp_path / "other", "other.lu", tmp_path / "other.pem")
    for log, key, seen, code in (
        ("log", "other.pem", None, "node-key"), ("nowhere", "key.pem", None, "node-folder"), ("log", "nowhere.pem", None, "node-key"),
        ("log", "key.pem", tmp_path / "mount", "seen-elsewhere"),
    ):  # fmt: skip
        with pytest.raises(NodeMisplaced) as refused, place.opened(tmp_path / log, tmp_path / key, seen):
            pass
        assert refused.value.code == code


def test_the_node_imports_no_django():
    program = (
        "import sys\n"
        "class Blocked:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('django', 'psycopg', 'procrastinate'): raise ImportError(name)\n"
        "sys.meta_path.insert(0, Blocked())\n"
        "import bierger.ledger.plugins.node.server, bierger.site.commands.log, bierger.site.commands.log_node\n"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src")}
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, env=environment)
