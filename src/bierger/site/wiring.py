# SPDX-License-Identifier: EUPL-1.2
"""Who listens to what: the TOPICS and PERIODIC constants of every application's `tasks` module, brought together.

TOPICS = {"ledger.logged": on_logged}            # topic -> handler(ids); several applications may listen to one topic
PERIODIC = {"sequence": (0.5, sequence)}         # name -> (seconds between two runs, function)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module  # noqa: TID251 - site is the room that may
from pathlib import Path
from types import ModuleType

from django.conf import settings

from bierger.infra import outbox

# Which topics the web process sends, and about what; the database refuses it every other (site/0002). The worker may send any.
OF_THE_WEB = {
    "flows.task-ready": {"subject", "task"},  # a request is filed, a task is done: the next step is the worker's
    "documents.act-revoked": {"act", "case"},  # an officer takes an act back
    "documents.type-registered": {"code"},  # the act that an officer puts in the place of one without a type
}
_APPS = Path(__file__).parents[1]
Periodic = tuple[float, Callable[[], int | None]]


def wire() -> None:
    """Register every handler; called once when Django is ready."""
    for module in _task_modules():
        for topic, handler in getattr(module, "TOPICS", {}).items():
            for one in handler if isinstance(handler, (tuple, list)) else (handler,):
                outbox.register(topic, one)


def periodic() -> dict[str, Periodic]:
    """Periodic functions by `<app>.<name>`."""
    return {
        f"{module.__name__.split('.')[-2]}.{name}": work
        for module in _task_modules()
        for name, work in getattr(module, "PERIODIC", {}).items()
    }


def _task_modules() -> Iterator[ModuleType]:
    for name in settings.DOMAIN_APPS:
        if (_APPS / name / "tasks.py").exists() or (_APPS / name / "tasks").is_dir():
            yield import_module(f"bierger.{name}.tasks")
