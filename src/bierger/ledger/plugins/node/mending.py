# SPDX-License-Identifier: EUPL-1.2
"""The tiles of a node written again from its bundles: no database has its entries, but the bundles do.

1. Derive the tree from the bundles alone. Only if that is the tree of the signed checkpoint is anything written.
2. Write every tile that this checkpoint needs and that is missing or holds something else.
3. Go on as after any start: finish what a killed writer left.

A bundle that is cut or changed cannot be mended: nothing else on this machine holds its entries. A mirror's copy can.
"""

from __future__ import annotations

from dataclasses import dataclass

from bierger.ledger.plugins.node.files import FolderLog
from bierger.ledger.plugins.node.place import Place
from bierger_core.merkle import (
    EMPTY_EDGE,
    TILE_WIDTH,
    Checkpoint,
    MerkleError,
    Tile,
    TileError,
    TileMissingError,
    VerifierKey,
    edge_tiles,
    open_checkpoint,
    parse_tile_path,
    regrow,
)


@dataclass(frozen=True)
class Mended:
    """How many files were written anew, and the newest checkpoint that readers see now."""

    files: int
    head: Checkpoint


def mend(place: Place) -> Mended:
    """Raises TileError (root-mismatch, bundle-format), TileMissingError: then nothing was written; and as appending does."""
    note, head = _signed(place.log, place.key)
    edge = EMPTY_EDGE
    for growth in regrow(place.log.fetch, head.size):
        edge = growth.edge
    if (edge.size, edge.root()) != (head.size, head.root):
        raise TileError("The bundles do not lead to what was signed. Nothing was written.", code="root-mismatch", size=head.size)
    written = _write_again(place.log, head.size)
    if place.log.published() != note:
        place.log.publish(note, anew=True)
        written += 1
    newest = place.writer().recover()
    return Mended(written, newest)


def _write_again(log: FolderLog, size: int) -> int:
    last, written = {tile.path for tile in edge_tiles(size)}, 0
    for growth in regrow(log.fetch, size):
        wrong = {}
        for path, data in growth.files.items():
            named = parse_tile_path(path)
            if isinstance(named, Tile) and (named.width == TILE_WIDTH or path in last) and _fetched(log, path) != data:
                wrong[path] = data
        log.write(wrong)
        written += len(wrong)
    return written


def _fetched(log: FolderLog, path: str) -> bytes | None:
    try:
        return log.fetch(path)
    except TileMissingError:
        return None


def _signed(log: FolderLog, key: VerifierKey) -> tuple[bytes, Checkpoint]:
    """What readers see, if this log signed it; otherwise the head."""
    commit, shown = log.latest(), log.published()
    if shown is not None:
        try:
            return shown, open_checkpoint(shown, [key]).checkpoint
        except MerkleError:
            if commit is None:
                raise
    if commit is None:
        raise TileMissingError("Nothing was logged yet.", path="checkpoint")
    return commit.note, open_checkpoint(commit.note, [key]).checkpoint
