# SPDX-License-Identifier: EUPL-1.2
"""Attacks on the trust apps need their commune, applicant and folders."""

from tests.apps.documents.fixtures import applicant, commune, data_folder

__all__ = ["applicant", "commune", "data_folder"]
