# SPDX-License-Identifier: EUPL-1.2
"""The application of mailboxes."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "bierger.delivery"
    label = "delivery"
    default_auto_field = "django.db.models.BigAutoField"
