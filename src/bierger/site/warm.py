# SPDX-License-Identifier: EUPL-1.2
"""What the first visitor would wait for is done before: a web process reads its addresses at once, and prepares situations.

Reading a situation with all its procedures takes about a second, asking it next to nothing. A thread prepares what is in force
when the process starts, when another version comes into force and when a new day begins (the law of that day).
"""

from __future__ import annotations

import logging
import threading
from datetime import date

logger = logging.getLogger("bierger.warm")
PAUSE = 20.0  # seconds between two looks at what is in force: one query of an index each


def keep_warm() -> threading.Thread:
    """Read the addresses with every screen behind them, then start the thread. It ends with the process."""
    from django.urls import get_resolver

    _ = get_resolver().url_patterns
    thread = threading.Thread(target=_for_ever, name="warm", daemon=True)
    thread.start()
    return thread


def prepare(done: frozenset[tuple[str, date]] = frozenset()) -> frozenset[tuple[str, date]]:
    """Prepare each situation in force for today; gives digests and days. `done`: what was prepared before."""
    from bierger.catalogue import selectors as catalogue
    from bierger.infra import clock
    from bierger.infra.principal import ANONYMOUS, acting_as
    from bierger.portal.plugins.guides import guide_of

    with acting_as(ANONYMOUS):
        today = clock.today()
        found = [catalogue.situation(one.name) for one in catalogue.situations()]
    wanted = {(one.digest, today): one for one in found if one is not None}
    for situation in (one for key, one in wanted.items() if key not in done):
        with guide_of(situation, today) as guide:
            guide.next({})
    return frozenset(wanted)


def _for_ever() -> None:
    from django.db import DatabaseError, connection

    done: frozenset[tuple[str, date]] = frozenset()
    while True:
        try:
            done = prepare(done)
        except DatabaseError as error:  # it is restarting, or has no tables yet: the next round, or a visitor, prepares them
            logger.warning("situations were not prepared", extra={"code": type(error).__name__})
        except Exception:
            logger.exception("situations were not prepared")
        connection.close()  # no connection is held between two looks
        threading.Event().wait(PAUSE)
