# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: T201 - this is the terminal
"""`./bierger jobs`: what waits or failed, in words; ids only, nobody's name. `./bierger jobs retry ID` or `--all`: at once."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from datetime import datetime

    from bierger.infra.jobs import JobView

SHOWN = 200
_DOES = {
    "delivery.act-delivered": "let a case go on after its act was delivered",
    "documents.act-logged": "render an act",
    "documents.act-ready": "deliver an act",
    "documents.act-revoked": "publish the list of revocations",
    "documents.type-registered": "publish the registry of document types",
    "flows.task-ready": "carry out an automatic step of a case",
    "flows.timer-due": "let a deadline take effect",
    "ledger.logged": "tell acts that they stand in the log",
}
_STANDS = {"decided": "not in the log yet", "logged": "not rendered", "rendered": "not delivered"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=["retry"], help="try again at once, without waiting for the next turn")
    parser.add_argument("job", nargs="?", type=int, metavar="ID", help="one job, as the list shows it")
    parser.add_argument("--all", action="store_true", help="all that wait or failed")


def run(args: argparse.Namespace) -> int:
    django.setup()
    if (args.job is None) == (not args.all) if args.what else args.all:
        print("Write ./bierger jobs retry and one ID, or --all.", file=sys.stderr)
        return 2
    return _retry(args.job) if args.what else _list()


def _retry(job: int | None) -> int:
    from bierger.infra import jobs

    tried = jobs.retry(job=job)
    if job is not None and not tried:
        print(f"No job {job} waits or failed; ./bierger jobs lists them.", file=sys.stderr)
        return 1
    print(f"{_counted(tried, 'job')} at once, as soon as a worker is free.")
    return 0


def _list() -> int:
    from bierger.infra import clock, jobs
    from bierger.infra.outbox import STANDING_AFTER
    from bierger.ledger import selectors as ledger

    found = jobs.unfinished(SHOWN + 1)
    for job in found[:SHOWN]:
        print(f"{job.id:>8}  {_state(job):<44}{_DOES.get(job.topic, job.topic)}  ({_ids(job)})")
    print(f"Only the first {SHOWN} are shown." if len(found) > SHOWN else f"{_counted(len(found), 'job')} not done.")
    for why, acts in _standing(clock.now() - STANDING_AFTER):
        print(f"{_counted(acts, 'act')} decided over an hour ago: {_STANDS.get(why, f'failed last with {why}')}.")
    for reading, since, code in _unsealed():
        print(f"Reading {reading} could not be sealed since {since:%Y-%m-%d %H:%M} ({code}), tried every hour.")
    obstacle = ledger.obstacle()
    if obstacle is not None:
        print(f"The log does not grow ({obstacle.code}): {obstacle} See docs/howto/log-faults.md")
    return 0


def _state(job: JobView) -> str:
    from bierger_core.values import local

    if job.state == "doing":
        return "under way"
    if job.state == "failed":
        return f"failed {job.attempts} times, tried every hour"
    then = f", next {local(job.next_at):%Y-%m-%d %H:%M}" if job.next_at else ""
    return f"waits, failed {_counted(job.attempts, 'time')}{then}" if job.attempts else f"waits{then}"


def _ids(job: JobView) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(job.ids.items()))


def _standing(since: datetime) -> list[tuple[str, int]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT why, acts FROM documents_standing(%s) ORDER BY why", [since])
        return [(str(why), int(acts)) for why, acts in cursor.fetchall()]


def _unsealed() -> list[tuple[int, datetime, str]]:
    from django.db import connection

    from bierger_core.values import local

    with connection.cursor() as cursor:
        cursor.execute("SELECT reading, since, code FROM disclosures_set_aside(%s)", [SHOWN])
        return [(int(reading), local(since), str(code)) for reading, since, code in cursor.fetchall()]


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
