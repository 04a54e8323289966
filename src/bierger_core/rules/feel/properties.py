# SPDX-License-Identifier: EUPL-1.2
"""Properties of values: `date.year`, `range.start`, entries of contexts, and paths through lists (tables 60 and 61)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from bierger_core.rules.feel.calendar import offset_of, weekday
from bierger_core.rules.feel.limits import Run
from bierger_core.rules.feel.values import DAY, SECOND, DateTime, DaysTime, FarDate, Range, Time, Value, YearsMonths

PROPERTIES = (
    "year",
    "month",
    "day",
    "weekday",
    "hour",
    "minute",
    "second",
    "time offset",
    "timezone",
    "years",
    "months",
    "days",
    "hours",
    "minutes",
    "seconds",
    "start",
    "end",
    "start included",
    "end included",
)


def get_property(run: Run, value: Value, name: str) -> Value:
    """`value.name`; null when there is none; of a list the list of its items' properties."""
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, tuple):
        run.items(len(value))
        return tuple(get_property(run, item, name) for item in value)
    if isinstance(value, Mapping):
        return value.get(name)
    if isinstance(value, (date, FarDate)):
        return _day(value, name)
    if isinstance(value, DateTime):
        found = _day(value.day, name)
        return found if found is not None else _clock(value, value.time, name)
    if isinstance(value, Time):
        return _clock(value, value, name)
    if isinstance(value, (YearsMonths, DaysTime)):
        return _duration(value, name)
    return _range(value, name) if isinstance(value, Range) else None


def _day(day: date | FarDate, name: str) -> Value:
    if name == "weekday":
        return Decimal(weekday(day))
    return Decimal(getattr(day, name)) if name in ("year", "month", "day") else None


def _clock(value: Time | DateTime, time: Time, name: str) -> Value:
    if name == "hour":
        return Decimal(time.nanos // (3600 * SECOND))
    if name == "minute":
        return Decimal(time.nanos // (60 * SECOND) % 60)
    if name == "second":
        return Decimal(time.nanos // SECOND % 60)
    if name == "time offset":
        offset = offset_of(value)
        return None if offset is None else DaysTime(offset * SECOND)
    return (time.zone or None) if name == "timezone" else None


def _duration(value: YearsMonths | DaysTime, name: str) -> Value:
    if isinstance(value, YearsMonths):
        sign, months = (-1 if value.months < 0 else 1), abs(value.months)
        parts = {"years": months // 12, "months": months % 12}
    else:
        sign, nanos = (-1 if value.nanos < 0 else 1), abs(value.nanos)
        seconds = nanos // SECOND
        parts = {
            "days": nanos // DAY,
            "hours": seconds // 3600 % 24,
            "minutes": seconds // 60 % 60,
            "seconds": seconds % 60,
        }
    return Decimal(sign * parts[name]) if name in parts else None


def _range(value: Range, name: str) -> Value:
    if name == "start":
        return value.low
    if name == "end":
        return value.high
    if name == "start included":
        return value.low_closed
    return value.high_closed if name == "end included" else None
