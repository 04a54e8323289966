# SPDX-License-Identifier: EUPL-1.2
"""Durations: calendar arithmetic in the zone of the instant."""

from datetime import UTC, datetime

import pytest

from bierger_core.process import DurationRefused, parse_duration
from bierger_core.values import LUXEMBOURG


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("P1M", "2026-01-31T10:00:00+01:00", "2026-02-28T10:00:00+01:00"),
        ("P1Y", "2024-02-29T10:00:00+01:00", "2025-02-28T10:00:00+01:00"),
        ("P2W1D", "2026-01-01T10:00:00+01:00", "2026-01-16T10:00:00+01:00"),
        ("P1D", "2026-03-28T10:00:00+01:00", "2026-03-29T10:00:00+02:00"),
        ("PT24H", "2026-03-28T10:00:00+01:00", "2026-03-29T11:00:00+02:00"),
        ("P1D", "2026-03-28T02:30:00+01:00", "2026-03-29T03:30:00+02:00"),
        ("P1DT1H30M5S", "2026-01-01T00:00:00+01:00", "2026-01-02T01:30:05+01:00"),
        ("P0D", "2026-01-01T00:00:00+01:00", "2026-01-01T00:00:00+01:00"),
    ],
)
def test_months_and_days_move_the_wall_clock_and_hours_the_time_that_passes(text, begin, end):
    instant = datetime.fromisoformat(begin).astimezone(LUXEMBOURG)
    assert parse_duration(text).after(instant).isoformat() == end


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1", "1D", "P1.5D", "-P1D", "P1DT", "P1H", "PT1D", "R3/P1D", "P١D", "P101Y", "P9999999999D"]
)
def test_other_texts_are_refused(text):
    with pytest.raises(DurationRefused) as caught:
        parse_duration(text)
    assert caught.value.code == "duration-refused"


def test_an_instant_without_zone_is_refused():
    with pytest.raises(DurationRefused):
        parse_duration("P1D").after(datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None))
