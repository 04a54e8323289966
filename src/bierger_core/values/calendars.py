# SPDX-License-Identifier: EUPL-1.2
"""Working days and legal deadlines.

Counting follows the European Convention on the Calculation of Time-Limits (Basel, 16 May 1972), articles 3 to 5: the
day of the starting event does not count; months and years end on the day of the same number, or on the last day of the
month when there is none; Saturdays, Sundays and legal holidays count, but a term that ends on one is extended to the
next working day.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal, get_args

import holidays

from bierger_core.values.errors import TermError

Unit = Literal["hours", "days", "working-days", "weeks", "months", "years"]
_UNITS: tuple[str, ...] = get_args(Unit)
_ISO = re.compile(r"P(?:([0-9]{1,4})([DWMY])|T([0-9]{1,4})H)")
_WORDS = re.compile(r"([0-9]{1,4}) (hour|day|working day|week|month|year)s?")
_ISO_UNITS: dict[str, Unit] = {"D": "days", "W": "weeks", "M": "months", "Y": "years"}
_WORD_UNITS: dict[str, Unit] = {
    "hour": "hours",
    "day": "days",
    "working day": "working-days",
    "week": "weeks",
    "month": "months",
    "year": "years",
}
_SATURDAY = 5
_LONGEST = 9999


@cache
def _public_holidays(country: str, year: int) -> frozenset[date]:
    try:
        return frozenset(holidays.country_holidays(country, years=year, expand=False))
    except NotImplementedError:
        raise TermError("No holidays are known for this country.", code="calendar-unknown", country=country) from None


@dataclass(frozen=True)
class Calendar:
    """The public holidays of a `country` (ISO 3166 letters). Working days are Monday to Friday without them."""

    country: str = "LU"

    def is_holiday(self, day: date) -> bool:
        """Whether the day is a legal public holiday."""
        return day in _public_holidays(self.country, day.year)

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday and no public holiday."""
        return day.weekday() < _SATURDAY and not self.is_holiday(day)

    def next_working_day(self, day: date) -> date:
        """The day itself if it is a working day, else the first one after it."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def add_working_days(self, day: date, amount: int) -> date:
        """The `amount`-th working day after `day` (which does not count). `amount` 0 gives `day` unchanged."""
        for _ in range(amount):
            day = self.next_working_day(day + timedelta(days=1))
        return day


LU_CALENDAR = Calendar("LU")


@dataclass(frozen=True)
class Term:
    """A term: a whole `amount` (0 to 9999) of one `unit`. Hours just pass; no legal deadline is counted in them."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit not in _UNITS or not 0 <= self.amount <= _LONGEST:
            raise TermError(
                "A term is a whole number of hours, days, weeks, months or years.", code="term-range", amount=self.amount
            )

    def text(self) -> str:
        """`10 working days`, `1 month`: what `parse_term` reads."""
        word = self.unit.replace("-", " ")
        return f"{self.amount} {word[:-1] if self.amount == 1 else word}"


def parse_term(text: str) -> Term:
    """Read `10 working days`, `3 months`, or ISO 8601 `P3M`, `PT24H` (one unit). Raises `TermError`."""
    if iso := _ISO.fullmatch(text):
        return Term(int(iso[3]), "hours") if iso[3] else Term(int(iso[1]), _ISO_UNITS[iso[2]])
    if words := _WORDS.fullmatch(text):
        return Term(int(words[1]), _WORD_UNITS[words[2]])
    raise TermError(
        "A term is written like `10 working days`, `3 months` or `P3M`.", code="term-format", text=text[:40]
    )


def add_months(day: date, months: int) -> date:
    """The day of the same number `months` later (or earlier), or the last day of that month when there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def deadline(start: date, term: Term, *, working: Calendar = LU_CALENDAR, postpone: bool = True) -> date:
    """The last day on which an act is in time, for a term that a fact of the day `start` sets running.

    `postpone`: a term that ends on a Saturday, Sunday or public holiday runs until the next working day (Convention,
    article 5). Switch it off only where a law says so.
    """
    try:
        match term.unit:
            case "hours":
                raise TermError("A legal deadline is counted in days.", code="term-range", amount=term.amount)
            case "days":
                end = start + timedelta(days=term.amount)
            case "weeks":
                end = start + timedelta(weeks=term.amount)
            case "working-days":
                end = working.add_working_days(start, term.amount)
            case "months":
                end = add_months(start, term.amount)
            case "years":
                end = add_months(start, 12 * term.amount)
        return working.next_working_day(end) if postpone else end
    except (OverflowError, ValueError):
        raise TermError(
            "This term ends after the last day of the calendar.", code="term-range", amount=term.amount
        ) from None
