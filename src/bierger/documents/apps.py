# SPDX-License-Identifier: EUPL-1.2
"""The application of blobs, acts and their verification."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "bierger.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"
