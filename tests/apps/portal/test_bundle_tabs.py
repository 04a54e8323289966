# SPDX-License-Identifier: EUPL-1.2
"""Requests prepared together, in a browser: the back button after sending, two tabs, deleting all of them or one."""

from __future__ import annotations

from uuid import UUID

import pytest

from bierger.filings import selectors as filings
from bierger.filings import services
from bierger.infra.principal import Principal, acting_as
from tests import story
from tests.clients import client_of
from tests.people import person

PROCEDURES = ("commune/building-permit", "commune/problem-report")
ANSWERS = {**story.PERMIT, **story.REPORT, "commune": "mersch"}
SEND = {"declaration": "yes"}


@pytest.fixture
def lea(transactional) -> Principal:
    return person("lea.beispill")


def begun(lea: Principal) -> tuple[UUID, list[UUID]]:
    with acting_as(lea):
        started = services.begin_bundle(procedures=PROCEDURES, language="en")
    assert started.bundle is not None
    return started.bundle, list(started.drafts)


def filled(lea: Principal) -> tuple[UUID, list[UUID]]:
    bundle, drafts = begun(lea)
    for draft in drafts:
        story.fill(lea, draft, ANSWERS)
    return bundle, drafts


def test_back_after_sending_leads_to_the_one_receipt(lea):
    bundle, drafts = filled(lea)
    browser = client_of(lea)
    receipt = browser.post(f"/bundles/{bundle}/submit", SEND)["Location"]
    for page in (f"/bundles/{bundle}", f"/bundles/{bundle}/check"):
        assert browser.get(page)["Location"] == receipt
    assert browser.post(f"/bundles/{bundle}/submit", {})["Location"] == receipt
    for page in (f"/drafts/{drafts[0]}/commune", f"/drafts/{drafts[1]}/check"):  # of one of them
        assert browser.get(page)["Location"] == receipt
        assert client_of(person("emma.primjer")).get(page).status_code == 404
    assert browser.post(f"/drafts/{drafts[0]}/commune", {"commune": "mersch"})["Location"] == receipt
    assert browser.post(f"/drafts/{drafts[1]}/submit", {})["Location"] == receipt
    # What would change it: gone with it.
    assert browser.get(f"/bundles/{bundle}/discard").status_code == 404
    assert browser.post(f"/bundles/{bundle}/take-out", {"draft": str(drafts[0])}).status_code == 404
    with acting_as(lea):
        assert len(filings.cases_of_receipt(filings.receipt_of_draft(bundle).number)) == 2


def test_one_tab_takes_a_request_out_while_the_other_shows_all_answers(lea):
    bundle, (permit, report) = filled(lea)
    browser = client_of(lea)
    assert browser.get(f"/bundles/{bundle}/check").status_code == 200
    assert browser.post(f"/bundles/{bundle}/take-out", {"draft": str(report)})["Location"] == f"/drafts/{permit}/check"
    # What was read there was two requests: one alone is not sent by that button.
    assert browser.post(f"/bundles/{bundle}/submit", SEND).status_code == 404
    assert browser.get(f"/drafts/{report}/check").status_code == 404
    assert browser.get(f"/drafts/{permit}/check").status_code == 200
    receipt = browser.post(f"/drafts/{permit}/submit", SEND)["Location"]
    assert browser.get(f"/drafts/{permit}/commune")["Location"] == receipt


def test_one_tab_deletes_all_of_it_while_the_other_types(lea):
    bundle, drafts = begun(lea)
    alone = story.begin(lea, "residence-certificate")
    browser = client_of(lea)
    assert browser.get(f"/drafts/{drafts[0]}/discard")["Location"] == f"/bundles/{bundle}/discard"
    asked = browser.get(f"/bundles/{bundle}/discard").content.decode()
    assert "deleted together" in asked
    assert browser.post(f"/bundles/{bundle}/discard")["Location"] == "/requests"
    for draft in drafts:
        assert browser.post(f"/drafts/{draft}/commune", {"commune": "mersch"}).status_code == 404
    assert browser.post(f"/bundles/{bundle}/submit", SEND).status_code == 404
    assert browser.post(f"/bundles/{bundle}/discard").status_code == 404
    with acting_as(lea):
        assert [line.id for line in filings.drafts()] == [alone]
