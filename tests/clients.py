# SPDX-License-Identifier: EUPL-1.2
"""HTTP clients with a session."""

from __future__ import annotations

from uuid import uuid4

from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from bierger.infra.principal import Principal


def client_of(principal: Principal, *, language: str = "en", name: str = "Test Person") -> Client:
    client = Client(enforce_csrf_checks=False)
    session = SessionStore()
    session["principal"] = principal.to_session()
    session["identity"] = {
        "person": str(principal.person or uuid4()), "space": str(principal.space or uuid4()), "level": principal.level,
        "name": name, "label": name, "issuer": "", "subject": "",
    }  # fmt: skip
    session.save()
    client.cookies["bierger_session"] = session.session_key
    client.cookies["bierger_language"] = language
    return client
