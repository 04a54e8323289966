# SPDX-License-Identifier: EUPL-1.2
"""`/healthz`, `/readyz`, `/metrics`: for machines, without a session and without a transaction of a principal."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from bierger.infra.principal import outside_transaction
from bierger.site.health.checks import checks
from bierger.site.health.metrics import exposition


@outside_transaction
@never_cache
@require_safe
def alive(_request: HttpRequest) -> HttpResponse:
    """The process answers. Nothing else is asked: a broken database is no reason to restart the web."""
    return JsonResponse({"status": "alive"})


@outside_transaction
@never_cache
@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    """200 when everything a request needs is there, otherwise 503; each check by name."""
    found = checks()
    ok = all(check.ok for check in found)
    return JsonResponse(
        {
            "status": "ready" if ok else "not ready",
            "checks": {check.name: {"ok": check.ok, "detail": check.detail} for check in found},
        },
        status=200 if ok else 503,
    )


@outside_transaction
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures in Prometheus' text format: for BIERGER_METRICS_TOKEN's holder, or for this machine."""
    if not _may_read(request):
        return HttpResponse("Figures are for this machine, or for who holds the token.\n", status=403, content_type="text/plain")
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    if settings.BIERGER_METRICS_TOKEN:
        return constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.BIERGER_METRICS_TOKEN}")
    if request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded"):
        # A proxy on this machine makes everybody look local.
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
