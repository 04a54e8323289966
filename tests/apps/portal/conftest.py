# SPDX-License-Identifier: EUPL-1.2
"""Fixtures of the citizen's screens."""

from tests.apps.ui.conftest import compiled_texts  # noqa: F401 - a fixture
