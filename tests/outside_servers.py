# SPDX-License-Identifier: EUPL-1.2
"""Servers that answer as no good server does: bytes on a socket, in pieces, as slowly as a test wants."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def server(*, pieces: Iterable[bytes], pause: float = 0.0) -> Iterator[str]:
    """Its address. Each connection gets the pieces, `pause` seconds apart."""
    pieces, over = list(pieces), threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while not over.is_set():
                connection, _ = listening.accept()
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65_536)
            for piece in pieces:
                connection.sendall(piece)
                if pause and over.wait(pause):
                    return

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        over.set()
        listening.close()


def ok(body: bytes, *, more: bytes = b"") -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + more
    return head + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body
