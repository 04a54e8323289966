# SPDX-License-Identifier: EUPL-1.2
"""The trust apps tell one story: a commune, an applicant, folders of their own."""

from tests.apps.documents.fixtures import applicant, commune, data_folder
from tests.store_fixtures import kept, s3_server, store

__all__ = ["applicant", "commune", "data_folder", "kept", "s3_server", "store"]
