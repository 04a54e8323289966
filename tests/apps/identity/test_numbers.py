# SPDX-License-Identifier: EUPL-1.2
"""Logins and identification numbers: one number is one person, whatever comes first and whoever comes together."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from bierger.identity.errors import LoginOfAnotherPerson
from bierger.identity.services import sign_in
from bierger.identity.types import Claims
from bierger.infra.principal import ANONYMOUS, acting_as
from tests.attacks.together import PATIENCE, at_once, count, somebody_waits, superuser

NUMBER = "1985031412368"
OTHER = "1990020212345"


def come(subject: str, number: str | None, name: str = "Weber") -> object:
    claims = Claims(issuer="https://idp.example", subject=subject, level="high", given_name="Marie", family_name=name, matricule=number)
    with acting_as(ANONYMOUS):
        return sign_in(claims=claims).principal.person


def everything() -> tuple[int, int, int]:
    return tuple(count(f"SELECT count(*) FROM identity_{table}") for table in ("person", "login", "space"))


def test_a_login_learns_its_number_later(transactional: None):
    assert come("a", None) == come("a", NUMBER) == come("b", NUMBER)


def test_a_number_that_somebody_has_is_refused_by_name_and_nothing_is_written(transactional: None):
    first, second = come("a", NUMBER, "Weber"), come("b", None, "Schmit")
    before = everything()
    with pytest.raises(LoginOfAnotherPerson):
        come("b", NUMBER, "Muller")
    assert everything() == before
    assert count("SELECT count(*) FROM identity_person WHERE family_name = 'Muller'") == 0
    assert (come("a", NUMBER), come("b", None), come("b", OTHER)) == (first, second, second)


def without_locks() -> None:
    """The guard off, in this test's copy of the database."""
    with superuser() as owner:
        source = owner.execute("SELECT pg_get_functiondef('identity_sign_in'::regproc)").fetchone()[0]
        owner.execute(re.sub(r"PERFORM pg_advisory_xact_lock\(.*\);", "NULL;", source))


def second_meets_first(first: Callable[[], object], second: Callable[[], object]) -> list[object]:
    """The first does all it does and commits only once the second waits for it, or is done."""
    began, done = threading.Event(), threading.Event()

    def one() -> object:
        with acting_as(ANONYMOUS):
            found = first()
            began.set()
            for _ in range(PATIENCE * 50):
                if done.wait(0.02) or somebody_waits():
                    return found
            raise AssertionError("The second neither waits nor ends.")

    def other() -> object:
        began.wait(PATIENCE)
        try:
            return second()
        finally:
            done.set()

    return at_once([one, other])


def test_without_locks_one_login_becomes_two_people(transactional: None):
    without_locks()
    found = second_meets_first(lambda: come("a", NUMBER), lambda: come("a", None))
    assert found[0] != found[1]


def test_one_login_with_and_without_its_number_at_once_is_one_person(transactional: None):
    found = second_meets_first(lambda: come("a", NUMBER), lambda: come("a", None))
    assert found[0] == found[1]
    assert everything()[1] == count("SELECT count(*) FROM identity_login WHERE subject <> 'a'") + 1


def test_without_locks_the_second_to_take_a_number_fails_without_a_name(transactional: None):
    without_locks()
    come("b", None)
    found = second_meets_first(lambda: come("a", NUMBER), lambda: come("b", NUMBER))
    assert type(found[1]).__name__ == "IntegrityError"


def test_two_logins_that_take_one_number_at_once_one_is_refused_by_name(transactional: None):
    come("b", None)
    found = second_meets_first(lambda: come("a", NUMBER), lambda: come("b", NUMBER))
    assert isinstance(found[1], LoginOfAnotherPerson), found
    assert count("SELECT count(*) FROM identity_person WHERE matricule = %s", NUMBER) == 1


def test_a_login_that_gets_its_number_while_another_login_of_it_comes_is_the_same_person(transactional: None):
    come("b", None)
    found = second_meets_first(lambda: come("b", NUMBER), lambda: come("a", NUMBER))
    assert found[0] == found[1]


def test_only_the_web_signs_people_in(db: None):
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_function_privilege('bierger_worker', 'identity_sign_in(text, text, jsonb, jsonb, timestamptz)', 'execute')")
        assert cursor.fetchone() == (False,)
