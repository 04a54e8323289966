# SPDX-License-Identifier: EUPL-1.2
"""Turning the pages of a list shows each row exactly once, in one order, whatever arrives meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger.delivery import selectors
from bierger.delivery.types import MessageView
from bierger.infra.errors import PageUnknown
from bierger.infra.pages import FIRST, Key, Page, Turn, asked
from bierger.infra.principal import Principal, acting_as
from tests.attacks.together import superuser
from tests.people import person

BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)
EXAMPLES = 25
# Few instants for many rows: most rows share theirs with another.
INSTANTS = st.lists(st.integers(0, 4), max_size=23)


def put(space: UUID | None, minutes: list[int]) -> None:
    with superuser() as db, db.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO delivery_message (id, space, once, subject_code, params, sent_at) VALUES (%s, %s, %s, 'x', '{}', %s)",
            [(uuid4(), space, str(uuid4()), BEGAN + timedelta(minutes=one)) for one in minutes],
        )


def emptied(who: Principal) -> None:
    with superuser() as db:
        db.execute("DELETE FROM delivery_message WHERE space = %s", [who.space])


def turned(
    who: Principal, size: int, *, meanwhile: Callable[[], None] = lambda: None, unread: bool = False
) -> Iterator[Page[MessageView]]:
    """Page after page to the end, each in a transaction of its own, as a person would."""
    turn = FIRST
    while True:
        with acting_as(who):
            page = selectors.mailbox_page(turn, unread=unread, size=size)
        yield page
        if not page.after:
            return
        turn = Turn(after=page.after)
        meanwhile()


@pytest.fixture
def lea(transactional: None) -> Principal:
    return person("lea.beispill")


def test_every_row_once_forwards_and_backwards(lea: Principal) -> None:
    @settings(max_examples=EXAMPLES)
    @given(INSTANTS, st.integers(1, 9))
    def walk(minutes: list[int], size: int) -> None:
        emptied(lea)
        put(lea.space, minutes)
        there = list(turned(lea, size))
        rows = [row for page in there for row in page.rows]
        assert [(row.sent_at, row.id) for row in rows] == sorted(((row.sent_at, row.id) for row in rows), reverse=True)
        assert len({row.id for row in rows}) == len(rows) == len(minutes)
        assert {page.count for page in there} == {len(minutes)}
        assert (there[0].before, there[-1].after) == ("", "")
        back, key = [], there[-1].before
        while key:
            with acting_as(lea):
                page = selectors.mailbox_page(Turn(before=key), size=size)
            back.append(page.rows)
            key = page.before
        # A page that would begin before the list is its first page, whole: here only the first can be one.
        assert back == [page.rows for page in there[:-1]][::-1]

    walk()


def test_what_arrives_at_the_head_neither_hides_nor_repeats_a_row(lea: Principal) -> None:
    @settings(max_examples=EXAMPLES)
    @given(INSTANTS, st.integers(1, 5), st.integers(1, 7))
    def walk(minutes: list[int], size: int, arriving: int) -> None:
        emptied(lea)
        put(lea.space, minutes)
        with acting_as(lea):
            there = {row.id for row in selectors.mailbox_page(size=100).rows}
        # Newer than all, or of the newest instant: then some stand before and some behind the reader, by their ids.
        seen = [row.id for page in turned(lea, size, meanwhile=lambda: put(lea.space, [9] * arriving)) for row in page.rows]
        assert len(seen) == len(set(seen))
        assert there <= set(seen)

    walk()


def test_new_messages_page_on_although_what_was_shown_is_no_longer_new(lea: Principal) -> None:
    from bierger.delivery import services

    put(lea.space, list(range(10)))
    seen = []
    for page in turned(lea, 3, unread=True):
        seen += page.rows
        with acting_as(lea):
            services.mark_read(messages=[row.id for row in page.rows])
    assert [row.sent_at for row in seen] == [BEGAN + timedelta(minutes=one) for one in range(9, -1, -1)]
    with acting_as(lea):
        assert selectors.unread_count() == 0


def test_before_the_first_and_behind_the_last_is_the_first_page(lea: Principal) -> None:
    put(lea.space, [0, 1, 2, 3])
    ahead, behind = (str(Key(BEGAN + timedelta(days=days), uuid4())) for days in (1, -1))
    with acting_as(lea):
        first = selectors.mailbox_page(size=3)
        assert selectors.mailbox_page(Turn(before=ahead), size=3) == first
        assert selectors.mailbox_page(Turn(after=behind), size=3) == first


def test_a_count_stops_at_the_cap(lea: Principal) -> None:
    put(lea.space, [0] * 1010)
    with acting_as(lea):
        page = selectors.mailbox_page()
        assert (page.count, page.cap, selectors.unread_count(cap=5)) == (1001, 1000, 6)


@given(st.none() | st.timedeltas(timedelta(0), timedelta(days=365_000)), st.uuids())
def test_a_key_is_read_as_it_was_written(since: timedelta | None, row: UUID) -> None:
    at = None if since is None else datetime(1970, 1, 1, tzinfo=UTC) + since
    assert Key.read(str(Key(at, row))) == Key(at, row)


@given(st.text(max_size=60) | st.from_regex(r"[-0-9a-f.~:T]{1,60}"))
def test_anything_else_is_no_key_and_the_reader_gets_the_first_page_with_the_code(text: str) -> None:
    key = Key.read(text)
    assert key is None or str(key) == text

    def read(turn: Turn) -> Page[int]:
        if turn != FIRST and Key.read(turn.after) is None:
            raise PageUnknown("no")
        return Page((1,))

    page = asked({"after": text}, read)
    assert page.rows == (1,)
    assert page.code == ("page-unknown" if text and key is None else "")
