# SPDX-License-Identifier: EUPL-1.2
"""Both stores of attachments."""

from tests.store_fixtures import kept, s3_server, store

__all__ = ["kept", "s3_server", "store"]
