# SPDX-License-Identifier: EUPL-1.2
"""A log read when whoever shows it is hostile: slow, endless, cut, packed, too large, no file at all."""

from __future__ import annotations

import functools
import gzip
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bierger.ledger.plugins import outside
from bierger.ledger.plugins.node.disk import FolderDisk
from bierger.ledger.plugins.node.files import FolderLog
from bierger.ledger.plugins.outside import LogAddress, LogFolder, LogUnreachable
from bierger.site.cli import main
from bierger_core.merkle import LARGEST_BUNDLE, LARGEST_NOTE, LARGEST_POLICY, LARGEST_TILE, LONGEST_ENTRY, LogWriter
from tests.core.merkle.logs import LOG, LOG_KEY

ROOT = Path(__file__).resolve().parents[3]
OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[LogAddress]:
    """A server that says what it likes to the first who asks."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65_536)
                try:
                    answer(connection)
                except OSError:
                    return  # the reader has gone

        thread = threading.Thread(target=serve)
        thread.start()
        yield LogAddress(f"http://127.0.0.1:{listening.getsockname()[1]}/log/")
        thread.join()


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """An honest server of a folder; its address."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_log_that_sends_gzip_unasked_is_read() -> None:
    data = bytes(range(256)) * 32
    packed = gzip.compress(data)
    with answering(lambda to: to.sendall(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed)) as log:
        assert log.get("tile/0/000") == data


def test_a_small_answer_that_unpacks_to_very_much_is_cut_off() -> None:
    packed = gzip.compress(bytes(20_000_000), 1)
    with answering(lambda to: to.sendall(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed)) as log, pytest.raises(LogUnreachable):
        log.get("checkpoint")


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 100\r\n\r\nshort",
        OK + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
        b"nothing of HTTP",
        b"",
    ],
)
def test_an_answer_that_is_cut_or_none_is_no_file(answer: bytes) -> None:
    with answering(lambda to: to.sendall(answer)) as log, pytest.raises(LogUnreachable):
        log.get("checkpoint")


def test_a_log_that_hands_out_a_byte_now_and_then_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes long before a silence would be noticed; all of them together never end."""
    monkeypatch.setattr(outside, "MOST_SECONDS", 0.3)

    def drip(to: socket.socket) -> None:
        to.sendall(OK + b"Content-Length: 1000000\r\n\r\n")
        while True:
            to.sendall(b"x")
            time.sleep(0.02)

    began = time.monotonic()
    with answering(drip) as log, pytest.raises(LogUnreachable):
        log.get("checkpoint")
    assert time.monotonic() - began < 5


# -- how much is read -----------------------------------------------------------------------------------------------------


@pytest.fixture
def large(tmp_path: Path) -> Iterator[tuple[Path, LogAddress]]:
    """A log whose first bundle has 256 entries, each as long as an entry may be; as a folder, and behind an address."""
    folder = tmp_path / "log"
    folder.mkdir()
    log = FolderLog(FolderDisk(folder))
    LogWriter(log, log, LOG_KEY, LOG).append([bytes([n]) * LONGEST_ENTRY for n in range(256)])
    assert (folder / "tile/entries/000").stat().st_size == LARGEST_BUNDLE
    with serving(folder) as address:
        yield folder, LogAddress(address)


def test_entries_as_long_as_they_may_be_are_read_over_http(large: tuple[Path, LogAddress], capsys: pytest.CaptureFixture[str]) -> None:
    folder, log = large
    for place in (str(folder), log.address):
        assert main(["log", "audit", place, "--key", LOG_KEY.text]) == 0
        assert main(["log", "prove", place, "--index", "255", "--key", LOG_KEY.text]) == 0
    assert "HEALTHY" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "most"), [("tile/0/000", LARGEST_TILE), ("tile/entries/000", LARGEST_BUNDLE)])
def test_a_tile_that_is_too_long_is_a_damaged_one_and_no_more_of_it_is_read(large: tuple[Path, LogAddress], name: str, most: int, capsys: pytest.CaptureFixture[str]) -> None:
    folder, log = large
    with (folder / name).open("r+b") as stream:
        stream.truncate(most + 5_000_000)
    for place in (LogFolder(folder), log):
        assert most < len(place.get(name) or b"") < most + 100
        assert main(["log", "audit", str(getattr(place, "address", folder)), "--key", LOG_KEY.text]) == 1
        assert f"DAMAGED {name}: " in capsys.readouterr().out


@pytest.mark.parametrize(("name", "most"), [("checkpoint", LARGEST_NOTE), ("policy", LARGEST_POLICY), ("keys.json", outside.MAX_BYTES)])
def test_every_other_file_has_its_limit(tmp_path: Path, name: str, most: int) -> None:
    (tmp_path / name).write_bytes(bytes(most))
    with serving(tmp_path) as address:
        for log in (LogFolder(tmp_path), LogAddress(address)):
            assert log.get(name) == bytes(most)
        (tmp_path / name).write_bytes(bytes(most + 1))
        for log in (LogFolder(tmp_path), LogAddress(address)):
            with pytest.raises(LogUnreachable):
                log.get(name)


@pytest.mark.parametrize("what", ["pipe", "device", "folder", "loop", "closed"])
def test_what_is_no_file_in_a_folder_ends_with_one_sentence(large: tuple[Path, LogAddress], what: str, capsys: pytest.CaptureFixture[str]) -> None:
    """At the place of the checkpoint, and at that of a tile. Nobody waits for a pipe or reads zeros for ever."""
    folder, _ = large
    for name in ("checkpoint", "tile/0/000"):
        path = folder / name
        data = path.read_bytes()
        path.unlink()
        match what:
            case "pipe":
                os.mkfifo(path)
            case "device":
                path.symlink_to("/dev/zero")
            case "folder":
                path.mkdir()
            case "loop":
                path.symlink_to(path)
            case _:
                path.write_bytes(data)
                path.chmod(0)
        if what != "closed":
            status = main(["log", "audit", str(folder), "--key", LOG_KEY.text])
            said = capsys.readouterr()
            assert (status, said.err.count("\n"), said.err.startswith("Nothing can be said (log-unreachable): ")) == (3, 1, True)
        elif os.geteuid() != 0:
            with pytest.raises(LogUnreachable):
                LogFolder(folder).get(name)
        else:
            assert_nobody_may_read(folder, name)
        path.rmdir() if what == "folder" else path.unlink()
        path.write_bytes(data)


def assert_nobody_may_read(folder: Path, name: str) -> None:
    """Root reads what it likes: another process, without its rights, has to look."""
    program = (
        "import os, sys, pathlib\n"
        "from bierger.ledger.plugins.outside import LogFolder, LogUnreachable\n"
        "descriptor = os.open(sys.argv[1], os.O_RDONLY)\n"
        "os.fchdir(descriptor)\n"
        "os.setgroups([]), os.setgid(65534), os.setuid(65534)\n"
        "try: LogFolder(pathlib.Path('.')).get(sys.argv[2])\n"
        "except LogUnreachable as refused: assert 'Permission denied' in str(refused), refused\n"
        "else: raise AssertionError\n"
    )
    subprocess.run([sys.executable, "-c", program, str(folder), name], check=True, timeout=60, env={**os.environ, "PYTHONPATH": str(ROOT / "src")})
