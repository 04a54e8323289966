# SPDX-License-Identifier: EUPL-1.2
"""Who read my data."""

from __future__ import annotations

from django.db import connection

from bierger.administrations.errors import UnknownAdministration
from bierger.administrations.selectors import administration, services_of
from bierger.disclosures.models import Disclosure
from bierger.disclosures.types import Reading, own_data

PAGE = 25


@own_data("The finder and the policy both ask for the acting person among the subjects.")
def readings(*, after: int | None = None, limit: int = PAGE) -> tuple[Reading, ...]:
    """Readings of the acting person's data, newest first; the next page begins after the last `id` of this one.

    A member who acts in the space of an organisation reads about the organisation. A representative reads about themselves
    wherever they act: a mandate is a right to act, not to see who looked at the person represented.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT disclosures_about_me(%s, %s)", [after, limit])
        found = [row[0] for row in cursor.fetchall()]
    return tuple(_reading(row) for row in Disclosure.objects.filter(id__in=found).order_by("-id"))


def _reading(row: Disclosure) -> Reading:
    try:
        names = administration(id=row.administration).names if row.administration else {}
    except UnknownAdministration:
        names = {}
    services = services_of(row.administration) if row.administration else ()
    return Reading(
        id=row.id,
        at=row.at,
        actor_kind=row.actor_kind,
        administration=row.administration,
        administration_names=names,
        service_names=next((service.names for service in services if service.id == row.service), {}),
        legal_basis=row.legal_basis,
        purpose=row.purpose,
        case=row.case_id,
        facts=tuple(row.facts),
    )
