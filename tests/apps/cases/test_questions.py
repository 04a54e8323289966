# SPDX-License-Identifier: EUPL-1.2
"""A question to the applicant: one at a time, each with its own answer; and no text of a case is ever cut."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from bierger.cases import selectors, services
from bierger.cases.errors import NotAllowed, QuestionClosed, QuestionOpen, TextTooLong
from bierger.cases.services import desk
from bierger.cases.types import LONGEST_TEXT, of_question
from bierger.documents import selectors as documents
from bierger.documents import services as document_services
from bierger.documents.types import Upload
from bierger.infra.principal import Principal, acting_as
from tests import story
from tests.attacks.together import count, race, without_uniqueness
from tests.story_people import Town


@pytest.fixture
def town(transactional: None) -> Town:
    from tests.story_people import town as make

    return make()


@pytest.fixture
def permit(town: Town) -> UUID:
    return story.request(town.applicant, "building-permit", story.PERMIT).cases[0]


def ask(who: Principal, case: UUID, text: str) -> None:
    with acting_as(who):
        services.ask_applicant(case=case, text=text)


def open_question(town: Town, case: UUID) -> int | None:
    with acting_as(town.applicant):
        return selectors.request(case).open_question


def said(town: Town, case: UUID) -> list[tuple[str, object]]:
    with acting_as(town.applicant):
        return [(one.code, one.params.get("text", "")) for one in selectors.timeline(case) if "question" in one.code]


def test_a_second_question_waits_for_the_answer_to_the_first(town: Town, permit: UUID) -> None:
    ask(town.clerk, permit, "Which colour?")
    first = open_question(town, permit)
    with pytest.raises(QuestionOpen) as refused:
        ask(town.urbanism, permit, "How high?")
    assert refused.value.code == "question-open"
    assert open_question(town, permit) == first
    with acting_as(town.applicant):
        services.answer_question(case=permit, question=first, text="Blue.")
    ask(town.urbanism, permit, "How high?")
    assert said(town, permit) == [("question-asked", "Which colour?"), ("question-answered", "Blue."), ("question-asked", "How high?")]


def test_a_question_is_withdrawn_once_and_the_applicant_sees_it(town: Town, permit: UUID) -> None:
    ask(town.clerk, permit, "Which clour?")
    first = open_question(town, permit)
    with acting_as(town.applicant), pytest.raises(NotAllowed):
        services.withdraw_question(case=permit, question=first)
    with acting_as(town.urbanism):
        services.withdraw_question(case=permit, question=first)
    for officer in (town.clerk, town.urbanism):
        with acting_as(officer), pytest.raises(QuestionClosed):
            services.withdraw_question(case=permit, question=first)
    assert open_question(town, permit) is None
    assert said(town, permit)[-1] == ("question-withdrawn", "")
    with acting_as(town.applicant):
        assert not selectors.request(permit).waiting_for_me


def test_an_answer_goes_to_the_question_it_was_written_for(town: Town, permit: UUID) -> None:
    ask(town.clerk, permit, "Which colour?")
    first = open_question(town, permit)
    with acting_as(town.clerk):
        services.withdraw_question(case=permit, question=first)
    with acting_as(town.applicant), pytest.raises(QuestionClosed):
        services.answer_question(case=permit, question=first, text="Blue.")
    ask(town.clerk, permit, "How high?")
    with acting_as(town.applicant), pytest.raises(QuestionClosed):
        services.answer_question(case=permit, question=first, text="Blue.")
    assert [code for code, _ in said(town, permit)] == ["question-asked", "question-withdrawn", "question-asked"]


def test_what_was_attached_for_a_withdrawn_question_goes_with_no_other(town: Town, permit: UUID) -> None:
    ask(town.clerk, permit, "Which colour?")
    first = open_question(town, permit)
    with acting_as(town.applicant):
        place = selectors.request(permit).administration
        document_services.keep_waiting(
            about=of_question(permit, first), question="files", procedure="commune/building-permit", administration=place,
            upload=Upload(story.PDF, "application/pdf", "colours.pdf", len(story.PDF)),
        )  # fmt: skip
    with acting_as(town.clerk):
        services.withdraw_question(case=permit, question=first)
        services.ask_applicant(case=permit, text="How high?")
    with acting_as(town.applicant):
        services.answer_question(case=permit, question=open_question(town, permit), text="Three metres.")
        answered = next(one for one in selectors.timeline(permit) if one.code == "question-answered")
        assert answered.params["files"] == []
        assert documents.waiting_files(of_question(permit, first))


@pytest.mark.parametrize("guarded", [False, True])
def test_of_two_officers_who_ask_at_once_one_does(
    town: Town, permit: UUID, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """Both have seen that no question is open. Without the case's lock, and the constraints behind it, both ask: one is lost."""
    if not guarded:
        without_uniqueness("cases_event", "cases_event_payload")
    works: list[Callable[[], object]] = [lambda: ask(town.clerk, permit, "Which?"), lambda: ask(town.urbanism, permit, "How high?")]
    results = race(monkeypatch, desk, "kept_text", works, guarded=guarded)
    asked = count("SELECT count(*) FROM cases_event WHERE case_id = %s AND type = 'question-asked'", permit)
    if guarded:
        assert sorted(type(one) for one in results if one) == [QuestionOpen]
        assert asked == 1
    else:
        assert results == [None, None]
        assert asked == 2


def test_a_text_that_is_too_long_is_refused_and_never_cut(town: Town, permit: UUID) -> None:
    long = "ä" * (LONGEST_TEXT + 1)
    before = count("SELECT count(*) FROM cases_event")
    with acting_as(town.clerk):
        for verb in (services.add_note, services.ask_applicant):
            with pytest.raises(TextTooLong) as refused:
                verb(case=permit, text=long)
            assert (refused.value.code, refused.value.max) == ("text-too-long", LONGEST_TEXT)
    assert count("SELECT count(*) FROM cases_event") == before
    ask(town.clerk, permit, f"  {long[:-1]}\n")
    number = open_question(town, permit)
    with acting_as(town.applicant), pytest.raises(TextTooLong):
        services.answer_question(case=permit, question=number, text=long)
    with acting_as(town.applicant):
        services.answer_question(case=permit, question=number, text=long[:-1])
    assert [text for _, text in said(town, permit)] == [long[:-1]] * 2

