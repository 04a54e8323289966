# SPDX-License-Identifier: EUPL-1.2
"""While a file is looked at, which takes a worker and perhaps seconds, no row is locked and no transaction is open."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from bierger.documents.plugins import sandbox
from bierger.filings import services as filings
from bierger.infra.principal import ANONYMOUS, acting_as
from bierger.infra.sandbox import pool
from tests import story
from tests.attacks.test_hard_pictures import held, picture
from tests.attacks.together import count, superuser
from tests.clients import client_of
from tests.people import person

LONG = 60  # seconds; only a failure takes as long


def attached(draft: object) -> int:
    return count("SELECT jsonb_array_length(coalesce(answers -> 'plans', '[]')) FROM filings_draft WHERE id = %s", draft)


def test_a_draft_goes_on_while_its_file_is_looked_at(transactional: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else's file is in the worker: this one waits for it, and the same draft is saved meanwhile."""
    monkeypatch.setattr(pool, "WAIT_SECONDS", 600.0)
    lea = person("lea.beispill")
    draft = story.begin(lea, "building-permit")
    with acting_as(lea):
        filings.save_step(draft=draft, step="commune", raw={"commune": ["mersch"]})
    entered = reached(monkeypatch)

    def attach() -> None:
        with acting_as(lea):
            assert filings.attach(draft=draft, question="plans", file_name="plan.pdf", data=story.PDF) is None

    def save() -> None:
        with acting_as(lea):
            filings.save_step(draft=draft, step="cost", raw={"works_cost": ["5000"]})

    first, second = (threading.Thread(target=closing(work)) for work in (attach, save))
    with held():
        first.start()
        assert entered.wait(LONG)
        second.start()
        second.join(LONG)
        waits = second.is_alive()
        assert attached(draft) == 0
    first.join(LONG)
    second.join(LONG)
    assert not waits, "The draft was locked while its file was looked at."
    assert attached(draft) == 1
    assert count("SELECT count(*) FROM filings_draft WHERE answers ->> 'works_cost' IS NOT NULL AND id = %s", draft) == 1


def test_of_two_files_at_once_that_together_are_too_many_one_is_refused(transactional: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are looked at before either is counted: the count is taken again under the lock."""
    lea = person("lea.beispill")
    draft = story.begin(lea, "building-permit")
    with acting_as(lea):
        filings.save_step(draft=draft, step="commune", raw={"commune": ["mersch"]})
        for number in range(7):
            assert filings.attach(draft=draft, question="plans", file_name=f"{number}.pdf", data=story.PDF) is None
    entered, together = reached(monkeypatch, times=2), []

    def attach() -> None:
        with acting_as(lea):
            together.append(filings.attach(draft=draft, question="plans", file_name="last.pdf", data=story.PDF))

    threads = [threading.Thread(target=closing(attach)) for _ in range(2)]
    monkeypatch.setattr(pool, "WAIT_SECONDS", 600.0)
    with held():
        for one in threads:
            one.start()
        assert entered.wait(LONG)
    for one in threads:
        one.join(LONG)
    assert sorted(one.code if one else "" for one in together) == ["", "too-many-files"]
    assert attached(draft) == 8


@pytest.mark.parametrize(("name", "kind"), [("a.pdf", "application/pdf"), ("a.png", "image/png")])
def test_a_file_to_verify_is_opened_in_no_transaction(
    transactional: None, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    real, seen = sandbox.run, []

    def run(operation: str, *args: Any, **kwargs: Any) -> sandbox.Answer:
        with superuser() as db:
            idle = db.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'")
            seen.append((operation, connection.in_atomic_block, idle.fetchone()[0]))
        return real(operation, *args, **kwargs)

    monkeypatch.setattr(sandbox, "run", run)
    data = story.PDF if name == "a.pdf" else picture(40, 40, "PNG")
    answer = client_of(ANONYMOUS).post("/verify", {"file": SimpleUploadedFile(name, data, kind)})
    assert answer.status_code == 200
    assert seen == [("attachments" if name == "a.pdf" else "codes", False, 0)]


def reached(monkeypatch: pytest.MonkeyPatch, *, times: int = 1) -> threading.Event:
    """Set once so many files have come to the worker."""
    real, event, came = sandbox.run, threading.Event(), []

    def run(*args: Any, **kwargs: Any) -> sandbox.Answer:
        came.append(1)
        if len(came) >= times:
            event.set()
        return real(*args, **kwargs)

    monkeypatch.setattr(sandbox, "run", run)
    return event


def closing(work: Callable[[], None]) -> Callable[[], None]:
    """In a thread with a database connection of its own."""

    def whole() -> None:
        try:
            work()
        finally:
            connection.close()

    return whole
