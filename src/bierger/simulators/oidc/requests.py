# SPDX-License-Identifier: EUPL-1.2
"""The authorization request: read, checked, carried from page to page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from bierger.simulators import settings
from bierger.simulators.errors import RequestRefused
from bierger.simulators.oidc.claims import level_of

CARRIED = (
    "client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
    "acr_values", "login_hint", "ui_locales", "prompt",
)  # fmt: skip


@dataclass(frozen=True)
class AuthorizationRequest:
    """parameters: the known ones, as given. level: the lowest that satisfies `acr_values`, None when nothing is asked."""

    parameters: Mapping[str, str]
    level: str | None

    def value(self, name: str) -> str:
        return self.parameters.get(name, "")

    @property
    def query(self) -> str:
        return urlencode({name: value for name, value in self.parameters.items() if value})

    def answer(self, **parameters: str) -> str:
        """The address to send the browser back to."""
        sent = {**parameters, "state": self.value("state"), "iss": settings.SIMULATORS_ISSUER}  # iss: RFC 9207
        return f"{self.value('redirect_uri')}?{urlencode(sent)}"


def read_request(given: Mapping[str, str]) -> AuthorizationRequest:
    """1. An unknown client or a redirect address that is not exactly the registered one: RequestRefused, never a redirect."""
    parameters = {name: given.get(name, "") for name in CARRIED}
    if parameters["client_id"] != settings.SIMULATORS_CLIENT_ID:
        raise RequestRefused("Unknown client.")
    if parameters["redirect_uri"] != settings.SIMULATORS_REDIRECT_URI:
        raise RequestRefused("The redirect address is not the registered one.")
    return AuthorizationRequest(parameters, level_of(parameters["acr_values"]))


def fault_of(request: AuthorizationRequest) -> str | None:
    """2. What else is wrong goes back to the client as an error word of RFC 6749 section 4.1.2.1."""
    if request.value("response_type") != "code":
        return "unsupported_response_type"
    if "openid" not in request.value("scope").split():
        return "invalid_scope"
    if request.value("code_challenge_method") != "S256" or len(request.value("code_challenge")) != 43:
        return "invalid_request"  # PKCE is asked of everybody, confidential clients too (RFC 9700)
    if not request.value("nonce"):
        return "invalid_request"
    return None
