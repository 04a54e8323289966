# SPDX-License-Identifier: EUPL-1.2
"""A question to the applicant, on the page of the case and on the applicant's: one at a time, shown with its date, withdrawn."""

from __future__ import annotations

import html
import re

import pytest

from tests.apps.backoffice.town import Town

OPEN = "A question is open already."


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return html.unescape(response.content.decode())


def number_on(page: str) -> str:
    return re.search(r'name="question" value="(\d+)"', page).group(1)


def test_the_open_question_stands_on_the_page_instead_of_the_form(town: Town) -> None:
    case = town.request()
    browser = town.browser(town.laura)
    form = f'action="/desk/cases/{case}/question"'
    assert form in text(browser.get(f"/desk/cases/{case}"))
    asked = browser.post(f"/desk/cases/{case}/question", {"question": "Which\ncolour?"})
    page = text(browser.get(asked["Location"]))
    assert form not in page
    shown = re.search(r'<section class="desk-asked".*?</section>', page, re.DOTALL).group()
    assert "Which<br>colour?" in shown
    assert "Laura Exemplo" in shown
    assert "<time datetime=" in shown


def test_whoever_was_slower_is_told_and_keeps_the_words(town: Town) -> None:
    case = town.request()
    town.browser(town.laura).post(f"/desk/cases/{case}/question", {"question": "Which colour?"})
    marc = town.browser(town.laura)  # another window, opened before
    page = text(marc.post(f"/desk/cases/{case}/question", {"question": "How high?"}))
    assert page.count(OPEN) == 2  # at the field and in the summary
    assert ">\nHow high?</textarea>" in page
    assert "Which colour?" in page


def test_a_question_is_withdrawn_and_another_asked(town: Town) -> None:
    case = town.request()
    browser, applicant = town.browser(town.laura), town.browser(town.applicant)
    browser.post(f"/desk/cases/{case}/question", {"question": "Which clour?"})
    number = number_on(text(browser.get(f"/desk/cases/{case}")))
    done = browser.post(f"/desk/cases/{case}/question/withdraw", {"question": number})
    page = text(browser.get(done["Location"]))
    assert "The question was withdrawn." in page
    assert f'action="/desk/cases/{case}/question"' in page
    hers = text(applicant.get(f"/requests/{case}"))
    assert "The administration withdrew its question" in hers
    assert 'name="question"' not in hers
    again = browser.post(f"/desk/cases/{case}/question/withdraw", {"question": number})
    assert "This question is no longer open" in text(browser.get(again["Location"]))


@pytest.mark.parametrize("nonsense", ["", "x", "-1", "99999999999999999999"])
def test_nonsense_withdraws_nothing(town: Town, nonsense: str) -> None:
    case = town.request()
    browser = town.browser(town.laura)
    browser.post(f"/desk/cases/{case}/question", {"question": "Which colour?"})
    refused = browser.post(f"/desk/cases/{case}/question/withdraw", {"question": nonsense})
    assert refused["Location"].endswith("said=question-closed")
    assert "Which colour?" in text(town.browser(town.applicant).get(f"/requests/{case}"))


def test_nobody_else_withdraws(town: Town) -> None:
    case = town.request()
    browser = town.browser(town.laura)
    browser.post(f"/desk/cases/{case}/question", {"question": "Which colour?"})
    number = number_on(text(browser.get(f"/desk/cases/{case}")))
    for other in (town.applicant, town.stranger):
        assert town.browser(other).post(f"/desk/cases/{case}/question/withdraw", {"question": number}).status_code == 404
    assert number_on(text(browser.get(f"/desk/cases/{case}"))) == number


def test_an_answer_to_a_question_that_was_replaced_is_given_back_to_its_writer(town: Town) -> None:
    case = town.request()
    browser, applicant = town.browser(town.laura), town.browser(town.applicant)
    browser.post(f"/desk/cases/{case}/question", {"question": "Which colour?"})
    first = number_on(text(applicant.get(f"/requests/{case}")))
    browser.post(f"/desk/cases/{case}/question/withdraw", {"question": first})
    browser.post(f"/desk/cases/{case}/question", {"question": "How high?"})
    back = applicant.post(f"/requests/{case}/answer", {"question": first, "text": "Blue."})
    page = html.unescape(back.content.decode())
    assert back.status_code == 422
    assert "How high?" in page
    assert ">\nBlue.</textarea>" in page
    assert "asks something else now" in page
    assert applicant.post(f"/requests/{case}/answer", {"question": number_on(page), "text": "3 m."}).status_code == 302
    assert "3 m." in text(browser.get(f"/desk/cases/{case}"))
