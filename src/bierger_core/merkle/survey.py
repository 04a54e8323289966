# SPDX-License-Identifier: EUPL-1.2
"""Deriving a log's whole tree again from its files, and saying which file is damaged.

Every hash above the leaves is there three times: in its own tile, as the root of the tile below, and as what the
entries below make. One damaged file is therefore overruled by the other two; whether they are right is decided by
the root of the checkpoint. So

1. read every bundle and every tile of level 0, and hash them;
2. level by level upwards, read the tiles and take for each hash what most say;
3. fold the right edge: if it is the checkpoint's root, that is the tree, and every file that differs is damaged;
4. if it is not, say so, and name every file that contradicts another one: which of them lies cannot be said.

Only files of this size are looked at. A partial tile of another size may be left over from a batch that was killed
before its checkpoint: nobody was ever told about it, and it proves nothing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bierger_core.merkle.errors import TileMissingError
from bierger_core.merkle.growth import Edge
from bierger_core.merkle.tiles import TILE_HEIGHT, TILE_WIDTH, Bundle, Fetch, Tile, decode_bundle
from bierger_core.merkle.tree import HASH_BYTES, leaf_hashes, root_of

DAMAGE_CODES = frozenset(
    {
        # one file
        "tile-missing",
        "tile-truncated",
        "tile-width",
        "tile-mismatch",
        "bundle-missing",
        "bundle-truncated",
        "bundle-width",
        "bundle-mismatch",
        "entries-swapped",
        "entry-changed",
        # all of them together
        "root-mismatch",
        # the checkpoint and its signatures
        "checkpoint-refused",
        "checkpoint-smaller",
        "cosignature-future",
        "cosignature-stale",
        "quorum-missing",
        "fork",
        "consistency-unproven",
    }
)
"""Every code of a `Damage`: what a screen or a watcher's message must have words for."""


@dataclass(frozen=True)
class Damage:
    """One thing that is not as it should be: a stable `code`, the file's `path` ("" for the checkpoint), an English
    `message`, and `data` for the translated sentence.
    """

    code: str
    path: str
    message: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Survey:
    """Whether the files are the tree `is_of_root` asked for, and their `damages`. `earlier_root` is the root that the
    first entries make, for the size asked for; None if the files are not that tree.
    """

    is_of_root: bool
    damages: tuple[Damage, ...]
    earlier_root: bytes | None


_Hashes = Sequence[bytes]
_BUNDLES = -1  # beside the levels of tiles


