# SPDX-License-Identifier: EUPL-1.2
"""What travels upward between applications.

1. A service writes its rows and `send(topic, ids)` in one transaction: either both are there or neither.
2. The relay (worker, `infra.relay`) takes rows with SKIP LOCKED and, in one transaction, turns each into one job per handler and
   deletes it.
3. A job calls its handler; a handler is idempotent, since a process may die after its work and before saying so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bierger.infra import clock
from bierger.infra.errors import UnknownTopic
from bierger.infra.models import Outbox

Handler = Callable[[Mapping[str, str]], None]
_handlers: dict[str, dict[str, Handler]] = {}


def send(topic: str, **ids: str) -> None:
    """Tell those above, when this transaction commits. `ids` are identifiers, never contents."""
    Outbox.objects.create(topic=topic, ids=ids, at=clock.now())


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
