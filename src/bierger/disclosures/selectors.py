# SPDX-License-Identifier: EUPL-1.2
"""Who read my data."""

from __future__ import annotations

import re

from django.db import connection

from bierger.administrations.errors import UnknownAdministration
from bierger.administrations.selectors import administration, services_of
from bierger.disclosures.models import Disclosure
from bierger.disclosures.types import Law, Reading, own_data
from bierger.infra.pages import CAP, FIRST, SIZE, Page, Turn, turned

_OWN = "The finder and the policy both ask for the acting person among the subjects."
_ID = re.compile(r"[0-9]{1,18}")


@own_data(_OWN)
def readings() -> tuple[Reading, ...]:
    """The newest readings of the acting person's data, as many as one page shows; see `readings_page`."""
    return tuple(_fetch(None, back=False, most=SIZE))


@own_data(_OWN)
def readings_page(turn: Turn = FIRST, *, size: int = SIZE) -> Page[Reading]:
    """A page of the readings of the acting person's data, the newest first. Raises PageUnknown.

    A member who acts in the space of an organisation reads about the organisation. A representative reads about themselves
    wherever they act: a mandate is a right to act, not to see who looked at the person represented.
    """
    return turned(
        turn,
        size=size,
        read=lambda text: int(text) if _ID.fullmatch(text) else None,
        write=lambda reading: str(reading.id),
        fetch=lambda key, back, most: _fetch(key, back=back, most=most),
        count=_count,
    )


def _fetch(key: int | None, *, back: bool, most: int) -> list[Reading]:
    with connection.cursor() as cursor:
        older, newer = (None, key) if back else (key, None)
        cursor.execute("SELECT disclosures_about_me(%s, %s, %s)", [older, newer, most])
        found = [row[0] for row in cursor.fetchall()]
    return [_reading(row) for row in Disclosure.objects.filter(id__in=found).order_by("id" if back else "-id")]


def _count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT disclosures_count_about_me(%s)", [CAP + 1])
        found: int = cursor.fetchone()[0]
    return found


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
        legal_basis=tuple(Law(law["title"], law.get("eli", ""), tuple(law.get("articles", ()))) for law in row.legal_basis),
        purpose=row.purpose,
        case=row.case_id,
        facts=tuple(row.facts),
    )
