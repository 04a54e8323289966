# SPDX-License-Identifier: EUPL-1.2
"""The trust apps tell one story: a commune, an applicant, folders of their own, and a clock that stands at noon."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.apps.documents.fixtures import applicant, commune, data_folder

__all__ = ["applicant", "commune", "data_folder"]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def at(frozen):
    """Let it be so many minutes after noon."""

    def move(minutes: float) -> datetime:
        frozen(NOON + timedelta(minutes=minutes))
        return NOON + timedelta(minutes=minutes)

    move(0)
    return move
