# SPDX-License-Identifier: EUPL-1.2
"""How long a case and its acts are kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bierger_core.procedures import Retention, act_erased_on, case_erased_on, last_day_kept, load
from tests.core.procedures.small import VOCABULARY, files

ENDED = date(2026, 11, 22)
DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))


@pytest.mark.parametrize(
    ("period", "year_end", "day"),
    [
        ("P1Y", False, date(2027, 11, 22)),
        ("P1Y", True, date(2027, 12, 31)),
        ("P90D", False, date(2027, 2, 20)),
        ("P1M", False, date(2026, 12, 22)),
        ("P0D", False, ENDED),
        ("P1Y6M", False, date(2028, 5, 22)),
    ],
)
def test_the_last_day_is_the_one_of_the_same_number(period: str, year_end: bool, day: date) -> None:
    assert last_day_kept(ENDED, Retention(period, year_end)) == day


def test_a_month_without_that_day_ends_with_its_last() -> None:
    assert last_day_kept(date(2024, 2, 29), Retention("P1Y")) == date(2025, 2, 28)
    assert last_day_kept(date(2026, 1, 31), Retention("P1M")) == date(2026, 2, 28)


def test_the_calendar_ends_and_nothing_breaks() -> None:
    assert last_day_kept(date(9990, 1, 1), Retention("P90Y", year_end=True)) == date(9999, 12, 31)


@given(DAYS, st.integers(0, 98), st.booleans())
def test_the_end_of_the_year_is_never_earlier(start: date, years: int, year_end: bool) -> None:
    plain, kept = (last_day_kept(start, Retention(f"P{years}Y", year_end=one)) for one in (False, year_end))
    assert start <= plain <= kept <= plain + timedelta(days=366)


def package(retention: str = ""):
    return load(files(plant={"procedure.yaml": ("    template: ", f"{retention}    template: ")}), vocabulary=VOCABULARY)


def test_a_case_is_kept_while_one_of_its_acts_is_valid() -> None:
    one = package()
    assert case_erased_on(one, ended=ENDED) == date(2027, 11, 23)
    assert case_erased_on(one, ended=ENDED, valid_until=[None, date(2027, 2, 1), date(2020, 1, 1)]) == date(2028, 2, 2)


def test_an_act_has_its_own_period_and_never_goes_before_its_case() -> None:
    one = package("    retention: {period: P10Y, until: year-end}\n")
    kind = next(iter(one.documents.values())).type
    case = case_erased_on(one, ended=ENDED)
    assert act_erased_on(one, kind, decided=ENDED, valid_until=None, case=case) == date(2037, 1, 1)
    assert act_erased_on(one, kind, decided=ENDED, valid_until=date(2027, 3, 1), case=case) == date(2038, 1, 1)
    assert act_erased_on(one, "another-type", decided=ENDED, valid_until=None, case=case) == case
    assert act_erased_on(one, kind, decided=ENDED, valid_until=None, case=date(2099, 1, 1)) == date(2099, 1, 1)
