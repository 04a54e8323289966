# SPDX-License-Identifier: EUPL-1.2
"""Who does which periodic work: the notariser's minute is held up by nobody."""

from __future__ import annotations

import threading

from django.db import connection

from bierger.site.commands import worker
from bierger.site.wiring import periodic
from tests.apps.disclosures.town import AsWorker, read, unsealed
from tests.attacks.together import PATIENCE, _until_somebody_waits, superuser
from tests.people import officer, person

NOTARISE = "disclosures.notarise"


def test_every_work_has_one_thread_and_the_notariser_its_own() -> None:
    shares = worker.shares()
    assert sorted(shares) == [NOTARISE, "quick", "slow"]
    assert list(shares[NOTARISE]) == [NOTARISE]
    told = [name for share in shares.values() for name in share]
    assert sorted(told) == sorted({*periodic(), "infra.heartbeat"})
    assert all(seconds < worker.SLOW for seconds, _ in shares["quick"].values())


def test_a_sweep_that_stands_still_holds_up_no_seal(transactional: None, as_worker: AsWorker) -> None:
    """The slow thread waits for a table that somebody else holds, for as long as it takes; a reading is sealed meanwhile."""
    shares, over = worker.shares(), threading.Event()

    def sweeping() -> None:
        try:
            with as_worker():
                worker._periodic_until(over, shares["slow"])
        finally:
            connection.close()

    read(officer("claire.muster"), person("lea.beispill"))
    slow = threading.Thread(target=sweeping)
    with superuser() as holder:
        holder.autocommit = False
        holder.execute("LOCK TABLE procrastinate_jobs IN ACCESS EXCLUSIVE MODE")
        slow.start()
        try:
            _until_somebody_waits()
            done = threading.Event()
            with as_worker():
                worker._periodic_until(done, {**shares[NOTARISE], "the test's": (60.0, done.set)})
            assert unsealed() == 0
            assert slow.is_alive()
        finally:
            over.set()
            holder.rollback()
            slow.join(2 * PATIENCE)
    assert not slow.is_alive()
