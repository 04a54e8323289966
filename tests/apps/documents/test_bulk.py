# SPDX-License-Identifier: EUPL-1.2
"""The letters of a campaign: once each, in few batches of the log, however often it is begun."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest

from bierger.documents import selectors, services, tasks
from bierger.documents.errors import FactsRefused
from bierger.documents.models import Act
from bierger.documents.services import bulk
from bierger.infra import clock
from bierger.infra.principal import SYSTEM, acting_as
from bierger.ledger.models import Checkpoint
from bierger_core.signatures import check_file_signature
from tests.apps.documents.story import FACTS, TEMPLATE, typed
from tests.conftest import _as_role


@pytest.fixture
def campaign(commune):
    return bulk.Campaign("taxes-2026", commune.id, typed(FACTS), TEMPLATE, "0" * 64)


def letters(applicant, count: int, **changes):
    return [
        bulk.Letter(**{
            "recipient": f"r{n}", "case": uuid4(), "facts": FACTS, "fields": {"body": f"Letter {n}"}, "language": "fr", "title": "Avis",
            "space": applicant.space, **changes,
        })
        for n in range(count)
    ]  # fmt: skip


def issue(campaign, some) -> list[tuple[int, int, dict[str, int]]]:
    return [(now.decided, now.rendered, dict(now.failed)) for now in services.issue_letters(campaign=campaign, letters=some)]


def test_a_campaign_is_issued_once_in_two_batches(commune, applicant, campaign, as_worker, run_jobs, monkeypatch):
    monkeypatch.setattr(bulk, "CHUNK", 4)
    six = letters(applicant, 6)
    with as_worker():
        with acting_as(SYSTEM):
            before = Checkpoint.objects.count()
        assert issue(campaign, iter(six)) == [(4, 4, {}), (6, 6, {})]
        with acting_as(SYSTEM):
            assert Checkpoint.objects.count() - before == 2  # all facts, then all files
            first = {act.id: bytes(act.file_sha256) for act in Act.objects.all()}
            assert {act.state for act in Act.objects.all()} == {"rendered"}
            pdf = selectors.act_pdf(next(iter(first))).data
            assert check_file_signature(pdf, now=clock.now()).name == "Commune d’essai"
        assert issue(campaign, iter(six)) == [(4, 4, {}), (6, 6, {})]  # begun again: nothing is done twice
        with acting_as(SYSTEM):
            assert {act.id: bytes(act.file_sha256) for act in Act.objects.all()} == first
    run_jobs()
    with as_worker(), acting_as(SYSTEM):
        assert {act.state for act in Act.objects.all()} == {"delivered"}


def test_a_large_campaign_is_decided_in_parts(commune, applicant, campaign, as_worker, monkeypatch):
    monkeypatch.setattr(bulk, "PART", 2)
    with as_worker():
        assert issue(campaign, letters(applicant, 3)) == [(2, 2, {}), (3, 3, {})]
        with acting_as(SYSTEM):
            assert sorted(act.number.partition("-")[2] for act in Act.objects.all()) == ["000001", "000002", "000003"]
            assert sorted(act.status_place for act in Act.objects.all()) == [0, 1, 2]


def test_two_runs_of_a_campaign_at_once_decide_each_letter_once(commune, applicant, campaign, monkeypatch):
    """The lock of the campaign: without it the constraint of the table would refuse the second run as broken."""
    some = letters(applicant, 2)
    decided, together = [], threading.Barrier(2)

    def run() -> None:
        with _as_role("worker"):
            together.wait(30)
            decided.append(bulk._decided(campaign, some))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert decided[0] == decided[1]
    assert len(set(decided[0])) == 2


def test_what_fails_is_counted_and_left_to_the_worker(commune, applicant, campaign, as_worker, monkeypatch):
    broken = bulk.Campaign(campaign.name, campaign.administration, campaign.document_type, b"#unknown()", campaign.package_digest)
    with as_worker():
        assert issue(broken, letters(applicant, 2)) == [(2, 0, {"render-template": 2})]
        with acting_as(SYSTEM):
            assert {act.problem for act in Act.objects.all()} == {"render-template"}


def test_a_chunk_with_a_wrong_letter_is_not_decided(commune, applicant, campaign, as_worker):
    some = [*letters(applicant, 2), *letters(applicant, 1, facts={"person.family_name": "X"})]
    with as_worker():
        with pytest.raises(FactsRefused):
            issue(campaign, some)
        with acting_as(SYSTEM):
            assert not Act.objects.exists()


def test_an_interrupted_campaign_is_moved_on_by_the_worker(
    commune, applicant, campaign, as_worker, run_jobs, frozen, monkeypatch
):
    from datetime import timedelta


    def killed(act):
        raise KeyboardInterrupt

    monkeypatch.setattr(bulk, "begun", killed)
    with as_worker(), pytest.raises(KeyboardInterrupt):
        issue(campaign, letters(applicant, 2))
    frozen(clock.now() + timedelta(hours=1))
    with as_worker():
        tasks.move_on()
    run_jobs()
    with as_worker(), acting_as(SYSTEM):
        assert {act.state for act in Act.objects.all()} == {"delivered"}
