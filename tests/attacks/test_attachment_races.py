# SPDX-License-Identifier: EUPL-1.2
"""What is swept and what is acknowledged, at once: no attachment of a filing, an answer or a task loses its key.

Two walls stand: locks, so that a sweep passes over or waits, and a trigger, so that the database refuses even to the system what a
case holds. Each is taken away; without both, the key is gone after the receipt.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID, uuid4

import pytest

from bierger.documents import services as documents
from bierger.documents.models import Blob
from bierger.filings import services as filings
from bierger.filings.services import drafts, submission
from bierger.filings.types import Receipt, Saved
from bierger.infra.principal import SYSTEM, Principal, acting_as
from tests import story
from tests.attacks.together import behind, count, superuser, without_trigger

Role = Callable[[], AbstractContextManager[None]]
WALL = ("documents_blob", "documents_held_stays")
HELD = "SELECT count(*) FROM documents_blob JOIN documents_blob_holder h ON h.blob_id = documents_blob.id WHERE h.case_id = %s"


def over() -> None:
    """Every draft's time is over."""
    with superuser() as owner:
        owner.execute("UPDATE filings_draft SET expires_at = now() - interval '1 day'")


@pytest.fixture
def draft(town) -> UUID:
    """Ready to be submitted, with an attachment, and expired, but not yet swept."""
    made = story.begin(town.applicant, "building-permit")
    with acting_as(town.applicant):
        assert filings.attach(draft=made, question="plans", file_name="plan.pdf", data=story.PDF) is None
    story.fill(town.applicant, made, story.PERMIT)
    assert count("SELECT count(*) FROM documents_blob") == 1
    over()
    return made


@pytest.fixture
def expire(as_worker: Role) -> Callable[[], int]:
    def work() -> int:
        with as_worker():
            return filings.expire_drafts()

    return work


@pytest.mark.parametrize(("locked", "walled"), [(False, False), (False, True), (True, False), (True, True)])
def test_a_draft_is_swept_while_it_is_submitted(town, draft, expire, monkeypatch, locked, walled):
    """The sweep begins when all is written and nothing committed. One wall is enough for the content."""
    if not walled:
        without_trigger(*WALL)
    works = (lambda: story.submit(town.applicant, draft)), expire
    receipt, swept = behind(monkeypatch, submission, "receipt_of", *works, guarded=locked, passes=True)
    assert isinstance(receipt, Receipt)
    assert swept == (0 if locked else 1)
    kept = count(HELD, receipt.cases[0])
    assert kept == (1 if locked or walled else 0), "The key of an acknowledged attachment."
    assert count("SELECT count(*) FROM documents_blob") == kept
    assert count("SELECT count(*) FROM filings_draft") == 0


def test_submitting_what_is_being_swept_comes_too_late_and_says_so(town, draft, expire, monkeypatch):
    results = behind(monkeypatch, drafts, "delete_draft", expire, lambda: story.submit(town.applicant, draft))
    assert [type(result).__name__ for result in results] == ["int", "DraftUnknown"], results
    assert count("SELECT count(*) FROM filings_filing") == count("SELECT count(*) FROM cases_case") == 0
    assert count("SELECT count(*) FROM documents_blob") == 0


def save(who: Principal, draft: UUID) -> Saved:
    with acting_as(who):
        return filings.save_step(draft=draft, step="cost", raw={"works_cost": ["5000"]})


@pytest.mark.parametrize("guarded", [False, True])
def test_a_draft_that_is_gone_on_with_is_not_swept(town, draft, expire, monkeypatch, guarded):
    """Without the lock the sweep has read that its time is over, and deletes what was extended meanwhile and told to be kept."""
    results = behind(monkeypatch, drafts, "delete_draft", expire, lambda: save(town.applicant, draft), guarded=guarded)
    said = type(results[1]).__name__
    assert (results[0], said) == (1, "DraftUnknown" if guarded else "Saved"), results
    assert count("SELECT count(*) FROM filings_draft") == 0


def test_a_sweep_passes_over_a_draft_that_is_being_saved(town, draft, expire, monkeypatch):
    saved, swept = behind(monkeypatch, drafts, "setting_of", lambda: save(town.applicant, draft), expire, passes=True)
    assert isinstance(saved, Saved)
    assert swept == 0
    assert expire() == 0  # it was extended
    assert isinstance(story.submit(town.applicant, draft), Receipt)


def test_an_expired_draft_goes_with_its_attachment_unless_it_is_submitted_first(town, draft, expire):
    other = story.begin(town.neighbour, "building-permit")
    receipt = story.submit(town.applicant, draft)
    assert expire() == 0
    with acting_as(town.neighbour):
        assert filings.attach(draft=other, question="plans", file_name="plan.pdf", data=story.PDF) is None
    over()
    assert count("SELECT count(*) FROM documents_blob") == 2
    assert expire() == 1
    assert count(HELD, receipt.cases[0]) == count("SELECT count(*) FROM documents_blob") == 1


def test_what_a_case_holds_is_erased_when_the_case_gives_it_up(town, draft, as_worker):
    """The system does not erase it either; it goes on purpose only, in two steps."""
    case = story.submit(town.applicant, draft).cases[0]
    with superuser() as seen:
        (blob,) = seen.execute("SELECT blob_id FROM documents_blob_holder WHERE case_id = %s", [case]).fetchone()
    with as_worker(), acting_as(SYSTEM):
        assert documents.erase_blob(blob=blob) is False
        documents.release_blob(blob=blob, case_id=uuid4())  # a case that never held it
        documents.release_blob(blob=blob, space=town.applicant.space)
        assert Blob.objects.filter(id=blob).exists()
        documents.release_blob(blob=blob, case_id=case)
        assert Blob.objects.filter(id=blob).exists()  # its administration holds it still
        assert documents.erase_blob(blob=blob) is True
    assert count("SELECT count(*) FROM documents_blob_holder WHERE blob_id = %s", blob) == 0
