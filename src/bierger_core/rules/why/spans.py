# SPDX-License-Identifier: EUPL-1.2
"""Values between two ends, as a person reads them: from pieces of the line, and the value nearest to the one there is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bierger_core.rules.data import Json, Value, decimal_context, to_json
from bierger_core.rules.partial.lines import CONTEXT, DATE, NULL, NUMBER, TEXT, TRUE, Cut, Piece, example, of_rank, place

WORDS = ("null", "boolean", "boolean", "number", "date", "string", "list", "context")


@dataclass(frozen=True, slots=True)
class Span:
    """Values of one kind (a FEEL word). `low` and `high` are null where there is no end; both equal: one value.

    `low_in` and `high_in` tell whether the end itself belongs to it. Null, and lists and contexts as such, have no ends.
    """

    kind: str
    low: Value = None
    high: Value = None
    low_in: bool = False
    high_in: bool = False

    @property
    def is_value(self) -> bool:
        """Tell whether it is one value alone."""
        return self.kind == "null" or (self.low is not None and self.low == self.high)

    def as_json(self) -> dict[str, Json]:
        """Write {"value": v}, or {"kind": word} with its ends: "from" or "above", "to" or "below"."""
        if self.is_value:
            return {"value": to_json(self.low)}
        found: dict[str, Json] = {"kind": self.kind}
        if self.low is not None:
            found["from" if self.low_in else "above"] = to_json(self.low)
        if self.high is not None:
            found["to" if self.high_in else "below"] = to_json(self.high)
        return found


def spans(pieces: Iterable[Piece]) -> tuple[Span, ...]:
    """Write pieces of the line; those of several kinds are parted."""
    return tuple(_span(one) for piece in pieces for one in by_kind(piece))


def by_kind(piece: Piece) -> list[Piece]:
    """Part a piece where the kind of its values changes."""
    low, high = piece
    found: list[Piece] = []
    for rank in range(CONTEXT + 1):
        start, end = of_rank(rank)
        left, right = max(low, start), min(high, end)
        if left < right:
            found.append((left, right))
    return found


def _span(piece: Piece) -> Span:
    low, high = piece
    rank = low[0]
    assert isinstance(rank, int)
    if rank <= TRUE:
        return Span(WORDS[rank], None if rank == NULL else rank == TRUE, None if rank == NULL else rank == TRUE, True, True)
    if rank == NUMBER:
        first, last = _number(low), _number(high) if high[0] == NUMBER else None
        return Span("number", first, last, first is not None and len(low) == 2, last is not None and len(high) == 3)
    if rank == DATE:
        start, end = low[1] if len(low) > 1 else None, high[1] if high[0] == DATE and len(high) > 1 else None
        day = end - timedelta(days=1) if isinstance(end, date) else None
        return Span("date", start if isinstance(start, date) else None, day, start is not None, day is not None)
    if rank == TEXT:
        return _texts(low, high)
    return Span(WORDS[rank])


def _number(cut: Cut) -> Decimal | None:
    return cut[1] if len(cut) > 1 and isinstance(cut[1], Decimal) else None


def _texts(low: Cut, high: Cut) -> Span:
    first = str(low[1]) if len(low) > 1 else None
    last = str(high[1]) if high[0] == TEXT and len(high) > 1 else None
    low_in, high_in = not (first or "").endswith("\0"), (last or "").endswith("\0")
    if first is None and last == "\0":
        return Span("string", "", "", True, True)
    first = first if first is None else first.removesuffix("\0")
    last = last if last is None else last.removesuffix("\0")
    return Span("string", first, last, first is not None and low_in, last is not None and high_in)


# -- the nearest value -----------------------------------------------------------------------------------------------


def nearest(pieces: Sequence[Piece], to: Value) -> Value:
    """Give the value of the pieces that lies nearest to one, among those that a person would write."""
    found = [_closest(one, to) for piece in pieces for one in by_kind(piece)]
    if isinstance(to, Decimal):
        numbers = [one for one in found if isinstance(one, Decimal)]
        return min(numbers, key=lambda one: abs(one - to)) if numbers else found[0]
    if isinstance(to, date):
        days = [one for one in found if isinstance(one, date)]
        return min(days, key=lambda one: abs(one - to)) if days else found[0]
    return found[0]


def _closest(piece: Piece, to: Value) -> Value:
    low, high = piece
    if isinstance(to, (Decimal, date)) and low <= place(to) < high:
        return to
    if low[0] == NUMBER:
        return _plain(piece, from_above=isinstance(to, Decimal) and high <= place(to))
    if low[0] == DATE and isinstance(to, date) and high <= place(to):
        last = _span(piece).high
        return last if isinstance(last, date) else example(piece)
    return example(piece)


def _plain(piece: Piece, *, from_above: bool) -> Value:
    """Give the number at an end of a piece; beside it, where it does not belong to it, with as few digits as fit."""
    span = _span(piece)
    end, inside = (span.high, span.high_in) if from_above else (span.low, span.low_in)
    if not isinstance(end, Decimal) or inside:
        return end if isinstance(end, Decimal) else example(piece)
    exact = decimal_context()
    for digits in range(10):
        step = Decimal(1).scaleb(-digits)
        found = exact.subtract(end, step) if from_above else exact.add(end, step)
        if piece[0] <= place(found) < piece[1]:
            return found
    return example(piece)
