# SPDX-License-Identifier: EUPL-1.2
"""Counts and times every request; stands first, so that refusals of the other middlewares count too."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from bierger.site.health.metrics import DURATIONS, REQUESTS

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


class Metrics:
    """Routes are patterns of `urls.py`: what matches none is `(none)`, so that nobody can make labels grow."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        route = request.resolver_match.route if request.resolver_match else "(none)"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(method, route, str(response.status_code)).inc()
        DURATIONS.labels(route).observe(time.perf_counter() - began)
        return response
