# SPDX-License-Identifier: EUPL-1.2
"""Small public files beside the checkpoint, for who reads the log as a folder."""

from __future__ import annotations

from bierger.ledger.plugins import folder


def publish_file(*, name: str, data: bytes) -> bool:
    """Put a file without a signature beside the checkpoint; False when exactly this is already there. Worker only."""
    return folder.publish(name, data)
