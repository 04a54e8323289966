# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the studio."""

from django.urls import path

from bierger.studio import views

app_name = "studio"
urlpatterns = [path("studio/rules", views.rules, name="rules")]
