# SPDX-License-Identifier: EUPL-1.2
"""The cookies of somebody's own that are not the session: whoever uses the browser next must not find them."""

from __future__ import annotations

import re

from django.http import HttpResponse

LINK = "bierger_link"  # the token of a private link (portal.views.links)
TYPED = "bierger_typed"  # the key to what was typed when a session had ended (portal.views.expired); on one address only
_PLAIN = re.compile(r"/[A-Za-z0-9/_-]+")  # our own addresses; anything else could say more to the browser than a path


def forget(response: HttpResponse, *, typed_at: str = "") -> None:
    """Delete them in the browser. typed_at: the address that TYPED was set for; a cookie goes with its own path only."""
    response.delete_cookie(LINK, samesite="Strict")
    if _PLAIN.fullmatch(typed_at):
        response.delete_cookie(TYPED, path=typed_at, samesite="Lax")
