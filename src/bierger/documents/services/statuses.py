# SPDX-License-Identifier: EUPL-1.2
"""The status list of each issuer: signed with its seal key, renewed by the worker, at once after a revocation.

1. One publisher at a time, in the whole installation: of two, the slower would put its older reading over the newer one, and an
   act would be in force again for a minute.
2. The list is made anew from the acts' rows: a list that was lost or damaged is the same again.
3. It is published when it says something else, when its key is no longer the issuer's, or when it has grown old: its date is half
   of what it says to whoever reads it without a network.
4. What it says goes into the log once a day, and when it changes.
5. Beside the checkpoint too, for who reads the log as a folder: `status/<issuer>`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from bierger.documents.models import Act, StatusCounter, StatusListing
from bierger.infra import clock
from bierger.infra.locks import Lock, hold
from bierger.ledger import services as ledger
from bierger_core.seals import (
    INVALID,
    StatusList,
    StatusListError,
    StatusListToken,
    room_for,
    sign_status_list,
    signed_with,
    status_list_commitment,
)
from bierger_core.values import Kind

RENEW_AFTER = timedelta(minutes=10)


def status_address(issuer: str) -> str:
    """Where an issuer's list is found; the list itself says so too."""
    return f"{settings.BIERGER_BASE_URL}/log/status/{issuer}"


def publish_status_lists() -> int:
    """Publish every list that is due; gives back how many were. Worker only."""
    hold(Lock.STATUS_LISTS)
    now = clock.now().replace(microsecond=0)
    invalid: dict[str, list[int]] = {}
    rows = Act.objects.filter(revoked_at__isnull=False, status_place__isnull=False).values_list("issuer", "status_place")
    for issuer, place in rows:
        invalid.setdefault(issuer, []).append(int(place or 0))
    taken = StatusCounter.objects.values_list("issuer", "administration", "places")
    return sum(_publish(issuer, owner, places, invalid.get(issuer, ()), now) for issuer, owner, places in taken)


def _publish(issuer: str, owner: UUID, places: int, invalid: Collection[int], now: datetime) -> int:
    statuses = StatusList.of(room_for(places), dict.fromkeys(invalid, INVALID))
    keep = timedelta(seconds=settings.BIERGER_STATUS_LIST_TTL)
    expires = now + timedelta(days=settings.BIERGER_STATUS_LIST_DAYS)
    token = StatusListToken(status_address(issuer), now, expires, keep, statuses)
    leaf, signer = status_list_commitment(token), ledger.signer_for(administration_id=owner)
    before = StatusListing.objects.filter(issuer=issuer).first()
    if before is not None and bytes(before.commitment) == leaf and _is_fresh(before, signer.kid, now):
        return 0
    body = sign_status_list(token, signer)
    StatusListing.objects.update_or_create(issuer=issuer, defaults={"body": body, "commitment": leaf, "issued_at": now})
    ledger.queue(commitment=leaf, kind=Kind.STATUS_LIST)
    ledger.publish_file(name=f"status/{issuer}", data=body)
    return 1


def _is_fresh(row: StatusListing, kid: bytes, now: datetime) -> bool:
    try:
        return abs(now - row.issued_at) < RENEW_AFTER and signed_with(bytes(row.body)) == kid
    except StatusListError:
        return False  # a damaged row is written anew
