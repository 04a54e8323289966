# SPDX-License-Identifier: EUPL-1.2
"""The running product, its processes killed (SIGKILL) while people submit: at drawn instants in the middle of a request or a job."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
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
DRAFTS = 30  # more than are sent: the button is pressed until every process was killed in the middle of its work
VICTIMS = ("web", "worker", "database", "worker", "web", "database")
TRIES = 12  # a kill that comes too late, after the answer, is tried again
ONCE = {
    "filings of one draft": "SELECT coalesce(max(n), 1) FROM (SELECT count(*) n FROM filings_filing GROUP BY draft) AS x",
    "filings of one case": "SELECT max(n) FROM (SELECT count(*) n FROM filings_filing_case GROUP BY case_id) AS x",
    "acts of one case": "SELECT max(n) FROM (SELECT count(*) n FROM documents_act GROUP BY case_id) AS x",
    "messages with one act": "SELECT max(n) FROM (SELECT count(*) n FROM delivery_message GROUP BY act_id) AS x",
}
DOING = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'"
AS_MANY = (
    "cases_case", "filings_filing", "filings_filing_case", "documents_act WHERE state = 'delivered'", "documents_submission",
    "delivery_message WHERE act_id IS NOT NULL", "cases_event WHERE type = 'case-ended'",
    "ledger_queue WHERE leaf_index IS NOT NULL AND commitment IN (SELECT facts_commitment FROM documents_act)",
    "ledger_queue WHERE leaf_index IS NOT NULL AND commitment IN (SELECT file_commitment FROM documents_act)",
)  # fmt: skip


@dataclass
class People:
    """Who presses the button, and again as long as no answer comes: what anybody would do."""

    running: Product
    browser: requests.Session
    acknowledged: dict[UUID, str] = field(default_factory=dict)
    pressed: int = 0  # how often the button was pressed; the number of the request that is on its way
    on_its_way: threading.Event = field(default_factory=threading.Event)
    answered: dict[int, bool] = field(default_factory=dict)  # by that number: False when it was broken off or failed
    enough: threading.Event = field(default_factory=threading.Event)
    fault: BaseException | None = None

    def submit_all(self, drafts: list[UUID]) -> None:
        pause = random.Random(SEED + 1)
        try:
            for draft in drafts:
                if self.enough.is_set():
                    return
                self._submit(draft)
                time.sleep(pause.uniform(0.1, 0.5))
        except BaseException as error:  # noqa: BLE001 - a thread's; the test raises it
            self.fault = error

    def _submit(self, draft: UUID) -> None:
        end = time.monotonic() + 300
        while time.monotonic() < end:
            if self._press(draft):
                return
            time.sleep(0.1)
        raise AssertionError("For five minutes no answer came.")

    def _press(self, draft: UUID) -> bool:
        self.pressed += 1
        self.on_its_way.set()
        try:
            answer = self.browser.post(
                self.running.address(f"/drafts/{draft}/submit"), data={"declaration": "yes"}, timeout=30, allow_redirects=False
            )
        except requests.RequestException as broken:
            # Nobody listened: that request was not on its way to anybody.
            if "refused" not in str(broken):
                self.answered[self.pressed] = False
            return False
        finally:
            self.on_its_way.clear()
        done = answer.status_code == 302 and answer.headers["Location"].startswith("/filings/")
        assert done or answer.status_code >= 500, (answer.status_code, answer.headers.get("Location"))
        if done:
            self.acknowledged[draft] = answer.headers["Location"]
        self.answered[self.pressed] = done
        return done


def kill_in_the_middle(running: Product, people: People, victim: str, drawn: random.Random) -> dict[UUID, str]:
    """Kill it when it has something in its hands, as its traces show afterwards; gives back what was acknowledged before."""
    for _ in range(TRIES):
        assert people.fault is None, people.fault
        if victim == "worker":
            until(lambda: running.number(DOING), 60, running)
        else:
            until(running.listens, 60, running)
            assert people.on_its_way.wait(60), "Nobody submits any more."
            time.sleep(drawn.uniform(0.0, 0.03))
        number, before = people.pressed, dict(people.acknowledged)
        running.kill(victim)
        cut = bool(running.number(DOING)) if victim == "worker" else _was_cut(people, number)
        running.start(victim)
        assert before, "Nothing was acknowledged before it was killed: there was nothing to lose."
        assert running.number("SELECT count(*) FROM filings_filing WHERE draft = ANY (%s)", list(before)) == len(before), victim
        if cut:
            return before
    raise AssertionError(f"Each time {victim} was killed it had nothing to do.")


def _was_cut(people: People, number: int) -> bool:
    """Did the request that was on its way break off? It is known once it has come back."""
    end = time.monotonic() + 40
    while people.pressed == number and people.on_its_way.is_set() and time.monotonic() < end:
        time.sleep(0.01)
    return people.answered.get(number) is False


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
    with product(tmp_path, simulators.issuer) as running:
        lea, drafts, browser = prepare(running)
        people = People(running, browser)
        submitting = threading.Thread(target=people.submit_all, args=(drafts,), daemon=True)
        submitting.start()
        until(lambda: people.acknowledged, 60, running)
        for victim in VICTIMS:
            kill_in_the_middle(running, people, victim, drawn)
        people.enough.set()
        submitting.join(330)
        assert not submitting.is_alive()
        assert people.fault is None, people.fault
        acknowledged, many = people.acknowledged, len(people.acknowledged)
        assert len(set(acknowledged.values())) == many
        until(lambda: running.number("SELECT count(*) FROM cases_case WHERE status = 'ended'") == many, 300, running)
        until(lambda: not running.number("SELECT count(*) FROM procrastinate_jobs"), 120, running)
        for what, statement in ONCE.items():
            assert running.number(statement) == 1, what
        for rows in AS_MANY:
            assert running.number(f"SELECT count(*) FROM {rows}") == many, rows
        assert running.number("SELECT count(*) FROM filings_draft") == DRAFTS - many
        with running.own_connection(), acting_as(lea):
            assert {request.status for request in cases.requests()} == {"ended"}
        pages = [browser.get(running.address(f"/acts/{act}.pdf"), timeout=30) for act in acts_of(running)]
        assert [page.content[:5] for page in pages] == [b"%PDF-"] * many


def acts_of(running: Product) -> list[str]:
    import psycopg

    from tests.attacks.running import DATABASE

    with psycopg.connect(**running.server.parameters("super", DATABASE)) as seen:
        return [str(row[0]) for row in seen.execute("SELECT id FROM documents_act")]
