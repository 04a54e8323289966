# SPDX-License-Identifier: EUPL-1.2
"""The network address a request came from, for rate limits."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address our own outermost proxy saw; without proxies, the connection's."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BIERGER_TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
        # The last hops were written by our own proxies; everything before them anybody can write.
        address = hops[-min(settings.BIERGER_TRUSTED_PROXIES, len(hops))] if hops else address
    return address
