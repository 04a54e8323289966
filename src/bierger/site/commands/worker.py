# SPDX-License-Identifier: EUPL-1.2
"""The worker: relays the outbox, runs jobs, fires timers, sequences the log.

Three kinds of work, five places:
1. a thread relays outbox rows into jobs, a few times a second;
2. a thread runs quick periodic work (timers, sequencer, heartbeat), and another the slow (sweeps, lists), which may take
   minutes over a store of many files; the notariser has one of its own, since people are told of its minute;
3. the event loop runs jobs, several at a time, in threads.
All of it may be killed at any instant: rows that were not committed are taken again, jobs that were under way are found
stalled and run again, and every handler bears running twice. Several workers may run beside each other.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bierger.site.wiring import Periodic

logger = logging.getLogger("bierger.worker")
RELAY_PAUSE = 0.1  # seconds between two looks at an empty outbox
STALLED_AFTER = 5  # seconds without a sign of life, then a worker's jobs are given to others
HEARTBEAT = 2.0
SLOW = 30.0  # seconds between two runs, from which work may take its time
ALONE = ("disclosures.notarise",)  # with a promise to keep: nobody else's work comes before it


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--jobs", type=int, default=2, help="jobs at a time (default 2)")


def run(args: argparse.Namespace) -> int:
    import django

    django.setup()
    stop = threading.Event()
    threads = [
        threading.Thread(target=_relay_until, args=(stop,), name="relay", daemon=True),
        *(
            threading.Thread(target=_periodic_until, args=(stop, work), name=f"periodic-{name}", daemon=True)
            for name, work in shares().items()
        ),
    ]
    for thread in threads:
        thread.start()
    try:
        asyncio.run(_jobs(args.jobs, stop))
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=5)
    return 0


async def _jobs(concurrency: int, stop: threading.Event) -> None:
    from procrastinate.contrib.django import app

    from bierger.infra.jobs import QUEUE

    worker = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]  # of the Django connector
    async with worker.open_async():
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(
            worker.run_worker_async(
                queues=[QUEUE], concurrency=concurrency, install_signal_handlers=False, listen_notify=True,
                fetch_job_polling_interval=1, delete_jobs="successful", update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=STALLED_AFTER,
            )
        )  # fmt: skip
        rescue = asyncio.ensure_future(_rescue(worker, stop))
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            logger.info("stopping")
        finally:
            stop.set()
            rescue.cancel()


async def _rescue(worker: object, stop: threading.Event) -> None:
    """Jobs of a worker that died are put back."""
    from bierger.infra import clock

    while not stop.is_set():
        manager = worker.job_manager  # type: ignore[attr-defined]  # an attribute that procrastinate does not annotate
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
            logger.warning("a job is run again: its worker died", extra={"job": job.id})
            await manager.retry_job(job, retry_at=clock.real_now())
        await asyncio.sleep(HEARTBEAT)


def _relay_until(stop: threading.Event) -> None:
    from bierger.infra.relay import relay

    while not stop.is_set():
        if not _guarded("relay", relay):
            stop.wait(RELAY_PAUSE)


def shares() -> dict[str, dict[str, Periodic]]:
    """Which thread runs which periodic work, by the thread's name."""
    from bierger.site.wiring import periodic

    found: dict[str, dict[str, Periodic]] = {}
    for name, one in {**periodic(), "infra.heartbeat": (HEARTBEAT, _beat)}.items():
        thread = name if name in ALONE else "slow" if one[0] >= SLOW else "quick"
        found.setdefault(thread, {})[name] = one
    return found


def _periodic_until(stop: threading.Event, work: dict[str, Periodic]) -> None:
    due = dict.fromkeys(work, 0.0)
    while not stop.is_set():
        for name, (seconds, function) in work.items():
            if time.monotonic() >= due[name]:
                _guarded(name, function)
                due[name] = time.monotonic() + seconds
        stop.wait(0.1)


def _beat() -> None:
    from bierger.infra import clock, rate_limits
    from bierger.infra.models import Heartbeat

    name = f"{socket.gethostname()}:{os.getpid()}"
    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": clock.real_now()})
    rate_limits.forget()


def _guarded(name: str, function: Callable[[], int | None]) -> int:
    """Run periodic work; a failure is logged and the next round tries again (the database may be restarting)."""
    from django.db import close_old_connections, connection

    try:
        close_old_connections()
        return function() or 0
    except Exception:
        logger.exception("periodic work failed", extra={"job": name})
        connection.close()
        time.sleep(0.5)
        return 0
