# SPDX-License-Identifier: EUPL-1.2
"""Pieces of lines as inequalities: numbers as they are, dates as whole days, texts by their rank.

Between two texts stand infinitely many others, also between any two of those: texts that a model names are numbered
in their order, and what lies between is between the numbers.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from bierger_core.rules.partial.linear import Row
from bierger_core.rules.partial.lines import DATE, NUMBER, TEXT, Cut, Piece
from bierger_core.rules.partial.sums import Sum

RANK_OF = {"number": NUMBER, "date": DATE, "string": TEXT}
Texts = Mapping[str, Fraction]


def inequality(total: Sum, relation: str, *, whole: bool) -> Row:
    """Write sum < 0 (or <= 0); among whole numbers < 0 is <= -1. A product of several unknowns is one name."""
    rest = next((factor for monomial, factor in total.terms if monomial == ()), Fraction(0))
    named = [(monomial[0] if len(monomial) == 1 else monomial, factor) for monomial, factor in total.terms if monomial]
    if whole and relation == "<":
        rest, relation = rest + 1, "<="
    return Row(tuple(sorted(named, key=lambda pair: repr(pair[0]))), rest, relation)


def between(total: Sum, low: Cut | None, high: Cut | None, *, whole: bool) -> list[Row]:
    """Say that a sum lies between two cuts of its own line."""
    rows: list[Row] = []
    if low is not None:
        limit = Sum.number(_fraction(low[0]))
        rows.append(inequality(limit - total, "<" if len(low) == 2 else "<=", whole=whole))
    if high is not None:
        limit = Sum.number(_fraction(high[0]))
        rows.append(inequality(total - limit, "<=" if len(high) == 2 else "<", whole=whole))
    return rows


def bounds(name: object, piece: Piece, texts: Texts) -> list[Row]:
    """Say that an input lies in a piece of the line, all of one kind."""
    low, high = piece
    rank = low[0]
    rows: list[Row] = []
    lowest = _limit(low, texts) if len(low) > 1 else _end(rank, last=False)
    if lowest is not None:
        number, behind = lowest
        rows.append(Row(((name, Fraction(-1)),), number, "<" if behind else "<="))
    highest = _limit(high, texts) if high[0] == rank and len(high) > 1 else _end(rank, last=True)
    if highest is not None:
        number, behind = highest
        if rank == DATE and not behind:  # whole days
            number, behind = number - 1, True
        rows.append(Row(((name, Fraction(1)),), -number, "<=" if behind else "<"))
    return rows


def _fraction(number: object) -> Fraction:
    assert isinstance(number, (Fraction, int))
    return Fraction(number)


def _limit(cut: Cut, texts: Texts) -> tuple[Fraction, bool]:
    """Give the number of a cut, and whether it is behind that number. Days: behind the day before."""
    value = cut[1]
    if isinstance(value, Decimal):
        return Fraction(value), len(cut) == 3
    if isinstance(value, date):
        return Fraction(value.toordinal()), False
    assert isinstance(value, str)
    return texts[value.removesuffix("\0")], value.endswith("\0")


def _end(rank: object, *, last: bool) -> tuple[Fraction, bool] | None:
    """Give the first or last of all dates and the first of all texts; numbers have no end."""
    if rank == DATE:
        return Fraction((date.max if last else date.min).toordinal()), last
    return (Fraction(0), False) if rank == TEXT and not last else None
