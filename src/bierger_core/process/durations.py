# SPDX-License-Identifier: EUPL-1.2
"""Durations of ISO 8601 (P1Y2M3W4DT5H6M7S, whole numbers) as tasks and timers state them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bierger_core.process.errors import DurationRefused
from bierger_core.values import add_months

PATTERN = re.compile(
    r"P(?=.)(?:(?P<Y>\d{1,9})Y)?(?:(?P<M>\d{1,9})M)?(?:(?P<W>\d{1,9})W)?(?:(?P<D>\d{1,9})D)?"
    r"(?:T(?=.)(?:(?P<h>\d{1,9})H)?(?:(?P<m>\d{1,9})M)?(?:(?P<s>\d{1,9})S)?)?",
    re.ASCII,
)
LONGEST_DAYS = 36_525  # a hundred years: no deadline of an administration is longer, and no date overflows


@dataclass(frozen=True, slots=True)
class Duration:
    """Months, days and seconds stay apart: months differ in days, days in hours. `text` is as written."""

    months: int
    days: int
    seconds: int
    text: str

    def after(self, instant: datetime) -> datetime:
        """Give the instant this long after an aware one.

        Months and days move the wall clock of the instant's zone (the 31st becomes the last day of a shorter month),
        seconds the time that passes.
        """
        if instant.tzinfo is None:
            raise DurationRefused("an instant needs its zone")
        day = add_months(instant.date(), self.months) + timedelta(days=self.days)
        wall = datetime.combine(day, instant.timetz())
        # Through UTC, so that hours are real hours and a wall time that summer time skips becomes one that exists.
        return (wall.astimezone(UTC) + timedelta(seconds=self.seconds)).astimezone(instant.tzinfo)


def parse_duration(text: str) -> Duration:
    """Read a duration; raises DurationRefused."""
    match = PATTERN.fullmatch(text)
    if match is None:
        raise DurationRefused(f"{text[:40]!r} is no duration; write P10D, P3M or PT2H", text=text[:40])
    part = {name: int(value or 0) for name, value in match.groupdict().items()}
    months, days = 12 * part["Y"] + part["M"], 7 * part["W"] + part["D"]
    seconds = 3600 * part["h"] + 60 * part["m"] + part["s"]
    if 31 * months + days + seconds // 86_400 > LONGEST_DAYS:
        raise DurationRefused(f"{text[:40]!r} is longer than a hundred years", text=text[:40])
    return Duration(months, days, seconds, text)
