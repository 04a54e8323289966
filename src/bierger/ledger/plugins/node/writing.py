# SPDX-License-Identifier: EUPL-1.2
"""Appending to a node's folder, and what can be said of the entries when it fails.

The store says whether the swap happened. It did not: nothing of the batch is in the log. It did, or nobody can tell: the
batch may be in the log whatever comes, and whoever sends it again may have it there twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from bierger.ledger.plugins.node.errors import NotAppended, Unclear
from bierger.ledger.plugins.node.files import FolderLog, size_of
from bierger.ledger.plugins.node.marks import Marks
from bierger_core.merkle import (
    AnotherWriterError,
    Appended,
    Checkpoint,
    HistoryError,
    LogWriter,
    MerkleError,
    TileMissingError,
    VerifierKey,
)
from bierger_core.values import Signer


class NodeWriter:
    """The only writer of its log on this machine: `opened` sees to it. Not safe for threads."""

    def __init__(self, log: FolderLog, marks: Marks, key: VerifierKey, signer: Signer) -> None:
        self._log, self._marks, self._key = log, marks, key
        self._writer = LogWriter(log, log, key, signer)
        self._before: bytes | None = None
        self._cause: MerkleError | OSError | None = None

    def recover(self) -> Checkpoint:
        """Finish what a killed writer left. Raises HistoryError, TileError, SeenError, and what the disk says."""
        with self._older_copy_named():
            return self._writer.recover(self._marks.of(self._key.name))

    def append(self, entries: Sequence[bytes]) -> Appended:
        """Raises NotAppended when nothing of them is in the log, Unclear when they may be."""
        try:
            self._before = self._head()
        except OSError as error:
            raise NotAppended("disk-refused", f"{_words(error)}. Nothing of it is in the log.") from error
        try:
            with self._older_copy_named():
                return self._writer.append(entries, self._marks.of(self._key.name))
        except AnotherWriterError as faster:
            raise NotAppended(faster.code, str(faster)) from faster
        except (MerkleError, OSError) as error:
            with suppress(MerkleError, OSError):
                self._refuse_if_nothing_happened(error)
            self._cause = error
            raise Unclear(f"{_words(error)} ({code_of(error)}), after the checkpoint was signed") from error

    def settle(self, count: int) -> Appended:
        """After Unclear: finish that batch of so many entries.

        Raises NotAppended when nothing had happened, MerkleError or OSError when that still cannot be said.
        """
        if self._cause is not None:
            self._refuse_if_nothing_happened(self._cause)
        # This node is the only writer: the newest commit is the one whose files are not finished.
        head = self.recover()
        return Appended(head.size - count, head, self._head() or b"")

    def _refuse_if_nothing_happened(self, error: MerkleError | OSError) -> None:
        if self._head() == self._before:
            said = _words(error)
            is_ours = isinstance(error, MerkleError)
            raise NotAppended(code_of(error), said if is_ours else f"{said}. Nothing of it is in the log.") from error

    def _head(self) -> bytes | None:
        commit = self._log.latest()
        return None if commit is None else commit.note

    @contextmanager
    def _older_copy_named(self) -> Iterator[None]:
        """A folder without the files that the head goes on from: a copy of before, and not a damaged one."""
        try:
            yield
        except TileMissingError:
            head, shown = self._head(), self._log.published()
            had, has = (0 if note is None else size_of(note) for note in (head, shown))
            if has < had:
                message = f"The log had {had} leaves before, and has {has}."
                raise HistoryError(message, code="history-behind", size=has, seen=had) from None
            raise


def code_of(error: MerkleError | OSError) -> str:
    return error.code if isinstance(error, MerkleError) else "disk-refused"


def _words(error: MerkleError | OSError) -> str:
    if isinstance(error, MerkleError):
        return str(error)
    return (error.strerror or str(error)) + ("" if error.filename is None else f": {error.filename}")
