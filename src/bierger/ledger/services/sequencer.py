# SPDX-License-Identifier: EUPL-1.2
"""The queue and its one sequencer.

`sequence` appends through the core's `LogWriter`. The store is the newest row of the checkpoints, swapped inside a transaction;
the files are the log's folder. The process may be killed between any two operations:

1. Read what waits, oldest first, and everything that anybody is known to have seen of this log.
2. Newest checkpoint row. Was the log larger before, or another one, says the folder's checkpoint, the high-water note or what the
   operator handed in? Then nothing is appended. Was somebody killed between 3 and 6? Then that is finished first, with the same
   bytes: the batch of a checkpoint is derived from the numbers of its rows.
3. One transaction: the advisory lock; the newest row is still the one of step 2; insert the new checkpoint's row, which names the
   one it follows (unique); give the queue rows their leaf index; commit. From here on the history is longer, whatever happens.
4. Write tiles and entry bundles, each durably (file and folders).
5. Write the high-water note; then put the checkpoint where readers of the folder look.
6. One transaction: the checkpoint is shown, and one outbox row tells those above. Only now anybody is told (`selectors.logged`).
7. Put the key list and its proof in their places.

Killed before the commit of 3: nothing happened; a signature that was made never left this process. Killed between 3 and 6: the
next run, even one with nothing to append, finishes; so does the first of each process. Killed after 6: the next run does 7. Of
two at once the second finds another newest row in step 3, and tries again half a second later; both may do 4 to 6 of one
checkpoint: they write the same bytes, and 6 happens once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, connection

from bierger.infra import clock, outbox
from bierger.infra.blobs import make_folder
from bierger.infra.locks import Lock, hold
from bierger.infra.principal import SYSTEM, acting_as
from bierger.infra.rows import insert
from bierger.ledger import selectors
from bierger.ledger.errors import AnotherSequencer
from bierger.ledger.models import Checkpoint, QueueEntry, Shown
from bierger.ledger.plugins import folder
from bierger.ledger.plugins.node.files import TileFolder
from bierger.ledger.services.keys import log_signer
from bierger_core.merkle import (
    EMPTY_EDGE,
    EMPTY_ROOT,
    AnotherWriterError,
    Commit,
    LogWriter,
    Note,
    Seen,
    encode_batch,
    format_note,
    grow,
    log_key,
    sign_note,
)

BATCH = 5_000  # entries of one checkpoint: 100,000/s in the reference measurements, and a transaction of well under a second


def queue(*, commitment: bytes, kind: int) -> None:
    """Let a commitment into the log, with the caller's transaction. The second time is nothing."""
    queue_all(commitments=[commitment], kind=kind)


def queue_all(*, commitments: Iterable[bytes], kind: int) -> None:
    """`queue` for many of one kind: their leaves stand in this order, in one batch while there are no more than BATCH."""
    at = clock.now()
    insert([QueueEntry(commitment=one, kind=kind, queued_at=at) for one in commitments], once=True)


def sequence() -> int:
    """Append what waits; gives back how many entries. Opens its own transactions; the worker calls it.

    Raises HistoryError (history-behind, history-forked), SeenError, SeenFolderMissing: nothing may be appended; TileError,
    OSError: the files cannot be used. What was queued waits.
    """
    with acting_as(SYSTEM):
        waiting = QueueEntry.objects.filter(leaf_index__isnull=True)
        has_work = waiting.exists()
        if not (has_work or selectors.is_unfinished() or _is_first_look()):
            _publish_keys()
            return 0
        selectors.check_name()
        # The signer comes first: making the log's key queues its key list, which then belongs to this very batch.
        signer = log_signer()
        rows = list(waiting.order_by("id").values_list("id", "commitment")[:BATCH]) if has_work else []  # 1
        marks, earlier = folder.marks().of(selectors.origin()), selectors.every_log_key()
    store = _Rows([row_id for row_id, _ in rows])
    writer = LogWriter(store, _files(), log_key(selectors.origin(), signer.public_key), signer, earlier=earlier)
    try:
        leaves = [bytes(leaf) for _, leaf in rows]
        head = writer.append(leaves, marks).checkpoint if leaves else writer.recover(marks)  # 2 to 5
    except AnotherWriterError:
        return 0  # the next turn sees what the other one left
    with acting_as(SYSTEM):
        tell(head.size)  # 6
    with acting_as(SYSTEM):
        _publish_keys()  # 7
    return len(rows)


def rebuild_files() -> int:
    """Write every tile again from the rows, after the log's folder was lost or damaged; gives back the size.

    Refused unless the result is exactly the newest checkpoint's tree (AnotherSequencer), and when a larger or another one was
    seen (LogObstacle): then the database is the older of the two, and the folder may be the only one that remembers.
    """
    with acting_as(SYSTEM):
        lock_log()
        head, obstacle = selectors.newest_checkpoint(), selectors.obstacle()
        if obstacle is not None and obstacle.code.startswith(("history-", "log-")):
            raise obstacle
        rebuild_earlier()
        if head is None:
            return 0
        base = selectors.base()
        growth = grow(EMPTY_EDGE, selectors.leaves_between(base, base + head.size))
        if (growth.edge.root() or EMPTY_ROOT) != head.root:
            raise AnotherSequencer("The rows do not make the tree of the newest checkpoint.")
        files = _files()
        files.write(growth.files)
        files.publish(head.note, anew=True)
        tell(head.size)
        _publish_keys(anew=True)  # the worker signs the list of revocations anew within ten minutes
        return head.size


