# SPDX-License-Identifier: EUPL-1.2
"""The values of one type, cut at the constants that cells name.

n constants cut a line into 2n + 1 positions: below the first, the first itself, between first and second, and so on.
Every test on these constants answers alike for all values of a position, so a test is a set of positions: bits of an
integer. A position may hold no value at all (between false and true, between two days that follow each other).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from bierger_core.rules.data import Value, decimal_context, type_word

Point = bool | Decimal | str | date
KINDS = ("boolean", "number", "string", "date")
FIRST_DAY = date(2000, 1, 1)  # the example where no cell names a day
BIGGEST = Decimal((0, (9,) * 34, 6144 - 33))
SMALLEST = BIGGEST.copy_negate()


@dataclass(frozen=True, slots=True)
class Line:
    """The positions of one type; `kind` is its FEEL word."""

    kind: str
    constants: tuple[Point, ...]
    places: dict[Point, int] = field(repr=False)  # constant -> its position

    @property
    def size(self) -> int:
        return 2 * len(self.constants) + 1

    @property
    def every(self) -> int:
        return (1 << self.size) - 1

    @property
    def is_ordered(self) -> bool:
        return self.kind != "boolean"

    def example(self, position: int) -> Point | None:
        """Give a value of a position, one that a person would write where there is a choice; None when it holds none."""
        place, is_constant = divmod(position, 2)
        if is_constant:
            return self.constants[place]
        below = self.constants[place - 1] if place else None
        above = self.constants[place] if place < len(self.constants) else None
        if self.kind == "number":
            return _number_between(below, above)
        if self.kind == "string":
            return _text_between(below, above)
        return _day_between(below, above) if self.kind == "date" else None

    def start(self, position: int) -> Point | None:
        """Give the least value of a position, among those that FEEL can write; None when it holds none."""
        place, is_constant = divmod(position, 2)
        if is_constant:
            return self.constants[place]
        if self.kind == "boolean" or self.example(position) is None:
            return None
        if not place:
            least: dict[str, Point] = {"number": SMALLEST, "string": "", "date": date.min}
            return least[self.kind]
        return _next(self.constants[place - 1])


def line(kind: str, values: Iterable[Value]) -> Line:
    """Cut a line at those of the values that are of its kind."""
    found = {value for value in values if isinstance(value, (bool, Decimal, str, date)) and type_word(value) == kind}
    if kind == "boolean":
        found = {False, True}
    constants = tuple(_in_order(found))
    return Line(kind, constants, {value: 2 * place + 1 for place, value in enumerate(constants)})


def _in_order(found: set[Point]) -> Sequence[Point]:
    numbers = [value for value in found if isinstance(value, Decimal)]
    texts = [value for value in found if isinstance(value, str)]
    days = [value for value in found if isinstance(value, date)]
    flags = [value for value in found if isinstance(value, bool)]
    return [*sorted(flags), *sorted(numbers), *sorted(texts), *sorted(days)]  # of one kind: three are empty


def _next(value: Point) -> Point | None:
    """Give the value that follows: numbers have 34 digits, days are whole, texts go by code point."""
    if isinstance(value, Decimal):
        following = decimal_context().next_plus(value)
        return following if following.is_finite() else None
    if isinstance(value, str):
        return value + "\0"
    if isinstance(value, date) and value < date.max:
        return value + timedelta(days=1)
    return None


def _number_between(below: Point | None, above: Point | None) -> Decimal | None:
    exact = decimal_context()
    if isinstance(below, Decimal) and isinstance(above, Decimal):
        following = exact.next_plus(below)
        if following >= above:
            return None
        middle = exact.divide(exact.add(exact.divide(below, 2), exact.divide(above, 2)), 1)
        if abs(below) < BIGGEST / 4 and abs(above) < BIGGEST / 4:  # the plain way has fewer digits
            middle = exact.divide(exact.add(below, above), Decimal(2))
        return middle if below < middle < above else following
    if isinstance(above, Decimal):
        lower = exact.subtract(above, Decimal(1)) if above > SMALLEST else above
        lower = lower if lower < above else exact.next_minus(above)
        return lower if lower.is_finite() else None
    if isinstance(below, Decimal):
        upper = exact.add(below, Decimal(1)) if below < BIGGEST else below
        upper = upper if upper > below else exact.next_plus(below)
        return upper if upper.is_finite() else None
    return Decimal(0)


def _text_between(below: Point | None, above: Point | None) -> str | None:
    if not isinstance(below, str):
        return None if above == "" else ""
    for text in (below + "\x01", below + "\0"):
        if not isinstance(above, str) or text < above:
            return text
    return None


def _day_between(below: Point | None, above: Point | None) -> date | None:
    """Give the day beside a constant: it stands for all that lie further away."""
    if isinstance(below, date):
        following = _next(below)
        fits = isinstance(following, date) and (not isinstance(above, date) or following < above)
        return following if fits and isinstance(following, date) else None
    if isinstance(above, date):
        return above - timedelta(days=1) if above > date.min else None
    return FIRST_DAY
