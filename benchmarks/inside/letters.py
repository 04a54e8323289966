# SPDX-License-Identifier: EUPL-1.2
"""A campaign of residence certificates, issued as the product does it (`documents.services.issue_letters`), as the worker."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from uuid import uuid4

import psutil
from django.db import connection

from benchmarks.inside.story import COMMUNE
from benchmarks.letters import certificate_letter
from bierger.administrations.selectors import administration
from bierger.documents.services import Campaign, Letter, bulk, issue_letters
from bierger.infra.principal import SYSTEM, acting_as
from bierger.ledger import services as ledger
from bierger_core.procedures import registered_type


def run(*, count: int) -> dict[str, object]:
    package, code, letter = certificate_letter()
    with acting_as(SYSTEM):
        commune = administration(code=COMMUNE).id
        ledger.ensure_keys(administration_ids=[commune])
    spent = {"_decided": 0.0, "_logged": 0.0}
    for name in spent:
        setattr(bulk, name, _timed(spent, name, getattr(bulk, name)))

    def issue(name: str, letters: int) -> None:
        campaign = Campaign(name, commune, registered_type(package, code), letter.template, "0" * 64)
        some = (Letter(f"r{n}", uuid4(), letter.facts, letter.fields, letter.language, letter.title) for n in range(letters))
        (*_, last) = issue_letters(campaign=campaign, letters=some)
        if last.rendered != letters or last.failed:
            raise RuntimeError(str(last))

    issue("warm", 10)
    spent.update(dict.fromkeys(spent, 0.0))
    before, children, checkpoints = time.process_time(), _children(), _checkpoints()
    began = time.perf_counter()
    issue("measured", count)
    took = time.perf_counter() - began
    return {
        "letters": count, "per_second": count / took, "cores": len(os.sched_getaffinity(0)),
        "checkpoints": _checkpoints() - checkpoints,
        "decide_ms": 1000 * spent["_decided"] / count, "log_ms": 1000 * spent["_logged"] / count,
        "render_ms": 1000 * (took - sum(spent.values())) / count, "processor_ms": 1000 * (time.process_time() - before) / count,
        "children_ms": 1000 * (_children() - children) / count,
    }  # fmt: skip


def _timed(spent: dict[str, float], name: str, original: Callable[..., object]) -> Callable[..., object]:
    def timed(*args: object) -> object:
        began = time.perf_counter()
        try:
            return original(*args)
        finally:
            spent[name] += time.perf_counter() - began

    return timed


def _children() -> float:
    """Seconds of processor that the spawned processes have used so far."""
    return sum(sum(one.cpu_times()[:2]) for one in psutil.Process().children(recursive=True))


def _checkpoints() -> int:
    with acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_checkpoint")
        return int(cursor.fetchone()[0])
