# SPDX-License-Identifier: EUPL-1.2
"""Days, times and durations: read, written, counted (DMN 1.5 section 10.3.2.3, forms of XML Schema 1.1 part 2).

Days are counted from 1970-01-01 in the proleptic Gregorian calendar by Hinnant's algorithm (days_from_civil), so that the
years beyond Python's calendar work too. Zones come from the pinned zone data of `values.instants`.
"""

import re
from datetime import UTC, date, datetime, timedelta

from bierger_core.rules.feel.values import DAY, SECOND, DateTime, DaysTime, FarDate, Time, Value, YearsMonths
from bierger_core.rules.feel.values import Day as DayValue
from bierger_core.values.errors import InstantError
from bierger_core.values.instants import zone as zone_data

MAX_YEAR = 999_999_999
MAX_OFFSET = 18 * 3600  # seconds; what every calendar library accepts

_DAY = r"(?P<year>-?(?:[1-9][0-9]{4,8}|[0-9]{4}))-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_TIME = (
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,18}))?"
    r"(?:(?P<offset>[Zz]|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)|@(?P<zone>[A-Za-z0-9_+/-]{1,40}))?"
)
DATE = re.compile(_DAY, re.ASCII)
TIME = re.compile(f"T?{_TIME}", re.ASCII)
DATE_TIME = re.compile(f"{_DAY}T{_TIME}", re.ASCII)
YEARS_MONTHS = re.compile(r"(-)?P(?=[0-9])(?:([0-9]{1,12})Y)?(?:([0-9]{1,12})M)?", re.ASCII)
DAYS_TIME = re.compile(
    r"(-)?P(?=[0-9T])(?:([0-9]{1,18})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,18})H)?(?:([0-9]{1,18})M)?(?:([0-9]{1,18})(?:\.([0-9]{0,18}))?S)?)?",
    re.ASCII,
)
LEAP_YEARS = 400  # the calendar repeats


# -- days ------------------------------------------------------------------------------------------------------------


