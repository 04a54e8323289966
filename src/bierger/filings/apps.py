# SPDX-License-Identifier: EUPL-1.2
"""The application of drafts and filings."""

from django.apps import AppConfig


class FilingsConfig(AppConfig):
    name = "bierger.filings"
    label = "filings"
