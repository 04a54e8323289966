# SPDX-License-Identifier: EUPL-1.2
"""A log read over HTTP when its server is hostile: slow, endless, cut, packed."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bierger.ledger.plugins import outside
from bierger.ledger.plugins.outside import LogAddress, LogUnreachable

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
