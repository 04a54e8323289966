# SPDX-License-Identifier: EUPL-1.2
"""Registration of the application with Django."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "bierger.identity"
    label = "identity"
    default_auto_field = "django.db.models.BigAutoField"
