# SPDX-License-Identifier: EUPL-1.2
"""The application that conducts cases."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "bierger.cases"
    label = "cases"
