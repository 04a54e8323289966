# SPDX-License-Identifier: EUPL-1.2
"""Addresses for load balancers and monitoring."""

from django.urls import path

from bierger.site.health import views

app_name = "health"
urlpatterns = [
    path("healthz", views.alive, name="alive"),
    path("readyz", views.ready, name="ready"),
    path("metrics", views.metrics, name="metrics"),
]
