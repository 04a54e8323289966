# SPDX-License-Identifier: EUPL-1.2
"""The values of one type, cut at the constants that cells name.

n constants cut a line into 2n + 1 positions: below the first, the first itself, between first and second, and so on.
Every test on these constants answers alike for all values of a position, so a test is a set of positions: bits of an
integer. A position may hold no value at all (between false and true, between two days that follow each other).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bierger_core.rules.between import SMALLEST, Point, day_between, following, number_between, text_between
from bierger_core.rules.data import Value, type_word

KINDS = ("boolean", "number", "string", "date")


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
            return number_between(below, above)
        if self.kind == "string":
            return text_between(below, above)
        return day_between(below, above) if self.kind == "date" else None

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
        return following(self.constants[place - 1])


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
