# SPDX-License-Identifier: EUPL-1.2
"""Arithmetic (DMN 1.5 section 10.3.2.13, tables 44 to 46 and 52): numbers of 34 digits, texts, dates, times, durations.

What has no meaning is null; a number beyond 10^6144 is NumberOverflow, for it is no answer that a rule may go on with.
"""

from datetime import date
from decimal import ROUND_DOWN, Decimal, DivisionByZero, InvalidOperation, Overflow

from bierger_core.rules.data import decimal_context
from bierger_core.rules.errors import NumberOverflow
from bierger_core.rules.feel.calendar import (
    add_months,
    day_number,
    instant,
    midnight,
    offset_of,
    shift,
    shift_months,
    time_instant,
)
from bierger_core.rules.feel.limits import POWER_STEPS, Run
from bierger_core.rules.feel.values import DAY, DateTime, DaysTime, FarDate, Time, Value, YearsMonths

MAX_CHEAP_POWER = 100_000  # whole powers up to here are a few multiplications
MAX_NANOS = 10**9 * 366 * DAY  # durations stay within what the calendar can hold


def arithmetic(run: Run, operator: str, left: Value, right: Value) -> Value:
    """`left operator right` for + - * / **."""
    if type(left) is Decimal and type(right) is Decimal:
        if operator == "**":
            run.count(1 if right == right.to_integral_value() and abs(right) <= MAX_CHEAP_POWER else POWER_STEPS)
        return number(operator, left, right)
    if left is None or right is None:
        return None
    if operator == "+":
        if isinstance(left, str) and isinstance(right, str):
            run.text(len(left) + len(right))
            return left + right
        return add(left, right)
    if operator == "-":
        return subtract(left, right)
    if operator == "*":
        return scale(left, right) if isinstance(right, Decimal) else scale(right, left)
    return divide(left, right) if operator == "/" else None


def number(operator: str, left: Decimal, right: Decimal) -> Decimal | None:
    """Two numbers; null for 1 / 0 and for roots of negative numbers."""
    context = decimal_context()
    try:
        if operator == "+":
            return context.add(left, right)
        if operator == "-":
            return context.subtract(left, right)
        if operator == "*":
            return context.multiply(left, right)
        if operator == "/":
            return context.divide(left, right)
        return _power(left, right)
    except (DivisionByZero, InvalidOperation):
        return None
    except Overflow as error:
        raise NumberOverflow from error


def _power(base: Decimal, exponent: Decimal) -> Decimal | None:
    """`base ** exponent`; 0 ** 0 is 1, and 0 ** -1 a division by 0 of which the decimal module makes an infinity unasked."""
    if not base:
        return Decimal(1) if not exponent else Decimal(0) if exponent > 0 else None
    return decimal_context().power(base, exponent)


def negate(value: Value) -> Value:
    """`-value` for numbers and durations."""
    if isinstance(value, Decimal):
        return decimal_context().minus(value)
    if isinstance(value, DaysTime):
        return DaysTime(-value.nanos)
    return YearsMonths(-value.months) if isinstance(value, YearsMonths) else None


def days_time(nanos: int) -> DaysTime | None:
    """A duration within bounds."""
    return DaysTime(nanos) if abs(nanos) <= MAX_NANOS else None


def add(left: Value, right: Value) -> Value:
    """Sums with a duration."""
    if isinstance(left, YearsMonths) and isinstance(right, YearsMonths):
        return YearsMonths(left.months + right.months)
    if isinstance(left, DaysTime) and isinstance(right, DaysTime):
        return days_time(left.nanos + right.nanos)
    if isinstance(right, DaysTime):
        return moved(left, right.nanos)
    if isinstance(left, DaysTime):
        return moved(right, left.nanos)
    if isinstance(right, YearsMonths):
        return moved_months(left, right.months)
    return moved_months(right, left.months) if isinstance(left, YearsMonths) else None


def moved(value: Value, nanos: int) -> Value:
    """A date, time or date and time, later by a number of nanoseconds."""
    if isinstance(value, DateTime):
        return shift(value, nanos)
    if isinstance(value, (date, FarDate)):
        later = shift(midnight(value), nanos)
        return None if later is None else later.day
    if isinstance(value, Time):
        return Time((value.nanos + nanos) % DAY, value.offset, value.zone)
    return None


def moved_months(value: Value, months: int) -> Value:
    """A date or date and time, later by a number of months."""
    if isinstance(value, DateTime):
        return shift_months(value, months)
    return add_months(value, months) if isinstance(value, (date, FarDate)) else None


def subtract(left: Value, right: Value) -> Value:
    """Differences of temporal values, and temporal values less a duration."""
    if isinstance(right, (YearsMonths, DaysTime)):
        return add(left, negate(right))
    if isinstance(left, (date, FarDate)) and isinstance(right, (date, FarDate)):
        return days_time((day_number(left) - day_number(right)) * DAY)
    if isinstance(left, Time) and isinstance(right, Time):
        return days_time(time_instant(left) - time_instant(right))
    first = midnight(left) if isinstance(left, (date, FarDate)) else left
    second = midnight(right) if isinstance(right, (date, FarDate)) else right
    if not isinstance(first, DateTime) or not isinstance(second, DateTime):
        return None
    if (offset_of(first) is None) != (offset_of(second) is None):  # no common clock
        return None
    return days_time(instant(first) - instant(second))


def scale(duration: Value, factor: Value) -> Value:
    """A duration times a number, cut to whole months or nanoseconds."""
    if not isinstance(factor, Decimal):
        return None
    if isinstance(duration, YearsMonths):
        return _months(number("*", Decimal(duration.months), factor))
    return _nanos(number("*", Decimal(duration.nanos), factor)) if isinstance(duration, DaysTime) else None


def divide(left: Value, right: Value) -> Value:
    """A duration by a number, or by a duration of its kind."""
    if isinstance(left, YearsMonths):
        if isinstance(right, YearsMonths):
            return number("/", Decimal(left.months), Decimal(right.months))
        return _months(number("/", Decimal(left.months), right)) if isinstance(right, Decimal) else None
    if isinstance(left, DaysTime):
        if isinstance(right, DaysTime):
            return number("/", Decimal(left.nanos), Decimal(right.nanos))
        return _nanos(number("/", Decimal(left.nanos), right)) if isinstance(right, Decimal) else None
    return None


def _months(months: Decimal | None) -> YearsMonths | None:
    if months is None or abs(months) > 12 * 10**9:
        return None
    return YearsMonths(int(months.to_integral_value(ROUND_DOWN)))


def _nanos(nanos: Decimal | None) -> DaysTime | None:
    if nanos is None or abs(nanos) > MAX_NANOS:
        return None
    return DaysTime(int(nanos.to_integral_value(ROUND_DOWN)))
