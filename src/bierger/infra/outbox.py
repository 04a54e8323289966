# SPDX-License-Identifier: EUPL-1.2
"""What travels upward between applications.

1. A service writes its rows and `send(topic, ids)` in one transaction: either both are there or neither.
2. The relay (worker) takes rows with SKIP LOCKED and, in one transaction, turns each into one job per handler and deletes it.
3. A job calls its handler; a handler is idempotent, since a process may die after its work and before saying so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import connection, transaction

from bierger.infra import clock
from bierger.infra.errors import UnknownTopic
from bierger.infra.models import Outbox

Handler = Callable[[Mapping[str, str]], None]
_handlers: dict[str, dict[str, Handler]] = {}
RELAY_BATCH = 200


def send(topic: str, **ids: str) -> None:
    """Tell those above, when this transaction commits. `ids` are identifiers, never contents."""
    Outbox.objects.create(topic=topic, ids=ids, at=clock.now())


def register(topic: str, handler: Handler) -> None:
    """Called by `site.wiring` alone: the only room that knows every application."""
    _handlers.setdefault(topic, {})[f"{handler.__module__}.{handler.__qualname__}"] = handler


def handlers_of(topic: str) -> Mapping[str, Handler]:
    """Handlers by name; empty when nobody listens."""
    return _handlers.get(topic, {})


def relay() -> int:
    """Turn waiting rows into jobs; gives back how many rows. Several relays may run: none takes another's rows."""
    from bierger.infra.jobs import defer_many

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM infra_outbox WHERE id IN (SELECT id FROM infra_outbox ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)"
            " RETURNING id, topic, ids::text",
            [RELAY_BATCH],
        )
        rows = sorted(cursor.fetchall())
        defer_many([(topic, name, ids) for _, topic, ids in rows for name in handlers_of(topic)])
    return len(rows)


def handle(topic: str, name: str, ids: Mapping[str, str]) -> None:
    """Run one handler. Raises UnknownTopic when a deployment forgot it: the job stays and is tried again."""
    handler = handlers_of(topic).get(name)
    if handler is None:
        raise UnknownTopic(f"No handler {name} for {topic}.")
    handler(ids)
