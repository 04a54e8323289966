# SPDX-License-Identifier: EUPL-1.2
"""Numeric functions (DMN 1.5 section 10.3.4.5, table 75) and functions over lists of numbers (table 76)."""

from collections.abc import Sequence
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

from bierger_core.rules.data import decimal_context
from bierger_core.rules.errors import NumberOverflow
from bierger_core.rules.feel.arithmetic import negate, number
from bierger_core.rules.feel.library.registry import builtin
from bierger_core.rules.feel.limits import LOGARITHM_STEPS, ROOT_STEPS, Run
from bierger_core.rules.feel.values import DaysTime, Value, YearsMonths

MIN_SCALE, MAX_SCALE = -6111, 6176  # of decimal128


def _round(value: Decimal, scale: Decimal, rounding: str) -> Value:
    places = int(scale)
    if not MIN_SCALE <= places <= MAX_SCALE:
        return None
    context = decimal_context()
    if value == 0 or -int(value.as_tuple().exponent) <= places:
        return value
    context.rounding = rounding
    unit = Decimal(1).scaleb(-places)
    wide = decimal_context()
    wide.prec = max(34, value.adjusted() + places + 3)  # quantize needs room for all digits of the result
    try:
        return context.plus(value.quantize(unit, rounding, wide))
    except InvalidOperation:
        return None


@builtin("decimal(n: number, scale: number)")
def decimal(_run: Run, value: Decimal, scale: Decimal) -> Value:
    return _round(value, scale, ROUND_HALF_EVEN)


@builtin("floor(n: number, [scale: number])")
def floor(_run: Run, value: Decimal, scale: Decimal = Decimal(0)) -> Value:
    return _round(value, scale, ROUND_FLOOR)


@builtin("ceiling(n: number, [scale: number])")
def ceiling(_run: Run, value: Decimal, scale: Decimal = Decimal(0)) -> Value:
    return _round(value, scale, ROUND_CEILING)


@builtin("round up(n: number, scale: number)")
def round_up(_run: Run, value: Decimal, scale: Decimal) -> Value:
    return _round(value, scale, ROUND_UP)


@builtin("round down(n: number, scale: number)")
def round_down(_run: Run, value: Decimal, scale: Decimal) -> Value:
    return _round(value, scale, ROUND_DOWN)


@builtin("round half up(n: number, scale: number)")
def round_half_up(_run: Run, value: Decimal, scale: Decimal) -> Value:
    return _round(value, scale, ROUND_HALF_UP)


@builtin("round half down(n: number, scale: number)")
def round_half_down(_run: Run, value: Decimal, scale: Decimal) -> Value:
    return _round(value, scale, ROUND_HALF_DOWN)


@builtin("abs(n: number|duration)")
def absolute(_run: Run, value: Decimal | DaysTime | YearsMonths) -> Value:
    if isinstance(value, Decimal):
        return abs(value)
    amount = value.nanos if isinstance(value, DaysTime) else value.months
    return negate(value) if amount < 0 else value


@builtin("modulo(dividend: number, divisor: number)")
def modulo(_run: Run, dividend: Decimal, divisor: Decimal) -> Value:
    """Dividend - divisor * floor(dividend / divisor): the sign is that of the divisor."""
    context = decimal_context()
    try:
        rest = context.remainder(dividend, divisor)
    except (InvalidOperation, DivisionByZero):
        return None
    return context.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


@builtin("sqrt(number: number)")
def sqrt(run: Run, value: Decimal) -> Value:
    run.count(ROOT_STEPS)
    return decimal_context().sqrt(value) if value >= 0 else None


@builtin("log(number: number)")
def log(run: Run, value: Decimal) -> Value:
    run.count(LOGARITHM_STEPS)
    return decimal_context().ln(value) if value > 0 else None


@builtin("exp(number: number)")
def exp(run: Run, value: Decimal) -> Value:
    run.count(LOGARITHM_STEPS)
    try:
        return decimal_context().exp(value)
    except Overflow as error:
        raise NumberOverflow from error


@builtin("odd(number: number)")
def odd(_run: Run, value: Decimal) -> Value:
    return value % 2 in (1, -1) if abs(value) < 10**34 else False


@builtin("even(number: number)")
def even(_run: Run, value: Decimal) -> Value:
    return value % 2 == 0 if abs(value) < 10**34 else True


# -- lists of numbers ------------------------------------------------------------------------------------------------


def _numbers(run: Run, items: Sequence[Value]) -> list[Decimal] | None:
    run.items(len(items))
    found = [item for item in items if isinstance(item, Decimal)]
    return found if len(found) == len(items) else None


def _sum(numbers: Sequence[Decimal]) -> Decimal:
    context = decimal_context()
    total = Decimal(0)
    try:
        for one in numbers:
            total = context.add(total, one)
    except Overflow as error:
        raise NumberOverflow from error
    return total


@builtin("sum(list: list)", "sum(*n: any)")
def total(run: Run, *given: Value) -> Value:
    numbers = _numbers(run, listed(given))
    return _sum(numbers) if numbers else None


def listed(given: tuple[Value, ...]) -> tuple[Value, ...]:
    """A function over a list may be called with the list or with its items."""
    return given[0] if len(given) == 1 and isinstance(given[0], tuple) else given


@builtin("product(list: list)", "product(*n: any)")
def product(run: Run, *given: Value) -> Value:
    numbers = _numbers(run, listed(given))
    if not numbers:
        return None
    result: Decimal | None = numbers[0]
    for one in numbers[1:]:
        result = None if result is None else number("*", result, one)
    return result


@builtin("mean(list: list)", "mean(*n: any)")
def mean(run: Run, *given: Value) -> Value:
    numbers = _numbers(run, listed(given))
    return number("/", _sum(numbers), Decimal(len(numbers))) if numbers else None


@builtin("median(list: list)", "median(*n: any)")
def median(run: Run, *given: Value) -> Value:
    numbers = _numbers(run, listed(given))
    if not numbers:
        return None
    numbers.sort()
    half = len(numbers) // 2
    return numbers[half] if len(numbers) % 2 else number("/", _sum(numbers[half - 1 : half + 1]), Decimal(2))


@builtin("stddev(list: list)", "stddev(*n: any)")
def stddev(run: Run, *given: Value) -> Value:
    """The standard deviation of a sample."""
    numbers = _numbers(run, listed(given))
    if not numbers or len(numbers) < 2:
        return None
    context = decimal_context()
    average = number("/", _sum(numbers), Decimal(len(numbers))) or Decimal(0)
    squares: list[Decimal] = []
    for one in numbers:
        distance = context.subtract(one, average)
        square = number("*", distance, distance)
        squares.append(square if square is not None else Decimal(0))
    variance = number("/", _sum(squares), Decimal(len(numbers) - 1))
    return None if variance is None else context.sqrt(variance)


@builtin("mode(list: list)", "mode(*n: any)")
def mode(run: Run, *given: Value) -> Value:
    numbers = _numbers(run, listed(given))
    if numbers is None:
        return None
    counts: dict[Decimal, int] = {}
    for one in numbers:
        counts[one] = counts.get(one, 0) + 1
    most = max(counts.values(), default=0)
    return tuple(sorted(one for one, count in counts.items() if count == most))
