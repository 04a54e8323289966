# SPDX-License-Identifier: EUPL-1.2
"""The queue and its one sequencer.

`sequence`, step by step; the process may be killed between any two:
1. Take the advisory lock of the sequencer, for this transaction: one appends at a time, in the whole installation.
2. Read the newest checkpoint row, and the right edge of the tree from the files, verified against it.
3. Take what waits, oldest first.
4. Write the new tiles and entry bundles, each durably (file, rename, folder).
5. Sign the new checkpoint; insert its row, which names the one it follows (unique: the second of two is refused).
6. Give the queue rows their leaf index; tell those above by one outbox row.
7. Commit. From here on the history is longer.
8. Put checkpoint and key list in their places, for readers of the folder.
Killed before 7: nothing happened. Files of step 4 are there that no checkpoint mentions, and the next run writes them again, for
the same entries or others: nobody was told about them. Killed before 8: the next run, even one with nothing to append, does it.
A signature made in step 5 and lost never left this process.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, connection

from bierger.infra import clock, outbox
from bierger.infra.principal import SYSTEM, acting_as
from bierger.infra.rows import insert
from bierger.ledger import selectors
from bierger.ledger.errors import AnotherSequencer
from bierger.ledger.models import Checkpoint, QueueEntry
from bierger.ledger.plugins import folder
from bierger.ledger.services.keys import log_signer
from bierger_core.merkle import (
    EMPTY_EDGE,
    EMPTY_ROOT,
    Edge,
    Note,
    format_note,
    grow,
    load_edge,
    log_key,
    sign_checkpoint,
    sign_note,
)
from bierger_core.merkle import Checkpoint as TreeHead

BATCH = 5_000  # entries of one checkpoint: 100,000/s in the reference measurements, and a transaction of well under a second
_LOCK = 0x4252_4731  # "BRG1": one number for the sequencer, known to nobody else in this database

Step = Callable[[str], None]


def queue(*, commitment: bytes, kind: int) -> None:
    """Let a commitment into the log, with the caller's transaction. The second time is nothing."""
    insert([QueueEntry(commitment=commitment, kind=kind, queued_at=clock.now())], once=True)


def sequence(*, step: Step = lambda _name: None, lock: Callable[[], None] | None = None) -> int:
    """Append what waits; gives back how many entries. Opens its own transaction; the worker calls it.

    step   called with the name of each step when it is done: where the tests kill the process
    lock   how the sequencers keep each other out; the default is the advisory lock
    """
    appended = 0
    with acting_as(SYSTEM):
        if QueueEntry.objects.filter(leaf_index__isnull=True).exists():
            (lock or _advisory_lock)()
            appended = _append(step)
    step("committed")
    with acting_as(SYSTEM):
        _publish()
    step("published")
    return appended


def _publish(*, anew: bool = False) -> None:
    """anew: the proof of the key list too, whether or not the list changed."""
    head, keys = selectors.checkpoint(), selectors.key_list_json()
    new = (head is not None and folder.publish("checkpoint", head.note)) or anew
    if keys is not None and folder.publish("keys.json", keys) | new and (proof := selectors.key_list_proof()) is not None:
        folder.publish("keys.tlog-proof", proof)


def _advisory_lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _append(step: Step) -> int:
    step("locked")
    # The signer comes first: making the log's key queues its key list, which then belongs to this very batch.
    signer = log_signer()
    head = selectors.checkpoint()
    edge = EMPTY_EDGE if head is None else load_edge(folder.fetch, head.size, head.root)
    rows = list(QueueEntry.objects.filter(leaf_index__isnull=True).order_by("id").values_list("id", "commitment")[:BATCH])
    if not rows:  # another sequencer took them while this one waited for the lock
        return 0
    growth = grow(edge, [bytes(commitment) for _, commitment in rows])
    folder.write_tiles(growth.files, step)
    key = log_key(selectors.origin(), signer.public_key)
    tree_head = TreeHead(key.name, growth.edge.size, growth.edge.root())
    at = clock.now()
    _insert_checkpoint(edge, tree_head, sign_checkpoint(tree_head, key, signer), at)
    step("checkpoint row")
    _number([row_id for row_id, _ in rows], edge.size, at)
    step("numbered")
    outbox.send("ledger.logged", first=str(edge.size), last=str(growth.edge.size - 1))
    step("outbox")
    return len(rows)


def _insert_checkpoint(edge: Edge, head: TreeHead, note: bytes, at: datetime) -> None:
    try:
        Checkpoint.objects.create(size=head.size, previous=edge.size, root=head.root, note=note.decode(), at=at)
    except IntegrityError as error:
        raise AnotherSequencer(f"Checkpoint {edge.size} was already followed by another one.") from error


def _number(ids: list[int], first: int, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_queue AS q SET leaf_index = n.leaf, logged_at = %s"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS n(id, leaf) WHERE q.id = n.id AND q.leaf_index IS NULL",
            [at, ids, list(range(first, first + len(ids)))],
        )
        if cursor.rowcount != len(ids):
            raise AnotherSequencer("Some entries of this batch were appended by another sequencer.")


def rebuild_files() -> int:
    """Write every tile again from the rows, after the log's folder was lost or damaged; gives back the size.

    Refused (AnotherSequencer) unless the result is exactly the newest checkpoint's tree.
    """
    with acting_as(SYSTEM):
        _advisory_lock()
        head = selectors.checkpoint()
        if head is None:
            return 0
        rows = QueueEntry.objects.filter(leaf_index__lt=head.size).order_by("leaf_index").values_list("commitment", flat=True)
        growth = grow(EMPTY_EDGE, [bytes(commitment) for commitment in rows])
        if (growth.edge.root() or EMPTY_ROOT) != head.root:
            raise AnotherSequencer("The rows do not make the tree of the newest checkpoint.")
        folder.write_tiles(growth.files, lambda _name: None)
        _publish(anew=True)  # checkpoint and key list; the worker signs the list of revocations anew within ten minutes
        return head.size


def publish_note(*, name: str, text: str) -> bool:
    """Sign a text with the log's key and put it beside the checkpoint; False when exactly this is already there. Worker only."""
    signer = log_signer()
    signature = sign_note(text, log_key(selectors.origin(), signer.public_key), signer)
    return folder.publish(name, format_note(Note(text, (signature,))))
