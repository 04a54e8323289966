# SPDX-License-Identifier: EUPL-1.2
"""`./bierger log append` and what may come back: odd answers, no answer, lines that are none; and a node that cannot begin."""

from __future__ import annotations

import email.utils
import io
import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bierger.site.cli import main
from bierger.site.commands.log_sending import LONGEST_WAIT, seconds_asked
from tests.ports import free_ports


@contextmanager
def answering(*answers):
    """A server that gives these answers one after the other: (status, headers, body); None hangs up."""
    waiting = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            answer = waiting.pop(0)
            if answer is None:
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert not waiting


@pytest.fixture
def words(tmp_path, monkeypatch):
    """What comes after the address: one entry, and a token."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "token").write_text("x" * 20)
    (tmp_path / "entry").write_bytes(b"an entry")
    return ["entry", "--token", "token"]


GOOD = (200, {}, b'{"index": 7, "count": 1, "checkpoint": ""}')


@pytest.mark.parametrize("body", [b"{}", b"[1]", b"", b"<html>", b'{"index": "7", "count": 1}', b'{"index": -1, "count": 1}', b'{"index": 7, "count": 2}', b"null"])
def test_an_answer_that_is_no_nodes_leaves_it_open(words, capsys, body):
    with answering((200, {}, body)) as address:
        assert main(["log", "append", address, *words]) == 1
    said = capsys.readouterr().err
    assert "(log-unclear)" in said
    assert "look for the entries before sending them again" in said


def test_a_connection_that_breaks_leaves_it_open(words, capsys):
    with answering(None) as address:
        assert main(["log", "append", address, *words]) == 1
    assert "(log-unclear)" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "http://", "nowhere", "http://127.0.0.1:99999", "ftp://127.0.0.1"])
def test_nobody_there_is_said_as_that(words, capsys, address):
    assert main(["log", "append", address, *words]) == 1
    assert "(log-unreachable)" in capsys.readouterr().err


def test_a_redirection_is_not_followed_with_the_token(words, capsys):
    with answering((302, {"Location": "http://127.0.0.1:1/"}, b"")) as address:
        assert main(["log", "append", address, *words]) == 1
    assert "(node-unknown)" in capsys.readouterr().err


def test_a_node_that_asks_to_come_again_with_a_date_is_asked_again(words, capsys):
    busy = b'{"code": "queue-full", "message": ""}'
    past = email.utils.formatdate(time.time() - 9, usegmt=True)
    with answering((503, {"Retry-After": past}, busy), GOOD) as address:
        assert main(["log", "append", address, *words]) == 0
    assert capsys.readouterr().out == "leaf 7\n"


def test_a_time_to_wait_is_read_and_bounded():
    assert [seconds_asked(text) for text in (None, "", "soon", "-5", "7", "99999")] == [1, 1, 1, 1, 7, LONGEST_WAIT]
    assert seconds_asked(email.utils.formatdate(time.time() + 10**6, usegmt=True)) == LONGEST_WAIT
    assert seconds_asked("Mon, 23 Nov 1926 00:00:00 -0000") == 1


# -- lines ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lines", "said"), [("\n\n", "Line 1 is empty"), ("00\n\n01\n", "Line 2 is empty"), ("00\nxy\n", "Line 2 is not hexadecimal"), ("", "nothing to add")])
def test_a_line_that_is_no_entry_adds_nothing(words, monkeypatch, capsys, lines, said):
    """An empty line would be an empty entry, for ever."""
    main(["log", "init", "log", "--origin", "log.example.lu", "--key", "key.pem"])
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    assert main(["log", "append", "log", "--key", "key.pem"]) == 1
    error = capsys.readouterr().err
    assert "(entries-malformed)" in error
    assert said in error
    monkeypatch.setattr("sys.stdin", io.StringIO("0a\n"))
    assert main(["log", "append", "log", "--key", "key.pem"]) == 0
    assert capsys.readouterr().out == "leaf 0\n"


# -- a node that cannot begin ---------------------------------------------------------------------------------------------


def test_an_address_that_cannot_be_served_is_said_before_anything(words, capsys):
    main(["log", "init", "log", "--origin", "log.example.lu", "--key", "key.pem"])
    serve = ["log", "serve", "log", "--key", "key.pem", "--token", "token"]
    capsys.readouterr()
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as taken:
        for where in (["--port", str(taken.getsockname()[1])], ["--host", "no such host"], ["--host", "192.0.2.1", "--port", str(free_ports())]):
            assert main([*serve, *where]) == 1
            said = capsys.readouterr()
            assert (said.out, "(node-address)" in said.err) == ("", True)
    for wrong in (["--port", "99999"], ["--port", "0"], ["--every", "-1"], ["--every", "nan"], ["--queue", "0"], ["--queue", "-3"]):
        with pytest.raises(SystemExit) as ended:
            main([*serve, *wrong])
        assert ended.value.code == 2
