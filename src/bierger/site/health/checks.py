# SPDX-License-Identifier: EUPL-1.2
"""Named checks of readiness. Each answers in a sentence; none raises, and none waits longer than two seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from bierger.infra import believed, blobs, clock
from bierger.ledger import selectors as ledger

WORKER_SILENT_AFTER = timedelta(seconds=30)
LOG_BEHIND_AFTER = timedelta(seconds=60)
READINGS_UNSEALED_AFTER = timedelta(minutes=5)  # some misses of the minute that people are told
PATIENCE_MILLISECONDS = 2000


@dataclass(frozen=True)
class Check:
    """One answer; `detail` is English for operators and holds no personal data."""

    name: str
    ok: bool
    detail: str


def checks() -> tuple[Check, ...]:
    """Database, migrations, worker, clock, log, readings, attachments, in this order; without a database nothing else."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(PATIENCE_MILLISECONDS)])
            cursor.execute("SHOW server_version")
            database = Check("database", ok=True, detail=f"PostgreSQL {cursor.fetchone()[0]}")
            asked = [_ask(name, question) for name, question in _QUESTIONS.items()]
    except DatabaseError as error:
        return (Check("database", ok=False, detail=f"does not answer ({type(error).__name__})"),)
    return (database, *asked, _attachments())  # after the transaction: the store may keep us waiting


def _attachments() -> Check:
    """The store of attachments answers and has room."""
    try:
        return Check("attachments", ok=True, detail=blobs.configured().answers())
    except blobs.BlobFileError as error:
        return Check("attachments", ok=False, detail=f"{error.code}: {error}")


def _ask(name: str, question: Callable[[], tuple[bool, str]]) -> Check:
    try:
        with transaction.atomic():
            ok, detail = question()
    except DatabaseError as error:
        return Check(name, ok=False, detail=f"cannot be asked ({type(error).__name__})")
    return Check(name, ok=ok, detail=detail)


def _migrations() -> tuple[bool, str]:
    """Everything this release knows has been applied."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = {(app, name) for app, name in cursor.fetchall()}
    missing = sorted(_known_migrations() - applied)
    if not missing:
        return True, f"{len(applied)} applied"
    first = ".".join(missing[0])
    return False, f"{len(missing)} not applied, first {first}: run ./bierger manage migrate"


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    # Read once per process: files of a release do not change under it. A replaced (squashed) one counts by its leaf.
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return frozenset((app, name) for app, name in loader.graph.nodes)


def _worker() -> tuple[bool, str]:
    """Some worker has been seen lately."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(seen_at) FROM infra_heartbeat")
        seen: datetime | None = cursor.fetchone()[0]
    if seen is None:
        return False, "no worker has ever been seen: start ./bierger worker"
    # The machine's time, as the worker writes it: the demonstration's clock may stand elsewhere.
    silent = clock.real_now() - seen
    return abs(silent) < WORKER_SILENT_AFTER, f"last seen {_seconds(silent)} ago"


def _clock() -> tuple[bool, str]:
    """Near the last day on which something was erased or told because its day had come."""
    jump = believed.jump()
    return (True, f"it is {clock.today()}") if jump is None else (False, f"{jump} See docs/howto/log-faults.md")


def _log() -> tuple[bool, str]:
    """Nothing forbids the log to grow; what waits for it does not wait long; the last checkpoint's size and age are told."""
    obstacle = ledger.obstacle()
    if obstacle is not None:
        return False, f"{obstacle.code}: {obstacle} See docs/howto/log-faults.md"
    with connection.cursor() as cursor:
        cursor.execute(WAITING_FOR_THE_LOG)
        waiting, oldest = cursor.fetchone()
        cursor.execute(_LAST_CHECKPOINT)
        last = cursor.fetchone()
    now = clock.now()
    told = f"{last[0]} leaves, last checkpoint {_seconds(now - last[1])} ago" if last else "no checkpoint yet"
    if not waiting:
        return True, told
    age = now - oldest
    return age < LOG_BEHIND_AFTER, f"{told}; {waiting} waiting, the oldest for {_seconds(age)}"


def _readings() -> tuple[bool, str]:
    """Who looked at whose data is sealed: until then the database alone holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT disclosures_unsealed_since()")
        since: datetime | None = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM disclosures_set_aside(10000)")
        aside: int = cursor.fetchone()[0]
    # No reason to send nobody here: it is tried again every hour, and has an alarm of its own in /metrics.
    besides = f"; {aside} could not be sealed: see ./bierger jobs" if aside else ""
    if since is None:
        return True, f"all sealed{besides}"
    age = clock.now() - since
    told = f"the oldest unsealed for {_seconds(age)}{besides}"
    return age < READINGS_UNSEALED_AFTER, told if age < READINGS_UNSEALED_AFTER else f"{told}. See docs/howto/log-faults.md"


# Of the log of now: logs that ended count no more.
_LAST_CHECKPOINT = """
SELECT size - ended, at FROM ledger_shown, (SELECT coalesce(max(until), 0) AS ended FROM ledger_earlier) AS e
WHERE size > ended ORDER BY size DESC LIMIT 1
"""
# Also what has its number and is not published: its files could not be written.
WAITING_FOR_THE_LOG = """
SELECT count(*), min(queued_at) FROM ledger_queue
WHERE leaf_index IS NULL OR leaf_index >= coalesce((SELECT max(size) FROM ledger_shown), 0)
"""


def _seconds(span: timedelta) -> str:
    return f"{max(0, round(span.total_seconds()))} s"


_QUESTIONS: dict[str, Callable[[], tuple[bool, str]]] = {
    "migrations": _migrations, "worker": _worker, "clock": _clock, "log": _log, "readings": _readings,
}  # fmt: skip
