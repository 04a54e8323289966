# SPDX-License-Identifier: EUPL-1.2
"""A small site for the verification page in a browser: pages given as bytes, `web/` as /static, a log made by a test; it can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

WEB = Path(__file__).resolve().parents[2] / "web"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".wasm": "application/wasm", ".png": "image/png"}


@dataclass(frozen=True)
class Answer:
    """What is served at a path."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass
class Site:
    """`answers` by path; what they do not name is looked for in `web/`. `asked` holds every path with its query, in order."""

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    stop: Callable[[], None] = field(default=lambda: None)
    """No server any more: whoever connects is refused."""

    def put(self, path: str, body: bytes, **headers: str) -> None:
        self.answers[path] = Answer(body, {name.replace("_", "-"): value for name, value in headers.items()})

    def answer(self, target: str) -> Answer | None:
        path = urlsplit(target).path
        if path in self.answers:
            return self.answers[path]
        file = (WEB / path.removeprefix("/static/")).resolve()
        if path.startswith("/static/") and file.is_relative_to(WEB) and file.is_file():
            return Answer(file.read_bytes(), {"Content-Type": TYPES.get(file.suffix, "application/octet-stream")})
        return None


@contextmanager
def serving() -> Iterator[Site]:
    """Serve until the end of the block; the port is free again then."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append(self.path)
            found = site.answer(self.path)
            body = b"" if found is None else found.body
            self.send_response(404 if found is None else found.status)
            for name, value in ({} if found is None else found.headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            site.asked.append(f"POST {self.path}")
            self.send_error(404)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    site.url = f"http://localhost:{server.server_port}"

    def stop() -> None:
        server.shutdown()
        thread.join()
        server.server_close()

    site.stop = stop
    try:
        yield site
    finally:
        if thread.is_alive():
            stop()
