# SPDX-License-Identifier: EUPL-1.2
"""Verbs of processes. All run inside the caller's `acting_as` transaction and lock the instance's row first."""

from bierger.flows.services.erasure import forget, forget_all, stop
from bierger.flows.services.moves import complete, fire, start
from bierger.flows.services.standing import send_tasks_again, send_timers_again, standing_tasks
from bierger.flows.services.tasks import give_back, take
from bierger.flows.services.timers import poll_timers

__all__ = [
    "complete",
    "fire",
    "forget",
    "forget_all",
    "give_back",
    "poll_timers",
    "send_tasks_again",
    "send_timers_again",
    "standing_tasks",
    "start",
    "stop",
    "take",
]
