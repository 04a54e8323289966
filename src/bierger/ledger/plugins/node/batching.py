# SPDX-License-Identifier: EUPL-1.2
"""Many senders, one writer: what comes within a second is appended at once, and each sender is told once.

1. `submit` lets entries wait, with a promise (a future); more than the node takes is refused at once.
2. The writer's thread waits until the first of them has waited for `every` seconds, or a full batch is there.
3. It appends them through `NodeWriter`, in the order in which they came, and keeps every promise with the same checkpoint.

When appending fails, the promise is not kept blindly. The store says whether the swap happened. It did not: the senders are told
that nothing of theirs is in the log. It did: the batch is in the log whatever comes, so the writer goes on trying to finish its
files and only then says so; senders who cannot wait that long get no answer, which is the truth.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from bierger.ledger.plugins.node.errors import NodeError, QueueFull, Unclear
from bierger.ledger.plugins.node.files import FolderLog
from bierger.ledger.plugins.node.marks import Marks
from bierger.ledger.plugins.node.writing import NodeWriter, code_of
from bierger_core.merkle import Appended, MerkleError, VerifierKey
from bierger_core.values import Signer

_AGAIN = 1.0  # seconds between two attempts to finish a batch


@dataclass(frozen=True)
class Limits:
    """every: seconds that the first entry of a batch waits; batch: entries of one; entries, bytes: that wait at most."""

    every: float = 1.0
    batch: int = 20_000
    entries: int = 100_000
    bytes: int = 64 * 2**20


@dataclass(frozen=True)
class Added:
    """The entries of one sender: the index of the first, and the checkpoint (note) under which all of them stand."""

    first: int
    note: bytes


@dataclass(frozen=True)
class _Waiting:
    entries: Sequence[bytes]
    promise: Future[Added]
    since: float


class Batcher:
    """Appends to the log of a folder. `start` it once; `stop` lets what waits be appended first."""

    def __init__(self, log: FolderLog, marks: Marks, key: VerifierKey, signer: Signer, limits: Limits) -> None:
        self._log, self._limits = log, limits
        self._writer = NodeWriter(log, marks, key, signer)
        self._waiting: list[_Waiting] = []
        self._entries = self._bytes = 0
        self._changed = threading.Condition()
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
        self.published: bytes | None = None
        self.trouble: str | None = None  # the code of what went wrong last; None when the last batch went well

    def start(self) -> None:
        """Finish what a killed node left, then begin. Raises HistoryError and whatever the disk says."""
        self._writer.recover()
        self.published = self._log.published()
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._is_stopping = True
            self._changed.notify()
        self._thread.join()

    def submit(self, entries: Sequence[bytes]) -> Future[Added]:
        """Raises QueueFull. The promise is kept once the entries are durable, or broken with a NodeError."""
        size = sum(map(len, entries))
        with self._changed:
            is_full = self._entries + len(entries) > self._limits.entries or self._bytes + size > self._limits.bytes
            if self._is_stopping or is_full:
                raise QueueFull
            waiting = _Waiting(entries, Future(), time.monotonic())
            self._waiting.append(waiting)
            self._entries += len(entries)
            self._bytes += size
            if len(self._waiting) == 1 or self._entries >= self._limits.batch:
                self._changed.notify()
        return waiting.promise

    def _run(self) -> None:
        while batch := self._take():
            entries = [entry for one in batch for entry in one.entries]
            try:
                appended = self._append(entries)
            except NodeError as refused:
                self.trouble = refused.code
                for one in batch:
                    one.promise.set_exception(refused)
                continue
            self.trouble, self.published, first = None, appended.note, appended.first
            for one in batch:
                one.promise.set_result(Added(first, appended.note))
                first += len(one.entries)

    def _take(self) -> list[_Waiting]:
        """What is to be appended next, never part of one sender's; empty when the node stops."""
        with self._changed:
            while not self._waiting and not self._is_stopping:
                self._changed.wait()
            while self._waiting and not self._is_stopping and self._entries < self._limits.batch:
                rest = self._waiting[0].since + self._limits.every - time.monotonic()
                if rest <= 0:
                    break
                self._changed.wait(rest)
            taken = 0
            count = 0
            for one in self._waiting:
                if taken and count + len(one.entries) > self._limits.batch:
                    break
                taken, count = taken + 1, count + len(one.entries)
            batch, self._waiting = self._waiting[:taken], self._waiting[taken:]
            self._entries -= count
            self._bytes -= sum(len(entry) for one in batch for entry in one.entries)
            return batch

    def _append(self, entries: Sequence[bytes]) -> Appended:
        """Raises NotAppended when nothing happened, Unclear when the node stops before it knows."""
        try:
            return self._writer.append(entries)
        except Unclear as unclear:
            self.trouble = unclear.code
        while not self._is_stopping:
            try:
                return self._writer.settle(len(entries))
            except (MerkleError, OSError) as error:
                self.trouble = code_of(error)
                time.sleep(_AGAIN)
        raise Unclear