def survey(fetch: Fetch, size: int, root: bytes, earlier: int = 0) -> Survey:
    """Read every file of the tree of `size` entries and compare it with `root` (32 bytes).

    `earlier` (at most `size`) asks for the root of the first entries, known only if the files are the tree of `root`.
    What is kept in memory is a few hashes for each 256 entries. Errors of `fetch` other than `TileMissingError` pass through.
    """
    files = _Files(fetch, size, {size // TILE_WIDTH, earlier // TILE_WIDTH})
    for prefers_below in (True, False):
        tree = files.majority(prefers_below=prefers_below)
        for leaves in files.edge_leaves():
            if tree.edge(size, leaves).root() == root:
                kept = files.leaves_of(earlier // TILE_WIDTH, tree, leaves)
                first_root = tree.edge(earlier, kept[: earlier % TILE_WIDTH]).root()
                return Survey(True, files.damages(tree, leaves), first_root)
    tree = files.majority(prefers_below=True)
    lie = Damage(
        "root-mismatch", "", "The files of the log do not make the tree of its checkpoint.", {"size": size, "root": root.hex()}
    )
    return Survey(False, (lie, *files.damages(tree, None)), None)


@dataclass(frozen=True)
class _Tree:
    """The hashes that most files say, of level 1 and above (`rows[0]` is level 1)."""

    rows: Sequence[_Hashes]

    def edge(self, size: int, leaves: _Hashes) -> Edge:
        above = [
            tuple(row[(size >> TILE_HEIGHT * (level + 1)) * TILE_WIDTH : size >> TILE_HEIGHT * level])
            for level, row in enumerate(self.rows, start=1)
        ]
        return Edge(size, (tuple(leaves), *above))


@dataclass(frozen=True)
class _Leaves:
    """The leaf hashes that a tile of level 0 holds, and those of its bundle's entries; None: not readable."""

    tile: tuple[bytes, ...] | None
    bundle: tuple[bytes, ...] | None

    def choices(self) -> tuple[tuple[bytes, ...], ...]:
        return tuple(dict.fromkeys(one for one in (self.bundle, self.tile) if one is not None)) or ((),)


class _Files:
    """Steps 1 and 2: everything that was read, as hashes."""

    def __init__(self, fetch: Fetch, size: int, kept: set[int]) -> None:
        self._fetch = fetch
        self._size = size
        self._unreadable: list[Damage] = []
        self._paths: dict[tuple[int, int], str] = {}
        self._kept: dict[int, _Leaves] = {}
        self._disputed: dict[int, _Leaves] = {}
        self._leaf_roots: list[tuple[bytes | None, bytes | None]] = []
        for index in range(-(-size // TILE_WIDTH)):
            self._read_leaves(index, kept=index in kept)
        self._rows = [self._read_row(level) for level in range(1, -(-size.bit_length() // TILE_HEIGHT))]

    def _read_leaves(self, index: int, *, kept: bool) -> None:
        width = min(TILE_WIDTH, self._size - index * TILE_WIDTH)
        leaves = _Leaves(self._tile(0, index, width), self._bundle(index, width))
        if kept:
            self._kept[index] = leaves
        if leaves.tile != leaves.bundle:
            self._disputed[index] = leaves
        if width == TILE_WIDTH:
            tile = _root(leaves.tile)
            self._leaf_roots.append((tile, tile if leaves.tile == leaves.bundle else _root(leaves.bundle)))

    def _read_row(self, level: int) -> list[bytes | None]:
        row: list[bytes | None] = []
        count = self._size >> (TILE_HEIGHT * level)
        for index in range(-(-count // TILE_WIDTH)):
            width = min(TILE_WIDTH, count - index * TILE_WIDTH)
            row.extend(self._tile(level, index, width) or [None] * width)
        return row

    def _get(self, partial: Tile | Bundle, full: Tile | Bundle) -> tuple[str, bytes, bool]:
        # A log may delete a partial file once the full one is there, and it may have grown since its checkpoint.
        try:
            return partial.path, self._fetch(partial.path), partial.width == TILE_WIDTH
        except TileMissingError:
            return (full.path, self._fetch(full.path), True) if partial != full else (partial.path, b"", True)

    def _tile(self, level: int, index: int, width: int) -> tuple[bytes, ...] | None:
        path = Tile(level, index, width).path
        try:
            path, data, is_full = self._get(Tile(level, index, width), Tile(level, index))
        except TileMissingError:
            data = b""
        self._paths[level, index] = path
        if not data:
            return self._unread("tile-missing", path, "The tile is missing or empty.")
        count, rest = divmod(len(data), HASH_BYTES)
        if rest:
            return self._unread("tile-truncated", path, "The tile ends in the middle of a hash.", length=len(data))
        if count != (TILE_WIDTH if is_full else width):
            return self._unread("tile-width", path, "The tile does not hold as many hashes as its name says.", hashes=count)
        return tuple(data[at : at + HASH_BYTES] for at in range(0, width * HASH_BYTES, HASH_BYTES))

    def _bundle(self, index: int, width: int) -> tuple[bytes, ...] | None:
        path = Bundle(index, width).path
        try:
            path, data, is_full = self._get(Bundle(index, width), Bundle(index))
        except TileMissingError:
            data = b""
        self._paths[_BUNDLES, index] = path
        if not data:
            return self._unread("bundle-missing", path, "The entry bundle is missing or empty.")
        count = _entries_in(data)
        if count is None:
            return self._unread("bundle-truncated", path, "The bundle ends in the middle of an entry.", length=len(data))
        if count != (TILE_WIDTH if is_full else width):
            return self._unread("bundle-width", path, "The bundle does not hold as many entries as its name says.", entries=count)
        return tuple(leaf_hashes(decode_bundle(data, count)[:width]))

    def _unread(self, code: str, path: str, message: str, **data: object) -> tuple[bytes, ...] | None:
        self._unreadable.append(Damage(code, path, message, data))
        return None

    def majority(self, *, prefers_below: bool) -> _Tree:
        """Step 2. Where two differ and the third is missing, either what lies below is believed or the tile itself."""
        rows: list[list[bytes]] = []
        for level, row in enumerate(self._rows, start=1):
            agreed = []
            for index, claimed in enumerate(row):
                below = self._leaf_roots[index] if level == 1 else self._above(level, index, rows)
                heard = [*reversed(below), claimed] if prefers_below else [claimed, *below]
                # Counter keeps the order of insertion: of those said equally often the first one wins.
                counted = Counter(one for one in heard if one is not None).most_common(1)
                agreed.append(counted[0][0] if counted else bytes(HASH_BYTES))
            rows.append(agreed)
        return _Tree(rows)

    def _above(self, level: int, index: int, rows: Sequence[_Hashes]) -> tuple[bytes | None, bytes | None]:
        part = slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH)
        return _root(self._rows[level - 2][part]), _root(rows[level - 2][part])

    def edge_leaves(self) -> Iterator[tuple[bytes, ...]]:
        """The leaf hashes of the partial tile, as the bundle makes them and as the tile says."""
        last = self._kept.get(self._size // TILE_WIDTH)
        yield from last.choices() if last is not None else ((),)

    def leaves_of(self, index: int, tree: _Tree, edge: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """The leaf hashes of one kept tile that the tree contains."""
        if index == self._size // TILE_WIDTH:
            return edge
        return next((one for one in self._kept[index].choices() if _root(one) == tree.rows[0][index]), ())

    def damages(self, tree: _Tree, edge: tuple[bytes, ...] | None) -> tuple[Damage, ...]:
        """Steps 3 and 4: every file that could not be read, or that does not say what the tree says.

        `edge` None: the tree is not the one asked for, and where a tile and its bundle differ both are named.
        """
        found = list(self._unreadable)
        for level, (row, agreed) in enumerate(zip(self._rows, tree.rows, strict=True), start=1):
            for index in range(-(-len(row) // TILE_WIDTH)):
                part = slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH)
                if None not in row[part] and list(row[part]) != list(agreed[part]):
                    found.append(_mismatch("tile", self._paths[level, index]))
        for index, (tile, bundle) in enumerate(self._leaf_roots):
            leaves = self._disputed.get(index)
            truth = None if edge is None and leaves is not None else tree.rows[0][index]
            # Where tile and bundle agree and the others agree against both, two files lie together; both are named.
            found += self._leaf_damages(index, leaves, is_tile_right=tile == truth, is_bundle_right=bundle == truth)
        last = self._size // TILE_WIDTH
        if (leaves := self._disputed.get(last)) is not None:
            found += self._leaf_damages(
                last, leaves, is_tile_right=leaves.tile == edge, is_bundle_right=leaves.bundle == edge
            )
        return tuple(sorted(found, key=lambda damage: damage.path))

    def _leaf_damages(
        self, index: int, leaves: _Leaves | None, *, is_tile_right: bool, is_bundle_right: bool
    ) -> Iterator[Damage]:
        if not is_tile_right and (leaves is None or leaves.tile is not None):
            yield _mismatch("tile", self._paths[0, index])
        if is_bundle_right or (leaves is not None and leaves.bundle is None):
            return
        path = self._paths[_BUNDLES, index]
        if leaves is None or leaves.tile is None or leaves.bundle is None or not is_tile_right:
            yield _mismatch("bundle", path)
            return
        changed = [at for at, (one, other) in enumerate(zip(leaves.tile, leaves.bundle, strict=True)) if one != other]
        entry = {"entry": index * TILE_WIDTH + changed[0], "entries": len(changed)}
        if sorted(leaves.tile) == sorted(leaves.bundle):
            yield Damage("entries-swapped", path, "The entries are those of the tree, in another order.", entry)
        else:
            yield Damage("entry-changed", path, "An entry is not the one in the tree.", entry)


def _mismatch(what: str, path: str) -> Damage:
    return Damage(f"{what}-mismatch", path, f"This {what} is not part of the tree.")


def _root(hashes: Sequence[bytes | None] | None) -> bytes | None:
    if hashes is None or len(hashes) != TILE_WIDTH:
        return None
    known = [one for one in hashes if one is not None]
    return root_of(known) if len(known) == TILE_WIDTH else None


def _entries_in(data: bytes) -> int | None:
    """How many whole entries; None if the last one is cut."""
    position = count = 0
    while position + 2 <= len(data):
        position += 2 + int.from_bytes(data[position : position + 2], "big")
        count += 1
    return count if position == len(data) else None
