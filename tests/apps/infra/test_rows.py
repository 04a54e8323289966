# SPDX-License-Identifier: EUPL-1.2
"""Statements that travel together, or with the next one, arrive as if each had been sent alone: order, values, refusals."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from django.contrib.sessions.models import Session
from django.db import DataError, IntegrityError, InternalError, connection, transaction
from django.db.transaction import TransactionManagementError

from bierger.infra.models import RateHit
from bierger.infra.principal import SYSTEM, acting_as
from bierger.infra.rows import carry, delete, insert, together

AT = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)


class Messages(list[str]):
    def __call__(self, execute: Callable[..., object], sql: str, params: Sequence[object], many: bool, context: dict[str, object]) -> object:
        self.append(sql)
        return execute(sql, params, many, context)


def hit(key: str) -> RateHit:
    return RateHit(key=key, at=AT)


@pytest.mark.usefixtures("db")
def test_rows_of_several_models_arrive_in_one_message_with_their_values():
    strange = "it's 100 % {odd}; \\ \u00e9\n%s \U0001f600"
    heard = Messages()
    with connection.execute_wrapper(heard), together():
        insert([hit(strange), hit("second")])
        insert([Session(session_key=strange[:40], session_data="a'b%s;", expire_date=AT)])
        assert not heard
    assert len(heard) == 1
    assert list(RateHit.objects.order_by("id").values_list("key", "at")) == [(strange, AT), ("second", AT)]
    assert Session.objects.values_list("session_key", "session_data").get() == (strange[:40], "a'b%s;")


@pytest.mark.usefixtures("db")
def test_another_statement_finds_what_was_written_before_it():
    with together():
        insert([Session(session_key="one", session_data="", expire_date=AT)])
        row = Session.objects.get()
        delete(row)
        assert Session.objects.count() == 0
        insert([hit("two")])
        with together():
            insert([hit("three")])
    assert sorted(RateHit.objects.values_list("key", flat=True)) == ["three", "two"]


def send(*rows: RateHit, then: Exception | None = None) -> None:
    with transaction.atomic(), together():
        for row in rows:
            insert([row])
        if then:
            raise then


@pytest.mark.usefixtures("db")
def test_a_refused_row_is_told_at_the_end_of_the_block_and_undoes_the_transaction():
    send(hit("kept"))
    with pytest.raises(IntegrityError):
        send(hit("gone"), RateHit(key=None, at=AT))
    assert list(RateHit.objects.values_list("key", flat=True)) == ["kept"]


@pytest.mark.usefixtures("db")
def test_what_waits_when_an_exception_leaves_the_block_is_never_sent():
    heard = Messages()
    with connection.execute_wrapper(heard):
        with pytest.raises(LookupError):
            send(hit("never"), then=LookupError())
        insert([hit("alone")])
    assert sum("INSERT" in sql for sql in heard) == 1
    assert list(RateHit.objects.values_list("key", flat=True)) == ["alone"]


INTO = "INSERT INTO infra_rate_hit (key, at) VALUES (%s, %s)"


def carry_then_fail(key: str) -> None:
    carry(INTO, [key, AT])
    raise LookupError


def keys() -> list[str]:
    return sorted(RateHit.objects.values_list("key", flat=True))


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("strange", ["plain", "it's 100 % {odd}; \\ \u00e9\n%s \U0001f600"])
def test_a_carried_statement_goes_in_the_message_of_the_next_which_has_its_own_answer(strange):
    insert([hit("50 %"), hit("50 x")])
    insert([Session(session_key=key, session_data="", expire_date=AT) for key in ("one", "two")])
    heard = Messages()
    with acting_as(SYSTEM), connection.execute_wrapper(heard), connection.cursor() as cursor:
        carry(INTO, [strange, AT])
        carry(INTO, ["again", AT])
        assert not heard
        assert list(RateHit.objects.filter(key__startswith="50 %").values_list("key", flat=True)) == ["50 %"]
        assert len(heard) == 1
        carry(INTO, ["third", AT])
        assert Session.objects.filter(session_key__contains="o").update(session_data="%s") == 2
        carry(INTO, ["fourth", AT])
        cursor.execute("SELECT key FROM infra_rate_hit WHERE key LIKE '50 %' ORDER BY key")
        assert cursor.fetchall() == [("50 %",), ("50 x",)]
        assert len(heard) == 3
    assert keys() == sorted(["50 %", "50 x", "again", "fourth", strange, "third"])


@pytest.mark.usefixtures("db")
def test_a_carried_statement_with_nothing_behind_it_goes_at_the_end():
    heard = Messages()
    with acting_as(SYSTEM):
        with connection.execute_wrapper(heard):
            carry(INTO, ["last", AT])
        assert not heard
    assert keys() == ["last"]
    carry(INTO, ["nobody acts", AT])
    assert keys() == ["last", "nobody acts"]


@pytest.mark.usefixtures("db")
def test_a_carried_statement_goes_before_a_cursor_of_the_server_and_before_many():
    with acting_as(SYSTEM), connection.cursor() as cursor:
        carry(INTO, ["one", AT])
        assert [row.key for row in RateHit.objects.order_by("key").iterator(chunk_size=1)] == ["one"]
        carry(INTO, ["two", AT])
        cursor.executemany(INTO, [["three", AT], ["four", AT]])
        assert list(RateHit.objects.order_by("id").values_list("key", flat=True)) == ["one", "two", "three", "four"]


@pytest.mark.usefixtures("db")
def test_a_carried_statement_belongs_to_the_savepoint_in_which_it_was_given():
    with acting_as(SYSTEM):
        carry(INTO, ["before", AT])
        with pytest.raises(LookupError), transaction.atomic():
            carry_then_fail("within")
        carry(INTO, ["after", AT])
    assert keys() == ["after", "before"]


@pytest.mark.usefixtures("db")
def test_what_was_carried_before_a_block_of_rows_stays_when_the_block_fails():
    with acting_as(SYSTEM):
        carry(INTO, ["before", AT])
        with pytest.raises(LookupError):
            send(hit("dropped"), then=LookupError())
        with together():
            insert([hit("first")])
            carry(INTO, ["second", AT])
    assert list(RateHit.objects.order_by("id").values_list("key", flat=True)) == ["before", "first", "second"]


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("followed", [False, True], ids=["at the end", "with the next"])
def test_a_refused_statement_undoes_the_transaction(followed):
    def act() -> None:
        with acting_as(SYSTEM):
            insert([hit("gone")])
            carry(INTO, [None, AT])
            if followed:
                RateHit.objects.count()

    with pytest.raises(IntegrityError):
        act()
    assert keys() == []


@pytest.mark.usefixtures("db")
def test_what_is_carried_when_an_exception_ends_the_transaction_is_never_sent():
    with pytest.raises(LookupError), acting_as(SYSTEM):
        carry_then_fail("never")
    with acting_as(SYSTEM):
        assert keys() == []


@pytest.mark.usefixtures("db")
def test_what_waits_is_not_lost_when_the_next_statement_cannot_be_sent():
    with acting_as(SYSTEM):
        carry(INTO, ["carried", AT])
        with pytest.raises(DataError):  # Django's, as without anything that waits
            RateHit.objects.filter(key="\0").count()
        with together():
            insert([hit("together")])
            with pytest.raises(DataError):
                RateHit.objects.filter(key="\0").count()
    assert keys() == ["carried", "together"]


def swallow_a_refusal() -> None:
    with contextlib.suppress(IntegrityError):
        RateHit.objects.create(key=None, at=AT)


def swallow_a_refused_savepoint() -> None:
    with contextlib.suppress(IntegrityError), transaction.atomic():
        carry(INTO, [None, AT])


def undo_everything() -> None:
    with contextlib.suppress(LookupError), transaction.atomic(savepoint=False):
        raise LookupError


@pytest.mark.usefixtures("db")
def test_an_error_swallowed_around_a_savepoint_leaves_the_rest():
    with acting_as(SYSTEM):
        carry(INTO, ["kept", AT])
        swallow_a_refused_savepoint()
    assert keys() == ["kept"]


@pytest.mark.usefixtures("transactional")
@pytest.mark.parametrize("breaking", [swallow_a_refusal, undo_everything])
@pytest.mark.parametrize("first", [True, False])
def test_a_transaction_that_keeps_nothing_does_not_end_as_if_it_did(breaking, first):
    def act() -> None:
        with acting_as(SYSTEM):
            if first:
                carry(INTO, ["gone", AT])
            breaking()
            if not first:
                carry(INTO, ["gone", AT])

    with pytest.raises((TransactionManagementError, InternalError)):
        act()
    assert keys() == []
