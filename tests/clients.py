# SPDX-License-Identifier: EUPL-1.2
"""HTTP clients with a session."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from bierger.infra.principal import Principal


def client_of(principal: Principal, *, language: str = "en", name: str = "Test Person") -> Client:
    client = Client(enforce_csrf_checks=False)
    session = SessionStore()
    session["principal"] = principal.to_session()
    session["identity"] = {"name": name, "label": name}
    session.save()
    client.cookies["bierger_session"] = session.session_key
    client.cookies["bierger_language"] = language
    return client
