# SPDX-License-Identifier: EUPL-1.2
"""What somebody does while something is killed between any two steps of it, and what must be there afterwards.

Each story is told with whoever kills (`killing.Killer`): the process itself dies, or the database under it. `chosen` says at which
steps, by the names of those of an undisturbed twin.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import override_settings

from bierger.cases import selectors as cases
from bierger.cases import services as case_services
from bierger.delivery import selectors as delivery
from bierger.documents import selectors as documents
from bierger.documents import services as document_services
from bierger.documents import tasks as document_tasks
from bierger.filings import services as filings
from bierger.infra import outbox
from bierger.infra.principal import SYSTEM, Principal, acting_as, worker_on
from bierger.infra.relay import relay
from bierger.ledger import services as ledger
from tests import story
from tests.attacks.killing import Killer, Step, Work, steps_of, table_counts
from tests.attacks.together import count, superuser
from tests.clients import client_of
from tests.conftest import _as_role
from tests.filling import fill_bundle
from tests.story_people import Town

MOST_STEPS = 300
HELD = "SELECT count(*) FROM documents_blob WHERE documents_held_by_case(id)"  # what cases hold, with its key
Chosen = Callable[[Sequence[str]], Iterable[Step]]
Role = Callable[[], AbstractContextManager[None]]


def every_step(_names: Sequence[str]) -> Iterable[Step]:
    """And beyond the twin's last one: the story ends where something is there afterwards."""
    return map(Step, range(MOST_STEPS))


def around_commits(names: Sequence[str]) -> Iterable[Step]:
    """Before the first statement, before each commit, after each: what differs most."""
    both = ("commit", "committed")
    return [Step(0), *(Step(number, both) for number in range(sum(name in both for name in names)))]


