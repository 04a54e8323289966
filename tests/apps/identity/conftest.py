# SPDX-License-Identifier: EUPL-1.2
"""A running provider that the product is configured for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client, override_settings

from tests.apps.simulators.running import Simulators, pick, query, running


@pytest.fixture(scope="session")
def simulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    with running(tmp_path_factory.mktemp("simulators")) as started:
        yield started


@pytest.fixture
def provider(simulators: Simulators, transactional: None, as_owner: Callable) -> Iterator[Simulators]:
    """The product trusts the running provider, and its officers sign in there."""
    from bierger.identity.contrib import oidc
    from bierger.site.country.loader import load_country

    assert settings.BIERGER_BASE_URL == "http://localhost:8000"
    oidc.forget()
    with override_settings(BIERGER_OIDC_ISSUER=simulators.issuer):
        with as_owner():
            load_country(issuer=simulators.issuer)
        yield simulators


@pytest.fixture
def signed_in(provider: Simulators) -> Callable[..., Client]:
    """`signed_in("lea.beispill", level="low", next="/x", client=…)`: the whole way, over HTTP."""

    def go(handle: str, *, level: str = "substantial", client: Client | None = None, **asked: str) -> Client:
        client = client or Client(headers={"accept-language": "en"})
        client.response = come_back(client, pick(begin(client, **asked), handle, level=level))
        return client

    return go


def begin(client: Client, **asked: str) -> str:
    """Press "Sign in"; gives back the provider's address."""
    answer = client.get("/sign-in", asked)
    assert answer.status_code == 302, answer.content
    return answer["Location"]


def come_back(client: Client, address: str, **changed: str):
    return client.get("/sign-in/callback", {**query(address), **changed})
