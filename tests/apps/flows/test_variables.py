# SPDX-License-Identifier: EUPL-1.2
"""What a process knows, apart from where it stands: who reads it, what tasks show of it, and what becomes of older rows."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

import pytest
from django.apps import apps

from bierger.catalogue import selectors as catalogue
from bierger.flows import selectors, services
from bierger.flows.errors import TaskUnknown
from bierger.flows.models import Instance, Task, Variables
from bierger.flows.plugins.shown import shown_of
from bierger.infra.principal import SYSTEM, acting_as
from tests import story
from tests.clients import client_of
from tests.story_people import Town
from tests.story_people import town as make_town

Role = Callable[[], AbstractContextManager[None]]
WISH = "The section drawing, signed."


@pytest.fixture
def mersch(transactional: None) -> Town:
    return make_town()


@pytest.fixture
def case(mersch: Town) -> UUID:
    """A permit for which the applicant is to supply something."""
    made = story.request(mersch.applicant, "building-permit", story.PERMIT).cases[0]
    story.do(mersch.clerk, made, "check", completeness="missing-piece", piece_wanted=WISH)
    return made


def test_officers_read_what_the_process_knows_and_parties_do_not(mersch: Town, case: UUID) -> None:
    with acting_as(mersch.clerk):
        assert selectors.variables_of(case)["piece_wanted"] == WISH
        state = selectors.state_of(case)
        assert state is not None
        assert state.variables["piece_wanted"] == WISH
    with acting_as(mersch.applicant):
        assert selectors.variables_of(case) == {}
        assert selectors.state_of(case) is None


def test_the_applicants_task_shows_what_its_form_names(mersch: Town, case: UUID) -> None:
    with acting_as(mersch.applicant):
        shown = {task.node: dict(task.shown) for task in selectors.tasks_of(case)}
    assert shown == {"check": {}, "supply": {"piece_wanted": WISH}}  # the form of `check` names more: it is an officer's
    assert WISH in client_of(mersch.applicant).get(f"/requests/{case}").content.decode()


def test_only_what_is_known_is_shown(mersch: Town, case: UUID) -> None:
    with acting_as(mersch.clerk):
        package = catalogue.package(Instance.objects.get(subject=case).digest)
    assert shown_of(package, "post-certificate", "applicant", {"permit": {"number": "P-1", "issued_on": None}, "decision": "granted"}) == {
        "permit.number": "P-1"
    }
    assert shown_of(package, "supply", "clerk", {"piece_wanted": WISH}) == {}


def test_tasks_of_an_earlier_release_show_what_they_would_show_now(mersch: Town, case: UUID, as_owner: Role) -> None:
    with as_owner():
        assert Task.objects.filter(instance_id=case, node="supply").update(shown={}) == 1
        migration = importlib.import_module("bierger.flows.migrations.0002_variables_apart")  # noqa: TID251 - a name with a number
        migration.show(apps, None)
    test_the_applicants_task_shows_what_its_form_names(mersch, case)


def test_who_may_not_move_a_process_hears_that_it_is_not_there(mersch: Town, case: UUID) -> None:
    task = story.open_task(mersch.applicant, case, "supply")
    for who in (mersch.neighbour, mersch.stranger, mersch.technical):
        with acting_as(who), pytest.raises(TaskUnknown):
            services.complete(task=task, outputs={})


def test_what_was_said_anew_is_not_forgotten(mersch: Town, case: UUID, as_worker: Role) -> None:
    with as_worker(), acting_as(SYSTEM):
        services.forget(subject=case, said={"piece_wanted": "Something else.", "site": story.PERMIT["site"]})
        known = Variables.objects.get(instance_id=case).variables
        assert (known["piece_wanted"], known["site"]) == (WISH, None)
        assert Task.objects.get(instance_id=case, node="supply").shown == {"piece_wanted": WISH}
        services.forget(subject=case, said={"piece_wanted": WISH})
        assert Variables.objects.get(instance_id=case).variables["piece_wanted"] is None
        assert Task.objects.get(instance_id=case, node="supply").shown == {}
