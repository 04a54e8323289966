# SPDX-License-Identifier: EUPL-1.2
"""Appending to a log so that no crash, no second writer and no restored backup makes two histories.

What is needed of the place where a log lies is in two protocols: `CheckpointStore`, one value that changes by
compare-and-swap, and `LogFiles`, files that are whole and on the disk once written. A table and a folder, or a folder
alone, can be both; the procedure below is the same.

1. Read the newest checkpoint of the store, verify that this log signed it.
2. Refuse if somebody has seen a larger one: the store was restored from an older backup. Or another one of this size.
3. If the batch of that checkpoint is still staged, finish it: steps 7 and 8 of whoever was killed.
4. Refuse if anything that was seen is not a beginning of the tree: somebody else continued an older backup.
5. Compute the files; stage the batch, under the size it follows and the root it leads to.
6. Sign the new checkpoint; swap it in for the one of step 1. From here on the history is longer, whatever happens. If
   another writer was faster, nothing has happened: the staged batch is no one's history.
7. Write the tiles and bundles.
8. Publish the checkpoint to readers.
9. Discard what is staged for sizes that nothing can follow any more. Only now may anybody be told.

Killed before 6: the staged batch is never looked at again, and step 9 of a later batch removes it. Killed after 6: the
next step 3, by any writer, finishes with the same bytes, for tiles are written only after the swap decided what they
hold. Two writers that write them at once write the same. So a reader, who sees checkpoints only after step 8, always
finds their files; and a batch about which the caller got no answer may or may not be in the log: look before sending it
again, or its entries are there twice.

The crash model: a process may die between any two operations, the machine may lose whatever was not synced (file and
folder), in any order, a file half. A disk that loses what it confirmed is beyond it, and so is a backup restored
together with every memory of what came later: that is what witnesses are for.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bierger_core.merkle.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from bierger_core.merkle.errors import AnotherWriterError, HistoryError, ProofInvalidError, TileError, TileMissingError
from bierger_core.merkle.growth import EMPTY_EDGE, Edge, Growth, grow, load_edge
from bierger_core.merkle.seen import Seen
from bierger_core.merkle.tiles import TileReader, decode_bundle, encode_bundle
from bierger_core.merkle.tree import EMPTY_ROOT, verify_consistency
from bierger_core.merkle.vkeys import VerifierKey, read_base64
from bierger_core.values import Signer

STAGED = "staged/"
"""What the paths of staged batches begin with; no tile's path does. Not to be served."""
_BATCH = b"bierger/batch@v1"


class CheckpointStore(Protocol):
    """Which history is the log's: one checkpoint note, or none yet. Everything else can be derived again."""

    def latest(self) -> bytes | None:
        """The note of the newest checkpoint, as the last successful `advance` left it, in any process."""

    def advance(self, expected: bytes | None, new: bytes) -> bool:
        """Put `new` in the place of `expected`, or do nothing and answer False if that is not there any more.

        Durable when it returns True; atomic among all writers of all machines. An exception leaves open which.
        """


class LogFiles(Protocol):
    """The files of a log: tiles, bundles and staged batches, by path; and the checkpoint that readers see."""

    def fetch(self, path: str) -> bytes:
        """The bytes at a path. Raises `TileMissingError`."""

    def write(self, files: Mapping[str, bytes]) -> None:
        """Every file whole and durable (file, name and folders) when it returns. Replaces what is there.

        A crash leaves of each file the old bytes, the new bytes or none. Two writers may write one path at once.
        """

    def staged(self) -> Iterable[str]:
        """The paths that begin with `STAGED`."""

    def discard(self, path: str) -> None:
        """Remove a staged batch, sooner or later; nothing if it is gone."""

    def published(self) -> bytes | None:
        """The note that readers see."""

    def publish(self, note: bytes) -> None:
        """Let readers see this checkpoint, durably, unless they already see a larger one."""


@dataclass(frozen=True)
class Appended:
    """The batch is in the log: its first entry has the index `first`; `note` is the checkpoint that covers it."""

    first: int
    checkpoint: Checkpoint
    note: bytes


