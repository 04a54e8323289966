# SPDX-License-Identifier: EUPL-1.2
"""Days, times and durations as FEEL has them (DMN 1.5 section 10.3.2.3); all immutable, nothing here compares."""

from dataclasses import dataclass
from datetime import date

SECOND = 1_000_000_000  # nanoseconds: the unit of times and of days and time durations
DAY = 86_400 * SECOND


@dataclass(frozen=True, slots=True)
class FarDate:
    """A date outside the years 1 to 9999, proleptic Gregorian; years -999,999,999 to 999,999,999, with a year 0."""

    year: int
    month: int
    day: int


Day = date | FarDate


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day: nanoseconds since midnight; an offset from UTC in seconds, or the name of a zone, or neither."""

    nanos: int
    offset: int | None = None
    zone: str = ""


@dataclass(frozen=True, slots=True)
class DateTime:
    """A day and a time of day. `later`: of two instants at which the clocks of the zone show it, the second."""

    day: Day
    time: Time
    later: bool = False


@dataclass(frozen=True, slots=True)
class DaysTime:
    """A days and time duration in nanoseconds."""

    nanos: int


@dataclass(frozen=True, slots=True)
class YearsMonths:
    """A years and months duration in months."""

    months: int
