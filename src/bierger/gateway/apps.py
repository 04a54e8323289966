# SPDX-License-Identifier: EUPL-1.2
"""The application of machine addresses."""

from django.apps import AppConfig


class GatewayConfig(AppConfig):
    name = "bierger.gateway"
    label = "gateway"
