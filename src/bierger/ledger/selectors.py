# SPDX-License-Identifier: EUPL-1.2
"""Reading the log: who is in it, proofs, keys, checkpoints. All of it is public."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db.models import Max, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from bierger.infra import clock
from bierger.ledger.errors import LogObstacle, SeenFolderMissing
from bierger.ledger.models import Checkpoint, EarlierLog, Key, KeyListVersion, QueueEntry, Shown
from bierger.ledger.plugins import folder
from bierger.ledger.types import CheckpointView, EarlierLogView, LoggedEntry
from bierger_core.merkle import (
    LogProof,
    MerkleError,
    Policy,
    Seen,
    Tile,
    TileMissingError,
    TileReader,
    VerifierKey,
    build_proof,
    format_policy,
    log_key,
    parse_tile_path,
    policy_of_logs,
)
from bierger_core.seals import KeyEntry, KeyList, with_opening
from bierger_core.values import Kind, format_instant

TILE_WIDTH = 256


def logged(commitment: bytes) -> LoggedEntry | None:
    """Where a commitment stands in the log; None while it waits or when it is unknown."""
    return next(iter(logged_among([commitment])), None)


def logged_between(first: int, last: int) -> tuple[LoggedEntry, ...]:
    """The entries of rows first..last (as `ledger.logged` tells them), both included, in order."""
    rows = _readable().filter(leaf_index__gte=first, leaf_index__lte=last).order_by("leaf_index")
    ended = earlier_logs()
    return tuple(_entry(row, ended) for row in rows)


def logged_among(commitments: Collection[bytes]) -> tuple[LoggedEntry, ...]:
    """Those of the commitments that stand in the log or in one before it, in order."""
    rows = _readable().filter(commitment__in=list(commitments)).order_by("leaf_index")
    ended = earlier_logs()
    return tuple(_entry(row, ended) for row in rows)


def waiting() -> int:
    """How many commitments nobody can be told about yet: they wait, or their checkpoint is not published."""
    told = Coalesce(Subquery(_shown()), Value(0))
    return QueueEntry.objects.filter(Q(leaf_index__isnull=True) | Q(leaf_index__gte=told)).count()


def checkpoint() -> CheckpointView | None:
    """The newest checkpoint that is published, its files on the disk; None for an empty log."""
    row = _of_this_log().filter(size=Subquery(_shown())).first()
    return None if row is None else _view(row)


def newest_checkpoint() -> CheckpointView | None:
    """The newest that was signed: the log's head. Ahead of `checkpoint` for a moment; for longer, something is wrong."""
    row = newest_row()
    return None if row is None else _view(row)


def newest_row() -> Checkpoint | None:
    """Its row: for the sequencer."""
    return _of_this_log().order_by("-size").first()


def unfinished(size: int) -> list[Checkpoint]:
    """Checkpoints up to this size that are signed and not shown yet, in order: for the sequencer."""
    told = Coalesce(Subquery(_shown()), Value(0))
    return list(Checkpoint.objects.filter(size__gt=told, size__lte=size).order_by("size"))


def is_unfinished() -> bool:
    """Is there any such?"""
    return Checkpoint.objects.filter(size__gt=Coalesce(Subquery(_shown()), Value(0))).exists()


def obstacle() -> LogObstacle | None:
    """Why the log must not grow, as far as numbers and rows say so; None when nothing is known against it.

    The sequencer asks for proofs as well (`LogWriter`, step 4); this is what a check of readiness can afford twice a second.
    """
    try:
        check_name()
    except LogObstacle as renamed:
        return renamed
    head = newest_checkpoint()
    size = 0 if head is None else head.size
    try:
        shown = folder.published()
        seen = (*folder.marks().of(origin()), *(() if shown is None else (Seen.of(shown),)))
    except (MerkleError, SeenFolderMissing) as error:
        return LogObstacle(error.code, str(error))
    for mark in sorted(seen, key=lambda one: -one.size):
        if mark.size > size:
            return LogObstacle("history-behind", f"The log had {mark.size} leaves before, and has {size}.")
        there = Checkpoint.objects.filter(size=base() + mark.size).first()
        if there is not None and bytes(there.root) != mark.root:
            return LogObstacle("history-forked", f"Another tree of {mark.size} leaves was seen.")
    return None


def check_name() -> None:
    """Raises LogObstacle (log-renamed): the log has another name than the settings say."""
    head = newest_checkpoint()
    if head is not None and (named := Seen.of(head.note).origin) != origin():
        words = f"The log is {named}; under the name {origin()} none was begun: ./bierger log begin, or put its name back."
        raise LogObstacle("log-renamed", words)


