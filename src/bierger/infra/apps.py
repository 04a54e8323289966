# SPDX-License-Identifier: EUPL-1.2
"""The Django application that holds what every other one stands on."""

from django.apps import AppConfig


class InfraConfig(AppConfig):
    name = "bierger.infra"
    label = "infra"
