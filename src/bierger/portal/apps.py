# SPDX-License-Identifier: EUPL-1.2
"""The Django application of the citizen's screens; it has no tables of its own."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "bierger.portal"
    label = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Identity stands below the catalogue and knows no titles; its page of roles shows them nevertheless.
        from bierger.identity.services import name_scopes_by

        name_scopes_by(_scope_title)


def _scope_title(scope: str, language: str) -> str:
    # Loaded when it is first asked: commands that draw no screen need no packages.
    from bierger.portal.selectors import scope_title

    return scope_title(scope, language)
