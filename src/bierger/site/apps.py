# SPDX-License-Identifier: EUPL-1.2
"""The one application that knows the others."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "bierger.site"
    label = "site"

    def ready(self) -> None:
        from bierger.site.wiring import wire

        wire()
