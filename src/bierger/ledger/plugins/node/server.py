# SPDX-License-Identifier: EUPL-1.2
"""The node: one process, one folder, HTTP. Everybody reads (C2SP tlog-tiles), the holder of the token adds.

    GET  /checkpoint /tile/… /policy /healthz       the same below /log, as an installation serves them
    POST /add                                       see wire.py

Granian takes HTTP apart; here are the answers, on one event loop, and the writer in a thread of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import logging
import signal
import socket
from dataclasses import dataclass
from typing import Any  # granian's scope and protocol have no types of their own

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from bierger.ledger.plugins.node import wire
from bierger.ledger.plugins.node.batching import Batcher
from bierger.ledger.plugins.node.errors import NodeError, NodeMisplaced, RequestRefused, Unclear
from bierger.ledger.plugins.node.files import FolderLog, size_of
from bierger_core.merkle import TILE_WIDTH, Tile, TileError, parse_tile_path

logger = logging.getLogger("bierger.node")
PATIENCE = 30.0  # seconds a sender waits for its answer
TEXT, BYTES, JSON = "text/plain; charset=utf-8", "application/octet-stream", "application/json"
FOREVER, FRESH = "public, max-age=31536000, immutable", "no-cache"
Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """status, body, and how long it may be kept."""

    status: int
    body: bytes
    kind: str = JSON
    keep: str = FRESH

    @property
    def headers(self) -> Headers:
        found = [("content-type", self.kind), ("cache-control", self.keep), ("x-content-type-options", "nosniff")]
        found.append(("access-control-allow-origin", "*"))
        return found + ([("retry-after", str(wire.RETRY_AFTER))] if self.status == 503 else [])


class Node:
    """Answers requests about one log. token: what a sender shows, as `Authorization: Bearer …`."""

    def __init__(self, batcher: Batcher, log: FolderLog, policy: str, token: str) -> None:
        self._batcher, self._log, self._policy = batcher, log, policy
        self._token = _digest(f"Bearer {token}")

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        if scope.proto != "http":
            protocol.close(403)
            return
        try:
            answer = await self._answer(scope, protocol)
        except NodeError as error:
            answer = Answer(error.status, wire.refused(error))
        except Exception:
            logger.exception("a request failed")
            answer = Answer(500, wire.refused(NodeError("node-error", "The node failed at this request.")))
        protocol.response_bytes(answer.status, answer.headers, answer.body)

    async def _answer(self, scope: Any, protocol: Any) -> Answer:
        path = scope.path.removeprefix("/log").lstrip("/")
        if path == "add":
            return await self._add(scope, protocol)
        if scope.method not in ("GET", "HEAD"):
            return _status(405, "method-unknown", "This can only be read.")
        return self._read(path)

    async def _add(self, scope: Any, protocol: Any) -> Answer:
        if scope.method != "POST":
            return _status(405, "method-unknown", "Send it with POST.")
        if not hmac.compare_digest(_digest(scope.headers.get("authorization") or ""), self._token):
            raise RequestRefused("token-wrong", "Show the token of this node: Authorization: Bearer …", 401)
        entries = wire.read_entries(scope.headers.get("content-type") or "", await _body(scope, protocol))
        promise = asyncio.wrap_future(self._batcher.submit(entries))
        try:
            return Answer(200, wire.added(await asyncio.wait_for(promise, PATIENCE), len(entries)))
        except TimeoutError:
            raise Unclear from None

    def _read(self, path: str) -> Answer:
        if path == "checkpoint":
            note = self._batcher.published
            return _status(404, "checkpoint-missing", "Nothing was logged yet.") if note is None else Answer(200, note, TEXT)
        if path == "policy":
            return Answer(200, self._policy.encode(), TEXT)
        if path == "healthz":
            trouble = self._batcher.trouble
            return _status(200, "ok", "The node appends.") if trouble is None else _status(503, trouble, "The last batch failed.")
        try:
            return Answer(200, self._tile(path), BYTES, FOREVER)
        except TileError as error:
            return _status(404, error.code, str(error))

    def _tile(self, path: str) -> bytes:
        """What the published tree reaches: beyond it somebody may be writing."""
        named = parse_tile_path(path)
        level = named.level if isinstance(named, Tile) else 0
        size = size_of(self._batcher.published) if self._batcher.published is not None else 0
        if (named.index * TILE_WIDTH + named.width) << (8 * level) > size:
            raise TileError("The published tree does not reach so far.", code="tile-missing", path=path)
        return self._log.fetch(path)


def check_address(host: str, port: int) -> None:
    """Before anything else happens. Raises NodeMisplaced (node-address)."""
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[:1]:
            with socket.socket(family, kind, protocol) as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
                trial.bind(address)
                trial.listen()  # another listener that shares its port lets us bind, and not listen
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise NodeMisplaced("node-address", f"Nothing can be served on {host}, port {port}: {why}.") from error


async def serve(node: Node, batcher: Batcher, host: str, port: int) -> None:
    """Until SIGTERM or SIGINT; what waits then is appended and answered first."""
    server = Server(
        node,
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        websockets=False,
        backlog=2048,
        backpressure=4096,  # requests at once; more wait in the backlog
        log_enabled=False,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),  # milliseconds
    )
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ended.set)
    serving = asyncio.ensure_future(server.serve())
    await asyncio.wait([serving, asyncio.ensure_future(ended.wait())], return_when=asyncio.FIRST_COMPLETED)
    await loop.run_in_executor(None, batcher.stop)
    if not serving.done():
        server.stop()  # type: ignore[no-untyped-call]  # the library leaves it untyped
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(serving, 5)
    else:
        serving.result()


async def _body(scope: Any, protocol: Any) -> bytes:
    """The whole body, and never more than the limit, whatever the sender says of its length."""
    stated = scope.headers.get("content-length")
    if stated is not None and (not stated.isdecimal() or len(stated) > 19 or int(stated) > wire.LARGEST_REQUEST):
        raise _TOO_LARGE  # a number too long to be read is one, too
    if stated is not None:
        return bytes(await protocol())
    parts, size = [], 0
    async for part in protocol:
        size += len(part)
        if size > wire.LARGEST_REQUEST:
            raise _TOO_LARGE
        parts.append(bytes(part))
    return b"".join(parts)


_TOO_LARGE = RequestRefused("request-too-large", f"A request has at most {wire.LARGEST_REQUEST} bytes.", 413)


def _status(status: int, code: str, message: str) -> Answer:
    return Answer(status, wire.refused(NodeError(code, message)))


def _digest(text: str) -> bytes:
    """Compared instead of the token: in constant time, whatever its length."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
