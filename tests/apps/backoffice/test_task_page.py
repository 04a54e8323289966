# SPDX-License-Identifier: EUPL-1.2
"""The page of a task: what is needed for it once, files to be opened from there, files taken out again."""

from __future__ import annotations

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bierger.backoffice.views.shown import _laws_of
from bierger.cases import services as cases
from bierger.infra.principal import acting_as
from tests import story
from tests.clients import client_of
from tests.people import officer


@pytest.fixture
def town(transactional):
    from tests.story_people import town as make

    return make()


@pytest.fixture
def case(town):
    (made,) = story.request(town.applicant, "building-permit", story.PERMIT).cases
    return made


def open_task(who, case, node) -> tuple[object, str]:
    task = story.open_task(who, case, node)
    with acting_as(who):
        cases.take(task=task)
    return client_of(who), f"/desk/tasks/{task}"


def text(page) -> str:
    return html.unescape(page.content.decode())


def test_each_answer_stands_once(town, case):
    browser, address = open_task(town.clerk, case, "check")
    page = text(browser.get(address))
    for said in ("1234/567", "12, rue de l'Exemple, 7500 Mersch", "A winter garden behind the house"):
        assert page.count(said) == 1, said
    assert "Not answered" not in page  # what was never asked is left out
    whole = text(browser.get(f"/desk/cases/{case}"))
    assert whole.count("1234/567") == 1


def test_files_open_from_the_form(town, case):
    browser, address = open_task(town.clerk, case, "check")
    form = text(browser.get(address)).partition('class="panel desk-form"')[2].partition("</form>")[0]
    (href,) = re.findall(r'<a href="(/desk/cases/[^"]+/files/[^"]+)">plan\.pdf</a>', form)
    assert browser.get(href)["Content-Type"] == "application/pdf"


def test_who_decides_reads_the_opinions_with_their_names_in_the_form(town, case):
    story.do(town.clerk, case, "check", completeness="complete")
    story.do(town.urbanism, case, "opinion-urbanism", urbanism_opinion="favourable", urbanism_remarks="It fits the plan.")
    story.do(town.technical, case, "opinion-technical", technical_opinion="reserved", technical_remarks="Storm drain first.")
    browser, address = open_task(town.mayor, case, "decide")
    page = text(browser.get(address))
    form = page.partition('class="panel desk-form"')[2].partition("<form")[0]
    for said in ("It fits the plan.", "Storm drain first.", "Marc Esempio", "Laura Exemplo"):
        assert said in form
    assert page.count("It fits the plan.") == 1


def test_what_happens_by_itself_is_said_in_words_and_a_rule_with_its_law(town):
    (case,) = story.request(town.applicant, "problem-report", story.REPORT).cases
    past = text(client_of(officer("pol.sample")).get(f"/desk/cases/{case}")).partition("What happened")[2]
    assert "Rule applied" in past
    assert "Loi communale du 13 décembre 1988" in past
    assert "route" not in past  # the rule task's name in the process file


def test_every_rule_that_counts_is_said_with_its_law():
    def notes(*texts):
        return [{"name": "law", "text": text} for text in texts]

    derivation = {"annotations": notes("Art. 1"), "also": [{"annotations": notes("Art. 2")}, {"annotations": notes("Art. 1")}]}
    assert _laws_of(derivation) == "Art. 1, Art. 2"
    assert _laws_of({"annotations": notes("Art. 1")}) == "Art. 1"


def test_the_head_says_which_task_waits_not_the_applicants_sentence(town, case):
    head = text(client_of(town.clerk).get(f"/desk/cases/{case}")).partition('class="desk-facts"')[2].partition("</p>")[0]
    assert "your" not in head.lower()
    assert "Check" in head


def test_a_file_beside_a_wrong_field_can_be_taken_out_again(transactional, as_owner):
    """Here the package asks the officer for a file."""
    from tests.apps.backoffice.town import make, with_minutes

    town = make(as_owner, with_minutes())
    case = town.request()
    browser, address = open_task(town.laura, case, "check")
    wrong = browser.post(address, {"minutes": SimpleUploadedFile("minutes.pdf", story.PDF, "application/pdf"), "remark": "Seen."})
    assert "minutes.pdf" in text(wrong)
    assert "Seen." in text(wrong)
    (file,) = re.findall(r'name="remove" value="minutes:([0-9a-f-]{36})"', text(wrong))
    without = browser.post(address, {"remove": f"minutes:{file}", "checked": "complete", "remark": "Seen."})
    assert without.status_code == 200  # and nothing is completed by taking a file out
    assert "minutes.pdf" not in text(without)
