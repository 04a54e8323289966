# SPDX-License-Identifier: EUPL-1.2
"""Writing to the log: queue a commitment, append the queue, make and find keys."""

from bierger.ledger.services.beginning import Begun, begin_log
from bierger.ledger.services.changes import KeyChange, all_keys, owner_named, retire_key, revoke_key, rotate_key, sweep_keys
from bierger.ledger.services.files import publish_file
from bierger.ledger.services.keys import ensure_keys, signer_for
from bierger.ledger.services.sequencer import publish_note, queue, queue_all, rebuild_earlier, rebuild_files, sequence

__all__ = [
    "Begun",
    "KeyChange",
    "all_keys",
    "begin_log",
    "ensure_keys",
    "owner_named",
    "publish_file",
    "publish_note",
    "queue",
    "queue_all",
    "rebuild_earlier",
    "rebuild_files",
    "retire_key",
    "revoke_key",
    "rotate_key",
    "sequence",
    "signer_for",
    "sweep_keys",
]
