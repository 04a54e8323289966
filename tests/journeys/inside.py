# SPDX-License-Identifier: EUPL-1.2
"""The site in this process, for pages that a started demonstration shows rarely: what breaks it can be done to it here."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import psycopg
from playwright.sync_api import Browser

from bierger.infra import clock
from bierger.infra.principal import Principal
from tests import databases
from tests.clients import client_of
from tests.journeys.visitor import PHONE, WIDE, Visitor

SOURCE = Path(__file__).resolve().parents[2] / "src" / "bierger"
ROOMS = ("portal", "backoffice", "identity", "site", "ui")


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Say nothing: the product logs its requests itself."""


class Patient(WSGIServer):
    """Reads a connection when something was said on it.

    A browser opens connections ahead and may keep one unused for as long as its context lives. A server of one thread that began to
    read it would never answer another context.
    """

    silent: dict[socket.socket, object]

    def server_activate(self) -> None:
        self.silent = {}
        super().server_activate()

    def process_request(self, request: object, client_address: object) -> None:
        assert isinstance(request, socket.socket)
        self.silent[request] = client_address
        self._answer_who_speaks(0.02)  # mostly this one, at once

    def service_actions(self) -> None:
        self._answer_who_speaks(0)

    def _answer_who_speaks(self, seconds: float) -> None:
        for one in select.select(list(self.silent), [], [], seconds)[0]:
            address = self.silent.pop(one)
            try:
                super().process_request(one, address)
            except Exception:  # noqa: BLE001 - as the server does for whom it answers at once
                self.handle_error(one, address)
                self.shutdown_request(one)

    def server_close(self) -> None:
        for one in self.silent:
            self.shutdown_request(one)
        super().server_close()


@contextmanager
def served() -> Iterator[str]:
    """The address of the site. One thread answers all, so that what is drawn between two looks belongs to the page between them."""
    from django.core.wsgi import get_wsgi_application
    from django.db import connection

    server = make_server("127.0.0.1", 0, get_wsgi_application(), server_class=Patient, handler_class=Quiet)

    def run() -> None:
        server.serve_forever(poll_interval=0.05)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def templates() -> set[str]:
    """Every template of the rooms that have screens, by its name."""
    found: set[str] = set()
    for room in ROOMS:
        folder = SOURCE / room / "templates"
        found |= {str(file.relative_to(folder)) for file in folder.rglob("*.html")}
    return found


@contextmanager
def drawn() -> Iterator[set[str]]:
    """The names of the templates that are drawn meanwhile: those of pages, and of the parts they are made of."""
    from django.test.signals import template_rendered

    names: set[str] = set()

    def note(template: object, **_more: object) -> None:
        names.add(str(getattr(template, "name", "")))

    template_rendered.connect(note)
    try:
        yield names
    finally:
        template_rendered.disconnect(note)


@contextmanager
def database_away(name: str) -> Iterator[None]:
    """The database refuses everybody for a while, and whoever was connected has lost it."""
    with psycopg.connect(**databases.server().parameters("super", "postgres"), autocommit=True) as owner:
        owner.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            owner.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


@dataclass
class Examiner:
    """Shows pages in one language to whoever acts, at each of these sizes, and keeps which templates were on them."""

    browser: Browser
    base: str
    language: str
    drawn: set[str]
    sizes: tuple[dict[str, int], ...] = (PHONE, WIDE)
    seen: set[str] = field(default_factory=set)
    examined: set[str] = field(default_factory=set)
    visitors: list[Visitor] = field(default_factory=list)

    def visitor(self, principal: Principal | None = None, *, own: Principal | None = None, pending: str = "") -> Visitor:
        """Somebody whose session holds this principal; nobody signed in without one. `own`: themselves, where they act for another;
        `pending`: the state of a sign-in that this browser has begun.
        """
        who = Visitor(self.browser, self.base, self.seen, language=self.language, script=True, wide=True)
        cookies = {"bierger_language": self.language}
        if principal is not None or pending:
            cookies["bierger_session"] = self._session(principal, own, pending)
        who.context.add_cookies([{"name": name, "value": value, "url": self.base} for name, value in cookies.items()])
        self.visitors.append(who)
        return who

    def _session(self, principal: Principal | None, own: Principal | None, pending: str) -> str:
        from django.contrib.sessions.backends.db import SessionStore

        key = "" if principal is None else client_of(principal).cookies["bierger_session"].value
        session = SessionStore(key or None)
        if own is not None:
            session["identity"] = {**session["identity"], "person": str(own.person), "space": str(own.space)}
        if pending:
            begun = {"state": pending, "nonce": "", "verifier": "", "next": "/", "level": "none", "at": clock.real_now().timestamp()}
            session["sign_in"] = {pending: begun}
        session.save()
        return str(session.session_key)

    def read(self, who: Visitor, path: str = "", *, expected: int = 0) -> Visitor:
        """Open a page, or stay on the one that came, and examine it at each size."""
        who.expected = expected
        if path:
            self.drawn.clear()
            who.page.goto(self.base + path)
        for size in self.sizes:
            who.page.set_viewport_size(size)  # type: ignore[arg-type]  # a dict stands for a ViewportSize
            who.width = size["width"]
            who.look(always=True)
        self.examined |= self.drawn
        return who

    def press(self, who: Visitor, selector: str, *, expected: int = 0) -> Visitor:
        who.expected = expected
        self.drawn.clear()
        with who.page.expect_navigation():
            who.page.locator(selector).first.click()
        return self.read(who, expected=expected)

    def leave(self) -> None:
        for one in self.visitors:
            one.leave()
