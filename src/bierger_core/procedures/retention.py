# SPDX-License-Identifier: EUPL-1.2
"""How long a case and its acts are kept: days, counted by the law's calendar and by nothing else.

A case is kept for the period of its package, counted from the day on which it ended, or from the last day on which one of its
acts may be relied on, if that is later. An act is kept as long as its case, or for a period of its own (`retention` of the
document), counted from the last day on which it may be relied on (the day it was decided, where it has none), if that is longer.

A period ends with the day of the same number (Regulation 1182/71, article 3); it is not prolonged to a working day, since nobody
has to do anything on that day. `until: year-end` prolongs it to the 31st of December. What was kept is erased the day after.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from bierger_core.process import parse_duration
from bierger_core.values import add_months

from .types import Package, Retention

_LAST_DAY = date(9999, 12, 31)


def last_day_kept(start: date, rule: Retention) -> date:
    """The last day of a period that the day `start` sets running; the calendar's last day where it ends after that."""
    period = parse_duration(rule.text)
    try:
        day = add_months(start, period.months) + timedelta(days=period.days)
    except (OverflowError, ValueError):
        return _LAST_DAY
    return date(day.year, 12, 31) if rule.year_end else day


def case_erased_on(package: Package, *, ended: date, valid_until: Iterable[date | None] = ()) -> date:
    """The day on which a case is erased that ended on `ended`; `valid_until`: of each of its acts."""
    start = max([ended, *(day for day in valid_until if day is not None)])
    return _day_after(last_day_kept(start, package.retention))


def act_erased_on(package: Package, document_type: str, *, decided: date, valid_until: date | None, case: date) -> date:
    """The day on which an act is erased; `case`: the day on which its case is. Never before its case.

    Of several documents of one type the longest period counts: an act says its type, not from which template it came.
    """
    rules = [one.retention for one in package.documents.values() if one.type == document_type and one.retention]
    own = [_day_after(last_day_kept(valid_until or decided, rule)) for rule in rules]
    return max([case, *own])


def _day_after(day: date) -> date:
    return day if day == _LAST_DAY else day + timedelta(days=1)
