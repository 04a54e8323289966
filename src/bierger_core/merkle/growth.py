# SPDX-License-Identifier: EUPL-1.2
"""Writing the log: what a batch of entries adds to the files.

The writer's whole memory is the right edge: the partial tiles and the entries of the partial bundle. A batch goes

1. `grow(edge, entries)` computes the files and the new edge; nothing is written here;
2. the caller writes every file durably (file and folder);
3. only then it signs and publishes the checkpoint of the new edge. A crash between 2 and 3 leaves files that no
   checkpoint mentions; the next batch writes them again, identically or for other entries: nobody was told about them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import count

from bierger_core.merkle.errors import TileError, TileMissingError
from bierger_core.merkle.tiles import (
    TILE_WIDTH,
    Bundle,
    Fetch,
    Tile,
    TileReader,
    decode_bundle,
    encode_bundle,
)
from bierger_core.merkle.tree import fold_peaks, leaf_hashes, root_of


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
                    peaks.append(_subtree(hashes[position : position + (1 << height)]))
                    position += 1 << height
        return fold_peaks(peaks)


@lru_cache(maxsize=256)
def _subtree(hashes: tuple[bytes, ...]) -> bytes:
    """`root_of`. From one batch to the next most of the edge stays: a subtree that was perfect stays as it is."""
    return root_of(hashes)


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


def regrow(fetch: Fetch, size: int) -> Iterator[Growth]:
    """The first `size` entries once more, bundle by bundle: what the tiles have to hold if the bundles are right.

    Nothing is verified; the root of the last edge is to be compared with what was signed. Raises `TileError` (bundle-format,
    with the bundle's path), `TileMissingError`.
    """
    edge = EMPTY_EDGE
    for index in range(-(-size // TILE_WIDTH)):
        bundle = Bundle(index, min(TILE_WIDTH, size - index * TILE_WIDTH))
        try:
            data = fetch(bundle.path)
        except TileMissingError:
            if bundle.width == TILE_WIDTH:
                raise
            bundle, data = Bundle(index), fetch(Bundle(index).path)  # the partial one may be gone
        try:
            entries = decode_bundle(data, bundle.width)[: size - edge.size]
        except TileError as refused:
            raise TileError(f"{bundle.path}: {refused}", code=refused.code, path=bundle.path) from None
        growth = grow(edge, entries)
        yield growth
        edge = growth.edge


def grow(edge: Edge, entries: Sequence[bytes]) -> Growth:
    """The files and the edge after appending `entries` in order. Raises `TileError` (entry-length)."""
    size = edge.size + len(entries)
    files: dict[str, bytes] = {}
    pending = _cut(Bundle, edge.size, [*edge.entries, *entries], encode_bundle, files) if entries else list(edge.entries)
    levels: list[tuple[bytes, ...]] = []
    row = leaf_hashes(entries)
    for level in count():
        old = edge.levels[level] if level < len(edge.levels) else ()
        if not row and level >= len(edge.levels):
            break
        hashes = [*old, *row]
        # Every full tile is final, and its root becomes one hash of the level above.
        full = len(hashes) - len(hashes) % TILE_WIDTH
        above = [root_of(hashes[at : at + TILE_WIDTH]) for at in range(0, full, TILE_WIDTH)]
        left = _cut(partial(Tile, level), edge.size >> (8 * level), hashes, b"".join, files) if row else hashes
        levels.append(tuple(left))
        row = above
    return Growth(Edge(size, tuple(levels), tuple(pending)), files)


def _cut(
    named: Callable[[int, int], Tile | Bundle],
    old: int,
    row: list[bytes],
    joined: Callable[[list[bytes]], bytes],
    files: dict[str, bytes],
) -> list[bytes]:
    """Write a row, whose first item begins a tile, as full files and a partial one; give back what is in the latter."""
    first = old // TILE_WIDTH
    for at in range(0, len(row), TILE_WIDTH):
        part = row[at : at + TILE_WIDTH]
        files[named(first + at // TILE_WIDTH, len(part)).path] = joined(part)
    return row[len(row) - len(row) % TILE_WIDTH :]


def fetch_from(files: Mapping[str, bytes]) -> Fetch:
    """A `Fetch` over a mapping of paths to bytes: small logs, archives, tests."""

    def fetch(path: str) -> bytes:
        try:
            return files[path]
        except KeyError:
            raise TileMissingError("Nothing is stored at this path.", path=path) from None

    return fetch
