# SPDX-License-Identifier: EUPL-1.2
"""Answers that an answer changed halfway makes idle: kept aside in the draft, not lost, and filed with nobody."""

from __future__ import annotations

from uuid import UUID

import pytest

from bierger.cases.models import EventPayload
from bierger.documents.models import Blob, BlobHolder
from bierger.filings import selectors, services
from bierger.infra.principal import Principal, acting_as
from bierger_core.interview import relevant_steps
from tests import story
from tests.clients import client_of
from tests.people import person

CONSENT = story.PDF + b"% the neighbour agrees\n"


@pytest.fixture
def lea(transactional) -> Principal:
    return person("lea.beispill")


def save(who: Principal, draft: UUID, step: str, **raw: str) -> str | None:
    """The next step."""
    with acting_as(who):
        saved = services.save_step(draft=draft, step=step, raw={name: [text] for name, text in raw.items()})
    assert not saved.errors
    return saved.next_step


def test_what_depends_on_a_changed_answer_is_there_again_when_it_is_changed_back(lea):
    draft = story.begin(lea, "problem-report")
    browser = client_of(lea)
    save(lea, draft, "category", category="bin-not-emptied")
    save(lea, draft, "place", place="7, rue du Moulin")
    assert save(lea, draft, "bin", bin_kind="glass") == "description"
    assert save(lea, draft, "category", category="pothole") == "description"  # the page of the bin is gone
    save(lea, draft, "description", description="A deep hole.")
    assert browser.get(f"/drafts/{draft}/bin")["Location"].endswith("/photo")
    assert save(lea, draft, "category", category="bin-not-emptied") == "photo"  # nothing of the bin is asked again
    page = browser.get(f"/drafts/{draft}/bin").content.decode()
    assert 'value="glass" checked' in page
    assert 'value="paper" checked' not in page


def test_what_is_aside_is_neither_shown_nor_filed(lea, as_owner):
    draft = story.begin(lea, "problem-report")
    story.fill(lea, draft, story.REPORT)
    assert "Paper" in client_of(lea).get(f"/drafts/{draft}/check").content.decode()
    save(lea, draft, "category", category="pothole")
    assert "Paper" not in client_of(lea).get(f"/drafts/{draft}/check").content.decode()
    with acting_as(lea):
        view = selectors.draft(draft)
        assert view.answers["bin_kind"] == "paper"
        assert "bin" not in [step.id for step in relevant_steps(view.package.form, view.answers)]
    story.submit(lea, draft)
    with as_owner():
        opening = EventPayload.objects.get(sequence=1).payload["answers"]
    assert opening["category"] == "pothole"
    assert not {"bin_kind", "collection_day"} & set(opening)


def test_a_file_aside_is_kept_until_the_request_is_sent_and_then_erased(lea, as_owner):
    draft = story.begin(lea, "building-permit")
    story.fill(lea, draft, {**story.PERMIT, "sole_owner": False}, files={"owner_consent": CONSENT})
    save(lea, draft, "ownership", sole_owner="yes")
    with acting_as(lea):
        ((plan,), (consent,)) = (selectors.draft(draft).answers[name] for name in ("plans", "owner_consent"))
    story.submit(lea, draft)
    with as_owner():
        assert [str(blob.id) for blob in Blob.objects.exclude(key=None)] == [plan["id"]]
        assert not BlobHolder.objects.filter(blob_id=consent["id"]).exists()
        assert consent["id"] not in str(EventPayload.objects.get(sequence=1).payload)