def day_number(day: DayValue) -> int:
    """Days since 1970-01-01."""
    if isinstance(day, date):
        return day.toordinal() - 719_163
    year = day.year - (day.month <= 2)
    era = year // LEAP_YEARS
    of_era = year - era * LEAP_YEARS
    of_year = (153 * (day.month + (-3 if day.month > 2 else 9)) + 2) // 5 + day.day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def day_of_number(number: int) -> DayValue | None:
    """Inverse of day_number; None beyond the years that FEEL has."""
    if -719_162 <= number <= 2_932_896:
        return date.fromordinal(number + 719_163)
    shifted = number + 719_468
    era = shifted // 146_097
    of_era = shifted - era * 146_097
    year_of_era = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * of_year + 2) // 153
    month = shifted_month + (3 if shifted_month < 10 else -9)
    year = year_of_era + era * LEAP_YEARS + (month <= 2)
    return make_day(year, month, of_year - (153 * shifted_month + 2) // 5 + 1)


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % LEAP_YEARS == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def make_day(year: int, month: int, day: int) -> DayValue | None:
    """The date, or None when the calendar has no such day."""
    if not (1 <= month <= 12 and -MAX_YEAR <= year <= MAX_YEAR and 1 <= day <= days_in_month(year, month)):
        return None
    return date(year, month, day) if 1 <= year <= 9999 else FarDate(year, month, day)


def add_months(day: DayValue, months: int) -> DayValue | None:
    """The same day of another month, or its last day when it is shorter."""
    total = day.year * 12 + day.month - 1 + months
    year, month = total // 12, total % 12 + 1
    return make_day(year, month, min(day.day, days_in_month(year, month)))


def iso_week(day: DayValue) -> int:
    """Week of the year by ISO 8601."""
    if isinstance(day, date):
        return day.isocalendar()[1]
    return date(2000 + day.year % LEAP_YEARS, day.month, day.day).isocalendar()[1]


def weekday(day: DayValue) -> int:
    """1 Monday to 7 Sunday; 1970-01-01 was a Thursday."""
    return (day_number(day) + 3) % 7 + 1


# -- zones and instants ----------------------------------------------------------------------------------------------


def is_zone(name: str) -> bool:
    """Tell whether the pinned zone data know a name."""
    try:
        zone_data(name)
    except InstantError:
        return False
    return True


def zone_offset(name: str, day: DayValue | None, nanos: int, *, later: bool = False) -> int:
    """Seconds from UTC of a local time in a zone; for a time without a day, the offset of 1970-01-01."""
    return _seconds(zone_data(name).utcoffset(_near(day, nanos).replace(fold=int(later))))


def _offset_at(name: str, day: DayValue, nanos: int) -> int:
    """Seconds from UTC in a zone at an instant, given as day and time of UTC."""
    zone = zone_data(name)
    return _seconds(_near(day, nanos).replace(tzinfo=UTC).astimezone(zone).utcoffset())


def _near(day: DayValue | None, nanos: int) -> datetime:
    """The civil time in the years that Python has; beyond them the rules of zones repeat."""
    if day is None:
        civil = datetime(1970, 1, 1)  # noqa: DTZ001 - the civil time of the zone is asked
    else:
        near = min(max(day.year, 2), 9999) if day.year < 9000 else 9200 + day.year % LEAP_YEARS
        civil = datetime(near, day.month, min(day.day, days_in_month(near, day.month)))  # noqa: DTZ001 - as above
    return civil + timedelta(seconds=nanos // SECOND)


def _seconds(offset: timedelta | None) -> int:
    return 0 if offset is None else int(offset.total_seconds())


def offset_of(value: Time | DateTime) -> int | None:
    """Seconds from UTC; None for local times."""
    if isinstance(value, DateTime):
        time = value.time
        return zone_offset(time.zone, value.day, time.nanos, later=value.later) if time.zone else time.offset
    return zone_offset(value.zone, None, value.nanos) if value.zone else value.offset


def instant(value: DateTime) -> int:
    """Nanoseconds since 1970-01-01T00:00:00Z; a local time counts as UTC."""
    return day_number(value.day) * DAY + value.time.nanos - (offset_of(value) or 0) * SECOND


def time_instant(value: Time) -> int:
    """Nanoseconds since midnight UTC; a local time counts as UTC."""
    return value.nanos - (offset_of(value) or 0) * SECOND


def midnight(day: DayValue) -> DateTime:
    """The date as date and time: midnight, UTC (section 10.3.2.3.6)."""
    return DateTime(day, Time(0, 0))


def shift(value: DateTime, nanos: int) -> DateTime | None:
    """Move a date and time by so much time that passes: across a change of summer time its clock jumps, the instant does not."""
    zone = value.time.zone
    return on_clock(instant(value) + nanos, zone) if zone else _on_face(value, nanos)


def _on_face(value: DateTime, nanos: int) -> DateTime | None:
    """Move the hands of the clock, whatever its zone does."""
    days, rest = divmod(value.time.nanos + nanos, DAY)
    day = day_of_number(day_number(value.day) + days)
    return None if day is None else DateTime(day, Time(rest, value.time.offset, value.time.zone))


def on_clock(nanos: int, zone: str) -> DateTime | None:
    """What the clocks of a zone show at an instant."""
    days, rest = divmod(nanos, DAY)
    day = day_of_number(days)
    if day is None:
        return None
    offset = _offset_at(zone, day, rest)
    found = _on_face(DateTime(day, Time(rest, None, zone)), offset * SECOND)
    if found is None or offset_of(found) == offset:
        return found
    return DateTime(found.day, found.time, later=True)


def shift_months(value: DateTime, months: int) -> DateTime | None:
    """The same time of day in another month; where the clocks of the zone leave it out, as much later as they jump."""
    day = add_months(value.day, months)
    if day is None or not value.time.zone:
        return None if day is None else DateTime(day, value.time)
    return on_clock(instant(DateTime(day, value.time, value.later)), value.time.zone)


# -- reading ---------------------------------------------------------------------------------------------------------


def parse_date(text: str) -> DayValue | None:
    """Read `2026-01-31`; None for anything else."""
    match = DATE.fullmatch(text)
    return _day(match) if match else None


def _day(match: re.Match[str]) -> DayValue | None:
    year = match["year"]
    if year == "-0000":
        return None
    return make_day(int(year), int(match["month"]), int(match["day"]))


def parse_time(text: str) -> Time | None:
    """Read `10:30:00`, with fraction, offset or zone; None for anything else."""
    match = TIME.fullmatch(text)
    found = _time(match) if match else None
    return None if found is None or found[1] else found[0]


def _time(match: re.Match[str]) -> tuple[Time, bool] | None:
    """Give a time, and whether it is the 24:00:00 that ends a day."""
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"])
    fraction = int((match["fraction"] or "").ljust(9, "0")[:9])
    ends = (hour, minute, second, fraction) == (24, 0, 0, 0)
    if not ends and not (hour < 24 and minute < 60 and second < 60):
        return None
    offset, zone = match["offset"], match["zone"] or ""
    if zone and not is_zone(zone):
        return None
    seconds = None if offset is None else parse_offset(offset)
    if offset is not None and seconds is None:
        return None
    nanos = 0 if ends else ((hour * 60 + minute) * 60 + second) * SECOND + fraction
    return Time(nanos, seconds, zone), ends


def parse_offset(text: str) -> int | None:
    """Seconds of `Z` or `+02:00`."""
    if text in ("Z", "z"):
        return 0
    parts = [int(part) for part in text[1:].split(":")]
    seconds = parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0)
    if any(part > 59 for part in parts[1:]) or seconds > MAX_OFFSET:
        return None
    return -seconds if text[0] == "-" else seconds


def parse_date_time(text: str) -> DateTime | None:
    """Read `2026-01-31T10:30:00`, with fraction, offset or zone; None for anything else."""
    match = DATE_TIME.fullmatch(text)
    if match is None:
        return None
    day, found = _day(match), _time(match)
    if day is None or found is None:
        return None
    time, ends = found
    if ends:
        return _on_face(DateTime(day, time), DAY)
    return DateTime(day, time)


def parse_duration(text: str) -> YearsMonths | DaysTime | None:
    """Read `P1Y2M` or `P1DT2H3M4.5S`; a duration of both kinds is None."""
    match = YEARS_MONTHS.fullmatch(text)
    if match:
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return YearsMonths(-months if match[1] else months)
    match = DAYS_TIME.fullmatch(text)
    if not match:
        return None
    seconds = ((int(match[2] or 0) * 24 + int(match[3] or 0)) * 60 + int(match[4] or 0)) * 60 + int(match[5] or 0)
    nanos = seconds * SECOND + int((match[6] or "").ljust(9, "0")[:9])
    return DaysTime(-nanos if match[1] else nanos)


def parse_temporal(text: str) -> Value:
    """Read what stands after @: a date, time, date and time or duration; None for anything else."""
    for parse in (parse_date, parse_date_time, parse_time, parse_duration):
        found = parse(text)
        if found is not None:
            return found
    return None


# -- writing ---------------------------------------------------------------------------------------------------------


def day_text(day: DayValue) -> str:
    """`2026-01-31`, `-0044-03-15`, `12026-01-01`."""
    sign = "-" if day.year < 0 else ""
    return f"{sign}{abs(day.year):04}-{day.month:02}-{day.day:02}"


def time_text(time: Time) -> str:
    """`10:30:00.5+02:00`, `10:30:00@Europe/Luxembourg`."""
    seconds, fraction = divmod(time.nanos, SECOND)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{_fraction(fraction)}"
    if time.zone:
        return f"{text}@{time.zone}"
    if time.offset is None:
        return text
    return text + ("Z" if time.offset == 0 else _offset_text(time.offset))


def _fraction(nanos: int) -> str:
    return f".{nanos:09}".rstrip("0") if nanos else ""


def _offset_text(offset: int) -> str:
    rest = abs(offset)
    seconds = f":{rest % 60:02}" if rest % 60 else ""
    return f"{'-' if offset < 0 else '+'}{rest // 3600:02}:{rest // 60 % 60:02}{seconds}"


def date_time_text(value: DateTime) -> str:
    """`2026-01-31T10:30:00Z`. The second of two times that a zone shows alike is told from the first by its offset alone."""
    if value.later:
        return f"{day_text(value.day)}T{time_text(Time(value.time.nanos, offset_of(value)))}"
    return f"{day_text(value.day)}T{time_text(value.time)}"


def months_text(value: YearsMonths) -> str:
    """`P1Y2M`; no time at all is `P0M`."""
    years, months = divmod(abs(value.months), 12)
    text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
    return f"{'-' if value.months < 0 else ''}P{text or '0M'}"


def days_text(value: DaysTime) -> str:
    """`P1DT2H3M4.5S`; no time at all is `PT0S`."""
    days, rest = divmod(abs(value.nanos), DAY)
    seconds, fraction = divmod(rest, SECOND)
    hours, minutes, second = seconds // 3600, seconds // 60 % 60, seconds % 60
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    time += f"{second}{_fraction(fraction)}S" if second or fraction else ""
    text = (f"{days}D" if days else "") + (f"T{time}" if time else "")
    return f"{'-' if value.nanos < 0 else ''}P{text or 'T0S'}"