def difference(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """What was written, by table. Attempts are counted, and committed, before what they attempt: those that died count too."""
    return {name: after[name] - before[name] for name in after if after[name] != before[name] and name != "infra_rate_hit"}


def filled(who) -> UUID:
    draft = story.begin(who, "residence-certificate")
    story.fill(who, draft, story.RESIDENCE)
    return draft


def until_it_is_there(killed: Killer, work: Work, steps: Iterable[Step], before: dict[str, int]) -> tuple[dict[str, int], int]:
    """Begin the work again and again, each time struck one step later, until something is left of it; gives that, and how often
    nothing was. Who was answered finds it there.
    """
    for absent, step in enumerate(steps):
        fate = killed(step, work)
        assert fate.struck, "It survived before it was killed after its commit."
        left = difference(before, table_counts())
        assert left or not fate.answered, "It was acknowledged, and is not there."
        if left:
            return left, absent
    raise AssertionError("Nothing was ever there.")


def filled_bundle(who) -> UUID:
    """Two permits of the State; the plan was given to the first, so that the second's file is made while it is filed."""
    with acting_as(who):
        bundle = filings.begin_bundle(procedures=["water/works-permit", "monuments/works-permit"], language="en").bundle
    fill_bundle(who, bundle)
    with acting_as(who), transaction.atomic():  # filed and undone: what a process reads once it has read now, so that the twin's steps are those of the other
        filings.submit_bundle(bundle=bundle, declaration=True)
        transaction.set_rollback(True)
    return bundle


def submission(town: Town, killed: Killer, chosen: Chosen) -> int:
    """One draft. Gives back how often it died in vain."""
    return _filed_once(town, killed, chosen, filled, "/drafts/{}/submit", cases=1)


def submission_together(town: Town, killed: Killer, chosen: Chosen, as_worker: Role, data_folder: Path) -> int:
    """A bundle: every case or none, one filing, a file in each case, no file without a case. Gives back how often it died in vain."""
    absent = _filed_once(town, killed, chosen, filled_bundle, "/bundles/{}/submit", cases=2)
    assert count("SELECT count(DISTINCT h.case_id) FROM documents_blob_holder h WHERE h.case_id IS NOT NULL") == count(HELD) == 4
    assert_no_file_is_left_over(as_worker, data_folder)
    assert count("SELECT count(*) FROM documents_blob") == 4
    return absent


@override_settings(BIERGER_SUBMIT_LIMIT=10 * MOST_STEPS)
def _filed_once(
    town: Town, killed: Killer, chosen: Chosen, prepared: Callable[[Principal], UUID], address: str, *, cases: int
) -> int:
    """Whatever was not committed has left no row, in no table; pressed again, whoever was killed finds the one filing."""
    twin, mine = prepared(town.neighbour), prepared(town.applicant)
    untouched, browser = table_counts(), client_of(town.neighbour)
    before = table_counts()
    names = steps_of(lambda: browser.post(address.format(twin), {"declaration": "yes"}))
    whole = difference(before, table_counts())  # what one submission writes when nobody dies
    assert (whole["filings_filing"], whole["cases_case"], whole["filings_draft"]) == (1, cases, -cases)
    browser, before = client_of(town.applicant), table_counts()
    before["django_session"] = table_counts()["django_session"]

    def post() -> None:
        answer = browser.post(address.format(mine), {"declaration": "yes"})
        assert answer.status_code == 302, answer.status_code

    left, absent = until_it_is_there(killed, post, chosen(names), before)
    assert left == whole  # killed after the commit, before the answer left: wholly there
    receipt = browser.post(address.format(mine), {"declaration": "yes"})["Location"]
    assert browser.post(address.format(mine), {"declaration": "yes"})["Location"] == receipt
    assert count("SELECT count(*) FROM filings_filing WHERE draft = %s", mine) == 1
    assert count("SELECT count(*) FROM cases_case") == 2 * cases
    assert untouched["cases_case"] == 0
    return absent


def answer(town: Town, killed: Killer, chosen: Chosen) -> int:
    """An applicant sends an answer with a file: both are there, or the file waits on. Gives back how often it died in vain."""
    twin, case = (permit(town, opinions=False) for _ in range(2))
    browser, said = client_of(town.applicant), {"text": "Blue."}
    for number in (twin, case):
        with acting_as(town.clerk):
            case_services.ask_applicant(case=number, text="Which colour?")
        plan = SimpleUploadedFile("colours.pdf", story.PDF, "application/pdf")
        assert browser.post(f"/requests/{number}/answer", {"files": plan, "attach": "files"}).status_code == 302

    def post(number: UUID) -> None:
        assert browser.post(f"/requests/{number}/answer", said).status_code == 302

    before = table_counts()
    names = steps_of(partial(post, twin))
    whole = difference(before, table_counts())
    assert (whole["documents_waiting"], whole["documents_blob_holder"], whole["cases_event"]) == (-1, 2, 1)
    before = table_counts()
    left, absent = until_it_is_there(killed, partial(post, case), chosen(names), before)
    assert left == whole
    post(case)  # a replay finds it answered
    assert difference(before, table_counts()) == whole
    assert opened(case) == opened(twin) == [story.PDF]
    return absent


def opened(case: UUID) -> list[bytes]:
    """The bytes of the answer's file that a case holds, as the worker reads them."""
    with superuser() as seen:
        held = seen.execute(
            "SELECT b.id FROM documents_blob b JOIN documents_blob_holder h ON h.blob_id = b.id"
            " WHERE h.case_id = %s AND b.file_name = 'colours.pdf'", [case],
        ).fetchall()  # fmt: skip
    with _as_role("worker"), acting_as(worker_on(case)):
        return [documents.read_blob(blob).data for (blob,) in held]


def sweeps(town: Town, killed: Killer, as_worker: Role, data_folder: Path) -> Counter[str]:
    """Drafts and waiting files whose time is over, beside others: each is there whole or gone whole, at every death."""
    sent = story.request(town.applicant, "building-permit", story.PERMIT).cases[0]
    for _ in range(2):
        draft = story.begin(town.neighbour, "building-permit")
        with acting_as(town.neighbour):
            assert filings.attach(draft=draft, question="plans", file_name="plan.pdf", data=story.PDF) is None
    with acting_as(town.clerk):
        case_services.ask_applicant(case=sent, text="Which colour?")
    browser = client_of(town.applicant)
    for name in ("colours.pdf", "facade.pdf"):
        plan = SimpleUploadedFile(name, story.PDF, "application/pdf")
        assert browser.post(f"/requests/{sent}/answer", {"files": plan, "attach": "files"}).status_code == 302
    with superuser() as owner:
        owner.execute("UPDATE filings_draft SET expires_at = now() - interval '1 day'")
        owner.execute(
            "UPDATE documents_waiting SET since = now() - interval '30 days'"
            " WHERE blob_id = (SELECT id FROM documents_blob WHERE file_name = 'facade.pdf')"
        )
    held = count(HELD)
    assert held == 1  # the plan that was sent
    works: dict[str, Work] = {"drafts": filings.expire_drafts, "waiting": document_tasks.sweep_waiting}
    looks = partial(assert_whole, held)
    deaths = Counter({name: killed_until_done(as_worker, killed, work, after=looks) for name, work in works.items()})
    assert count("SELECT count(*) FROM filings_draft") == 0
    assert browser.post(f"/requests/{sent}/answer", {"text": "Blue."}).status_code == 302
    assert opened(sent) == [story.PDF]
    assert_no_file_is_left_over(as_worker, data_folder)
    return deaths


def assert_whole(held: int) -> None:
    """A draft and its attachment, a waiting file and its row: both or neither. What a case holds has its key."""
    drafts = count("SELECT count(*) FROM filings_draft")
    kept = """SELECT count(*) FROM documents_blob b JOIN documents_blob_holder h ON h.blob_id = b.id
        WHERE b.file_name = 'plan.pdf' AND NOT documents_held_by_case(b.id)"""
    assert count(kept) == drafts
    assert count("SELECT count(*) FROM documents_blob WHERE file_name IN ('colours.pdf', 'facade.pdf')") == count(
        "SELECT count(*) FROM documents_waiting"
    )
    assert count("SELECT count(*) FROM documents_blob WHERE file_name = 'colours.pdf'") == 1
    assert count(HELD) == held


def permit(town: Town, *, opinions: bool) -> UUID:
    """A request for a building permit; with the opinions it lies before the mayor."""
    case = story.request(town.applicant, "building-permit", story.PERMIT).cases[0]
    if opinions:
        story.do(town.clerk, case, "check", completeness="complete")
        story.do(town.urbanism, case, "opinion-urbanism", urbanism_opinion="favourable")
        story.do(town.technical, case, "opinion-technical", technical_opinion="reserved", technical_remarks="Mind the sewer.")
    return case


def task(town: Town, killed: Killer, chosen: Chosen, *, node: str, **raw: str) -> tuple[UUID, UUID, int]:
    """An officer completes a task of one case, struck at each step, and of its twin, undisturbed. Gives twin, case, deaths in vain."""
    officer = town.mayor if node == "decide" else town.clerk
    twin, case = (permit(town, opinions=node == "decide") for _ in range(2))
    effects, names, absent = [], [], 0
    for number in (twin, case):
        work = story.open_task(officer, number, node)
        browser = client_of(officer)
        browser.post(f"/desk/tasks/{work}/take")
        before = table_counts()

        def post(browser=browser, work=work) -> None:
            assert browser.post(f"/desk/tasks/{work}", raw).status_code == 302

        if number == twin:
            names = steps_of(post)
            effects.append(difference(before, table_counts()))
        else:
            left, absent = until_it_is_there(killed, post, chosen(names), before)
            effects.append(left)
        for _ in range(2):
            post()  # pressed again: nothing changes
        assert difference(before, table_counts()).get("cases_event") == effects[-1]["cases_event"]
    assert effects[0] == effects[1]
    with acting_as(officer):
        cases.verify_chain(case)
    return twin, case, absent


def decision(town: Town, killed: Killer, chosen: Chosen, run_jobs: Callable[[], None]) -> int:
    """The mayor grants a permit: one decision, and as many acts, leaves and messages as for the twin, each once."""
    raw = {"decision": "granted", "decision_reasons": "In line with the plan."}
    twin, case, absent = task(town, killed, chosen, node="decide", **raw)
    run_jobs()
    traces = traces_of(case)
    assert traces == traces_of(twin)
    assert traces["decisions"] == [("decide", 1)]
    assert traces["acts"], "No act was issued."
    assert all(times == 1 for *_, times in traces["acts"] + traces["messages"] + traces["leaves"])
    assert {state for _, state, _ in traces["acts"]} == {"delivered"}
    assert len(traces["messages"]) == len(traces["acts"])
    assert len(traces["leaves"]) == 2 * len(traces["acts"])  # its facts and its file
    return absent


def traces_of(case: UUID) -> dict[str, list[tuple[object, ...]]]:
    """What became of a case, without what differs between any two: identifiers and times."""
    statements = {
        "decisions": "SELECT payload->>'node', count(*) FROM cases_event_payload JOIN cases_event USING (case_id, sequence)"
        " WHERE case_id = %s AND type = 'task-completed' AND payload->>'node' = 'decide' GROUP BY 1",
        "events": "SELECT type, count(*) FROM cases_event WHERE case_id = %s GROUP BY 1 ORDER BY 1",
        "acts": "SELECT document_type, state, count(*) FROM documents_act WHERE case_id = %s GROUP BY 1, 2 ORDER BY 1, 2",
        "messages": "SELECT document_type, count(m) FROM documents_act a LEFT JOIN delivery_message m ON m.act_id = a.id"
        " WHERE a.case_id = %s GROUP BY a.id, 1 ORDER BY 1",
        "leaves": "SELECT document_type, count(q) FROM documents_act a, unnest(ARRAY[facts_commitment, file_commitment]) AS c"
        " LEFT JOIN ledger_queue q ON q.commitment = c AND q.leaf_index IS NOT NULL WHERE a.case_id = %s GROUP BY a.id, c, 1 ORDER BY 1",
        "work": "SELECT node, state, count(*) FROM cases_work WHERE case_id = %s GROUP BY 1, 2 ORDER BY 1, 2",
    }
    with superuser() as seen:
        return {name: seen.execute(statement, [case]).fetchall() for name, statement in statements.items()}


def waiting_jobs() -> list[tuple[int, dict[str, object]]]:
    with superuser() as seen:
        return [
            (number, json.loads(args))
            for number, args in seen.execute("SELECT id, args::text FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        ]


def killed_until_done(as_worker: Role, killed: Killer, work: Work, *, after: Work = lambda: None) -> int:
    """Begin the work again and again, each time struck one step later, until it survives; gives back how often it died.

    after: looks at what is there, each time.
    """

    def as_the_worker() -> None:
        with as_worker():
            work()

    for step in range(MOST_STEPS):
        struck = killed(Step(step), as_the_worker).struck
        after()
        if not struck:
            return step
    raise AssertionError("It never ends.")


def act(town: Town, killed: Killer, as_worker: Role, data_folder: Path) -> Counter[str]:
    """Relay, every job, the sequencer: from the submission to the mailbox, struck before each step. Gives back who died how often.

    A job is done when it survived; until then it runs again, as the queue does with the jobs of a dead worker.
    """
    receipt = story.request(town.applicant, "residence-certificate", story.RESIDENCE)
    case, deaths = receipt.cases[0], Counter()
    for _ in range(30):
        deaths["relay"] += killed_until_done(as_worker, killed, relay)
        jobs = waiting_jobs()
        for number, job in jobs:
            handle = partial(outbox.handle, job["topic"], job["handler"], job["ids"])
            deaths[str(job["topic"])] += killed_until_done(as_worker, killed, handle)
            with superuser() as queue:
                queue.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [number])
        deaths["sequencer"] += killed_until_done(as_worker, killed, ledger.sequence)
        if not jobs and not count("SELECT count(*) FROM infra_outbox"):
            break
    assert {"relay", "sequencer", "flows.task-ready", "ledger.logged", "documents.act-logged", "documents.act-ready",
            "delivery.act-delivered"} <= set(deaths)  # fmt: skip
    assert_issued_once(town.applicant, case, receipt.code)
    with as_worker(), acting_as(SYSTEM):
        cases.verify_chain(case)
    assert_no_file_is_left_over(as_worker, data_folder)
    return deaths


def assert_no_file_is_left_over(as_worker: Role, data_folder: Path) -> None:
    """Once the sweeper has been there, the files on disk are those that a row names."""
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
        assert document_services.verify_upload(data=pdf.data, file_name=pdf.file_name).authentic == "yes"
        assert documents.verify_text(code).authentic == "yes"
