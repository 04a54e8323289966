# SPDX-License-Identifier: EUPL-1.2
"""Statements that travel together arrive as if each had been sent alone: same order, same values, same refusals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction

from bierger.infra.models import RateHit
from bierger.infra.rows import delete, insert, together

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
