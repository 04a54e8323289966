# SPDX-License-Identifier: EUPL-1.2
"""A client for load: raw requests on kept connections, so that the client costs little of the processors it shares.

Runs as a process of its own: `python -m benchmarks.load JSON`, answers JSON. Two jobs:
submit   POST /drafts/<id>/submit of prepared drafts, each with the session of its own holder; the CSRF cookie and token come
         from the check page, as in a browser
get      GET one address again and again with one session
"""

from __future__ import annotations

import itertools
import json
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from benchmarks.prepared import draft_id, session_key

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([A-Za-z0-9]+)"')
COOKIE = re.compile(rb"set-cookie:\s*bierger_csrf=([A-Za-z0-9]+)", re.IGNORECASE)
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


class Connection:
    """One HTTP/1.1 connection that is kept."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Status, head, body."""
        self._socket.sendall(request)
        read = b""
        while b"\r\n\r\n" not in read:
            read += self._more()
        head, _, body = read.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        wanted = int(length.group(1)) if length else 0
        while len(body) < wanted:
            body += self._more()
        return int(head[9:12]), head, body

    def _more(self) -> bytes:
        piece = self._socket.recv(65536)
        if not piece:
            raise ConnectionError("The server closed the connection.")
        return piece

    def close(self) -> None:
        self._socket.close()


@dataclass
class Measured:
    """Seconds of each answer, and what was not the answer we wanted."""

    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def get(path: str, cookies: str, port: int) -> bytes:
    return (
        f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: {cookies}\r\n"
        "Accept: text/html\r\nAccept-Encoding: identity\r\n\r\n"
    ).encode()


def csrf(port: int, number: int) -> tuple[str, str]:
    """Cookie and form token, from the check page of a prepared draft."""
    connection = Connection(port)
    path = f"/drafts/{draft_id(number)}/check"
    status, head, body = connection.ask(get(path, f"bierger_session={session_key(number)}; bierger_language=en", port))
    connection.close()
    cookie, token = COOKIE.search(head), TOKEN.search(body)
    if status != 200 or cookie is None or token is None:
        raise RuntimeError(f"{path} answered {status}, without a token: {head!r}")
    return cookie.group(1).decode(), token.group(1).decode()


def submissions(port: int, first: int, last: int) -> Iterator[bytes]:
    """One request for each prepared draft, first to last."""
    cookie, token = csrf(port, first)
    body = f"csrfmiddlewaretoken={token}&declaration=yes"
    for number in range(first, last + 1):
        yield (
            f"POST /drafts/{draft_id(number)}/submit HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n"
            f"Cookie: bierger_session={session_key(number)}; bierger_csrf={cookie}; bierger_language=en\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


def run(
    port: int, requests: Iterator[bytes], *, clients: int, seconds: float, right: Callable[[int, bytes], bool]
) -> dict[str, object]:
    """`clients` connections ask until the time is over or nothing is left; an answer begun in time counts."""
    lock, everyone = threading.Lock(), [Measured() for _ in range(clients)]
    gate = threading.Barrier(clients + 1)
    until = float("inf")

    def client(mine: Measured) -> None:
        connection = Connection(port)
        gate.wait()
        while time.perf_counter() < until:
            with lock:
                request = next(requests, None)
            if request is None:
                break
            began = time.perf_counter()
            status, head, _ = connection.ask(request)
            mine.seconds.append(time.perf_counter() - began)
            if not right(status, head):
                mine.wrong.append(f"{status} {head[:300]!r}")
        connection.close()

    threads = [threading.Thread(target=client, args=(mine,)) for mine in everyone]
    for thread in threads:
        thread.start()
    began = time.perf_counter()
    until = began + seconds
    gate.wait()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    all_seconds = sorted(itertools.chain.from_iterable(mine.seconds for mine in everyone))
    wrong = [said for mine in everyone for said in mine.wrong]
    if not all_seconds:
        raise RuntimeError("Nothing was answered.")
    return {
        "clients": clients,
        "answers": len(all_seconds),
        "per_second": len(all_seconds) / took,
        "p50_ms": 1000 * percentile(all_seconds, 50),
        "p95_ms": 1000 * percentile(all_seconds, 95),
        "wrong": len(wrong),
        "first_wrong": wrong[0] if wrong else "",
    }


def percentile(ordered: list[float], percent: int) -> float:
    """Nearest rank of an ascending list."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def main(told: dict[str, object]) -> dict[str, object]:
    port, clients, seconds = int(str(told["port"])), int(str(told["clients"])), float(str(told["seconds"]))
    if told["job"] == "submit":
        requests = submissions(port, int(str(told["first"])), int(str(told["last"])))
        first = next(requests)  # the token is fetched before the time begins
        return run(
            port, itertools.chain([first], requests), clients=clients, seconds=seconds,
            right=lambda status, head: status == 302 and b"/filings/" in head,
        )  # fmt: skip
    request = get(str(told["path"]), str(told["cookies"]), port)
    return run(port, itertools.repeat(request), clients=clients, seconds=seconds, right=lambda status, _: status == 200)


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
