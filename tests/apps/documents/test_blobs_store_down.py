# SPDX-License-Identifier: EUPL-1.2
"""The store does not answer: nothing is acknowledged, nothing is taken for erased, nothing with a row is swept."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client, override_settings

from bierger.documents import selectors, services
from bierger.documents.models import Blob
from bierger.filings import selectors as filings
from bierger.infra.blobs import BlobFileError
from bierger.infra.principal import SYSTEM, acting_as
from bierger.infra.relay import relay
from bierger.ledger.tasks import sequence
from tests import jobs, story
from tests.apps.documents.story import decide
from tests.apps.documents.test_blobs import PLACE, keep
from tests.apps.documents.test_uploads import pdf
from tests.clients import client_of
from tests.stores import S3Server
from tests.story_people import town as make_town


@pytest.fixture
def server(transactional: None, tmp_path: Path) -> Iterator[S3Server]:
    started = S3Server(tmp_path / "own")
    started.start()
    with override_settings(**started.settings("town")):
        yield started
    started.kill()


def unreachable(refused: pytest.ExceptionInfo[BlobFileError]) -> bool:
    return refused.value.code == "blob-store-unreachable"


def work_on() -> None:
    """Relay and jobs alone: the sweeper, too, would miss the store."""
    while relay() + jobs._run_waiting_jobs():
        pass


def objects(server: S3Server) -> list[Path]:
    return [path for path in server.objects("town").rglob("*") if path.is_file()]


def test_no_row_without_a_file(server: S3Server, applicant, as_worker) -> None:
    server.kill()
    with pytest.raises(BlobFileError) as refused:
        keep(applicant)
    assert unreachable(refused)
    with as_worker(), acting_as(SYSTEM):
        assert not Blob.objects.filter(administration=PLACE).exists()


def test_what_cannot_be_read_now_is_not_called_erased(server: S3Server, applicant) -> None:
    blob = keep(applicant)
    server.kill()
    with acting_as(applicant.principal), pytest.raises(BlobFileError) as refused:
        selectors.read_blob(blob)
    assert unreachable(refused)
    server.start()
    with acting_as(applicant.principal):
        assert selectors.read_blob(blob).data.startswith(b"%PDF")


def test_a_sweep_that_is_interrupted_takes_nothing_with_a_row(server: S3Server, applicant, as_worker) -> None:
    blob = keep(applicant)
    server.kill()
    with as_worker(), acting_as(SYSTEM), pytest.raises(BlobFileError) as refused:
        services.sweep_orphans(now=time.time() + 4000)
    assert unreachable(refused)
    server.start()
    with as_worker(), acting_as(SYSTEM):
        assert services.sweep_orphans(now=time.time() + 4000) == 0
    with acting_as(applicant.principal):
        assert selectors.read_blob(blob)


def test_an_erasure_is_an_erasure_with_the_store_down_and_the_sweeper_takes_the_rest(server: S3Server, applicant, as_worker) -> None:
    blob = keep(applicant)
    server.kill()
    with acting_as(applicant.principal):
        assert services.erase_blob(blob=blob) is True
    server.start()
    assert len(objects(server)) == 1  # noise: its key is gone
    with as_worker(), acting_as(SYSTEM):
        assert services.sweep_orphans(now=time.time() + 4000) == 1
    assert objects(server) == []


def test_an_upload_is_answered_with_a_sentence_and_may_be_sent_again(server: S3Server) -> None:
    town = make_town()
    draft = story.begin(town.applicant, "building-permit")
    browser: Client = client_of(town.applicant)
    browser.raise_request_exception = False
    server.kill()

    def send() -> int:
        from django.core.files.uploadedfile import SimpleUploadedFile

        plans = SimpleUploadedFile("plans.pdf", pdf(), content_type="application/pdf")
        answer = browser.post(f"/drafts/{draft}/plans", {"plans": plans})
        if answer.status_code == 503:
            assert answer["Retry-After"]
            assert answer["Content-Type"].startswith("text/html")
        return answer.status_code

    assert send() == 503
    with acting_as(town.applicant):
        assert not filings.draft(draft).answers.get("plans")
    server.start()
    assert send() == 302
    with acting_as(town.applicant):
        assert [file["file_name"] for file in filings.draft(draft).answers["plans"]] == ["plans.pdf"]
    assert len(objects(server)) == 1


def test_an_act_waits_for_the_store_and_is_delivered_once(server: S3Server, commune, applicant, as_worker, run_jobs) -> None:
    with as_worker():
        act = decide(commune, applicant)
        sequence()
        server.kill()
        with pytest.raises(BlobFileError) as refused:
            work_on()
    assert unreachable(refused)
    with acting_as(applicant.principal):
        assert selectors.act(act).state == "logged"
    server.start()
    with as_worker():
        services.render_act(act=act)  # as the job that failed does when it is tried again
    run_jobs()
    with acting_as(applicant.principal):
        assert selectors.act(act).state == "delivered"
        assert selectors.act_pdf(act).data.startswith(b"%PDF-")
    assert len(objects(server)) == 1
