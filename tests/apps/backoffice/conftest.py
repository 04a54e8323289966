# SPDX-License-Identifier: EUPL-1.2
"""The town of the desk's tests."""

from __future__ import annotations

import pytest


@pytest.fixture
def town(as_owner):
    from tests.apps.backoffice.town import make  # Django is ready by now

    return make(as_owner)
