# SPDX-License-Identifier: EUPL-1.2
"""The application that remembers where each process stands."""

from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "bierger.flows"
    label = "flows"
