# SPDX-License-Identifier: EUPL-1.2
"""A campaign of residence certificates, issued as the product does it (`documents.services.issue_letters`), as the worker."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from uuid import uuid4

import psutil
from django.db import connection

from benchmarks.inside.story import COMMUNE
from benchmarks.letters import certificate_letter
from bierger.administrations.selectors import administration
from bierger.documents.services import Campaign, Letter, bulk, issue_letters, steps
from bierger.infra.principal import SYSTEM, acting_as
from bierger.ledger import services as ledger
from bierger_core.procedures import registered_type

# What a letter goes through: the name of the part, and the function that is all of it. The middle four run in threads.
PARTS: tuple[tuple[str, ModuleType, str], ...] = (
    ("decided", bulk, "_decided"), ("logged", bulk, "_logged"), ("read", bulk, "begun"), ("place", steps, "place_for"),
    ("set", steps, "render_parts"), ("signed", steps, "fill"), ("written", steps, "write_blob"), ("kept", bulk, "keep"),
)  # fmt: skip


def run(*, count: int) -> dict[str, object]:
    package, code, letter = certificate_letter()
    with acting_as(SYSTEM):
        commune = administration(code=COMMUNE).id
        ledger.ensure_keys(administration_ids=[commune])
        connection.cursor().execute("SELECT 1")
        postgres = psutil.Process(connection.connection.info.backend_pid).parent()
    assert postgres is not None

    def issue(name: str, letters: int) -> None:
        campaign = Campaign(name, commune, registered_type(package, code), letter.template, "0" * 64)
        some = (Letter(f"r{n}", uuid4(), letter.facts, letter.fields, letter.language, letter.title) for n in range(letters))
        *_, last = issue_letters(campaign=campaign, letters=some)
        if last.rendered != letters or last.failed:
            raise RuntimeError(str(last))

    issue("warm", 10)
    with _timed() as spent:
        before, checkpoints = _processor(postgres), _checkpoints()
        began = time.perf_counter()
        issue("measured", count)
        took = time.perf_counter() - began
    processor = {name: 1000 * (now - before[name]) / count for name, now in _processor(postgres).items()}
    return {
        "letters": count, "per_second": count / took, "cores": len(os.sched_getaffinity(0)),
        "checkpoints": _checkpoints() - checkpoints, "processor_ms": processor,
        "possible_per_second": 1000 * len(os.sched_getaffinity(0)) / sum(processor.values()),
        "parts": {name: {"wall_ms": 1000 * wall / count, "here_ms": 1000 * here / count} for name, (wall, here) in spent.items()},
    }  # fmt: skip


@contextmanager
def _timed() -> Iterator[dict[str, tuple[float, float]]]:
    """Seconds of each part, by the clock and of the processor in its own thread, added up over all threads."""
    spent = dict.fromkeys((name for name, _, _ in PARTS), (0.0, 0.0))
    lock = threading.Lock()

    def timed(name: str, original: Callable[..., object]) -> Callable[..., object]:
        def run(*args: object, **named: object) -> object:
            began, began_here = time.perf_counter(), time.thread_time()
            try:
                return original(*args, **named)
            finally:
                wall, here = time.perf_counter() - began, time.thread_time() - began_here
                with lock:
                    spent[name] = spent[name][0] + wall, spent[name][1] + here

        return run

    originals = [getattr(module, function) for _, module, function in PARTS]
    for (name, module, function), original in zip(PARTS, originals, strict=True):
        setattr(module, function, timed(name, original))
    try:
        yield spent
    finally:
        for (_, module, function), original in zip(PARTS, originals, strict=True):
            setattr(module, function, original)


def _processor(postgres: psutil.Process) -> dict[str, float]:
    """Seconds of processor used so far: by this process, by those it spawned, by the database."""
    own, database = psutil.Process(), _all(postgres)
    return {"here": time.process_time(), "spawned": _all(own) - sum(own.cpu_times()[:2]), "postgres": database}


def _all(process: psutil.Process) -> float:
    """Of a process and its children, those among them that ended too."""
    living = [process, *process.children(recursive=True)]
    return sum(sum(one.cpu_times()[:2]) for one in living) + sum(process.cpu_times()[2:4])


def _checkpoints() -> int:
    with acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_checkpoint")
        return int(cursor.fetchone()[0])
