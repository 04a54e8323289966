# SPDX-License-Identifier: EUPL-1.2
"""The session ends while somebody types: after signing in again, the words are back, for them alone and once."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client

from bierger.cases import services as cases
from bierger.filings import selectors as filings
from bierger.infra.principal import ANONYMOUS, acting_as
from bierger.portal.views.expired import COOKIE, LONGEST
from tests import story
from tests.apps.portal.test_form import REPORT, STEP, begin
from tests.clients import client_of

TYPED = "A winter garden of 18 square metres, with a roof of glass."


@pytest.fixture
def town(transactional):
    from tests.story_people import town as make

    return make()


@pytest.fixture
def step(town):
    """The address of a step of the applicant's draft."""
    draft = story.begin(town.applicant, "building-permit")
    answers = dict(story.PERMIT)
    with acting_as(town.applicant):
        form = filings.draft(draft).package.form
    name = next(one.id for one in form.steps for question in one.questions if question.name == "works_description")
    story.fill(town.applicant, draft, answers)
    return f"/drafts/{draft}/{name}"


def end_session(browser: Client, how: str) -> None:
    """As it happens: the row is gone when its time is over, or the browser forgot its cookie."""
    if how == "row":
        Session.objects.filter(session_key=browser.cookies["bierger_session"].value).delete()
    else:
        del browser.cookies["bierger_session"]


def sign_in_again(browser: Client, who) -> Client:
    """Another session, in the same browser: its other cookies stay."""
    browser.cookies["bierger_session"] = client_of(who).cookies["bierger_session"].value
    return browser


def page(browser: Client, address: str) -> str:
    return html.unescape(browser.get(address).content.decode())


@pytest.mark.parametrize("how", ["row", "cookie"])
def test_what_was_typed_is_back_after_signing_in_again(town, step, how):
    browser = client_of(town.applicant)
    end_session(browser, how)
    answer = browser.post(step, {"works_description": TYPED})
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer["Location"]).query)["next"] == [step]
    sign_in_again(browser, town.applicant)
    back = page(browser, step)
    assert TYPED in back
    assert "Your session had ended" in back
    with acting_as(town.applicant):  # shown, and not saved behind anybody's back
        assert filings.draft(step_draft(step)).answers["works_description"] == story.PERMIT["works_description"]
    again = page(browser, step)
    assert TYPED not in again
    assert "Your session had ended" not in again
    assert browser.post(step, {"works_description": TYPED}).status_code == 302
    assert TYPED in page(browser, step)


def step_draft(step: str) -> str:
    return step.split("/")[2]


def test_with_the_form_token_as_a_browser_sends_it(town, step):
    """The token's cookie is another and lives longer than the session; without it nothing is taken, and nothing is kept."""
    browser = Client(enforce_csrf_checks=True)
    browser.cookies["bierger_language"] = "en"
    sign_in_again(browser, town.applicant)
    (token,) = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page(browser, step))) or {""}
    end_session(browser, "cookie")
    assert browser.post(step, {"works_description": TYPED, "csrfmiddlewaretoken": token}).status_code == 302
    sign_in_again(browser, town.applicant)
    assert TYPED in page(browser, step)
    end_session(browser, "cookie")
    del browser.cookies["bierger_csrf"]
    rows = Session.objects.count()
    refused = browser.post(step, {"works_description": TYPED, "csrfmiddlewaretoken": token})
    assert refused.status_code == 403
    assert "Your draft is kept" in html.unescape(refused.content.decode())
    assert Session.objects.count() == rows


def test_nobody_else_reads_it(town, step):
    browser = client_of(town.applicant)
    end_session(browser, "row")
    browser.post(step, {"works_description": TYPED})
    sign_in_again(browser, town.neighbour)
    assert browser.get(step).status_code == 404
    other = story.begin(town.neighbour, "building-permit")
    elsewhere = step.replace(step_draft(step), str(other))
    assert TYPED not in page(browser, elsewhere)
    sign_in_again(browser, town.applicant)
    assert TYPED in page(browser, step)  # and the neighbour took nothing away


def test_the_database_alone_does_not_tell_it(town, step):
    browser = client_of(town.applicant)
    end_session(browser, "row")
    cookie = browser.post(step, {"works_description": TYPED}).cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["path"] == step
    key = cookie.value.partition(".")[2]
    rows = list(Session.objects.all())
    assert rows
    for row in rows:
        kept = str(signing.loads(row.session_data, salt="django.contrib.sessions.SessionStore"))
        assert TYPED not in kept
        assert key not in kept
    browser.cookies[COOKIE] = cookie.value[:-6] + "AAAAA="  # another key opens nothing, and breaks nothing
    sign_in_again(browser, town.applicant)
    assert TYPED not in page(browser, step)


def test_too_much_is_not_kept(town, step):
    browser = client_of(town.applicant)
    end_session(browser, "row")
    assert COOKIE not in browser.post(step, {"works_description": "x" * (LONGEST + 1)}).cookies


def test_a_private_link_goes_on_without_a_word(transactional):
    browser = client_of(ANONYMOUS)
    draft, first = STEP.search(begin(browser)).groups()
    browser.post(f"/drafts/{draft}/{first}", REPORT[first])
    end_session(browser, "row")
    saved = browser.post(f"/drafts/{draft}/category", REPORT["category"])
    assert saved["Location"] == f"/drafts/{draft}/place"
    stranger = client_of(ANONYMOUS)
    assert stranger.post(f"/drafts/{draft}/category", REPORT["category"])["Location"].startswith("/sign-in")


def test_submitting_leads_back_to_the_check_page(town):
    draft = story.begin(town.applicant, "residence-certificate")
    story.fill(town.applicant, draft, story.RESIDENCE)
    answer = client_of(ANONYMOUS).post(f"/drafts/{draft}/submit", {"declaration": "yes"})
    assert parse_qs(urlsplit(answer["Location"]).query)["next"] == [f"/drafts/{draft}/check"]
    assert COOKIE not in answer.cookies


def test_an_answer_to_the_administration_is_back_too(town):
    receipt = story.request(town.applicant, "building-permit", story.PERMIT)
    (case,) = receipt.cases
    with acting_as(town.clerk):
        cases.ask_applicant(case=case, text="Which colour will it have?")
    browser = client_of(town.applicant)
    end_session(browser, "row")
    answer = browser.post(f"/requests/{case}/answer", {"text": TYPED})
    assert parse_qs(urlsplit(answer["Location"]).query)["next"] == [f"/requests/{case}"]
    sign_in_again(browser, town.applicant)
    assert TYPED in page(browser, f"/requests/{case}")
