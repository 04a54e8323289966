# SPDX-License-Identifier: EUPL-1.2
"""Appending to a log so that no crash, no second writer and no restored backup makes two histories.

What is needed of the place where a log lies is in two protocols: `CheckpointStore`, one value that changes by
compare-and-swap, and `LogFiles`, files that are on the disk once written. A table and a folder, or a folder alone, can
be both; the procedure is the same.

1. Read the newest commit of the store; verify that this log signed its checkpoint.
2. Refuse if somebody has seen a larger one: the store was restored from an older backup. Or another one of this size.
3. If readers do not see that checkpoint yet, finish it: steps 6 and 7 of whoever was killed.
4. Refuse if anything that was seen is not a beginning of the tree: somebody else continued an older backup.
5. Compute files and root, sign the new checkpoint; swap it in, together with its batch, for the one of step 1. From
   here on the history is longer, whatever happens. If another writer was faster, nothing has happened.
6. Write the tiles and bundles.
7. Publish the checkpoint to readers. Only now may anybody be told.

Killed before 5 took effect: nothing happened. Killed after it: the store holds the batch, and the next step 3, by any
writer, finishes with the same bytes. Tiles are written only after the swap has decided what they hold, so writers that
write one path at once write the same. A reader, who sees checkpoints only after step 7, always finds their files. A
batch about which the caller got no answer may or may not be in the log: look before sending it again, or its entries
are there twice.

The crash model: a process may die between any two operations; the machine may lose whatever was not synced (content,
name, folder), in any order, a file half. A disk that loses what it confirmed is beyond it, and so is a backup restored
together with every memory of what came later: that is what witnesses are for.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bierger_core.merkle.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from bierger_core.merkle.errors import AnotherWriterError, HistoryError, ProofInvalidError, TileError
from bierger_core.merkle.growth import EMPTY_EDGE, Edge, Growth, grow, load_edge
from bierger_core.merkle.seen import Seen
from bierger_core.merkle.tiles import TileReader, decode_bundle, encode_bundle
from bierger_core.merkle.tree import EMPTY_ROOT, verify_consistency
from bierger_core.merkle.vkeys import VerifierKey, read_base64
from bierger_core.values import Signer

_BATCH = b"bierger/batch@v1"


@dataclass(frozen=True)
class Commit:
    """A checkpoint (note) and the `batch` that led to it, as one value: only together are they durable."""

    note: bytes
    batch: bytes


class CheckpointStore(Protocol):
    """Which history is the log's: the newest commit, or none yet. Everything else can be derived from the files."""

    def latest(self) -> Commit | None:
        """The newest commit, as the last `advance` left it, in any process; durable before it is given back.

        A writer may have died between writing and syncing it. What is built on it, and shown to readers, would
        outlive it in a power cut.
        """

    def advance(self, expected: bytes | None, new: Commit) -> bool:
        """Put `new` in the place of the commit whose note is `expected`; answer False if another one is there.

        Durable when it returns True; atomic among all writers of all machines. An exception leaves open which.
        """


class LogFiles(Protocol):
    """The files of a log, by path, and the checkpoint that readers see."""

    def fetch(self, path: str) -> bytes:
        """The bytes at a path. Raises `TileMissingError`."""

    def write(self, files: Mapping[str, bytes], note: bytes = b"") -> None:
        """Every file durable (content, name and folders) when it returns, and whole for readers at any time before.

        A crash may leave any part of them: they are written again. Two writers may write one path at once.
        `note` is what `publish` will be given next. It may be brought to the disk together with the files, where no
        reader looks: one journey less.
        """

    def published(self) -> bytes | None:
        """The note that readers see."""

    def publish(self, note: bytes) -> None:
        """Let readers see this checkpoint, whole, unless they already see a larger one. A crash may undo it."""


@dataclass(frozen=True)
class Appended:
    """The batch is in the log: its first entry has the index `first`; `note` is the checkpoint that covers it."""

    first: int
    checkpoint: Checkpoint
    note: bytes


