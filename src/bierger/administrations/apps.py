# SPDX-License-Identifier: EUPL-1.2
"""Registration of the application with Django."""

from django.apps import AppConfig


class AdministrationsConfig(AppConfig):
    name = "bierger.administrations"
    label = "administrations"
    default_auto_field = "django.db.models.BigAutoField"
