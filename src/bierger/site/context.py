# SPDX-License-Identifier: EUPL-1.2
"""What every page's template may show."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from bierger.infra.principal import ANONYMOUS


def page(request: HttpRequest) -> dict[str, object]:
    return {
        "principal": getattr(request, "principal", ANONYMOUS),
        "languages": settings.LANGUAGES,
        "demonstration": settings.BIERGER_ENV == "demo",
        "signed_in_as": request.session.get("name", "") if hasattr(request, "session") else "",
    }
