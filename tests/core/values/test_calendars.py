# SPDX-License-Identifier: EUPL-1.2
"""Working days and legal deadlines of Luxembourg."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bierger_core.values import LU_CALENDAR, Calendar, Term, TermError, add_months, deadline, parse_term


def test_the_eleven_legal_holidays_of_2026():
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [d.isoformat()[5:] for d in days if LU_CALENDAR.is_holiday(d)] == (
        ["01-01", "04-06", "05-01", "05-09", "05-14", "05-25", "06-23", "08-15", "11-01", "12-25", "12-26"]
    )


@pytest.mark.parametrize(
    ("start", "term", "end"),
    [
        ("2026-11-20", "1 day", "2026-11-23"),  # Saturday runs on to Monday
        ("2026-03-20", "2 weeks", "2026-04-03"),
        ("2026-03-21", "P2W", "2026-04-07"),  # Saturday, then Easter Monday
        ("2026-01-31", "1 month", "2026-03-02"),  # 28 February is a Saturday
        ("2026-02-28", "3 months", "2026-05-28"),
        ("2024-02-29", "1 year", "2025-02-28"),
        ("2026-12-23", "1 working day", "2026-12-24"),
        ("2026-12-23", "2 working days", "2026-12-28"),
        ("2026-04-30", "10 working days", "2026-05-18"),  # 1 May, Europe Day on a Saturday, Ascension
    ],
)
def test_a_deadline_ends_on_this_day(start, term, end):
    assert deadline(date.fromisoformat(start), parse_term(term)) == date.fromisoformat(end)


def test_a_law_may_refuse_the_postponement():
    assert deadline(date(2026, 11, 20), Term(1, "days"), postpone=False) == date(2026, 11, 21)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 60))
def test_postponed_deadlines_end_on_working_days_and_grow_with_the_term(start, amount):
    ends = [deadline(start, Term(n, "days")) for n in (amount, amount + 1)]
    assert all(LU_CALENDAR.is_working_day(end) for end in ends)
    assert start <= ends[0] <= ends[1]


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(-60, 60))
def test_months_keep_the_day_or_take_the_last(day, months):
    end = add_months(day, months)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months
    assert end.day == day.day or (end.day < day.day and (end + timedelta(days=1)).day == 1)


@pytest.mark.parametrize("text", ["24 hours", "1 hour", "10 working days", "1 month", "3 weeks", "0 days", "2 years"])
def test_a_term_reads_what_it_writes(text):
    assert parse_term(text).text() == text


@pytest.mark.parametrize("text", ["", "3", "month", "-3 days", "P3", "P1M2D", "PT", "PT1D", "P24H", "PT1H30M", "99999 days", "3 Months"])
def test_a_wrong_term_is_refused(text):
    with pytest.raises(TermError) as refused:
        parse_term(text)
    assert refused.value.code == "term-format"


def test_a_term_beyond_the_calendar_is_refused():
    for unit in ("hours", "days", "months", "years", "working-days"):
        with pytest.raises(TermError):
            deadline(date(9999, 12, 30), Term(5000, unit))


def test_an_unknown_country_is_refused():
    with pytest.raises(TermError) as refused:
        Calendar("XX").is_holiday(date(2026, 1, 1))
    assert refused.value.code == "calendar-unknown"
