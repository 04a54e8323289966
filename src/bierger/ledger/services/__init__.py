# SPDX-License-Identifier: EUPL-1.2
"""Writing to the log: queue a commitment, append the queue, make and find keys."""

from bierger.ledger.services.files import publish_file
from bierger.ledger.services.keys import ensure_keys, signer_for
from bierger.ledger.services.sequencer import publish_note, queue, rebuild_files, sequence

__all__ = ["ensure_keys", "publish_file", "publish_note", "queue", "rebuild_files", "sequence", "signer_for"]
