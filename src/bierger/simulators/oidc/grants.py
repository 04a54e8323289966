# SPDX-License-Identifier: EUPL-1.2
"""What the provider remembers between `/authorize`, `/token` and `/userinfo`, in the memory of its one process."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from dataclasses import dataclass

from bierger.simulators import settings
from bierger.simulators.errors import GrantRefused
from bierger.simulators.oidc.keys import b64url

MOST = 10_000  # codes and tokens kept: the oldest go first


@dataclass(frozen=True)
class Grant:
    """What somebody agreed to; `expires` is in the seconds of a monotonic clock."""

    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str
    handle: str
    level: str
    auth_time: int
    expires: float


class _Store:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._grants: dict[str, Grant] = {}

    def put(self, grant: Grant) -> str:
        token = secrets.token_urlsafe(32)
        with self._lock:
            while len(self._grants) >= MOST:
                del self._grants[next(iter(self._grants))]
            self._grants[token] = grant
        return token

    def take(self, token: str) -> Grant | None:
        """Give it back and forget it, in one step: a code works once even when two ask at the same time."""
        with self._lock:
            grant = self._grants.pop(token, None)
        return grant if grant and grant.expires > time.monotonic() else None

    def look(self, token: str) -> Grant | None:
        with self._lock:
            grant = self._grants.get(token)
        return grant if grant and grant.expires > time.monotonic() else None


codes = _Store()
access_tokens = _Store()


def check_client(client_id: str, secret: str) -> None:
    same = hmac.compare_digest(client_id.encode(), settings.SIMULATORS_CLIENT_ID.encode())
    if not (hmac.compare_digest(secret.encode(), settings.SIMULATORS_CLIENT_SECRET.encode()) and same):
        raise GrantRefused("invalid_client", "Client identifier or secret is wrong.")


def redeem(*, grant_type: str, code: str, redirect_uri: str, verifier: str) -> Grant:
    """Exchange a code. Raises GrantRefused; the code is used up either way."""
    if grant_type != "authorization_code":
        raise GrantRefused("unsupported_grant_type", "Only authorization codes are exchanged here.")
    grant = codes.take(code)
    if grant is None:
        raise GrantRefused("invalid_grant", "The code is unknown, used or too old.")
    if redirect_uri != grant.redirect_uri:
        raise GrantRefused("invalid_grant", "The redirect address is not the one the code was made for.")
    challenge = b64url(hashlib.sha256(verifier.encode("ascii", "replace")).digest())
    if not hmac.compare_digest(challenge, grant.challenge):
        raise GrantRefused("invalid_grant", "The PKCE verifier does not fit the challenge.")
    return grant
