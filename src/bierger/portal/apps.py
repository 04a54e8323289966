# SPDX-License-Identifier: EUPL-1.2
"""The Django application of the citizen's screens; it has no tables of its own."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "bierger.portal"
    label = "portal"
    default_auto_field = "django.db.models.BigAutoField"
