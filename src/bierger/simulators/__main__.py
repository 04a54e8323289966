# SPDX-License-Identifier: EUPL-1.2
"""`python -m bierger.simulators PORT`: the simulators on the loopback address, for tests and for a quick look."""

from __future__ import annotations

import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from bierger.simulators.wsgi import application


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Requests carry names of people: they are not printed."""


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8001
    with make_server("127.0.0.1", port, application, server_class=_Server, handler_class=_Quiet) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
