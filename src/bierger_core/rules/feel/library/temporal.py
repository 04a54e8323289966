# SPDX-License-Identifier: EUPL-1.2
"""Conversions to dates, times and durations (DMN 1.5 table 71), temporal functions (table 77), now, today and is."""

from decimal import Decimal

from bierger_core.rules.feel.calendar import (
    DATE_TIME,
    MAX_OFFSET,
    day_number,
    iso_week,
    make_day,
    midnight,
    parse_date,
    parse_date_time,
    parse_duration,
    parse_time,
    weekday,
)
from bierger_core.rules.feel.compare import same_value
from bierger_core.rules.feel.library.registry import builtin
from bierger_core.rules.feel.limits import Run
from bierger_core.rules.feel.values import SECOND, DateTime, DaysTime, Time, Value, YearsMonths
from bierger_core.rules.feel.values import Day as DayValue

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@builtin("date(from: string|date|dt)")
def to_date(_run: Run, given: str | DayValue | DateTime) -> Value:
    if isinstance(given, str):
        return parse_date(given)
    return given.day if isinstance(given, DateTime) else given


@builtin("date(year: number, month: number, day: number)")
def date_of(_run: Run, year: Decimal, month: Decimal, day: Decimal) -> Value:
    if any(abs(part) > 10**10 for part in (year, month, day)):
        return None
    return make_day(int(year), int(month), int(day))


@builtin("time(from: string|time|date|dt)")
def to_time(_run: Run, given: str | Time | DayValue | DateTime) -> Value:
    if isinstance(given, str):
        return parse_time(given)
    if isinstance(given, Time):
        return given
    return given.time if isinstance(given, DateTime) else midnight(given).time


@builtin("time(hour: number, minute: number, second: number, [offset: dtd?])")
def time_of(_run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTime | None = None) -> Value:
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        return None
    seconds = None if offset is None else offset.nanos // SECOND
    if seconds is not None and abs(seconds) > MAX_OFFSET:
        return None
    return Time((int(hour) * 60 + int(minute)) * 60 * SECOND + int(second * SECOND), seconds)


@builtin("date and time(from: string|date|dt)")
def to_date_time(_run: Run, given: str | DayValue | DateTime) -> Value:
    if isinstance(given, str):
        if DATE_TIME.fullmatch(given):
            return parse_date_time(given)
        day = parse_date(given)
        return None if day is None else DateTime(day, Time(0))
    return given if isinstance(given, DateTime) else midnight(given)


@builtin("date and time(date: date|dt, time: time)")
def date_time_of(_run: Run, day: DayValue | DateTime, time: Time) -> Value:
    return DateTime(day.day, time) if isinstance(day, DateTime) else DateTime(day, time)


@builtin("duration(from: string|duration)")
def to_duration(_run: Run, given: str | DaysTime | YearsMonths) -> Value:
    return parse_duration(given) if isinstance(given, str) else given


@builtin("years and months duration(from: date|dt, to: date|dt)")
def months_between(_run: Run, start: DayValue | DateTime, end: DayValue | DateTime) -> Value:
    """Whole months from one day to another, towards zero."""
    first, last = _day(start), _day(end)
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return YearsMonths(months)


def _day(given: DayValue | DateTime) -> DayValue:
    return given.day if isinstance(given, DateTime) else given


@builtin("day of year(date: date|dt)")
def day_of_year(_run: Run, given: DayValue | DateTime) -> Value:
    day = _day(given)
    first = make_day(day.year, 1, 1)
    return None if first is None else Decimal(day_number(day) - day_number(first) + 1)


@builtin("day of week(date: date|dt)")
def day_of_week(_run: Run, given: DayValue | DateTime) -> Value:
    return WEEKDAYS[weekday(_day(given)) - 1]


@builtin("month of year(date: date|dt)")
def month_of_year(_run: Run, given: DayValue | DateTime) -> Value:
    return MONTHS[_day(given).month - 1]


@builtin("week of year(date: date|dt)")
def week_of_year(_run: Run, given: DayValue | DateTime) -> Value:
    return Decimal(iso_week(_day(given)))


@builtin("now()")
def now(run: Run) -> Value:
    """The instant that the caller gave; null without one: rules never ask the host's clock."""
    return run.now


@builtin("today()")
def today(run: Run) -> Value:
    """The day of `now`."""
    return run.today


@builtin("is(value1: any?, value2: any?)")
def identical(run: Run, left: Value, right: Value) -> Value:
    return same_value(run, left, right)
