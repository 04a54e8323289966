# SPDX-License-Identifier: EUPL-1.2
"""Django's card of the officer's desk."""

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "bierger.backoffice"
    label = "backoffice"
    default_auto_field = "django.db.models.BigAutoField"
