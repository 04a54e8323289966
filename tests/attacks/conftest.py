# SPDX-License-Identifier: EUPL-1.2
"""Attacks on the trust apps need their commune, applicant and folders; those over HTTP somebody's requests to reach for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.apps.documents.fixtures import applicant, commune, data_folder
from tests.apps.simulators.running import Simulators, running

__all__ = ["applicant", "commune", "data_folder"]


@pytest.fixture(scope="session")
def simulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    with running(tmp_path_factory.mktemp("registers")) as started:
        yield started


@pytest.fixture
def register(simulators: Simulators) -> Iterator[Simulators]:
    """The population register answers over HTTP."""
    from django.test import override_settings

    with override_settings(BIERGER_REGISTER_URL=f"{simulators.issuer}/register", BIERGER_REGISTER_SECRET="local-only"):
        yield simulators


@pytest.fixture
def town(transactional: None) -> object:
    from tests.story_people import town as make  # models are there only once Django is set up

    return make()


@pytest.fixture
def world(town: object, run_jobs: Callable[[], None], register: Simulators) -> object:
    from tests.attacks.world import make

    return make(town, run_jobs)
