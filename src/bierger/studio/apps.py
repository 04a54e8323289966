# SPDX-License-Identifier: EUPL-1.2
"""Django's card of the studio."""

from django.apps import AppConfig


class StudioConfig(AppConfig):
    name = "bierger.studio"
    label = "studio"
    default_auto_field = "django.db.models.BigAutoField"
