# SPDX-License-Identifier: EUPL-1.2
"""Attacks on the trust apps need their commune, applicant and folders; those over HTTP somebody's requests to reach for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.apps.documents.fixtures import applicant, commune, data_folder
from tests.apps.simulators.running import Simulators
from tests.registers import register, simulators

__all__ = ["applicant", "commune", "data_folder", "register", "simulators"]


@pytest.fixture
def town(transactional: None) -> object:
    from tests.story_people import town as make  # models are there only once Django is set up

    return make()


@pytest.fixture
def world(town: object, run_jobs: Callable[[], None], register: Simulators) -> object:
    from tests.attacks.world import make

    return make(town, run_jobs)
