# SPDX-License-Identifier: EUPL-1.2
"""Registration of the application with Django."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "bierger.registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"
