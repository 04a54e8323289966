# SPDX-License-Identifier: EUPL-1.2
"""Somebody else's server can be slow, huge, absurd or gone: we have an answer or a named error within a time."""

from __future__ import annotations

import gzip
import time

import pytest

from bierger.infra.outside import LARGEST, Answer, NoAnswer, ask_json
from tests.outside_servers import ok, server


def test_a_json_answer_is_read():
    with server(pieces=[ok(b'{"name": "L\xc3\xa9a"}')]) as address:
        assert ask_json(address) == Answer(200, {"name": "Léa"})


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"])
def test_a_byte_now_and_then_is_no_answer(head: bytes):
    began = time.monotonic()
    with server(pieces=[head or b"H", *[b"a"] * 200], pause=0.1) as address, pytest.raises(NoAnswer, match="within"):
        ask_json(address, seconds=1.0)
    assert time.monotonic() - began < 15  # the pieces alone would take twenty


@pytest.mark.parametrize(
    "piece",
    [
        ok(b"[" * 200_000),
        ok(b'"' + b"a" * (LARGEST + 10) + b'"'),
        ok(gzip.compress(b" " * 50_000_000 + b"1"), more=b"Content-Encoding: gzip\r\n"),
        ok(b"not json"),
        ok(b"\xff\xfe"),
        ok(b""),
    ],
    ids=["deep", "large", "packed", "text", "bytes", "empty"],
)
def test_what_is_no_json_of_a_sensible_size_says_nothing(piece: bytes):
    with server(pieces=[piece]) as address:
        assert ask_json(address, seconds=60) == Answer(200, None)


def test_a_redirect_is_not_followed():
    with server(pieces=[ok(b"1")]) as elsewhere:
        head = f"HTTP/1.1 302 Found\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n".encode()
        with server(pieces=[head]) as address:
            assert ask_json(address) == Answer(302, None)


@pytest.mark.parametrize("pieces", [[], [b"nonsense\r\n\r\n"], [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n1"]])
def test_a_broken_conversation_is_no_answer(pieces: list[bytes]):
    with server(pieces=pieces) as address, pytest.raises(NoAnswer):
        ask_json(address)


def test_nobody_there_is_no_answer():
    with server(pieces=[]) as address:
        pass
    with pytest.raises(NoAnswer):
        ask_json(address)
