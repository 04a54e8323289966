# SPDX-License-Identifier: EUPL-1.2
"""Which value follows another, and an example of those between two: the same for tables as for partial evaluation."""

from datetime import date, timedelta
from decimal import Decimal

from bierger_core.rules.data import decimal_context

Point = bool | Decimal | str | date
FIRST_DAY = date(2000, 1, 1)  # the example where no cell names a day
BIGGEST = Decimal((0, (9,) * 34, 6144 - 33))
SMALLEST = BIGGEST.copy_negate()


def following(value: Point) -> Point | None:
    """Give the value that follows: numbers have 34 digits, days are whole, texts go by code point."""
    if isinstance(value, Decimal):
        after = decimal_context().next_plus(value)
        return after if after.is_finite() else None
    if isinstance(value, str):
        return value + "\0"
    if isinstance(value, date) and value < date.max:
        return value + timedelta(days=1)
    return None


def number_between(below: Point | None, above: Point | None) -> Decimal | None:
    """Give a number between two, the plainest at hand; None when none of 34 digits lies there."""
    exact = decimal_context()
    if isinstance(below, Decimal) and isinstance(above, Decimal):
        beside = exact.next_plus(below)
        if beside >= above:
            return None
        middle = exact.divide(exact.add(exact.divide(below, 2), exact.divide(above, 2)), 1)
        if abs(below) < BIGGEST / 4 and abs(above) < BIGGEST / 4:  # the plain way has fewer digits
            middle = exact.divide(exact.add(below, above), Decimal(2))
        return middle if below < middle < above else beside
    if isinstance(above, Decimal):
        lower = exact.subtract(above, Decimal(1)) if above > SMALLEST else above
        lower = lower if lower < above else exact.next_minus(above)
        return lower if lower.is_finite() else None
    if isinstance(below, Decimal):
        upper = exact.add(below, Decimal(1)) if below < BIGGEST else below
        upper = upper if upper > below else exact.next_plus(below)
        return upper if upper.is_finite() else None
    return Decimal(0)


def text_between(below: Point | None, above: Point | None) -> str | None:
    """Give a text between two; None when there is none."""
    if not isinstance(below, str):
        return None if above == "" else ""
    for text in (below + "\x01", below + "\0"):
        if not isinstance(above, str) or text < above:
            return text
    return None


def day_between(below: Point | None, above: Point | None) -> date | None:
    """Give the day beside a constant: it stands for all that lie further away."""
    if isinstance(below, date):
        after = following(below)
        fits = isinstance(after, date) and (not isinstance(above, date) or after < above)
        return after if fits and isinstance(after, date) else None
    if isinstance(above, date):
        return above - timedelta(days=1) if above > date.min else None
    return FIRST_DAY
