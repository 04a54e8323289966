# SPDX-License-Identifier: EUPL-1.2
"""The running product, its processes killed (SIGKILL) at drawn instants while people submit."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path
from uuid import UUID

import pytest
import requests

from bierger.cases import selectors as cases
from bierger.infra.principal import Principal, acting_as
from tests import story
from tests.apps.simulators.running import Simulators
from tests.attacks.running import Product, product, until

SEED = 20260715
DRAFTS = 8
VICTIMS = ("web", "worker", "database", "worker", "web", "database")
ONCE = {
    "filings of one draft": "SELECT coalesce(max(n), 1) FROM (SELECT count(*) n FROM filings_filing GROUP BY draft) AS x",
    "filings of one case": "SELECT max(n) FROM (SELECT count(*) n FROM filings_filing_case GROUP BY case_id) AS x",
    "acts of one case": "SELECT max(n) FROM (SELECT count(*) n FROM documents_act GROUP BY case_id) AS x",
    "messages with one act": "SELECT max(n) FROM (SELECT count(*) n FROM delivery_message GROUP BY act_id) AS x",
}
AS_MANY = (
    "cases_case", "filings_filing", "filings_filing_case", "documents_act WHERE state = 'delivered'", "documents_submission",
    "delivery_message WHERE act_id IS NOT NULL", "cases_event WHERE type = 'case-ended'",
    "ledger_queue WHERE leaf_index IS NOT NULL AND commitment IN (SELECT facts_commitment FROM documents_act)",
    "ledger_queue WHERE leaf_index IS NOT NULL AND commitment IN (SELECT file_commitment FROM documents_act)",
)  # fmt: skip


def submit_until_acknowledged(running: Product, browser: requests.Session, draft: UUID, acknowledged: dict[UUID, str]) -> None:
    """Press the button, and again as long as no answer comes: what anybody would do."""
    end = time.monotonic() + 300
    while time.monotonic() < end:
        try:
            answer = browser.post(
                running.address(f"/drafts/{draft}/submit"), data={"declaration": "yes"}, timeout=30, allow_redirects=False
            )
        except requests.RequestException:
            time.sleep(0.1)
            continue
        if answer.status_code == 302 and answer.headers["Location"].startswith("/filings/"):
            acknowledged[draft] = answer.headers["Location"]
            return
        assert answer.status_code >= 500, (answer.status_code, answer.headers.get("Location"))
        time.sleep(0.1)


def prepare(running: Product) -> tuple[Principal, list[UUID], requests.Session]:
    from tests.people import person

    with running.own_connection():
        lea = person("lea.beispill")
        drafts = [story.begin(lea, "residence-certificate") for _ in range(DRAFTS)]
        for draft in drafts:
            story.fill(lea, draft, story.RESIDENCE)
        return lea, drafts, running.browser(lea)


@pytest.mark.slow
def test_whoever_is_killed_each_acknowledged_filing_is_there_once_and_its_act_issued_once(
    transactional: None, simulators: Simulators, tmp_path: Path
) -> None:
    drawn = random.Random(SEED)
    acknowledged: dict[UUID, str] = {}
    with product(tmp_path, simulators.issuer) as running:
        lea, drafts, browser = prepare(running)

        def people() -> None:
            for draft in drafts:
                submit_until_acknowledged(running, browser, draft, acknowledged)
                time.sleep(pause.uniform(0.2, 1.5))

        pause = random.Random(SEED + 1)
        submitting = threading.Thread(target=people, daemon=True)
        submitting.start()
        for victim in VICTIMS:
            time.sleep(drawn.uniform(0.5, 2.5))
            running.kill(victim)
            before = dict(acknowledged)
            running.start(victim)
            there = "SELECT count(*) FROM filings_filing WHERE draft = ANY (%s)"
            assert running.number(there, list(before)) == len(before), victim
        submitting.join(330)
        assert set(acknowledged) == set(drafts)
        assert len(set(acknowledged.values())) == DRAFTS
        until(lambda: running.number("SELECT count(*) FROM cases_case WHERE status = 'ended'") == DRAFTS, 300, running)
        until(lambda: not running.number("SELECT count(*) FROM procrastinate_jobs"), 120, running)
        for what, statement in ONCE.items():
            assert running.number(statement) == 1, what
        for rows in AS_MANY:
            assert running.number(f"SELECT count(*) FROM {rows}") == DRAFTS, rows
        assert running.number("SELECT count(*) FROM filings_draft") == 0
        with running.own_connection(), acting_as(lea):
            assert {request.status for request in cases.requests()} == {"ended"}
        pages = [browser.get(running.address(f"/acts/{act}.pdf"), timeout=30) for act in acts_of(running)]
        assert [page.content[:5] for page in pages] == [b"%PDF-"] * DRAFTS


def acts_of(running: Product) -> list[str]:
    import psycopg

    from tests.attacks.running import DATABASE

    with psycopg.connect(**running.server.parameters("super", DATABASE)) as seen:
        return [str(row[0]) for row in seen.execute("SELECT id FROM documents_act")]
