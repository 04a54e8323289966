# SPDX-License-Identifier: EUPL-1.2
"""Lists that page by key and count to a cap, so that a million rows answer like a thousand.

A page begins behind (or ends before) the key of a row, never at a number of rows: page 400 costs what page 1 costs, and rows
that arrive at the head while somebody turns pages neither repeat nor hide one. A key is an instant and the id of its row, so that
equal instants have an order too. Whoever asks for a page filters by right in the query; a key opens nothing, it says where.

    page = cut(Message.objects.filter(space=space), order=Order("sent_at"), turn=turn)      # a selector
    page = asked(request.GET, delivery.mailbox_page)                                        # a view
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import BooleanField, F, Func, Model, Q, QuerySet, Value
from django.db.models.expressions import Combinable, CombinedExpression, OrderBy

from bierger.infra.errors import PageUnknown

T = TypeVar("T")
U = TypeVar("U")
K = TypeVar("K")
M = TypeVar("M", bound=Model)

SIZE = 25  # rows on a page
CAP = 1000  # a count goes no further: "1,000+"
_KEY = re.compile(r"(-|[0-9]{1,17})\.([0-9a-f]{32})")  # 17 digits of microseconds reach the year 5138
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Key:
    """Where a row stands: its instant (None: it has none) and its id."""

    at: datetime | None
    id: UUID

    def __str__(self) -> str:
        """As it stands in an address; exact to the microsecond, as the database keeps it."""
        at = "-" if self.at is None else str((self.at - _EPOCH) // _MICROSECOND)
        return f"{at}.{self.id.hex}"

    @classmethod
    def read(cls, text: str) -> Key | None:
        """The inverse; None for anything that `str` of a key does not write."""
        found = _KEY.fullmatch(text)
        if found is None:
            return None
        at, row = found.groups()
        return cls(None if at == "-" else _EPOCH + int(at) * _MICROSECOND, UUID(row))


@dataclass(frozen=True, slots=True)
class Turn:
    """Which page: what follows the key `after`, or what comes before the key `before`; neither: the first."""

    after: str = ""
    before: str = ""


FIRST = Turn()


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows of one page.

    before, after   keys of the pages before and after this one; '' where there is none
    count           rows of the whole list, up to `cap`; cap + 1 says "more than"
    code            'page-unknown' when the address could not be read and this is the first page instead
    """

    rows: tuple[T, ...]
    before: str = ""
    after: str = ""
    count: int = 0
    cap: int = CAP
    code: str = ""

    def holding(self, rows: Iterable[U]) -> Page[U]:
        """The same page with its rows in another shape."""
        return Page(tuple(rows), self.before, self.after, self.count, self.cap, self.code)


@dataclass(frozen=True, slots=True)
class Order:
    """The columns of a key.

    newest   the newest first (the instant is never null); otherwise the earliest first, and last what has no instant
    """

    instant: str
    id: str = "id"
    newest: bool = True

    def columns(self, *, back: bool) -> tuple[OrderBy, OrderBy]:
        """For `order_by`. An index with these columns, in this direction, serves both ways."""
        instant, row = F(self.instant), F(self.id)
        if self.newest:
            return (instant.asc(), row.asc()) if back else (instant.desc(), row.desc())
        return (instant.desc(nulls_first=True), row.desc()) if back else (instant.asc(nulls_last=True), row.asc())

    def beyond(self, key: Key, *, back: bool) -> Q | CombinedExpression:
        """The rows behind the key, or before it."""
        if self.newest:
            # One comparison of rows is one range of the index. Two comparisons joined by OR are none, and every row with the
            # key's instant would be read again.
            return _compared(_row(F(self.instant), F(self.id)), ">" if back else "<", _row(Value(key.at), Value(key.id)))
        side, without = "lt" if back else "gt", Q(**{f"{self.instant}__isnull": True})
        behind = Q(**{f"{self.id}__{side}": key.id})
        if key.at is None:
            return ~without | (without & behind) if back else without & behind
        dated = Q(**{f"{self.instant}__{side}": key.at}) | (Q(**{self.instant: key.at}) & behind)
        return dated if back else dated | without

    def key(self, row: Model) -> str:
        return str(Key(getattr(row, self.instant), getattr(row, self.id)))


def _row(*columns: Combinable) -> Func:
    return Func(*columns, template="(%(expressions)s)", output_field=BooleanField())


def _compared(left: Func, sign: str, right: Func) -> CombinedExpression:
    return CombinedExpression(left, sign, right, output_field=BooleanField())


def cut(rows: QuerySet[M], *, order: Order, turn: Turn = FIRST, size: int = SIZE, cap: int = CAP) -> Page[M]:
    """One page of a query. Raises PageUnknown for a turn that nobody was given."""

    def fetch(key: Key | None, back: bool, most: int) -> list[M]:  # noqa: FBT001 - called by `turned` alone
        behind = rows.filter(order.beyond(key, back=back)) if key else rows
        return list(behind.order_by(*order.columns(back=back))[:most])

    count = rows.order_by()[: cap + 1].count
    return turned(turn, size=size, read=Key.read, write=order.key, fetch=fetch, count=count, cap=cap)


def turned(
    turn: Turn,
    *,
    size: int,
    read: Callable[[str], K | None],
    write: Callable[[T], str],
    fetch: Callable[[K | None, bool, int], Sequence[T]],
    count: Callable[[], int],
    cap: int = CAP,
) -> Page[T]:
    """The page of a list whose rows `fetch(key, back, most)` gives, nearest to the key first. Raises PageUnknown.

    1. One row more than a page says whether there is another page.
    2. Back, and less than a page found: the list begins here, so this is its first page.
    3. On, and nothing found: what was there is gone; the first page.
    """
    asked_for = turn.before or turn.after
    key = read(asked_for) if asked_for else None
    if asked_for and key is None:
        raise PageUnknown("No page of this list begins there.")
    back = bool(turn.before)
    found = fetch(key, back, size + 1)
    if key is not None and (len(found) <= size if back else not found):
        key, back, found = None, False, fetch(None, False, size + 1)
    rows, more = tuple(found[:size]), len(found) > size
    if back:
        rows = rows[::-1]
    return Page(
        rows,
        before=write(rows[0]) if key is not None else "",
        after=write(rows[-1]) if more or back else "",
        count=count(),
        cap=cap,
    )


def asked(query: Mapping[str, str], read: Callable[[Turn], Page[T]]) -> Page[T]:
    """The page that the words `after` and `before` of an address name; the first, with the code, when they name none.

    An address grows old or is cut off in a mail: whoever follows it wants the list, not a refusal.
    """
    try:
        return read(Turn(query.get("after", ""), query.get("before", "")))
    except PageUnknown as unknown:
        return replace(read(FIRST), code=unknown.code)
