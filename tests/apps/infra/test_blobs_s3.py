# SPDX-License-Identifier: EUPL-1.2
"""What a server can do wrong: be down, be killed, be silent, fail, refuse. Each has a name, and nothing waits without end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bierger.infra import blobs
from bierger.infra.blobs import BlobFileError, s3
from tests.ports import free_ports
from tests.stores import BUCKET, S3Server, s3_settings

NAME = "0" * 64


@contextmanager
def configured(settings: dict[str, str]) -> Iterator[None]:
    from django.test import override_settings

    with override_settings(**settings):
        yield


CALLS: dict[str, Callable[[], object]] = {
    "put": lambda: blobs.put("a", b"bytes"),
    "read": lambda: blobs.read("a", NAME),
    "delete": lambda: blobs.delete("a", NAME),
    "stored": lambda: list(blobs.stored(now=0)),
    "answers": lambda: blobs.configured().answers(),
}
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


def code(call: Callable[[], object]) -> str:
    with pytest.raises(BlobFileError) as refused:
        call()
    assert "\n" not in str(refused.value)
    return refused.value.code


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[S3Server]:
    server = S3Server(tmp_path / "own")
    server.start()
    yield server
    server.kill()


@every_call
def test_a_server_that_is_down_is_unreachable(call: Callable[[], object]) -> None:
    with configured(s3_settings(free_ports())):
        assert code(call) == "blob-store-unreachable"


@every_call
def test_a_server_that_is_silent_is_unreachable(call: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "TIMEOUT", timedelta(seconds=0.5))
    monkeypatch.setattr(s3, "RETRY_FOR", timedelta(seconds=0.2))
    with socket.create_server(("127.0.0.1", 0)) as deaf, configured(s3_settings(deaf.getsockname()[1])):
        assert code(call) == "blob-store-unreachable"


def test_a_write_is_bounded_well_below_a_minute() -> None:
    worst = s3.TIMEOUT + s3.RETRY_FOR
    assert worst.total_seconds() <= 30
    assert s3.ANSWER.total_seconds() <= 2


@contextmanager
def failing(status: int, *, times: int = 1000) -> Iterator[tuple[int, list[str]]]:
    """An HTTP server that answers `status` to its first requests and 200 afterwards: (port, methods it was asked)."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append(self.command)
            self.send_response(status if len(asked) <= times else 200)
            self.send_header("Content-Length", "0")
            self.send_header("ETag", '"0"')
            self.end_headers()

        do_GET = do_PUT = do_DELETE = answer  # noqa: N815 - names of the standard library

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, asked
        server.shutdown()


def test_a_failing_server_is_asked_three_times_and_then_unreachable() -> None:
    with failing(503) as (port, asked), configured(s3_settings(port)):
        assert code(CALLS["put"]) == "blob-store-unreachable"
        assert asked == ["PUT"] * (1 + s3.RETRIES)


def test_readiness_asks_once() -> None:
    with failing(503) as (port, asked), configured(s3_settings(port)):
        assert code(CALLS["answers"]) == "blob-store-unreachable"
        assert asked == ["GET"]


def test_a_server_that_recovers_in_time_has_the_file() -> None:
    with failing(500, times=1) as (port, asked), configured(s3_settings(port)):
        assert len(blobs.put("a", b"bytes")) == 64
        assert asked == ["PUT", "PUT"]


@every_call
def test_a_wrong_secret_is_refused_at_once(call: Callable[[], object], s3_server: S3Server) -> None:
    with configured(s3_server.settings("x", BIERGER_S3_SECRET_KEY="another")):
        assert code(call) == "blob-store-refused"


@pytest.mark.parametrize("name", ["put", "read", "stored", "answers"])
def test_a_bucket_that_is_not_there_is_refused_and_not_taken_for_a_missing_file(name: str, s3_server: S3Server) -> None:
    with configured(s3_server.settings(BIERGER_BLOBS="s3://another")):
        assert code(CALLS[name]) == "blob-store-refused"


def test_a_server_killed_between_two_calls_and_started_again_has_what_it_acknowledged(own_server: S3Server) -> None:
    with configured(own_server.settings("x")):
        name = blobs.put("a", b"acknowledged")
        own_server.kill()
        assert code(lambda: blobs.read("a", name)) == "blob-store-unreachable"
        assert code(lambda: blobs.put("a", b"not acknowledged")) == "blob-store-unreachable"
        own_server.start()
        assert blobs.read("a", name) == b"acknowledged"
        assert [file.name for file in blobs.stored(now=0)] == [name]


def test_prefixes_do_not_see_each_other(s3_server: S3Server) -> None:
    with configured(s3_server.settings("one/town")):
        name = blobs.put("a", b"of the one")
    for other in ("one/town-2", "two"):
        with configured(s3_server.settings(other)):
            assert list(blobs.stored(now=0)) == []
            assert code(lambda: blobs.read("a", name)) == "blob-missing"


def test_the_secret_does_not_show() -> None:
    place = s3.Place.parse(f"s3://{BUCKET}/x/", endpoint="http://h/", region="r", access_key="k", secret_key="hush")
    assert (place.bucket, place.prefix, place.endpoint) == (BUCKET, "x", "http://h")
    assert "hush" not in repr(s3.S3Store(place))
