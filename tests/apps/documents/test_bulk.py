# SPDX-License-Identifier: EUPL-1.2
"""The letters of a campaign: once each, in few batches of the log, however often it is begun."""

from __future__ import annotations

from uuid import uuid4

import pytest

from bierger.documents import selectors, services, tasks
from bierger.documents.errors import FactsRefused
from bierger.documents.models import Act
from bierger.documents.services import bulk
from bierger.infra.principal import SYSTEM, acting_as
from bierger.ledger.models import Checkpoint
from bierger_core.signatures import check_file_signature
from tests.apps.documents.story import FACTS, TEMPLATE, typed
from tests.conftest import _as_role


@pytest.fixture(autouse=True)
def threads_of_a_worker(monkeypatch) -> None:
    """A new thread's connection is the web's here; in a worker it is the worker's."""
    original = bulk.render_act

    def render(*, act):
        with _as_role("worker"):
            original(act=act)

    monkeypatch.setattr(bulk, "render_act", render)


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
            assert Checkpoint.objects.count() - before <= 4  # for each chunk one of facts and one of files
            first = {act.id: bytes(act.file_sha256) for act in Act.objects.all()}
            assert {act.state for act in Act.objects.all()} == {"rendered"}
            assert check_file_signature(selectors.act_pdf(next(iter(first))).data).name == "Commune d’essai"
        assert issue(campaign, iter(six)) == [(4, 4, {}), (6, 6, {})]  # begun again: nothing is done twice
        with acting_as(SYSTEM):
            assert {act.id: bytes(act.file_sha256) for act in Act.objects.all()} == first
    run_jobs()
    with as_worker(), acting_as(SYSTEM):
        assert {act.state for act in Act.objects.all()} == {"delivered"}


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

    from bierger.infra import clock

    def killed(act):
        raise KeyboardInterrupt

    monkeypatch.setattr(bulk, "render_act", killed)
    with as_worker(), pytest.raises(KeyboardInterrupt):
        issue(campaign, letters(applicant, 2))
    frozen(clock.now() + timedelta(hours=1))
    with as_worker():
        tasks.move_on()
    run_jobs()
    with as_worker(), acting_as(SYSTEM):
        assert {act.state for act in Act.objects.all()} == {"delivered"}
