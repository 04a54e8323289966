# SPDX-License-Identifier: EUPL-1.2
"""The simulated provider and registers as fixtures; a conftest or a test imports what it wants."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.apps.simulators.running import Simulators, running


@pytest.fixture(scope="session")
def simulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    with running(tmp_path_factory.mktemp("simulators")) as started:
        yield started


@pytest.fixture
def register(simulators: Simulators) -> Iterator[Simulators]:
    """The population register answers over HTTP."""
    from django.test import override_settings  # its settings are there only once Django is set up

    with override_settings(BIERGER_REGISTER_URL=f"{simulators.issuer}/register", BIERGER_REGISTER_SECRET="local-only"):
        yield simulators
