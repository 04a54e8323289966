# SPDX-License-Identifier: EUPL-1.2
"""The published status lists; nobody stands in them."""

from __future__ import annotations

from bierger.documents.models import StatusListing


def status_list(issuer: str) -> bytes | None:
    """An issuer's list as signed and served (`application/statuslist+cwt`); None before its first act."""
    if "\0" in issuer:  # the database takes no such text
        return None
    body = StatusListing.objects.filter(issuer=issuer).values_list("body", flat=True).first()
    return None if body is None else bytes(body)