def leaves_between(first: int, until: int) -> list[bytes]:
    """The entries of these rows, in order: for the sequencer."""
    rows = QueueEntry.objects.filter(leaf_index__gte=first, leaf_index__lt=until).order_by("leaf_index")
    return [bytes(leaf) for leaf in rows.values_list("commitment", flat=True)]


def most_seen() -> int:
    """Leaves of the largest checkpoint that anybody is known to have seen; 0 when nothing can be read."""
    try:
        return max((mark.size for mark in folder.marks().of(origin())), default=0)
    except (MerkleError, SeenFolderMissing):
        return 0


def proof(commitment: bytes, *, extra: bytes | None = None) -> LogProof | None:
    """The proof that a commitment is in the newest tree; None while it is not."""
    found = proofs([commitment]).get(commitment)
    return None if found is None else replace(found, extra=extra)


def proofs(commitments: Collection[bytes]) -> dict[bytes, LogProof]:
    """The proof of each of them that is in the newest tree; tiles that several need are read and checked once."""
    found: dict[bytes, LogProof] = {}
    readers: dict[str, tuple[TileReader, bytes]] = {}
    for entry in logged_among(commitments):
        if entry.origin not in readers:
            readers[entry.origin] = _reader(entry.origin)
        reader, note = readers[entry.origin]
        found[entry.commitment] = build_proof(entry.index, reader.read, note)
    return found


def _reader(of: str) -> tuple[TileReader, bytes]:
    """The tree of one of our logs, and the note that its proofs end with."""
    ended = next((one for one in earlier_logs() if one.origin == of), None)
    if ended is None:
        head = checkpoint()
        assert head is not None  # a leaf is readable only under a published checkpoint
        return TileReader(folder.fetch, head.size, head.root), head.note
    last = Seen.of(ended.note)
    return TileReader(folder.earlier(ended.number).fetch, last.size, last.root), ended.note


def published_tile(path: str) -> bytes:
    """A tile or bundle of the published tree. Raises TileError, TileMissingError.

    Files beyond the published checkpoint are not there for readers: somebody may be writing them.
    """
    named = parse_tile_path(path)
    head = checkpoint()
    level = named.level if isinstance(named, Tile) else 0
    if head is None or (named.index * TILE_WIDTH + named.width) << (8 * level) > head.size:
        raise TileMissingError("The published tree does not reach so far.", path=path)
    return folder.fetch(path)


def earlier_logs() -> tuple[EarlierLogView, ...]:
    """Our logs that ended, in order; with none, one small query."""
    views: list[EarlierLogView] = []
    for row in EarlierLog.objects.order_by("number"):
        first = views[-1].until if views else 0
        note, body, salt = row.note.encode(), bytes(row.body), bytes(row.salt)
        views.append(EarlierLogView(row.number, row.origin, first, row.until, note, row.ended_at, body, salt))
    return tuple(views)


def earlier_checkpoint(number: int) -> bytes | None:
    """The last checkpoint of a log that ended; None for no such log."""
    return next((one.note for one in earlier_logs() if one.number == number), None)


def earlier_tile(number: int, path: str) -> bytes:
    """A tile or bundle of a log that ended. Raises TileError, TileMissingError."""
    parse_tile_path(path)
    if earlier_checkpoint(number) is None:
        raise TileMissingError("No such log ended here.", path=path)
    return folder.earlier(number).fetch(path)


def earlier_json() -> bytes:
    """Which of our logs ended, how, and what the next one's first leaf commits to: for whoever keeps a checkpoint of one."""
    here = f"{settings.BIERGER_BASE_URL}/log/{folder.EARLIER}"
    said = [
        {
            "number": one.number, "origin": one.origin, "ended_at": format_instant(one.ended_at), "checkpoint": one.note.decode(),
            "body": one.body.decode(), "salt": one.salt.hex(), "at": f"{here}/{one.number}",
        }
        for one in earlier_logs()
    ]  # fmt: skip
    return json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n"


def base() -> int:
    """How many rows are those of logs that ended: the log of now begins behind them."""
    return int(EarlierLog.objects.aggregate(most=Max("until"))["most"] or 0)


def origins() -> tuple[str, ...]:
    """The names of all our logs, the one of now last."""
    return (*(one.origin for one in earlier_logs()), origin())


def published_note(name: str) -> bytes | None:
    """A signed note beside the checkpoint (see `services.publish_note`); None before the first."""
    return folder.read_note(name)


def key_list() -> KeyList:
    """The current key list: every key that ever signed for this installation; as of now and empty before the first."""
    newest = KeyListVersion.objects.order_by("-id").first()
    if newest is None:
        return KeyList(clock.now(), ())
    return KeyList(newest.issued_at, key_entries())


def key_entries() -> tuple[KeyEntry, ...]:
    """Every key as the core reads it."""
    ended = earlier_logs()
    return tuple(_key_entry(row, ended) for row in Key.objects.order_by("valid_from", "kid"))


