# SPDX-License-Identifier: EUPL-1.2
"""Writing the log: what a batch of entries adds to the files.

The writer's whole memory is the right edge: the partial tiles and the entries of the partial bundle. A batch goes

1. `grow(edge, entries)` computes the files and the new edge; nothing is written here;
2. the caller writes every file durably (file and folder);
3. only then it signs and publishes the checkpoint of the new edge. A crash between 2 and 3 leaves files that no
   checkpoint mentions; the next batch writes them again, identically or for other entries: nobody was told about them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bierger_core.merkle.errors import TileError, TileMissingError
from bierger_core.merkle.tiles import (
    LONGEST_ENTRY,
    TILE_WIDTH,
    Bundle,
    Fetch,
    Tile,
    TileReader,
    encode_bundle,
)
from bierger_core.merkle.tree import fold_peaks, leaf_hash, root_of


@dataclass(frozen=True)
class Edge:
    """The right edge of a tree of `size` leaves: per level the hashes of the partial tile; the partial bundle."""

    size: int = 0
    levels: tuple[tuple[bytes, ...], ...] = ()
    entries: tuple[bytes, ...] = ()

    def root(self) -> bytes:
        """The tree head."""
        peaks: list[bytes] = []
        for hashes in reversed(self.levels):
            position = 0
            for height in reversed(range(8)):
                if len(hashes) >> height & 1:
                    peaks.append(root_of(hashes[position : position + (1 << height)]))
                    position += 1 << height
        return fold_peaks(peaks)


EMPTY_EDGE = Edge()


@dataclass(frozen=True)
class Growth:
    """What a batch adds: the new `edge`, and all `files` (path -> bytes) to write before its checkpoint."""

    edge: Edge
    files: Mapping[str, bytes]


def load_edge(fetch: Fetch, size: int, root: bytes) -> Edge:
    """The edge read back from files, verified against the last checkpoint. Raises `TileError`, `TileMissingError`."""
    reader = TileReader(fetch, size, root)
    heights = range((size.bit_length() + 7) // 8)
    entries = reader.bundle(size // TILE_WIDTH) if size % TILE_WIDTH else ()
    return Edge(size, tuple(reader.edge_hashes(level) for level in heights), entries)


def grow(edge: Edge, entries: Sequence[bytes]) -> Growth:
    """The files and the edge after appending `entries` in order. Raises `TileError` (entry-length)."""
    levels = [list(hashes) for hashes in edge.levels]
    pending = list(edge.entries)
    files: dict[str, bytes] = {}
    size = edge.size
    for entry in entries:
        if len(entry) > LONGEST_ENTRY:
            raise TileError("A log entry has at most 65,535 bytes.", code="entry-length", length=len(entry))
        pending.append(entry)
        size += 1
        if len(pending) == TILE_WIDTH:
            files[Bundle(size // TILE_WIDTH - 1).path] = encode_bundle(pending)
            pending.clear()
        _append(levels, leaf_hash(entry), size, files)
    if pending and entries:
        files[Bundle(size // TILE_WIDTH, len(pending)).path] = encode_bundle(pending)
    for level, hashes in enumerate(levels):
        grown = size >> (8 * level) != edge.size >> (8 * level)
        if hashes and grown:
            files[Tile(level, size >> (8 * (level + 1)), len(hashes)).path] = b"".join(hashes)
    return Growth(Edge(size, tuple(tuple(hashes) for hashes in levels), tuple(pending)), files)


def _append(levels: list[list[bytes]], node: bytes, size: int, files: dict[str, bytes]) -> None:
    level = 0
    while True:
        if level == len(levels):
            levels.append([])
        row = levels[level]
        row.append(node)
        if len(row) < TILE_WIDTH:
            return
        # The tile is full: it is final, and its root becomes one hash of the level above.
        files[Tile(level, (size >> (8 * (level + 1))) - 1).path] = b"".join(row)
        node = root_of(row)
        row.clear()
        level += 1


def fetch_from(files: Mapping[str, bytes]) -> Fetch:
    """A `Fetch` over a mapping of paths to bytes: small logs, archives, tests."""

    def fetch(path: str) -> bytes:
        try:
            return files[path]
        except KeyError:
            raise TileMissingError("Nothing is stored at this path.", path=path) from None

    return fetch