class LogWriter:
    """Appends to the log of `key`, whose private half `signer` holds. Keeps the right edge between two batches.

    For the sequencer over PostgreSQL and for a node that has files only. Not safe for threads; any number of writers
    may work on one store, and all but the fastest get `AnotherWriterError` and try again.
    """

    def __init__(self, store: CheckpointStore, files: LogFiles, key: VerifierKey, signer: Signer) -> None:
        self._store = store
        self._files = files
        self._key = key
        self._signer = signer
        self._known: tuple[bytes | None, Edge] | None = None

    def append(self, entries: Sequence[bytes], marks: Iterable[Seen] = ()) -> Appended:
        """Append at least one entry; see the numbered steps above.

        `marks` are checkpoints of this log that others have seen: a witness's, a high-water note kept apart from the
        backups. What readers were shown is always one of them. Raises `HistoryError` (history-behind,
        history-forked, history-empty), `AnotherWriterError`, `TileError` for damaged files, and what store and files
        raise; after an exception the batch may nevertheless be in the log, except after these of ours.
        """
        if not entries:
            raise HistoryError("There is nothing to append.", code="history-empty")
        latest, edge = self._ready(marks)
        growth = grow(edge, entries)
        root = growth.edge.root()
        self._files.write({_staged(edge.size, root): _batch(edge, entries)})  # 5
        checkpoint = Checkpoint(self._key.name, growth.edge.size, root)
        note = sign_checkpoint(checkpoint, self._key, self._signer)
        if not self._store.advance(latest, note):  # 6
            # What we staged stays: the faster one may have staged the very same batch, and still need it.
            raise AnotherWriterError("Another writer continued this history.", size=edge.size)
        self._finish(growth, note)
        self._known = (note, growth.edge)
        return Appended(edge.size, checkpoint, note)

    def recover(self, marks: Iterable[Seen] = ()) -> Checkpoint | None:
        """Steps 1 to 4 alone, at start: finish what was killed; the newest checkpoint. Raises as `append`."""
        latest, _ = self._ready(marks)
        return None if latest is None else open_checkpoint(latest, [self._key]).checkpoint

    def _ready(self, marks: Iterable[Seen]) -> tuple[bytes | None, Edge]:
        # Before the store is read: what another writer publishes in between would look like a larger log.
        published = self._files.published()
        latest = self._store.latest()  # 1
        head = Checkpoint(self._key.name, 0, EMPTY_ROOT)
        if latest is not None:
            head = open_checkpoint(latest, [self._key]).checkpoint
        shown = () if published in {None, latest} else (Seen.of(published or b""),)
        seen = (*shown, *marks)
        for mark in seen:  # 2
            relation = mark.relation(head)
            if relation == "older":
                raise HistoryError("The log was larger before.", code="history-behind", size=head.size, seen=mark.size)
            if relation == "fork":
                raise HistoryError("Another history was seen.", size=head.size, seen=mark.size)
        if self._known is None or self._known[0] != latest:
            self._known = (latest, self._edge(latest, head))  # 3
        for mark in seen:  # 4
            if mark.size < head.size:
                self._check_beginning(mark, head)
        return self._known

    def _edge(self, latest: bytes | None, head: Checkpoint) -> Edge:
        if latest is None:
            return EMPTY_EDGE
        for path in self._files.staged():
            if path.endswith("-" + head.root.hex()):
                return self._finish_staged(path, head, latest)
        return load_edge(self._files.fetch, head.size, head.root)

    def _finish_staged(self, path: str, head: Checkpoint, latest: bytes) -> Edge:
        try:
            size, root, entries = _read_batch(self._files.fetch(path))
        except TileMissingError:
            # Another writer finished it in this very moment, and discards only what is on the disk.
            return load_edge(self._files.fetch, head.size, head.root)
        growth = grow(load_edge(self._files.fetch, size, root), entries)
        if (growth.edge.size, growth.edge.root()) != (head.size, head.root):
            raise TileError("The staged batch does not lead to the checkpoint.", code="tile-mismatch", path=path)
        self._finish(growth, latest)
        return growth.edge

    def _finish(self, growth: Growth, note: bytes) -> None:
        self._files.write(growth.files)  # 7
        self._files.publish(note)  # 8
        for path in self._files.staged():  # 9
            if _follows(path) < growth.edge.size:
                self._files.discard(path)

    def _check_beginning(self, mark: Seen, head: Checkpoint) -> None:
        proof = TileReader(self._files.fetch, head.size, head.root).consistency(mark.size)
        try:
            verify_consistency(mark.size, mark.root, head.size, head.root, proof)
        except ProofInvalidError:
            raise HistoryError("Another history was seen.", size=head.size, seen=mark.size) from None


def _staged(size: int, root: bytes) -> str:
    return f"{STAGED}{size}-{root.hex()}"


def _follows(path: str) -> int:
    return int(path.removeprefix(STAGED).partition("-")[0])


def _batch(edge: Edge, entries: Sequence[bytes]) -> bytes:
    head = b"%s\n%d\n%s\n%d\n" % (_BATCH, edge.size, base64.b64encode(edge.root()), len(entries))
    return head + encode_bundle(entries)


def _read_batch(data: bytes) -> tuple[int, bytes, tuple[bytes, ...]]:
    """The size and root it follows, and its entries; nothing is believed before the new root comes out."""
    try:
        mark, size, root, count, body = data.split(b"\n", 4)
        if mark == _BATCH:
            return int(size), read_base64(root.decode()), decode_bundle(body, int(count))
    except ValueError:
        pass
    raise TileError("This is not a staged batch.", code="bundle-format")