class LogWriter:
    """Appends to the log of `key`, whose private half `signer` holds. Keeps the right edge between two batches.

    The head that is there may have been signed by one of `earlier` keys of the same log. Not safe for threads; any
    number of writers may work on one store, and all but the fastest get `AnotherWriterError` and try again.
    """

    def __init__(
        self,
        store: CheckpointStore,
        files: LogFiles,
        key: VerifierKey,
        signer: Signer,
        *,
        earlier: Iterable[VerifierKey] = (),
    ) -> None:
        self._store = store
        self._files = files
        self._key = key
        self._keys = (key, *(one for one in earlier if one != key))
        self._signer = signer
        self._known: _Known | None = None

    def append(self, entries: Sequence[bytes], marks: Iterable[Seen] = ()) -> Appended:
        """Append at least one entry; see the numbered steps above.

        `marks` are checkpoints of this log that others have seen: a witness's, a high-water note kept apart from the
        backups. What readers were shown is always one of them. Raises `HistoryError` (history-behind,
        history-forked, history-empty), `AnotherWriterError`, `TileError` for damaged files, and what store and files
        raise; after an exception the batch may nevertheless be in the log, except after these of ours.
        """
        if not entries:
            raise HistoryError("There is nothing to append.", code="history-empty")
        known = self._ready(marks)
        commit, head, edge = known.commit, known.head, known.edge
        growth = grow(edge, entries)
        checkpoint = Checkpoint(self._key.name, growth.edge.size, growth.edge.root())
        new = Commit(sign_checkpoint(checkpoint, self._key, self._signer), encode_batch(head.size, head.root, entries))
        if not self._store.advance(commit.note if commit else None, new):  # 5
            raise AnotherWriterError("Another writer continued this history.", size=edge.size)
        self._finish(growth, new.note)
        self._known = _Known(new, checkpoint, growth.edge)
        return Appended(edge.size, checkpoint, new.note)

    def recover(self, marks: Iterable[Seen] = ()) -> Checkpoint:
        """Steps 1 to 4 alone, at start: finish what was killed; the newest checkpoint. Raises as `append`."""
        return self._ready(marks).head

    def _ready(self, marks: Iterable[Seen]) -> "_Known":
        # Before the store is read: what another writer publishes in between would look like a larger log.
        published = self._files.published()
        commit = self._store.latest()  # 1
        note = commit.note if commit else None
        known = self._known if self._known is not None and self._known.commit == commit else None
        head = known.head if known is not None else self._head(note)
        shown = () if published is None or published == note else (Seen.of(published),)
        seen = (*shown, *marks)
        for mark in seen:  # 2
            relation = mark.relation(head)
            if relation == "older":
                raise HistoryError(
                    f"The log had {mark.size} leaves before, and has {head.size}.",
                    code="history-behind",
                    size=head.size,
                    seen=mark.size,
                )
            if relation == "fork":
                raise HistoryError("Another history was seen.", size=head.size, seen=mark.size)
        if known is None:
            is_finished = published is not None and Seen.of(published).size == head.size
            known = self._known = _Known(commit, head, self._edge(commit, head, is_finished=is_finished))  # 3
        for mark in seen:  # 4
            if mark.size < head.size:
                self._check_beginning(mark, head)
        return known

    def _head(self, note: bytes | None) -> Checkpoint:
        if note is None:
            return Checkpoint(self._key.name, 0, EMPTY_ROOT)
        return open_checkpoint(note, self._keys).checkpoint

    def _edge(self, commit: Commit | None, head: Checkpoint, *, is_finished: bool) -> Edge:
        if commit is None:
            return EMPTY_EDGE
        if is_finished:
            return load_edge(self._files.fetch, head.size, head.root)
        size, root, entries = _read_batch(commit.batch)
        growth = grow(load_edge(self._files.fetch, size, root), entries)
        if (growth.edge.size, growth.edge.root()) != (head.size, head.root):
            raise TileError("The batch does not lead to its checkpoint.", code="tile-mismatch", size=head.size)
        self._finish(growth, commit.note)
        return growth.edge

    def _finish(self, growth: Growth, note: bytes) -> None:
        self._files.write(growth.files, note)  # 6
        self._files.publish(note)  # 7

    def _check_beginning(self, mark: Seen, head: Checkpoint) -> None:
        proof = TileReader(self._files.fetch, head.size, head.root).consistency(mark.size)
        try:
            verify_consistency(mark.size, mark.root, head.size, head.root, proof)
        except ProofInvalidError:
            raise HistoryError("Another history was seen.", size=head.size, seen=mark.size) from None


@dataclass(frozen=True)
class _Known:
    """A commit whose files are written, its checkpoint verified, and the edge after it."""

    commit: Commit | None
    head: Checkpoint
    edge: Edge


def encode_batch(size: int, root: bytes, entries: Sequence[bytes]) -> bytes:
    """The batch that followed the tree of `size` entries and `root`: a store that holds all three elsewhere derives it."""
    first = b"%s\n%d\n%s\n%d\n" % (_BATCH, size, base64.b64encode(root), len(entries))
    return first + encode_bundle(entries)


def _read_batch(data: bytes) -> tuple[int, bytes, tuple[bytes, ...]]:
    """The size and root it follows, and its entries; nothing is believed before the new root comes out."""
    try:
        mark, size, root, count, body = data.split(b"\n", 4)
        if mark == _BATCH:
            return int(size), read_base64(root.decode()), decode_bundle(body, int(count))
    except ValueError:
        pass
    raise TileError("This is not a batch.", code="bundle-format")
