# SPDX-License-Identifier: EUPL-1.2
"""Acting for somebody else: a mandate given and entered in one call."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from bierger.identity import services
from bierger.infra import clock
from bierger.infra.principal import Principal, acting_as
from bierger.simulators.country import country
from tests.people import person


def give(giver: Principal, handle: str, *, scope: str = "*", days: int | None = None) -> UUID:
    """From today on; `days` more (None: without an end)."""
    person(handle)  # a mandate is given to somebody who has signed in once
    with acting_as(giver):
        today = clock.today()
        return services.grant_mandate(
            to_matricule=country().by_handle[handle].matricule or "", family_name=country().by_handle[handle].family_name, scope=scope, valid_from=today,
            valid_to=None if days is None else today + dt.timedelta(days=days),
        )  # fmt: skip


def end(giver: Principal, mandate: UUID) -> None:
    with acting_as(giver):
        services.end_mandate(mandate=mandate)


def representative(giver: Principal, handle: str, *, scope: str = "*", days: int | None = None) -> Principal:
    """Who of the country acts in the giver's space."""
    mandate = give(giver, handle, scope=scope, days=days)
    with acting_as(person(handle)):
        return services.enter_mandate(mandate=mandate)[0]


def firm_of(handle: str) -> Principal:
    """Somebody of the country in the space of their organisation."""
    from bierger.identity.selectors import my_spaces

    who = person(handle)
    with acting_as(who):
        return services.enter_space(space=next(one.id for one in my_spaces() if one.kind == "professional"))[0]
