# SPDX-License-Identifier: EUPL-1.2
"""Fixtures of the maker of samples."""

from tests.apps.documents.fixtures import applicant, commune, data_folder

__all__ = ["applicant", "commune", "data_folder"]
