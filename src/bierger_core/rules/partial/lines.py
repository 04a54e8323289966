# SPDX-License-Identifier: EUPL-1.2
"""One line for all values: where rules cut it, which pieces a type leaves, an example of each piece.

Every value has a place: null, false, true, the numbers, the dates, the texts (by code point), lists, contexts, in this
order. A *cut* lies between two places, so that a piece of the line is what lies from one cut to the next:

    (NUMBER,)           before every number         (NUMBER, 5)      before 5: what follows is >= 5
    (NUMBER, 5, 1)      after 5: what follows is > 5

Python compares such tuples in the order of the line. Dates and texts have a successor (the next day; the text with a
NUL behind it, before which no other text stands), so there "after" is written as "before the next" and a piece that
holds nothing has two equal cuts. Numbers have none: between two numbers lies a third.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, Context, Decimal, Inexact, Overflow
from fractions import Fraction

from bierger_core.rules.between import day_between, number_between
from bierger_core.rules.data import DIGITS, EXPONENT, Value

NULL, FALSE, TRUE, NUMBER, DATE, TEXT, LIST, CONTEXT, END = range(9)
RANKS = {"null": NULL, "number": NUMBER, "date": DATE, "string": TEXT, "list": LIST, "context": CONTEXT}

Cut = tuple[object, ...]
Piece = tuple[Cut, Cut]

EVERYTHING: tuple[Piece, ...] = (((NULL,), (END,)),)


def place(value: Value) -> Cut:
    """Give the place of a value, written as the cut before it; lists share one place, contexts another."""
    if value is None:
        return (NULL,)
    if isinstance(value, bool):
        return (TRUE,) if value else (FALSE,)
    if isinstance(value, Decimal):
        return (NUMBER, value)
    if isinstance(value, date):
        return (DATE,) if value == date.min else (DATE, value)
    if isinstance(value, str):
        return (TEXT, value) if value else (TEXT,)
    return (LIST,) if isinstance(value, tuple) else (CONTEXT,)


def after(value: Value) -> Cut:
    """Give the cut behind a value."""
    if isinstance(value, date):
        return (TEXT,) if value == date.max else (DATE, value + timedelta(days=1))
    if isinstance(value, str):
        return (TEXT, value + "\0")
    if isinstance(value, Decimal):
        return (NUMBER, value, 1)
    return (place(value)[0] + 1,)  # type: ignore[operator]  # the rank of a place is a number


def number_cut(number: Fraction, *, behind: bool) -> Cut:
    """Give the cut before or behind a fraction. A third is no number of FEEL: both cuts are before the next that is."""
    exact = Context(prec=DIGITS, Emax=EXPONENT, Emin=1 - EXPONENT, rounding=ROUND_CEILING, traps=[])
    found = exact.divide(Decimal(number.numerator), Decimal(number.denominator))
    if exact.flags[Overflow] or not found.is_finite():
        return (DATE,) if number > 0 else (NUMBER,)
    if exact.flags[Inexact]:
        return (NUMBER, found)
    return (NUMBER, found, 1) if behind else (NUMBER, found)


@dataclass(frozen=True, slots=True)
class Line:
    """What one variable may be: the pieces of the line that are left, in order, none empty, none touching the next."""

    pieces: tuple[Piece, ...]
    starts: tuple[Cut, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", tuple(low for low, _ in self.pieces))

    @property
    def first(self) -> Cut:
        return self.starts[0]

    def snap(self, cut: Cut) -> Cut | None:
        """Move a cut that lies in a hole to the start of the next piece; None when nothing follows."""
        index = bisect_right(self.starts, cut) - 1
        if index >= 0 and cut < self.pieces[index][1]:
            return cut
        return self.starts[index + 1] if index + 1 < len(self.starts) else None

    def within(self, low: Cut | None, high: Cut | None) -> tuple[Piece, ...]:
        """Give the pieces between two cuts (None: without end)."""
        found: list[Piece] = []
        for start, end in self.pieces:
            left = start if low is None or low < start else low
            right = end if high is None or high > end else high
            if left < right:
                found.append((left, right))
        return tuple(found)


def joined(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Sort pieces and make one of those that touch."""
    found: list[Piece] = []
    for low, high in sorted(pieces):
        if low >= high:
            continue
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)


def of_rank(rank: int) -> Piece:
    """Give the piece of all values of one kind."""
    return (rank,), (rank + 1,)


def only_value(piece: Piece) -> Value:
    """Give the only number, date or text of a piece; None when it holds several, or something else."""
    low, high = piece
    if len(low) == 2 and low[0] == NUMBER and high == (NUMBER, low[1], 1):
        return low[1]  # type: ignore[return-value]  # behind NUMBER stands a Decimal
    if len(low) == 2 and isinstance(low[1], (date, str)) and high == after(low[1]):
        return low[1]
    if low == (DATE,) and high == after(date.min):
        return date.min
    return "" if low == (TEXT,) and high == after("") else None


def example(piece: Piece) -> Value:
    """Give a value of a piece, the plainest at hand."""
    low, high = piece
    rank = low[0]
    if rank in (NULL, FALSE, TRUE):
        return (None, False, True)[rank]
    if rank == NUMBER:
        return _number(low, high)
    if rank == DATE:
        return _date(low, high)
    if rank == TEXT:
        return low[1] if len(low) > 1 and isinstance(low[1], str) else ""
    return () if rank == LIST else {}


def _number(low: Cut, high: Cut) -> Decimal:
    lowest = low[1] if len(low) > 1 and isinstance(low[1], Decimal) else None
    highest = high[1] if high[0] == NUMBER and len(high) > 1 and isinstance(high[1], Decimal) else None
    if lowest is not None and len(low) == 2:  # the cut is before it: it belongs to the piece
        return lowest
    if highest is not None and len(high) == 3:
        return highest
    found = number_between(lowest, highest)
    return found if found is not None else lowest or Decimal(0)


def _date(low: Cut, high: Cut) -> date:
    if len(low) > 1 and isinstance(low[1], date):
        return low[1]
    end = high[1] if high[0] == DATE and len(high) > 1 and isinstance(high[1], date) else None
    return day_between(None, end) or date.min
