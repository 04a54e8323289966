# SPDX-License-Identifier: EUPL-1.2
"""The residence certificate: at once when the register confirms, else to an officer; the act reaches the mailbox."""

import pytest

from bierger.cases import selectors
from bierger.delivery import selectors as delivery
from bierger.documents import selectors as documents
from bierger.documents.services import verify_upload
from bierger.infra.principal import acting_as
from tests import story
from tests.people import person


@pytest.fixture
def town(transactional):
    from tests.story_people import town as make

    return make()


def test_a_confirmed_resident_has_the_certificate_at_once_and_anybody_verifies_it(town, run_jobs, register):
    receipt = story.request(town.applicant, "residence-certificate", story.RESIDENCE)
    run_jobs()
    with acting_as(town.applicant):
        assert selectors.request(receipt.cases[0]).status == "ended"
        message = delivery.mailbox()[0]
        pdf = documents.act_pdf(message.act_id)
        verdict = verify_upload(data=pdf.data, file_name=pdf.file_name)
        assert verdict.authentic == "yes"
        assert {fact.value for fact in verdict.facts} >= {"Beispill"}
        assert documents.verify_text(receipt.code).authentic == "yes"


def test_somebody_who_moved_goes_to_an_officer(town, run_jobs, register):
    moved = person("hugo.exemplo")
    receipt = story.request(moved, "residence-certificate", story.RESIDENCE)
    run_jobs()
    case = receipt.cases[0]
    assert [node for _, node in story.worklist_of(town.population)] == ["review"]
    story.do(town.population, case, "review", review_outcome="refuse", reasons="You have moved to another commune.")
    run_jobs()
    with acting_as(moved):
        assert selectors.request(case).status == "ended"
        assert [act.document_type for act in documents.my_acts()] == ["residence-refusal"]
