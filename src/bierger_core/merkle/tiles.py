# SPDX-License-Identifier: EUPL-1.2
"""The log as static files (C2SP tlog-tiles): names of tiles and bundles, and reading them without trust.

A tile holds up to 256 hashes of one level; a bundle holds the entries of one level-0 tile. `TileReader` believes
nothing it fetches: it first rebuilds the given root from the right edge, then accepts a full tile only if its own root
stands in a tile already accepted.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bierger_core.merkle.errors import TileError, TileMissingError, TreeRangeError
from bierger_core.merkle.tree import (
    HASH_BYTES,
    consistency_proof,
    fold_peaks,
    inclusion_proof,
    leaf_hash,
    node_hashes,
)

TILE_HEIGHT = 8
TILE_WIDTH = 256
LONGEST_ENTRY = 65535
"""Bytes: the length of an entry is written in 16 bits."""
LARGEST_TILE = TILE_WIDTH * HASH_BYTES
LARGEST_BUNDLE = TILE_WIDTH * (2 + LONGEST_ENTRY)
"""Bytes of the largest files that a log may have; whoever reads a stranger's log reads no more."""
_HIGHEST_LEVEL = 63
_CACHED_TILES = 512

Fetch: TypeAlias = Callable[[str], bytes]
"""Gives the bytes at a path such as `tile/0/x001/067.p/5`, or raises `TileMissingError`."""

_PATH = re.compile(
    r"tile/(?P<level>entries|[0-9]|[1-5][0-9]|6[0-3])/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5]))?"
)


