# SPDX-License-Identifier: EUPL-1.2
"""Every address, by application; the only place that names them all."""

from pathlib import Path

from django.conf import settings
from django.urls import include, path

_HERE = Path(__file__).parents[1]
_APPS = ("ui", "identity", "gateway", "backoffice", "portal")
urlpatterns = [
    path("", include(f"bierger.{name}.urls"))
    for name in _APPS
    if (_HERE / name / "urls.py").exists() and f"bierger.{name}" in settings.INSTALLED_APPS
]
if (_HERE / "site" / "health" / "urls.py").exists():
    urlpatterns.insert(0, path("", include("bierger.site.health.urls")))

handler400 = "bierger.site.errors.bad_request"
handler403 = "bierger.site.errors.forbidden"
handler404 = "bierger.site.errors.not_found"
handler500 = "bierger.site.errors.failed"
