# SPDX-License-Identifier: EUPL-1.2
"""Reading the log: who is in it, proofs, keys, checkpoints. All of it is public."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings

from bierger.infra import clock
from bierger.ledger.models import Checkpoint, Key, KeyListVersion, QueueEntry
from bierger.ledger.plugins import folder
from bierger.ledger.types import CheckpointView, LoggedEntry
from bierger_core.merkle import (
    LogProof,
    Policy,
    Tile,
    TileMissingError,
    TileReader,
    VerifierKey,
    build_proof,
    log_key,
    parse_tile_path,
    policy_of_logs,
)
from bierger_core.seals import KeyEntry, KeyList, with_opening
from bierger_core.values import Kind

TILE_WIDTH = 256


def logged(commitment: bytes) -> LoggedEntry | None:
    """Where a commitment stands in the log; None while it waits or when it is unknown."""
    row = QueueEntry.objects.filter(commitment=commitment, leaf_index__isnull=False).first()
    return None if row is None else _entry(row)


def logged_between(first: int, last: int) -> tuple[LoggedEntry, ...]:
    """The entries of leaves first..last, both included, in order."""
    rows = QueueEntry.objects.filter(leaf_index__gte=first, leaf_index__lte=last).order_by("leaf_index")
    return tuple(_entry(row) for row in rows)


def logged_among(commitments: Collection[bytes]) -> tuple[LoggedEntry, ...]:
    """Those of the commitments that stand in the log, in order."""
    rows = QueueEntry.objects.filter(commitment__in=list(commitments), leaf_index__isnull=False).order_by("leaf_index")
    return tuple(_entry(row) for row in rows)


def waiting() -> int:
    """How many commitments wait for the sequencer."""
    return QueueEntry.objects.filter(leaf_index__isnull=True).count()


def checkpoint() -> CheckpointView | None:
    """The newest checkpoint; None for an empty log."""
    row = Checkpoint.objects.order_by("-size").first()
    if row is None:
        return None
    return CheckpointView(size=row.size, root=bytes(row.root), note=row.note.encode(), at=row.at)


def proof(commitment: bytes, *, extra: bytes | None = None) -> LogProof | None:
    """The proof that a commitment is in the newest tree; None while it is not."""
    entry, head = logged(commitment), checkpoint()
    if entry is None or head is None:
        return None
    reader = TileReader(folder.fetch, head.size, head.root)
    return build_proof(entry.index, reader.read, head.note, extra)


def published_tile(path: str) -> bytes:
    """A tile or bundle of the published tree. Raises TileError, TileMissingError.

    Files beyond the newest checkpoint are not there for readers: a batch that died left them, and the next may write others.
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


def policy() -> Policy:
    """Whom this installation believes: its own log. A later release reads witnesses from a policy file."""
    return policy_of_logs(log_keys())


def origin() -> str:
    """The origin line of our log's checkpoints."""
    return str(settings.BIERGER_LOG_ORIGIN)


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
    )
