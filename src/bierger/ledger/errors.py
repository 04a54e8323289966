# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong with the log and its keys.

LedgerError
├── KeyMissing          no active key of this owner and purpose, and this process may not make one
├── KeyFileMissing      the key list has a key whose private file is not here
├── KeyFileExposed      others than their owner may read a private file: it is not signed with
├── KeyRefused          a change of a key that is not made (`code` says why)
├── AnotherSequencer    the rows are not those of one history: what the sequencer's lock and the unique rows exclude
├── LogObstacle         the log must not grow: it was larger before, another history of it was seen, or it has another name
├── LogNotBegun         no log is begun under a new name (`code` says why)
└── SeenFolderMissing   the folder that was named for what was seen of the log is not there
"""

from __future__ import annotations


class LedgerError(Exception):
    """Root of the tree."""

    code = "ledger-error"


class KeyMissing(LedgerError):
    code = "key-missing"


class KeyFileMissing(LedgerError):
    code = "key-file-missing"


class KeyFileExposed(LedgerError):
    code = "key-file-exposed"


class KeyRefused(LedgerError):
    """`code`: key-none (no such key), key-pending (a rotation has not begun yet), key-in-use, key-revoked-already, key-future,
    key-size (its log never had so many entries), key-lost (its private file is gone, and nobody said so).
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class AnotherSequencer(LedgerError):
    code = "another-sequencer"


class LogObstacle(LedgerError):
    """`code`: history-behind, history-forked, log-renamed."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class LogNotBegun(LedgerError):
    """`code`: log-same-origin, log-origin-used, log-empty, log-waiting."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class SeenFolderMissing(LedgerError):
    code = "seen-folder-missing"
