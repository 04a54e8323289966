# SPDX-License-Identifier: EUPL-1.2
"""Each kind of principal, one connection for two users: nothing is carried over."""

from dataclasses import replace
from uuid import UUID

import pytest
from django.db import connection, transaction

from bierger.infra.errors import AnotherPrincipal, NoPrincipal, SpaceLost
from bierger.infra.principal import ANONYMOUS, SYSTEM, Principal, acting_as, current, worker_on
from tests.people import person

SPACE = UUID("11111111-1111-4111-8111-111111111111")
PERSON = UUID("22222222-2222-4222-8222-222222222222")
CASE = UUID("33333333-3333-4333-8333-333333333333")
KINDS = [
    ANONYMOUS,
    SYSTEM,
    worker_on(CASE),
    Principal(kind="link", link="ab" * 32),
    Principal(kind="person", person=PERSON, level="substantial"),
    Principal(kind="officer", officer=PERSON, administration=SPACE, roles=("clerk", "decider"), services=(CASE, PERSON)),
]


REPRESENTATIVE = Principal(kind="person", person=PERSON, space=SPACE, mandate=CASE, scope="commune/building-permit", level="high")


def seen() -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT principal_kind(), principal_person(), principal_space(), principal_administration(), principal_officer(),"
            " principal_roles(), principal_services(), principal_link(), principal_case()"
        )
        return cursor.fetchone()


@pytest.mark.parametrize("principal", KINDS, ids=lambda principal: principal.kind)
def test_the_database_sees_exactly_this_principal(transactional, principal):
    # The suite signs in as the web, which is nobody when it says it is the worker.
    kind = None if principal.kind in ("worker", "system") else principal.kind
    with acting_as(principal):
        assert current() == principal
        assert seen() == (
            kind,
            principal.person,
            principal.space,
            principal.administration,
            principal.officer,
            list(principal.roles),
            list(principal.services),
            principal.link,
            principal.case,
        )


@pytest.mark.parametrize("principal", [*KINDS, REPRESENTATIVE], ids=lambda principal: principal.kind)
def test_a_principal_survives_its_session(principal):
    assert Principal.from_session(principal.to_session()) == principal


def test_the_space_of_a_session_counts_while_it_is_ones_own(transactional):
    mine, other = person("lea.beispill"), person("hugo.exemplo")
    with acting_as(mine):
        assert seen()[2] == mine.space
    for lost in (replace(mine, space=other.space), replace(mine, space=SPACE), REPRESENTATIVE):
        with pytest.raises(SpaceLost), acting_as(lost):
            raise AssertionError
        with transaction.atomic():
            assert seen()[:3] == (None, None, None)


def test_nothing_is_left_on_the_connection_for_the_next_user(transactional):
    with acting_as(KINDS[4]):
        backend = _backend()
    with transaction.atomic():
        assert _backend() == backend, "The test needs the same connection twice."
        assert seen()[0] is None
    with acting_as(ANONYMOUS):
        assert seen()[2] is None


def test_a_rolled_back_transaction_leaves_nothing_either(transactional):
    with pytest.raises(ZeroDivisionError), acting_as(KINDS[4]):
        raise ZeroDivisionError
    with transaction.atomic():
        assert seen()[0] is None
    with pytest.raises(NoPrincipal):
        current()


def test_the_same_principal_joins_and_another_is_refused(transactional):
    with acting_as(KINDS[4]):
        with acting_as(KINDS[4]):
            assert seen()[1] == PERSON
        with pytest.raises(AnotherPrincipal), acting_as(SYSTEM):
            raise AssertionError


def _backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]
