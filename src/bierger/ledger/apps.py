# SPDX-License-Identifier: EUPL-1.2
"""The application of the log and its keys."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "bierger.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
