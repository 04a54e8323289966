# SPDX-License-Identifier: EUPL-1.2
"""SIGKILL between any two steps: what was acknowledged is there once, each act is issued once, and nothing else is there.

Every child here is a forked process with its own connection to the real PostgreSQL. It dies before its n-th statement, or
on either side of a commit, for every n until it survives. No fault is simulated inside the product.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from functools import partial
from uuid import UUID

import pytest
from django.test import override_settings

from bierger.cases import selectors as cases
from bierger.delivery import selectors as delivery
from bierger.documents import selectors as documents
from bierger.documents import services as document_services
from bierger.infra import outbox
from bierger.infra.principal import SYSTEM, acting_as
from bierger.infra.relay import relay
from bierger.ledger import services as ledger
from tests import story
from tests.attacks.killing import killed_before, table_counts
from tests.attacks.together import count, superuser
from tests.clients import client_of

MOST_STEPS = 200


def difference(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """What was written, by table. Attempts are counted, and committed, before what they attempt: those that died count too."""
    return {name: after[name] - before[name] for name in after if after[name] != before[name] and name != "infra_rate_hit"}


def filled(who) -> UUID:
    draft = story.begin(who, "residence-certificate")
    story.fill(who, draft, story.RESIDENCE)
    return draft


@override_settings(BIERGER_SUBMIT_LIMIT=10 * MOST_STEPS)
def test_the_web_process_killed_at_every_step_of_a_submission(town):
    """Each request but the last dies: whatever was not committed has left no row, in no table."""
    twin, draft = filled(town.neighbour), filled(town.applicant)
    untouched, browser = table_counts(), client_of(town.neighbour)
    before = table_counts()
    assert browser.post(f"/drafts/{twin}/submit", {"declaration": "yes"}).status_code == 302
    whole = difference(before, table_counts())  # what one submission writes when nobody dies
    assert whole["filings_filing"] == whole["cases_case"] == -whole["filings_draft"] == 1
    browser, before = client_of(town.applicant), table_counts()
    before["django_session"] = table_counts()["django_session"]

    def post() -> None:
        answer = browser.post(f"/drafts/{draft}/submit", {"declaration": "yes"})
        assert answer.status_code == 302, answer.status_code

    absent = 0
    for step in range(MOST_STEPS):
        assert killed_before(step, post), "It survived before it was killed after its commit."
        left = difference(before, table_counts())
        if left:
            break
        absent += 1
    assert left == whole  # killed after the commit, before the answer left: wholly there
    assert absent > 20
    receipt = browser.post(f"/drafts/{draft}/submit", {"declaration": "yes"})["Location"]
    assert browser.post(f"/drafts/{draft}/submit", {"declaration": "yes"})["Location"] == receipt
    assert count("SELECT count(*) FROM filings_filing WHERE draft = %s", draft) == 1
    assert count("SELECT count(*) FROM cases_case") == 2
    assert untouched["cases_case"] == 0


@pytest.mark.slow
def test_the_web_process_killed_at_every_step_of_an_officers_decision(town):
    case = story.request(town.applicant, "building-permit", story.PERMIT).cases[0]
    twin = story.request(town.applicant, "building-permit", story.PERMIT).cases[0]
    effects = []
    for number in (twin, case):
        task = story.open_task(town.clerk, number, "check")
        browser = client_of(town.clerk)
        browser.post(f"/desk/tasks/{task}/take")
        before = table_counts()

        def post(browser=browser, task=task) -> None:
            assert browser.post(f"/desk/tasks/{task}", {"completeness": "complete"}).status_code == 302

        if number == twin:
            post()
        else:
            step = 0
            while killed_before(step, post) and not difference(before, table_counts()):
                step += 1
            assert step > 10
        effects.append(difference(before, table_counts()))
        post()  # the replay changes nothing
        assert difference(before, table_counts()).get("cases_event") == effects[-1]["cases_event"]
    assert effects[0] == effects[1]
    with acting_as(town.clerk):
        cases.verify_chain(case)


def waiting_jobs() -> list[tuple[int, dict[str, object]]]:
    with superuser() as seen:
        return [
            (number, json.loads(args))
            for number, args in seen.execute("SELECT id, args::text FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        ]


def killed_until_done(as_worker, work) -> int:
    """Begin the work again and again, each time killed one step later, until it survives; gives back how often it died."""

    def as_the_worker() -> None:
        with as_worker():
            work()

    for step in range(MOST_STEPS):
        if not killed_before(step, as_the_worker):
            return step
    raise AssertionError("It never ends.")


@pytest.mark.slow
def test_the_worker_killed_at_every_step_issues_each_act_once(town, register, as_worker, data_folder):
    """Relay, every job, the sequencer: from the submission to the mailbox, dying before each statement and around each commit.

    A job is done when it survived; until then it runs again, as the queue does with the jobs of a dead worker.
    """
    receipt = story.request(town.applicant, "residence-certificate", story.RESIDENCE)
    case, deaths = receipt.cases[0], Counter()
    for _ in range(30):
        deaths["relay"] += killed_until_done(as_worker, relay)
        jobs = waiting_jobs()
        for number, job in jobs:
            handle = partial(outbox.handle, job["topic"], job["handler"], job["ids"])
            deaths[str(job["topic"])] += killed_until_done(as_worker, handle)
            with superuser() as queue:
                queue.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [number])
        deaths["sequencer"] += killed_until_done(as_worker, ledger.sequence)
        if not jobs and not count("SELECT count(*) FROM infra_outbox"):
            break
    assert {"relay", "sequencer", "flows.task-ready", "ledger.logged", "documents.act-logged", "documents.act-ready",
            "delivery.act-delivered"} <= set(deaths)  # fmt: skip
    assert sum(deaths.values()) > 100
    assert_issued_once(town.applicant, case, receipt.code)
    with as_worker(), acting_as(SYSTEM):
        cases.verify_chain(case)
    for path in (data_folder / "blobs").glob("*/*/*"):
        os.utime(path, (0, 0))  # old enough to be swept
    with as_worker(), acting_as(SYSTEM):
        document_services.sweep_orphans()  # files whose row was never committed
    files = {path.name for path in (data_folder / "blobs").glob("*/*/*")}
    with superuser() as seen:
        assert files == {row[0] for row in seen.execute("SELECT name FROM documents_blob")}


def assert_issued_once(holder, case: UUID, code: str) -> None:
    """One act, one leaf for its facts and one for its file, one message, a chain in which each task is completed once."""
    logged = "SELECT count(*) FROM ledger_queue q JOIN documents_act a ON q.commitment = a.{} WHERE a.case_id = %s AND q.leaf_index IS NOT NULL"
    once = (
        "SELECT count(*) FROM documents_act WHERE case_id = %s AND state = 'delivered'",
        "SELECT count(*) FROM documents_act WHERE case_id = %s",
        "SELECT count(*) FROM delivery_message WHERE case_id = %s AND act_id IS NOT NULL",
        *(f"SELECT count(*) FROM cases_event WHERE case_id = %s AND type = '{kind}'" for kind in ("act-decided", "act-delivered", "case-ended")),
        *(logged.format(column) for column in ("facts_commitment", "file_commitment")),
        """SELECT max(times) FROM (SELECT count(*) AS times FROM cases_event_payload JOIN cases_event USING (case_id, sequence)
           WHERE case_id = %s AND type = 'task-completed' GROUP BY payload->'task') AS completions""",
    )
    for statement in once:
        assert count(statement, case) == 1, statement
    with acting_as(holder):
        assert cases.request(case).status == "ended"
        act = next(message.act_id for message in delivery.mailbox() if message.case_id == case)
        pdf = documents.act_pdf(act)
        assert documents.verify_upload(data=pdf.data, file_name=pdf.file_name).authentic == "yes"
        assert documents.verify_text(code).authentic == "yes"