def _index_path(index: int, width: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return "/".join(reversed(groups)) + partial


@dataclass(frozen=True)
class Tile:
    """The `index`-th tile of a `level`, `width` hashes wide (256 = full)."""

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if not (0 <= self.level <= _HIGHEST_LEVEL and self.index >= 0 and 1 <= self.width <= TILE_WIDTH):
            raise TileError("No tile has this level, index or width.", level=self.level, index=self.index)

    @property
    def path(self) -> str:
        """`tile/<level>/<index>[.p/<width>]`, the index in groups of three digits."""
        return f"tile/{self.level}/{_index_path(self.index, self.width)}"


@dataclass(frozen=True)
class Bundle:
    """The entries under the `index`-th level-0 tile, `width` of them."""

    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if self.index < 0 or not 1 <= self.width <= TILE_WIDTH:
            raise TileError("No entry bundle has this index or width.", index=self.index)

    @property
    def path(self) -> str:
        """`tile/entries/<index>[.p/<width>]`."""
        return f"tile/entries/{_index_path(self.index, self.width)}"


def parse_tile_path(path: str) -> Tile | Bundle:
    """The tile or bundle a path names; a server may use the path as a file name after this. Raises `TileError`."""
    match = _PATH.fullmatch(path[:80])
    if match is None:
        raise TileError("This is not the path of a tile.", path=path[:80])
    index = int(match["index"].replace("x", "").replace("/", ""))
    width = int(match["width"] or TILE_WIDTH)
    named = Bundle(index, width) if match["level"] == "entries" else Tile(int(match["level"]), index, width)
    if named.path != path:  # x000/005 would be a second name for 005
        raise TileError("This is not the path of a tile.", path=path[:80])
    return named


def edge_tiles(size: int) -> tuple[Tile, ...]:
    """The partial tiles of a tree of `size` leaves, lowest level first. Levels whose last tile is full have none."""
    tiles, level, count = [], 0, size
    while count:
        if width := count % TILE_WIDTH:
            tiles.append(Tile(level, count // TILE_WIDTH, width))
        level, count = level + 1, count // TILE_WIDTH
    return tuple(tiles)


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Each entry after its length in 16 bits, big-endian. Entries are at most 65,535 bytes."""
    lengths = set(map(len, entries))
    if lengths and max(lengths) > LONGEST_ENTRY:
        raise TileError("A log entry has at most 65,535 bytes.", code="entry-length", length=max(lengths))
    if len(lengths) == 1:  # as commitments are: in one go
        length = lengths.pop().to_bytes(2, "big")
        return length + length.join(entries)
    return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])


def decode_bundle(data: bytes, width: int = TILE_WIDTH) -> tuple[bytes, ...]:
    """Exactly `width` entries. Raises `TileError` (bundle-format)."""
    entries: list[bytes] = []
    position = 0
    while position + 2 <= len(data) and len(entries) < width:
        end = position + 2 + int.from_bytes(data[position : position + 2], "big")
        entries.append(data[position + 2 : end])
        position = end
    if position != len(data) or len(entries) != width:
        raise TileError("The entry bundle is cut or too long.", code="bundle-format", expected=width)
    return tuple(entries)


def _rows(data: bytes) -> list[list[bytes]]:
    """The hashes of a tile and above them those of its perfect subtrees; row 8 of a full tile is its root."""
    rows = [[data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)]]
    while len(rows[-1]) > 1:
        below = rows[-1]
        rows.append(node_hashes(below if len(below) % 2 == 0 else below[:-1]))
    return rows


def _peaks(rows: Sequence[Sequence[bytes]]) -> list[bytes]:
    """The perfect subtrees of a partial tile, left to right: where a row is odd, its last hash has no sibling."""
    return [row[-1] for row in reversed(rows) if len(row) % 2]


class TileReader:
    """Hashes, entries and proofs of the tree of `size` leaves and `root`, from files that may lie.

    Everything handed out has been verified against `root`. A partial tile that is gone is looked for in its full tile.
    Keeps at most 512 tiles in memory; not safe for threads.
    """

    def __init__(self, fetch: Fetch, size: int, root: bytes) -> None:
        """Fetches and verifies the right edge (at most 8 tiles). Raises `TileError`, `TileMissingError`."""
        self._fetch = fetch
        self.size = size
        self.root = root
        self._full: dict[tuple[int, int], list[list[bytes]]] = {}
        self._edge = {
            tile.level: _rows(self._fetch_cut(tile.path, Tile(tile.level, tile.index).path, tile.width))
            for tile in edge_tiles(size)
        }
        peaks = [peak for level in sorted(self._edge, reverse=True) for peak in _peaks(self._edge[level])]
        if fold_peaks(peaks) != root:
            raise TileError("The tiles do not lead to the root of the checkpoint.", code="tile-mismatch", size=size)

    def _fetch_cut(self, path: str, full_path: str, width: int) -> bytes:
        try:
            data = self._fetch(path)
        except TileMissingError:
            # A log may delete a partial tile once the full one exists; its first hashes are the same.
            data = self._fetch(full_path)[: width * HASH_BYTES]
        if len(data) != width * HASH_BYTES:
            raise TileError("The tile does not have its length.", path=path, length=len(data))
        return data

    def edge_hashes(self, level: int) -> tuple[bytes, ...]:
        """The hashes of the partial tile of a level; none if that level ends with a full tile."""
        return tuple(self._edge[level][0]) if level in self._edge else ()

    def read(self, level: int, index: int) -> bytes:
        """The hash of a perfect subtree (a `ReadHash`), verified. Raises `TreeRangeError`, `TileError`."""
        if level < 0 or index < 0 or (index + 1) << level > self.size:
            raise TreeRangeError("The tree has no such subtree.", level=level, index=index)
        tile_level, height = divmod(level, TILE_HEIGHT)
        tile_index, offset = divmod(index << height, TILE_WIDTH)
        return self._tile(tile_level, tile_index)[height][offset >> height]

    def _tile(self, level: int, index: int) -> list[list[bytes]]:
        if (self.size >> (TILE_HEIGHT * level)) // TILE_WIDTH == index:
            return self._edge[level]
        if (level, index) not in self._full:
            tile = Tile(level, index)
            rows = _rows(self._fetch_cut(tile.path, tile.path, TILE_WIDTH))
            if rows[TILE_HEIGHT][0] != self.read((level + 1) * TILE_HEIGHT, index):
                raise TileError("The tile is not part of this tree.", code="tile-mismatch", path=tile.path)
            if len(self._full) >= _CACHED_TILES:
                del self._full[next(iter(self._full))]
            self._full[level, index] = rows
        return self._full[level, index]

    def bundle(self, index: int) -> tuple[bytes, ...]:
        """The entries of a bundle, each verified against its leaf hash."""
        width = min(TILE_WIDTH, self.size - index * TILE_WIDTH)
        bundle = Bundle(index, width)
        try:
            entries = decode_bundle(self._fetch(bundle.path), width)
        except TileMissingError:
            entries = decode_bundle(self._fetch(Bundle(index).path))[:width]
        for offset, entry in enumerate(entries):
            if leaf_hash(entry) != self.read(0, index * TILE_WIDTH + offset):
                raise TileError("An entry is not the one in the tree.", code="tile-mismatch", path=bundle.path)
        return entries

    def entry(self, index: int) -> bytes:
        """One entry, verified."""
        if not 0 <= index < self.size:
            raise TreeRangeError("This leaf is not in the tree.", index=index, size=self.size)
        return self.bundle(index // TILE_WIDTH)[index % TILE_WIDTH]

    def inclusion(self, index: int) -> tuple[bytes, ...]:
        """The inclusion proof of a leaf in this tree."""
        return inclusion_proof(index, self.size, self.read)

    def consistency(self, old: int) -> tuple[bytes, ...]:
        """The proof that the tree of `old` leaves is the beginning of this one."""
        return consistency_proof(old, self.size, self.read)
