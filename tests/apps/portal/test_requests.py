# SPDX-License-Identifier: EUPL-1.2
"""A request over HTTP: what happened and who did it, the missing piece, the answer, who looked."""

from __future__ import annotations

import html
import re
from itertools import pairwise

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bierger.cases import services as cases
from bierger.flows import selectors as flows
from bierger.infra.principal import ANONYMOUS, acting_as
from tests import story
from tests.clients import client_of
from tests.people import officer


@pytest.fixture
def town(transactional):
    from tests.story_people import town as make

    return make()


@pytest.fixture
def permit(town):
    """A request for a permit in which a piece is missing."""
    (case,) = story.request(town.applicant, "building-permit", story.PERMIT).cases
    story.do(town.clerk, case, "check", completeness="missing-piece", piece_wanted="The drainage plan.")
    return case


def text(page) -> str:
    return html.unescape(page.content.decode())


def moments(page) -> list[tuple[str, str]]:
    """Title and actor of every entry of the timeline, the newest first."""
    entries = re.findall(r'<li class="moment.*?</li>', text(page), re.DOTALL)
    return [(re.search(r"<h3>(.*?)</h3>", one)[1], (re.findall(r'"moment-by">(.*?)<', one) or [""])[0]) for one in entries]


def pdf(name="drainage.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, story.PDF, "application/pdf")


def supply(town, permit) -> str:
    with acting_as(town.applicant):
        task = next(one for one in flows.tasks_of(permit, open_only=True) if one.node == "supply")
    return f"/requests/{permit}/tasks/{task.id}"


def test_a_state_is_nobodys_act(town, permit):
    found = moments(client_of(town.applicant).get(f"/requests/{permit}"))
    assert ("Request received", "You") in found
    states = [by for title, by in found if title.startswith(("The commune", "The municipality", "Your municipality"))]
    assert len(states) == 2, found
    assert states == ["", ""]


def test_nothing_is_said_twice_in_a_row(town, run_jobs):
    (case,) = story.request(town.applicant, "problem-report", story.REPORT).cases
    story.do(officer("pol.sample"), case, "handle", handling="done", answer="Emptied this morning.")
    run_jobs()
    titles = [title.rstrip(".") for title, _by in moments(client_of(town.applicant).get(f"/requests/{case}"))]
    assert titles.count("The problem is solved") == 1, titles
    assert all(one != other for one, other in pairwise(titles)), titles


def test_a_file_beside_a_wrong_field_can_be_taken_out_again(town, permit):
    browser, address = client_of(town.applicant), supply(town, permit)
    wrong = browser.post(address, {"piece": pdf(), "piece_note": "x" * 100_000})
    assert wrong.status_code == 422
    (file,) = re.findall(r'name="remove" value="piece:([0-9a-f-]{36})"', text(wrong))
    assert "drainage.pdf" in text(wrong)
    removed = browser.post(address, {"remove": f"piece:{file}", "piece_note": "It follows."})
    assert removed.status_code == 302
    page = text(browser.get(removed["Location"]))
    assert "drainage.pdf" not in page
    assert "It follows." in page  # what was typed beside it stays
    assert browser.post(address, {"piece_note": "It follows."}).status_code == 422  # and it is missing again


def test_attaching_sends_nothing_yet(town, permit):
    browser, address = client_of(town.applicant), supply(town, permit)
    attached = browser.post(address, {"piece": pdf(), "attach": "piece", "piece_note": "Here it is."})
    assert attached.status_code == 302
    page = text(browser.get(attached["Location"]))
    assert "drainage.pdf" in page
    assert "Here it is." in page
    with acting_as(town.applicant):
        assert [one.node for one in flows.tasks_of(permit, open_only=True)] == ["supply"]
    assert browser.post(address, {"piece_note": "Here it is."}).status_code == 302
    with acting_as(town.applicant):
        assert [one.node for one in flows.tasks_of(permit, open_only=True)] == ["check"]
    assert "drainage.pdf" in text(client_of(town.clerk).get(f"/desk/cases/{permit}"))


def test_a_file_that_is_refused_leaves_the_others(town, permit):
    browser, address = client_of(town.applicant), supply(town, permit)
    browser.post(address, {"piece": pdf(), "attach": "piece"})
    refused = browser.post(address, {"piece": SimpleUploadedFile("run.pdf", b"MZ" + b"\0" * 300), "attach": "piece"})
    assert refused.status_code == 422
    assert "drainage.pdf" in text(refused)
    assert "run.pdf" not in text(refused)


def test_a_question_is_answered_with_files(town, permit):
    with acting_as(town.clerk):
        cases.ask_applicant(case=permit, text="Which colour?")
    browser, address = client_of(town.applicant), f"/requests/{permit}/answer"
    assert browser.post(address, {"files": pdf("colours.pdf"), "attach": "files", "text": "See"}).status_code == 302
    page = text(browser.get(f"/requests/{permit}"))
    assert "colours.pdf" in page
    assert ">\nSee</textarea>" in page
    assert browser.post(address, {"text": ""}).status_code == 422
    assert browser.post(address, {"text": "See the file."}).status_code == 302
    page = text(browser.get(f"/requests/{permit}"))
    assert "See the file." in page
    assert "Which colour?" in page
    desk = text(client_of(town.clerk).get(f"/desk/cases/{permit}"))
    assert "colours.pdf" in desk
    assert "See the file." in desk


@pytest.mark.parametrize("wrong", ["a\0b", "ok \u202etxet", "\x1b[31mred"])
def test_an_answer_of_unprintable_characters_is_refused_at_its_field(town, permit, wrong):
    with acting_as(town.clerk):
        cases.ask_applicant(case=permit, text="Which colour?")
    browser, address = client_of(town.applicant), f"/requests/{permit}/answer"
    refused = browser.post(address, {"text": wrong})
    assert refused.status_code == 422
    assert "Remove characters that cannot be printed" in text(refused)
    assert browser.post(address, {"text": "Red,\r\nas before."}).status_code == 302
    assert "as before." in text(browser.get(f"/requests/{permit}"))


def test_the_sheet_promises_what_one_applies_for(db):
    for name, granted in (("building-permit", "Building permit"), ("residence-certificate", "Residence certificate")):
        page = text(client_of(ANONYMOUS).get(f"/procedures/commune/{name}"))
        (outputs,) = re.findall(r"What you get</dt><dd>(.*?)</dd>", page)
        assert granted in outputs
        assert "refus" not in outputs.lower()


def test_who_looked_says_the_same_once_with_its_number(town, permit):
    for _ in range(3):
        client_of(town.clerk).get(f"/desk/cases/{permit}")
    page = text(client_of(town.applicant).get("/readings"))
    assert re.search(r"\d times", page), re.findall(r"<td.*?</td>", page)
    assert "birth date" not in page  # codes are said in words
    assert "register population" not in page
