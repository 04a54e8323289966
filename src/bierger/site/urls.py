# SPDX-License-Identifier: EUPL-1.2
"""Every address, by application; the only place that names them all."""

from django.urls import include, path

_APPS = ("site.health", "ui", "identity", "gateway", "studio", "backoffice", "portal")
urlpatterns = [path("", include(f"bierger.{name}.urls")) for name in _APPS]

handler400 = "bierger.site.errors.bad_request"
handler403 = "bierger.site.errors.forbidden"
handler404 = "bierger.site.errors.not_found"
handler500 = "bierger.site.errors.failed"
