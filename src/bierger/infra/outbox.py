# SPDX-License-Identifier: EUPL-1.2
"""What travels upward between applications.

1. A service writes its rows and `send(topic, ids)` in one transaction: either both are there or neither.
2. The relay (worker, `infra.relay`) takes rows with SKIP LOCKED and, in one transaction, turns each into one job per handler and
   deletes it.
3. A job calls its handler; a handler is idempotent, since a process may die after its work and before saying so.
4. A sweep of the application that sent looks for what stands still all the same and sends its topic again (`send_again`): a job
   may have been lost, with a backup or by an operator's hand.

A handler acts as the system and believes nothing that it is told: it looks the identifiers up, and finds there whether there is
anything to do. What the web process may send at all stands in `site.wiring`, and the database holds it to that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from django.db import connection

from bierger.infra import clock
from bierger.infra.errors import UnknownTopic
from bierger.infra.models import Outbox

Handler = Callable[[Mapping[str, str]], None]
_handlers: dict[str, dict[str, Handler]] = {}
# How long something may wait for the next step before a sweep asks whether a job for it is there at all.
STANDING_AFTER = timedelta(hours=1)
_AT_A_TIME = 1_000


def send(topic: str, **ids: str) -> None:
    """Tell those above, when this transaction commits. `ids` are identifiers, never contents."""
    Outbox.objects.create(topic=topic, ids=ids, at=clock.now())


def send_again(topic: str, many: Iterable[Mapping[str, str]]) -> int:
    """Send a topic for each of these identifiers that neither a row of the outbox nor a job stands for; gives back how many.

    A job that waits is tried with longer and longer pauses, one that failed every hour (`jobs`): sending beside it would only
    make a poisoned one run more often. One statement, hence one snapshot: the relay moves rows into jobs meanwhile.
    """
    sent = 0
    for some in _batches(many):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO infra_outbox (topic, ids, at)"
                " SELECT %(topic)s, wanted, %(at)s FROM unnest(%(ids)s::jsonb[]) AS w(wanted)"
                " WHERE NOT EXISTS (SELECT FROM infra_outbox o WHERE o.topic = %(topic)s AND o.ids = wanted)"
                " AND NOT EXISTS (SELECT FROM procrastinate_jobs j WHERE j.status IN ('todo', 'doing', 'failed')"
                " AND j.args ->> 'topic' = %(topic)s AND j.args -> 'ids' = wanted)",
                {"topic": topic, "at": clock.now(), "ids": [json.dumps(dict(ids)) for ids in some]},
            )
            sent += cursor.rowcount
    return sent


def _batches(many: Iterable[Mapping[str, str]]) -> Iterable[list[Mapping[str, str]]]:
    rows = list(many)
    return (rows[first : first + _AT_A_TIME] for first in range(0, len(rows), _AT_A_TIME))


def register(topic: str, handler: Handler) -> None:
    """Called by `site.wiring` alone: the only room that knows every application."""
    _handlers.setdefault(topic, {})[f"{handler.__module__}.{handler.__qualname__}"] = handler


def handlers_of(topic: str) -> Mapping[str, Handler]:
    """Handlers by name; empty when nobody listens."""
    return _handlers.get(topic, {})


def handle(topic: str, name: str, ids: Mapping[str, str]) -> None:
    """Run one handler. Raises UnknownTopic when a deployment forgot it: the job stays and is tried again."""
    handler = handlers_of(topic).get(name)
    if handler is None:
        raise UnknownTopic(f"No handler {name} for {topic}.")
    handler(ids)