def key_list_json() -> bytes | None:
    """The newest key list as signed and served; None before the first key."""
    newest = KeyListVersion.objects.order_by("-id").first()
    return None if newest is None else bytes(newest.body)


def key_list_proof() -> bytes | None:
    """The `.tlog-proof` of the newest key list (kind and salt in its `extra` line); None while it waits."""
    newest = KeyListVersion.objects.order_by("-id").first()
    found = None if newest is None else proof(bytes(newest.commitment))
    return None if found is None or newest is None else with_opening(found, Kind.KEY_LIST, bytes(newest.salt))


def log_keys() -> tuple[VerifierKey, ...]:
    """The verifier keys of our own log that are not revoked, newest first."""
    rows = Key.objects.filter(purpose="log").exclude(status="revoked").order_by("-valid_from")
    return tuple(log_key(row.owner, bytes(row.public_key)) for row in rows)


def every_log_key() -> tuple[VerifierKey, ...]:
    """All keys that ever signed our log, revoked ones too: the head that stands in our own rows may be one of theirs."""
    rows = Key.objects.filter(purpose="log", owner=origin()).order_by("-valid_from")
    return tuple(log_key(row.owner, bytes(row.public_key)) for row in rows)


def policy() -> Policy:
    """Whom this installation believes: its own log. A later release reads witnesses from a policy file."""
    return policy_of_logs(log_keys())


def policy_text() -> bytes | None:
    """Our log as a C2SP tlog-policy: its keys, its address, and no quorum while nobody cosigns; None before the first key."""
    own = policy()
    if not own.logs:
        return None
    now = f"{settings.BIERGER_BASE_URL}/log"
    urls = {one.origin: f"{now}/{folder.EARLIER}/{one.number}" for one in earlier_logs()}
    return format_policy(replace(own, urls={**urls, origin(): now})).encode()


def origin() -> str:
    """The origin line of our log's checkpoints."""
    return str(settings.BIERGER_LOG_ORIGIN)


def _shown() -> QuerySet[Shown, int]:
    return Shown.objects.order_by("-size").values_list("size", flat=True)[:1]


def _readable() -> QuerySet[QueueEntry]:
    """Leaves under a published checkpoint. A number alone is no promise: its files may not be on the disk yet."""
    return QueueEntry.objects.filter(leaf_index__lt=Subquery(_shown()))


def _of_this_log() -> QuerySet[Checkpoint]:
    """Checkpoints of the log of now. In the same statement: the pages that ask for the newest ask often."""
    ended = EarlierLog.objects.order_by("-until").values_list("until", flat=True)[:1]
    return Checkpoint.objects.filter(size__gt=Coalesce(Subquery(ended), Value(0)))


def _view(row: Checkpoint) -> CheckpointView:
    # The row counts those of all our logs, the note those of its own.
    return CheckpointView(size=Seen.of(row.note.encode()).size, root=bytes(row.root), note=row.note.encode(), at=row.at)


def _entry(row: QueueEntry, ended: Sequence[EarlierLogView]) -> LoggedEntry:
    assert row.leaf_index is not None
    assert row.logged_at is not None
    place = row.leaf_index
    own = next((one for one in ended if place < one.until), None)
    first = own.first if own is not None else ended[-1].until if ended else 0
    leaf, of = bytes(row.commitment), origin() if own is None else own.origin
    return LoggedEntry(commitment=leaf, kind=row.kind, index=place - first, logged_at=row.logged_at, origin=of)


def _key_entry(row: Key, ended: Sequence[EarlierLogView]) -> KeyEntry:
    place = None if row.revoked_at_size is None else key_place(row.valid_from, row.revoked_at_size, ended)
    return KeyEntry(
        kid=bytes(row.kid),
        owner=row.owner,
        purpose=row.purpose,  # type: ignore[arg-type]  # the database holds it to the two values
        alg=row.alg,  # type: ignore[arg-type]  # key files write no other
        public_key=bytes(row.public_key),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        status=row.status,  # type: ignore[arg-type]  # the database holds it to the three values
        revoked_from=row.revoked_from,
        revoked_at_log=place,
    )


def key_place(valid_from: datetime, rows: int, ended: Sequence[EarlierLogView]) -> tuple[str, int]:
    """The log for which a key signed (each has its own keys), and how many of its entries are among the first so many rows."""
    first = 0
    for one in ended:
        if valid_from < one.ended_at:
            return one.origin, min(max(rows - first, 0), one.until - first)
        first = one.until
    return origin(), max(rows - first, 0)


def key_first(valid_from: datetime, ended: Sequence[EarlierLogView]) -> int:
    """The row at which the log begins for which a key signed."""
    return next((one.first for one in ended if valid_from < one.ended_at), ended[-1].until if ended else 0)
