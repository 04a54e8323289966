# SPDX-License-Identifier: EUPL-1.2
"""Erase an office that ended: the officer's name, login and roles.

Administrations and services stay: acts name them, and no person is in them.
"""

from __future__ import annotations

from uuid import UUID

from bierger.administrations.models import Officer, OfficerRole
from bierger.infra.erasures import Destroyed


def forget_office(*, officer: UUID) -> Destroyed:
    """Nothing happens when it is not there any more. System only."""
    roles = OfficerRole.objects.filter(officer=officer).delete()[0]
    offices = Officer.objects.filter(id=officer).delete()[0]
    return Destroyed({"offices": offices, "roles": roles} if offices else {})