def rebuild_earlier() -> None:
    """The files of all logs that ended, from their rows: no backup holds them. Raises AnotherSequencer."""
    for ended in selectors.earlier_logs():
        write_earlier(ended.number, ended.first, ended.until, ended.note)


def write_earlier(number: int, first: int, until: int, note: bytes) -> None:
    """The files of a log that ended, from its rows. Raises AnotherSequencer when they do not make the tree of its last note."""
    growth, last, files = grow(EMPTY_EDGE, selectors.leaves_between(first, until)), Seen.of(note), folder.earlier(number)
    if (growth.edge.size, growth.edge.root()) != (last.size, last.root):
        raise AnotherSequencer("The rows do not make the tree of the last checkpoint.")
    files.write(growth.files)
    files.publish(note, anew=True)


def publish_note(*, name: str, text: str) -> bool:
    """Sign a text with the log's key and put it beside the checkpoint; False when exactly this is already there. Worker only."""
    signer = log_signer()
    signature = sign_note(text, log_key(selectors.origin(), signer.public_key), signer)
    return folder.publish(name, format_note(Note(text, (signature,))))


_looked: set[Path] = set()


def _is_first_look() -> bool:
    """Once in a process, work or not: after a power cut the folder may show the checkpoint before the newest."""
    place = folder.log_folder()
    if place in _looked or selectors.checkpoint() is None:
        return False
    _looked.add(place)
    return True


class _Rows:
    """`CheckpointStore`: the newest row of the checkpoints. A row that can be read was committed, and is durable."""

    def __init__(self, ids: list[int]) -> None:
        self._ids = ids  # of the queue rows that `advance` numbers

    def latest(self) -> Commit | None:
        with acting_as(SYSTEM):
            row, base = selectors.newest_row(), selectors.base()
            if row is None:
                return None
            before = Checkpoint.objects.filter(size=row.previous).first() if row.previous > base else None
            leaves = QueueEntry.objects.filter(leaf_index__gte=row.previous, leaf_index__lt=row.size)
            entries = [bytes(leaf) for leaf in leaves.order_by("leaf_index").values_list("commitment", flat=True)]
        root = EMPTY_ROOT if before is None else bytes(before.root)
        return Commit(row.note.encode(), encode_batch(row.previous - base, root, entries))

    def advance(self, expected: bytes | None, new: Commit) -> bool:
        head = Seen.of(new.note)
        try:
            with acting_as(SYSTEM):
                lock_log()
                newest, base = selectors.newest_row(), selectors.base()
                if (newest.note.encode() if newest else None) != expected:
                    return False
                at = clock.now()
                previous = newest.size if newest else base
                Checkpoint.objects.create(size=base + head.size, previous=previous, root=head.root, note=new.note.decode(), at=at)
                _number(self._ids, previous, at)
        except _Overtaken:
            return False
        except IntegrityError:  # the lock is off, as a test has it: the unique rows know who was first
            return False
        return True


def _files() -> TileFolder:
    """`LogFiles`: the log's folder; nothing is shown to anybody before the high-water note remembers it."""
    make_folder(folder.log_folder())
    return TileFolder(folder.disk_of(folder.log_folder()), keep=folder.marks().keep)


class _Overtaken(Exception):
    """Another sequencer appended some of these rows between steps 1 and 2."""


def _number(ids: list[int], first: int, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_queue AS q SET leaf_index = n.leaf, logged_at = %s"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS n(id, leaf) WHERE q.id = n.id AND q.leaf_index IS NULL",
            [at, ids, list(range(first, first + len(ids)))],
        )
        if cursor.rowcount != len(ids):
            raise _Overtaken


def tell(size: int) -> None:
    """Once for each checkpoint up to this size, whose files are there: also those whose sequencer died before it could."""
    lock_log()
    for row in selectors.unfinished(selectors.base() + size):
        Shown.objects.create(size=row.size, at=clock.now())
        outbox.send("ledger.logged", first=str(row.previous), last=str(row.size - 1))


def _publish_keys(*, anew: bool = False) -> None:
    """anew: whatever lies there. The proof of the list is one of the newest checkpoint."""
    keys, head = selectors.key_list_json(), selectors.checkpoint()
    if keys is None:
        return
    there = folder.read_note("keys.tlog-proof")
    is_old = head is not None and (there is None or not there.endswith(head.note))
    if folder.publish("keys.json", keys) | anew | is_old and (proof := selectors.key_list_proof()) is not None:
        folder.publish("keys.tlog-proof", proof)


def lock_log() -> None:
    """One at a time changes the log, until its transaction ends."""
    hold(Lock.LOG)
