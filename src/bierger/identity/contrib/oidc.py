# SPDX-License-Identifier: EUPL-1.2
"""OpenID Connect, authorization code flow with PKCE (S256), nonce and state: the exchanges with the provider.

1. `discover`     who it is and where its endpoints are; remembered for an hour
2. `begin`        the address to send the browser to, and what has to be remembered until it comes back
3. `from_issuer`  the answer that the browser brings back comes from this provider, as far as it says so
4. `finish`       the code for tokens, the ID token checked: signature, issuer, audience, time, nonce, level
5. `sign_out_url` where to tell the provider that somebody leaves (RP-initiated logout)
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bierger.identity.contrib.provider import Provider, read_claims
from bierger.identity.errors import LevelTooLow, ProviderRefused, ProviderUnavailable, TokenRefused
from bierger.identity.types import Claims
from bierger.infra import clock
from bierger.infra.outside import NoAnswer, ask_json
from bierger.infra.principal import LEVELS

TIMEOUT = (3.05, 5)  # seconds to connect, to answer: a person waits
REMEMBERED = 3600.0  # seconds the endpoints and keys are believed without asking again
LEEWAY = 60  # seconds two machines' clocks may differ
# Signatures only; never `none`, never HMAC (the client secret would sign for the provider).
ALGORITHMS = ("ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512", "EdDSA")


@dataclass(frozen=True)
class Pending:
    """What the session keeps between leaving and coming back. `at`: seconds of the machine's clock."""

    state: str
    nonce: str
    verifier: str
    next: str
    level: str
    at: float


@dataclass(frozen=True)
class Finished:
    claims: Claims
    id_token: str


_documents: dict[str, tuple[float, Mapping[str, object]]] = {}


def forget() -> None:
    """Ask the provider again at the next sign-in."""
    _documents.clear()


def discover(provider: Provider) -> Mapping[str, object]:
    """OpenID Connect Discovery 1.0. Raises ProviderUnavailable; another issuer's document is refused (section 4.3)."""
    found = _document(f"{provider.issuer}/.well-known/openid-configuration")
    if found.get("issuer") != provider.issuer:
        raise ProviderUnavailable("The provider's configuration names another issuer.")
    return found


def begin(
    provider: Provider, *, redirect_uri: str, next_path: str, level: str, language: str, again: bool = False
) -> tuple[str, Pending]:
    """The address to go to, and what to remember. level: the weakest that will do, `none` for any."""
    pending = Pending(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        next=next_path,
        level=level,
        at=clock.real_now().timestamp(),
    )
    asked = {"nonce": pending.nonce, "ui_locales": language}
    if level != "none":
        asked["acr_values"] = provider.acr_values(level)
    if again:
        asked["prompt"] = "login"
    endpoint = _endpoint(discover(provider), "authorization_endpoint")
    with _session(provider, redirect_uri) as session:
        address, _ = session.create_authorization_url(endpoint, state=pending.state, code_verifier=pending.verifier, **asked)
    return str(address), pending


def from_issuer(provider: Provider, given: str | None) -> None:
    """RFC 9207 section 2.4, for answers and errors alike. given: the answer's `iss`, None when it has none.

    Another issuer is refused, and a silent one if the provider announces that it always says who it is: a code of one provider
    cannot be passed off as another's by leaving the name out. Raises ProviderUnavailable, TokenRefused.
    """
    announced = discover(provider).get("authorization_response_iss_parameter_supported") is True
    if given is None and not announced:
        return
    if given != provider.issuer:
        raise TokenRefused("The answer does not say that it comes from this provider (RFC 9207).")


def finish(provider: Provider, pending: Pending, *, code: str, redirect_uri: str) -> Finished:
    """Redeem the code and check the ID token. Raises ProviderUnavailable, ProviderRefused, TokenRefused, LevelTooLow."""
    configuration = discover(provider)
    with _session(provider, redirect_uri) as session:
        try:
            token = session.fetch_token(
                _endpoint(configuration, "token_endpoint"), code=code, code_verifier=pending.verifier, timeout=TIMEOUT
            )
        except OAuthError as refused:
            raise ProviderRefused(f"The provider refused the code: {refused.error}.") from refused
        except (requests.RequestException, ValueError) as failed:
            raise ProviderUnavailable("The provider did not give an answer that can be understood.") from failed
    id_token = str(token.get("id_token") or "")
    said = _checked(provider, configuration, id_token, pending.nonce)
    claims = read_claims(provider, said)
    if LEVELS.index(claims.level) < [str(level) for level in LEVELS].index(pending.level):
        raise LevelTooLow(pending.level, f"The sign-in is {claims.level}; {pending.level} is needed.")
    return Finished(claims, id_token)


def sign_out_url(provider: Provider, *, id_token: str, after: str, language: str) -> str | None:
    """OpenID Connect RP-Initiated Logout 1.0; None when the provider has no such address or does not answer."""
    try:
        endpoint = discover(provider).get("end_session_endpoint")
    except ProviderUnavailable:
        return None  # leaving here must not depend on somebody else
    if not isinstance(endpoint, str):
        return None
    said = {"id_token_hint": id_token, "client_id": provider.client_id, "post_logout_redirect_uri": after, "ui_locales": language}
    return f"{endpoint}?{urlencode(said)}"


def _session(provider: Provider, redirect_uri: str) -> OAuth2Session:
    return OAuth2Session(
        provider.client_id,
        provider.client_secret,
        scope="openid profile email",
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - the name of a method
    )


def _checked(provider: Provider, configuration: Mapping[str, object], id_token: str, nonce: str) -> Mapping[str, object]:
    """OpenID Connect Core 1.0 section 3.1.3.7. Keys are asked for again once, when the provider has changed them."""
    address = _endpoint(configuration, "jwks_uri")
    try:
        try:
            token = jwt.decode(id_token, _keys(address), algorithms=list(ALGORITHMS))
        except JoseError:
            _documents.pop(address, None)
            token = jwt.decode(id_token, _keys(address), algorithms=list(ALGORITHMS))
        # The machine's time, not infra.clock: the provider does not move its clock with our demonstration.
        rules = jwt.JWTClaimsRegistry(
            now=lambda: int(clock.real_now().timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        rules.validate(token.claims)
    except (JoseError, ValueError, KeyError) as wrong:
        raise TokenRefused(f"The ID token does not hold: {wrong}") from wrong
    authorized = token.claims.get("azp")
    if authorized is not None and authorized != provider.client_id:
        raise TokenRefused("The ID token was made for another client (azp).")
    return token.claims


def _keys(address: str) -> KeySet:
    return KeySet.import_key_set(dict(_document(address)))  # type: ignore[arg-type]  # its shape is checked by the library


def _endpoint(configuration: Mapping[str, object], name: str) -> str:
    found = configuration.get(name)
    if not isinstance(found, str):
        raise ProviderUnavailable(f"The provider's configuration has no {name}.")
    return found


def _document(address: str) -> Mapping[str, object]:
    known = _documents.get(address)
    if known is not None and time.monotonic() - known[0] < REMEMBERED:
        return known[1]
    try:
        answer = ask_json(address)
    except NoAnswer as failed:
        raise ProviderUnavailable("The provider does not answer.") from failed
    found = answer.said
    if answer.status != 200 or not isinstance(found, dict):
        raise ProviderUnavailable(f"The provider's answer cannot be understood (HTTP {answer.status}).")
    _documents[address] = (time.monotonic(), found)
    return found
