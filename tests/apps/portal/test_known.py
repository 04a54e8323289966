# SPDX-License-Identifier: EUPL-1.2
"""What sign-in has told: shown with its source, not a page to click through."""

from __future__ import annotations

from tests import story
from tests.clients import client_of
from tests.people import person

SAID = {"en": "Known from your sign-in.", "fr": "Connu par votre connexion.", "de": "Aus Ihrer Anmeldung bekannt.", "lb": "Aus Ärem Login bekannt."}


def test_a_page_of_known_answers_is_passed_over_both_ways_and_still_there(transactional):
    lea = person("lea.beispill")
    draft = story.begin(lea, "residence-certificate")
    browser = client_of(lea)
    onward = browser.post(f"/drafts/{draft}/commune", {"commune": "mersch"})["Location"]
    assert onward == f"/drafts/{draft}/since"
    page = browser.get(onward).content.decode()
    assert f'href="/drafts/{draft}/commune"' in page
    known = browser.get(f"/drafts/{draft}/identity").content.decode()
    assert known.count('class="field known"') == known.count("Why do we ask this?") == 4


def test_a_form_begins_with_the_first_page_that_asks(transactional):
    lea = person("lea.beispill")
    begun = client_of(lea).post("/procedures/commune/data-question/start", {"administration": "mersch"})
    assert begun["Location"].endswith("/question")


def test_the_answers_to_be_checked_name_their_source(transactional):
    lea = person("lea.beispill")
    draft = story.begin(lea, "residence-certificate")
    story.fill(lea, draft, story.RESIDENCE)
    for language, said in SAID.items():
        page = client_of(lea, language=language).get(f"/drafts/{draft}/check").content.decode()
        assert page.count(said) == 4
