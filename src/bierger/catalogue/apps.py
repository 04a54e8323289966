# SPDX-License-Identifier: EUPL-1.2
"""Django's card of the catalogue."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "bierger.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"
