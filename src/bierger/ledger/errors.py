# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong with the log and its keys.

LedgerError
├── KeyMissing          no active key of this owner and purpose, and this process may not make one
├── KeyFileMissing      the key list has a key whose private file is not here
└── AnotherSequencer    a second sequencer appended to the same checkpoint; this batch was refused by the database
"""

from __future__ import annotations


class LedgerError(Exception):
    """Root of the tree."""

    code = "ledger-error"


class KeyMissing(LedgerError):
    code = "key-missing"


class KeyFileMissing(LedgerError):
    code = "key-file-missing"


class AnotherSequencer(LedgerError):
    code = "another-sequencer"
