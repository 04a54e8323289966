# SPDX-License-Identifier: EUPL-1.2
"""Reading the log: who is in it, proofs, keys, checkpoints. All of it is public."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from django.conf import settings
from django.db.models import Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from bierger.infra import clock
from bierger.ledger.errors import LogObstacle, SeenFolderMissing
from bierger.ledger.models import Checkpoint, Key, KeyListVersion, QueueEntry, Shown
from bierger.ledger.plugins import folder
from bierger.ledger.types import CheckpointView, LoggedEntry
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
from bierger_core.values import Kind

TILE_WIDTH = 256


def logged(commitment: bytes) -> LoggedEntry | None:
    """Where a commitment stands in the log; None while it waits or when it is unknown."""
    row = _readable().filter(commitment=commitment).first()
    return None if row is None else _entry(row)


def logged_between(first: int, last: int) -> tuple[LoggedEntry, ...]:
    """The entries of leaves first..last, both included, in order."""
    rows = _readable().filter(leaf_index__gte=first, leaf_index__lte=last).order_by("leaf_index")
    return tuple(_entry(row) for row in rows)


def logged_among(commitments: Collection[bytes]) -> tuple[LoggedEntry, ...]:
    """Those of the commitments that stand in the log, in order."""
    rows = _readable().filter(commitment__in=list(commitments)).order_by("leaf_index")
    return tuple(_entry(row) for row in rows)


def waiting() -> int:
    """How many commitments nobody can be told about yet: they wait, or their checkpoint is not published."""
    told = Coalesce(Subquery(_shown()), Value(0))
    return QueueEntry.objects.filter(Q(leaf_index__isnull=True) | Q(leaf_index__gte=told)).count()


def checkpoint() -> CheckpointView | None:
    """The newest checkpoint that is published, its files on the disk; None for an empty log."""
    row = Checkpoint.objects.filter(size=Subquery(_shown())).first()
    return None if row is None else _view(row)


def newest_checkpoint() -> CheckpointView | None:
    """The newest that was signed: the log's head. Ahead of `checkpoint` for a moment; for longer, something is wrong."""
    row = Checkpoint.objects.order_by("-size").first()
    return None if row is None else _view(row)


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
        there = Checkpoint.objects.filter(size=mark.size).first()
        if there is not None and bytes(there.root) != mark.root:
            return LogObstacle("history-forked", f"Another tree of {mark.size} leaves was seen.")
    return None


def most_seen() -> int:
    """Leaves of the largest checkpoint that anybody is known to have seen; 0 when nothing can be read."""
    try:
        return max((mark.size for mark in folder.marks().of(origin())), default=0)
    except (MerkleError, SeenFolderMissing):
        return 0


def proof(commitment: bytes, *, extra: bytes | None = None) -> LogProof | None:
    """The proof that a commitment is in the newest tree; None while it is not."""
    entry, head = logged(commitment), checkpoint()
    if entry is None or head is None:
        return None
    reader = TileReader(folder.fetch, head.size, head.root)
    return build_proof(entry.index, reader.read, head.note, extra)


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


def published_note(name: str) -> bytes | None:
    """A signed note beside the checkpoint (see `services.publish_note`); None before the first."""
    return folder.read_note(name)


def key_list() -> KeyList:
    """The current key list: every key that ever signed for this installation; as of now and empty before the first."""
    newest = KeyListVersion.objects.order_by("-id").first()
    if newest is None:
        return KeyList(clock.now(), ())
    rows = Key.objects.order_by("valid_from", "kid")
    return KeyList(newest.issued_at, tuple(entry_of(row) for row in rows))


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
    return format_policy(replace(own, urls={origin(): f"{settings.BIERGER_BASE_URL}/log"})).encode()


def origin() -> str:
    """The origin line of our log's checkpoints."""
    return str(settings.BIERGER_LOG_ORIGIN)


def _shown() -> QuerySet[Shown, int]:
    return Shown.objects.order_by("-size").values_list("size", flat=True)[:1]


def _readable() -> QuerySet[QueueEntry]:
    """Leaves under a published checkpoint. A number alone is no promise: its files may not be on the disk yet."""
    return QueueEntry.objects.filter(leaf_index__lt=Subquery(_shown()))


def _view(row: Checkpoint) -> CheckpointView:
    return CheckpointView(size=row.size, root=bytes(row.root), note=row.note.encode(), at=row.at)


def _entry(row: QueueEntry) -> LoggedEntry:
    assert row.leaf_index is not None
    assert row.logged_at is not None
    return LoggedEntry(commitment=bytes(row.commitment), kind=row.kind, index=row.leaf_index, logged_at=row.logged_at)


def entry_of(row: Key) -> KeyEntry:
    """A key's row as the core reads it."""
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
        revoked_at_log=None if row.revoked_at_size is None else (origin(), row.revoked_at_size),
    )
