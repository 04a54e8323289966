# SPDX-License-Identifier: EUPL-1.2
"""Two events or two opinions of one case at once: each race is shown with its guard off, then with the guard on."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import IntegrityError

from bierger.cases import selectors as case_selectors
from bierger.cases import services as cases
from bierger.cases.errors import ChainBroken
from bierger.cases.services import desk
from bierger.flows.services import moves
from bierger.infra.principal import Principal, acting_as
from tests import story
from tests.attacks.test_submission_races import CHAIN, complete, kinds, take, waiting
from tests.attacks.together import at_once, count, race, without_uniqueness

__all__ = ["waiting"]


def notes(who: Principal, case: UUID, times: int) -> list[object]:
    def note(number: int) -> str:
        with acting_as(who):
            cases.add_note(case=case, text=f"Note {number}")
        return "noted"

    return [lambda number=number: note(number) for number in range(times)]


def test_without_the_lock_two_events_follow_the_same_one(town, waiting, monkeypatch):
    works = notes(town.clerk, waiting.case, 2)
    results = race(monkeypatch, desk, "kept_text", works, guarded=False)
    assert kinds(results) == ["IntegrityError", "str"], results  # one constraint stands behind the lock
    without_uniqueness(*CHAIN)
    assert race(monkeypatch, desk, "kept_text", works, guarded=False) == ["noted", "noted"]
    with acting_as(town.clerk), pytest.raises(ChainBroken):
        case_selectors.verify_chain(waiting.case)


def test_events_at_once_make_one_chain(town, waiting, monkeypatch):
    assert race(monkeypatch, desk, "kept_text", notes(town.clerk, waiting.case, 2), guarded=True) == ["noted", "noted"]
    assert at_once(notes(town.clerk, waiting.case, 8)) == ["noted"] * 8
    with acting_as(town.clerk):
        assert case_selectors.verify_chain(waiting.case) == count(
            "SELECT last_sequence FROM cases_case WHERE id = %s", waiting.case
        )  # fmt: skip
    assert count("SELECT count(*) FROM cases_event WHERE case_id = %s AND type = 'note-added'", waiting.case) == 10


def test_without_its_lock_one_of_two_opinions_is_refused(town, waiting, monkeypatch):
    """The opinions of two services arrive together, each seeing the process without the other: only a constraint is left."""
    take(town.clerk, waiting.task)
    complete(town.clerk, waiting.task)
    urbanism = story.open_task(town.urbanism, waiting.case, "opinion-urbanism")
    technical = story.open_task(town.technical, waiting.case, "opinion-technical")
    take(town.urbanism, urbanism)
    take(town.technical, technical)

    def opinion(who: Principal, task: UUID, name: str) -> object:
        with acting_as(who):
            return dict(cases.complete(task=task, raw={name: ["favourable"]}).errors)

    works = [
        lambda: opinion(town.urbanism, urbanism, "urbanism_opinion"),
        lambda: opinion(town.technical, technical, "technical_opinion"),
    ]
    failed = race(monkeypatch, moves, "step", works, guarded=False)
    assert kinds(failed) == ["IntegrityError", "dict"], failed  # they would have written over each other
    late = works[[isinstance(one, IntegrityError) for one in failed].index(True)]
    assert late() == {}
    story.open_task(town.mayor, waiting.case, "decide")


def test_two_opinions_at_once_meet_at_the_join(town, waiting, monkeypatch):
    take(town.clerk, waiting.task)
    complete(town.clerk, waiting.task)
    works = []
    for who, node, name in (
        (town.urbanism, "opinion-urbanism", "urbanism_opinion"),
        (town.technical, "opinion-technical", "technical_opinion"),
    ):
        task = story.open_task(who, waiting.case, node)
        take(who, task)

        def give(who: Principal = who, task: UUID = task, name: str = name) -> object:
            with acting_as(who):
                return dict(cases.complete(task=task, raw={name: ["favourable"]}).errors)

        works.append(give)
    assert race(monkeypatch, desk, "finish_task", works, guarded=True) == [{}, {}]
    assert story.open_task(town.mayor, waiting.case, "decide")
    with acting_as(town.clerk):
        case_selectors.verify_chain(waiting.case)
