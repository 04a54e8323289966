# SPDX-License-Identifier: EUPL-1.2
"""A right to a case has a beginning and an end, and both count by the product's one clock, the moved one too."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.test import override_settings

from bierger.cases.models import Case, Event, EventPayload, Grant, Party, Work
from bierger.cases.services import desk
from bierger.flows.errors import TaskUnknown
from bierger.flows.models import Instance, Task
from bierger.infra import clock
from bierger.infra.principal import Principal, acting_as
from tests import story
from tests.attacks.together import count, superuser
from tests.clients import client_of
from tests.story_people import Town, town

DAY = timedelta(days=1)
Role = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def mersch(transactional: None) -> Town:
    return town()


@pytest.fixture
def case(mersch: Town) -> UUID:
    """A permit whose two opinions are asked: three services hold a grant, two of them have work that waits."""
    made = story.request(mersch.applicant, "building-permit", story.PERMIT).cases[0]
    story.do(mersch.clerk, made, "check", completeness="complete")
    return made


def grant(case: UUID, service: str, *, since: datetime | None = None, until: datetime | None = None) -> None:
    """At any time: the product itself ends grants with the case alone (below)."""
    with superuser() as owner:
        changed = owner.execute(
            "UPDATE cases_case_grant SET since = coalesce(%s, since), until = %s WHERE case_id = %s AND role = 'adviser'"
            " AND service_id = (SELECT s.id FROM administrations_service s JOIN cases_case c USING (administration_id)"
            " WHERE c.id = %s AND s.code = %s)",
            [since, until, case, case, service],
        )
        assert changed.rowcount == 1


def seen(who: Principal, case: UUID) -> dict[str, int]:
    """How many rows of a case somebody sees, by table."""
    with acting_as(who):
        of_case = {model.__name__: model.objects.filter(case_id=case).count() for model in (Event, EventPayload, Party, Grant)}
        of_subject = {model.__name__: model.objects.filter(pk=case).count() for model in (Case, Instance)}
        return {
            **of_case, **of_subject, "Task": Task.objects.filter(instance_id=case).count(), "Work": Work.objects.filter(case_id=case).count()
        }  # fmt: skip


def test_a_grant_in_its_time_shows_the_case(mersch: Town, case: UUID) -> None:
    assert all(seen(mersch.technical, case).values()), seen(mersch.technical, case)


def test_a_grant_that_ended_hides_the_case_and_its_work_from_that_service(mersch: Town, case: UUID) -> None:
    before = seen(mersch.urbanism, case)
    task = story.open_task(mersch.technical, case, "opinion-technical")
    grant(case, "technical", until=clock.now())
    assert not any(seen(mersch.technical, case).values())
    assert story.worklist_of(mersch.technical) == []
    with acting_as(mersch.technical), pytest.raises(TaskUnknown):
        desk.take(task=task)
    assert seen(mersch.urbanism, case) == before  # another service's right is its own
    assert seen(mersch.applicant, case)["Case"] == 1


def test_before_its_beginning_a_grant_shows_nothing(mersch: Town, case: UUID) -> None:
    grant(case, "technical", since=clock.now() + DAY)
    assert not any(seen(mersch.technical, case).values())
    assert story.worklist_of(mersch.technical) == []


def test_a_grant_that_ends_before_it_begins_is_none(mersch: Town, case: UUID) -> None:
    grant(case, "technical", since=clock.now(), until=clock.now() - DAY)
    assert not any(seen(mersch.technical, case).values())


def test_the_moved_clock_counts(mersch: Town, case: UUID, as_owner: Role) -> None:
    """The demonstration's clock passes the end of a grant, and comes back."""
    grant(case, "technical", until=clock.now() + 30 * DAY)
    with override_settings(BIERGER_ENV="demo"):
        for move, visible in ((31 * DAY, False), (-2 * DAY, True), (-35 * DAY, False), (6 * DAY, True)):
            with as_owner():
                clock.move(move)
            assert any(seen(mersch.technical, case).values()) is visible, move
            assert bool(story.worklist_of(mersch.technical)) is visible, move


def test_the_span_on_a_work_row_is_its_grants_whatever_is_written_there(mersch: Town, case: UUID) -> None:
    grant(case, "technical", until=clock.now())
    with superuser() as owner:
        owner.execute("UPDATE cases_work SET granted = tstzrange(NULL, NULL) WHERE case_id = %s", [case])
    assert story.worklist_of(mersch.technical) == []


def test_work_without_a_grant_is_in_nobodys_list(mersch: Town, case: UUID) -> None:
    assert count("SELECT count(*) FROM cases_work WHERE case_id = %s AND granted IS NULL", case) == 0
    with superuser() as owner:
        owner.execute("DELETE FROM cases_case_grant WHERE case_id = %s", [case])
    assert count("SELECT count(*) FROM cases_work WHERE case_id = %s AND granted IS NULL", case) == 3
    for who in (mersch.clerk, mersch.urbanism, mersch.technical):
        assert story.worklist_of(who) == []


# -- the end of a case ------------------------------------------------------------------------------------------------------


def over(mersch: Town, case: UUID, run_jobs: Callable[[], None]) -> None:
    """Both opinions are given, the mayor refuses, the refusal is delivered."""
    story.do(mersch.urbanism, case, "opinion-urbanism", urbanism_opinion="favourable")
    story.do(mersch.technical, case, "opinion-technical", technical_opinion="favourable")
    story.do(mersch.mayor, case, "decide", decision="refused", decision_reasons="Too close to the road.")
    run_jobs()
    assert count("SELECT count(*) FROM cases_case WHERE id = %s AND status = 'ended'", case) == 1


def answers(case: UUID, **who: Principal) -> dict[str, int]:
    return {name: client_of(one).get(f"/desk/cases/{case}").status_code for name, one in who.items()}


def test_who_was_asked_reads_the_closed_case_for_three_months(mersch: Town, case: UUID, run_jobs: Callable[[], None], as_owner: Role) -> None:
    """Where the case was sent first, and who decided, keep it."""
    over(mersch, case, run_jobs)
    team = {"technical": mersch.technical, "clerk": mersch.clerk, "mayor": mersch.mayor}
    assert answers(case, **team) == {"technical": 200, "clerk": 200, "mayor": 200}
    with override_settings(BIERGER_ENV="demo"):
        with as_owner():
            clock.move(89 * DAY)  # the shortest three months
        assert answers(case, **team) == {"technical": 200, "clerk": 200, "mayor": 200}
        assert seen(mersch.technical, case)["Work"] == 1
        with as_owner():
            clock.move(4 * DAY)
        assert answers(case, **team) == {"technical": 404, "clerk": 200, "mayor": 200}
        assert not any(seen(mersch.technical, case).values())
        assert seen(mersch.applicant, case)["Case"] == 1


def test_only_the_end_of_the_case_ends_grants(mersch: Town, case: UUID, run_jobs: Callable[[], None]) -> None:
    ends = "SELECT count(*) FROM cases_case_grant WHERE case_id = %s AND until IS NOT NULL"
    story.do(mersch.technical, case, "opinion-technical", technical_opinion="favourable")
    assert count(ends, case) == 0
    grant(case, "technical", until=clock.now() + DAY)  # an end that is nearer stays
    story.do(mersch.urbanism, case, "opinion-urbanism", urbanism_opinion="favourable")
    story.do(mersch.mayor, case, "decide", decision="refused", decision_reasons="Too close to the road.")
    run_jobs()
    assert count(ends, case) == 2  # both advisers
    assert count(f"{ends} AND until < %s", case, clock.now() + 2 * DAY) == 1
