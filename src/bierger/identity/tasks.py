# SPDX-License-Identifier: EUPL-1.2
"""Identity's share of the worker's time."""

from __future__ import annotations

from django.contrib.sessions.models import Session

from bierger.infra import believed, clock


def forget_sessions() -> int:
    """Sessions that are over, with what was kept in them; gives back how many. By the machine's clock, as they were dated."""
    if not believed.can_be_the_day("sessions"):
        return 0
    return Session.objects.filter(expire_date__lt=clock.real_now()).delete()[0]


PERIODIC = {"sessions": (600.0, forget_sessions)}
