# SPDX-License-Identifier: EUPL-1.2
"""Registration of the application with Django."""

from django.apps import AppConfig


class DisclosuresConfig(AppConfig):
    name = "bierger.disclosures"
    label = "disclosures"
    default_auto_field = "django.db.models.BigAutoField"
