# SPDX-License-Identifier: EUPL-1.2
"""Fixtures of the trust apps; the neighbours take them over."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest


@pytest.fixture
def data_folder(_data: Path) -> Path:
    """Blobs, log and keys of this test alone."""
    return _data


@pytest.fixture
def commune(data_folder: Path, as_owner: Callable[[], AbstractContextManager[None]]) -> object:
    from tests.apps.documents.story import make_commune  # models are there only once Django is set up

    with as_owner():
        return make_commune()


@pytest.fixture
def applicant(transactional: None) -> object:
    from tests.apps.documents.story import make_applicant

    return make_applicant()
