# SPDX-License-Identifier: EUPL-1.2
"""The Django application of the components."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "bierger.ui"
    label = "ui"
    default_auto_field = "django.db.models.BigAutoField"
