# SPDX-License-Identifier: EUPL-1.2
"""Deriving a log's whole tree again from its files, and saying which file is damaged.

Every hash above the leaves is there three times: in its own tile, as the root of the tile below, and as what the
entries below make. One damaged file is therefore overruled by the other two; whether they are right is decided by
the root of the checkpoint. So

1. the right edge first, a few files: do its tiles make the root of the checkpoint? If one is damaged, its hashes are
   taken from the tiles below it, and from what lies below those where the two differ;
2. downwards from the edge, tile by tile to the entries: each file is compared with its hash, which by then is known to be
   the tree's. A damaged tile is named, and its hashes are taken from below, as in 1;
3. if the edge does not make the root whatever is believed, say so, and name the files that contradict others: which
   of them lies cannot be said.

A checkpoint may be signed with any size, and whoever signed it may answer what they like to whoever asks for files. So
no more than one row of each level is in memory at a time, however long the log; and the look ends early when nothing can
be read, when very much is damaged, and, where nothing makes the root, after a part of the files: the verdict is then
certain, and only the list of damages is not whole ("audit-stopped").

Only files of this size are looked at. A partial tile of another size may be left over from a batch that was killed
before its checkpoint: nobody was ever told about it, and it proves nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from bierger_core.merkle.errors import TileMissingError
from bierger_core.merkle.growth import Edge
from bierger_core.merkle.tiles import TILE_HEIGHT, TILE_WIDTH, Bundle, Fetch, Tile, decode_bundle, edge_tiles
from bierger_core.merkle.tree import HASH_BYTES, leaf_hashes, root_of

MOST_DAMAGES = 1_000
"""So many are named; then the survey stops."""
_NOTHING = 16  # files that cannot be read, and none that can: this is not the log that the checkpoint speaks of
_MOST_DOUBTED = 4_096  # bundles that are still compared with their tiles when nothing makes the root

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
        "audit-stopped",
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
    """Whether the right edge is that of the tree `is_of_root` asked for, and the `damages`. `earlier_root` is the root
    that the first entries make, for the size asked for; None if the files do not prove it.
    """

    is_of_root: bool
    damages: tuple[Damage, ...]
    earlier_root: bytes | None


Progress: TypeAlias = Callable[[int, int], None]
"""Is told, at every file, how many were read and how many damages are known."""
_Hashes: TypeAlias = Sequence[bytes]


def survey(fetch: Fetch, size: int, root: bytes, earlier: int = 0, progress: Progress = lambda _files, _damages: None) -> Survey:
    """Read every file of the tree of `size` entries and compare it with `root` (32 bytes).

    `earlier` (at most `size`) asks for the root of the first entries. Errors of `fetch` other than `TileMissingError`
    pass through.
    """
    files = _Files(fetch, size, progress)
    walk = _Walk(files, size, root, earlier)
    try:
        walk.look_at_edge()
        walk.go_down()
    except _EnoughError:
        stopped = Damage("audit-stopped", "", "The audit stopped here: more files may be damaged.", {"files": files.read})
        files.found["audit-stopped", ""] = stopped
    found = sorted(files.found.values(), key=lambda damage: damage.path)
    if not walk.is_of_root:
        message = "The files of the log do not make the tree of its checkpoint."
        found.insert(0, Damage("root-mismatch", "", message, {"size": size, "root": root.hex()}))
    return Survey(walk.is_of_root, tuple(found), walk.earlier_root())


class _EnoughError(Exception):
    """There is nothing to be gained by reading on."""


@dataclass(frozen=True)
class _Read:
    """A tile or bundle as it was read: its hashes (of a bundle those of its entries), None when it is not readable."""

    path: str
    index: int
    hashes: tuple[bytes, ...] | None

    @property
    def root(self) -> bytes | None:
        return _root(self.hashes)


class _Files:
    """Reads files, names those that cannot be read, and says when it is enough."""

    def __init__(self, fetch: Fetch, size: int, progress: Progress) -> None:
        self._fetch = fetch
        self._size = size
        self._progress = progress
        self._is_any_readable = False
        self._spent = 0
        self.read = 0
        self.found: dict[tuple[str, str], Damage] = {}

    def name(self, damage: Damage) -> None:
        """A file may be read twice, and is named once."""
        if (damage.code, damage.path) not in self.found:
            self.found[damage.code, damage.path] = damage
            self.spend()

    def spend(self) -> None:
        """Count a damage, or a dispute that means one."""
        self._spent += 1
        if self._spent >= (MOST_DAMAGES if self._is_any_readable else _NOTHING):
            raise _EnoughError

    def _get(self, partial: Tile | Bundle, full: Tile | Bundle) -> tuple[str, bytes, int]:
        """Path, bytes, how many items it should hold; no bytes when there is no such file."""
        self.read += 1
        self._progress(self.read, self._spent)
        # A log may delete a partial file once the full one is there, and it may have grown since its checkpoint.
        for named in dict.fromkeys((partial, full)):
            try:
                return named.path, self._fetch(named.path), named.width
            except TileMissingError:
                continue
        return partial.path, b"", partial.width

    def tile(self, level: int, index: int) -> _Read:
        width = min(TILE_WIDTH, (self._size >> (TILE_HEIGHT * level)) - index * TILE_WIDTH)
        path, data, expected = self._get(Tile(level, index, width), Tile(level, index))
        if not data:
            return self._unread("tile-missing", path, index, "The tile is missing or empty.")
        count, rest = divmod(len(data), HASH_BYTES)
        if rest:
            return self._unread("tile-truncated", path, index, "The tile ends in the middle of a hash.", length=len(data))
        if count != expected:
            message = "The tile does not hold as many hashes as its name says."
            return self._unread("tile-width", path, index, message, hashes=count)
        self._is_any_readable = True
        return _Read(path, index, tuple(data[at : at + HASH_BYTES] for at in range(0, width * HASH_BYTES, HASH_BYTES)))

    def bundle(self, index: int) -> _Read:
        width = min(TILE_WIDTH, self._size - index * TILE_WIDTH)
        path, data, expected = self._get(Bundle(index, width), Bundle(index))
        if not data:
            return self._unread("bundle-missing", path, index, "The entry bundle is missing or empty.")
        count = _entries_in(data)
        if count is None:
            return self._unread("bundle-truncated", path, index, "The bundle ends in the middle of an entry.", length=len(data))
        if count != expected:
            message = "The bundle does not hold as many entries as its name says."
            return self._unread("bundle-width", path, index, message, entries=count)
        self._is_any_readable = True
        return _Read(path, index, tuple(leaf_hashes(decode_bundle(data, count)[:width])))

    def _unread(self, code: str, path: str, index: int, message: str, **data: object) -> _Read:
        self.name(Damage(code, path, message, data))
        return _Read(path, index, None)


class _Walk:
    """The three steps. A hash is `sure` when the root of the checkpoint vouches for it."""

    def __init__(self, files: _Files, size: int, root: bytes, earlier: int) -> None:
        self._files = files
        self._size = size
        self._root = root
        self._earlier = earlier
        self._edge: dict[int, _Hashes] = {}
        self._first: dict[int, _Hashes] = {}
        self._doubted = 0
        self.is_of_root = False

    def look_at_edge(self) -> None:
        """Step 1: the partial tiles, and what the entries of the partial bundle make."""
        last = {tile.level: self._files.tile(tile.level, tile.index) for tile in edge_tiles(self._size)}
        above = {level: read for level, read in last.items() if level}
        tile = last.get(0)
        bundle = self._files.bundle(self._size // TILE_WIDTH) if tile is not None else None
        readable = (one.hashes for one in (bundle, tile) if one is not None and one.hashes is not None)
        choices = tuple(dict.fromkeys(readable)) or ((),)
        for rows in self._edges(above):
            self._edge = dict(rows)
            fitting = next((leaves for leaves in choices if self._makes_root({**rows, 0: leaves})), None)
            if fitting is not None:
                self.is_of_root, self._edge[0] = True, fitting
                break
        else:
            self._files.spend()
        for level, row in self._edge.items():
            self._keep(level, self._size >> (TILE_HEIGHT * (level + 1)), row, sure=self.is_of_root)
        for level, read in above.items():
            if read.hashes is not None and list(read.hashes) != list(self._edge[level]):
                self._files.name(_mismatch("tile", read.path))
        if tile is not None and bundle is not None and tile.hashes != bundle.hashes:
            truth = self._edge.get(0)
            is_tile_right, is_bundle_right = tile.hashes == truth, bundle.hashes == truth
            self._compare(tile, bundle, is_tile_right=is_tile_right, is_bundle_right=is_bundle_right)

    def _edges(self, above: Mapping[int, _Read]) -> Iterator[dict[int, _Hashes]]:
        """What the edge's rows above the leaves may be, the likeliest first; what is to be believed if none is, last."""
        if all(read.hashes is not None for read in above.values()):
            yield {level: read.hashes or () for level, read in above.items()}
        tiles = (tile for tile in edge_tiles(self._size) if tile.level)
        guesses = [self._guesses(tile.level, tile.index, tile.width, above[tile.level]) for tile in tiles]
        if guesses:
            yield dict(zip(above, [next(one) for one in guesses], strict=True))
            deep = [tuple(one) for one in guesses]
            yield dict(zip(above, [tile_first for _, tile_first in deep], strict=True))
            yield dict(zip(above, [below_first for below_first, _ in deep], strict=True))

    def _makes_root(self, rows: Mapping[int, _Hashes]) -> bool:
        return _fold(self._size, rows) == self._root

    def go_down(self) -> None:
        """Step 2: everything that hangs on the edge, from the first entry to the last."""
        for level in sorted(self._edge, reverse=True):
            base = (self._size >> (TILE_HEIGHT * (level + 1))) * TILE_WIDTH
            for place, truth in enumerate(self._edge[level] if level else ()):
                self._settle(level - 1, base + place, truth, sure=self.is_of_root)

    def _settle(self, level: int, index: int, truth: bytes, *, sure: bool) -> None:
        if level == 0:
            self._settle_leaves(index, truth, sure=sure)
            return
        read = self._files.tile(level, index)
        hashes: _Hashes | None = read.hashes
        if hashes is None or read.root != truth:
            if hashes is not None:
                self._files.name(_mismatch("tile", read.path))
            hashes = self._recovered(level, read, truth)
            sure = sure and _root(hashes) == truth
        self._keep(level, index, hashes, sure=sure)
        for place, below in enumerate(hashes):
            self._settle(level - 1, index * TILE_WIDTH + place, below, sure=sure)

    def _settle_leaves(self, index: int, truth: bytes, *, sure: bool) -> None:
        if not self.is_of_root:
            self._doubted += 1
            if self._doubted > _MOST_DOUBTED:
                raise _EnoughError
        tile, bundle = self._files.tile(0, index), self._files.bundle(index)
        tile_root = tile.root
        is_same = tile.hashes == bundle.hashes
        bundle_root = tile_root if is_same else bundle.root
        if tile_root is not None and tile_root == truth:
            self._keep(0, index, tile.hashes or (), sure=sure)
        elif bundle_root is not None and bundle_root == truth:
            self._keep(0, index, bundle.hashes or (), sure=sure)
        # Where the tree is not the one asked for, and a tile and its bundle differ, both are named.
        known = truth if is_same or self.is_of_root else None
        self._compare(tile, bundle, is_tile_right=tile_root == known, is_bundle_right=bundle_root == known)

    def _compare(self, tile: _Read, bundle: _Read, *, is_tile_right: bool, is_bundle_right: bool) -> None:
        """Name what is not right, if it could be read at all. Tile and bundle may lie together."""
        if not is_tile_right and tile.hashes is not None:
            self._files.name(_mismatch("tile", tile.path))
        if is_bundle_right or bundle.hashes is None:
            return
        if tile.hashes is None or not is_tile_right:
            self._files.name(_mismatch("bundle", bundle.path))
            return
        changed = [at for at, (one, other) in enumerate(zip(tile.hashes, bundle.hashes, strict=True)) if one != other]
        entry = {"entry": bundle.index * TILE_WIDTH + changed[0], "entries": len(changed)}
        if sorted(tile.hashes) == sorted(bundle.hashes):
            code, message = "entries-swapped", "The entries are those of the tree, in another order."
        else:
            code, message = "entry-changed", "An entry is not the one in the tree."
        self._files.name(Damage(code, bundle.path, message, entry))

    def _recovered(self, level: int, read: _Read, truth: bytes) -> _Hashes:
        """The hashes of a damaged full tile; what is to be believed if none of the guesses is true."""
        tried = []
        for guess in self._guesses(level, read.index, TILE_WIDTH, read):
            if _root(guess) == truth:
                return guess
            tried.append(guess)
        return tried[1]

    def _guesses(self, level: int, index: int, width: int, read: _Read) -> Iterator[_Hashes]:
        """The hashes of a tile of level 1 or above that may be damaged: as the tiles below say; then as most say, where two
        differ and the third is missing as what lies below; then the same, as the tile itself.
        """
        claims: Sequence[bytes | None] = read.hashes or [None] * width
        below = [self._files.tile(level - 1, index * TILE_WIDTH + place).root for place in range(width)]
        yield [one or claim or bytes(HASH_BYTES) for one, claim in zip(below, claims, strict=True)]
        derived: list[tuple[bytes | None, bytes | None]] = []
        for place, (claim, one) in enumerate(zip(claims, below, strict=True)):
            if claim is not None and claim == one:  # two of three: the third need not be asked
                derived.append((one, one))
            else:
                if level > 1 and claim is not None and one is not None:
                    self._files.spend()  # far more than one file has to be read for it
                derived.append(self._derive(level - 1, index * TILE_WIDTH + place))
        heard = list(zip(claims, below, derived, strict=True))
        yield [_most((deep[0], one, claim)) for claim, one, deep in heard]
        yield [_most((claim, one, deep[1])) for claim, one, deep in heard]

    def _derive(self, level: int, index: int) -> tuple[bytes | None, bytes | None]:
        """The root that what lies below a full tile makes, for both ways of deciding where two differ."""
        if level == 0:
            root = self._files.bundle(index).root
            return root, root
        _, below_first, tile_first = self._guesses(level, index, TILE_WIDTH, self._files.tile(level, index))
        return _root(below_first), _root(tile_first)

    def _keep(self, level: int, index: int, hashes: _Hashes, *, sure: bool) -> None:
        """What the edge of the earlier tree was, where it runs through this tile."""
        if sure and index == self._earlier >> (TILE_HEIGHT * (level + 1)):
            self._first[level] = hashes[: (self._earlier >> (TILE_HEIGHT * level)) % TILE_WIDTH]

    def earlier_root(self) -> bytes | None:
        """None when a part of that edge is not sure: a guess would accuse somebody."""
        wanted = {tile.level for tile in edge_tiles(self._earlier)}
        if not self.is_of_root or not wanted <= self._first.keys():
            return None
        return _fold(self._earlier, {level: self._first[level] for level in wanted})


def _fold(size: int, rows: Mapping[int, _Hashes]) -> bytes | None:
    """The root of a tree with this edge; None when a row has not its length."""
    if any(len(rows.get(tile.level, ())) != tile.width for tile in edge_tiles(size)):
        return None
    levels = range(-(-size.bit_length() // TILE_HEIGHT))
    return Edge(size, tuple(tuple(rows.get(level, ())) for level in levels)).root()


def _mismatch(what: str, path: str) -> Damage:
    return Damage(f"{what}-mismatch", path, f"This {what} is not part of the tree.")


def _most(said: Sequence[bytes | None]) -> bytes:
    """What most say; Counter keeps the order of insertion: of those said equally often the first one wins."""
    counted = Counter(one for one in said if one is not None).most_common(1)
    return counted[0][0] if counted else bytes(HASH_BYTES)


def _root(hashes: _Hashes | None) -> bytes | None:
    return None if hashes is None or len(hashes) != TILE_WIDTH else root_of(hashes)


def _entries_in(data: bytes) -> int | None:
    """How many whole entries; None if the last one is cut."""
    position = count = 0
    while position + 2 <= len(data):
        position += 2 + int.from_bytes(data[position : position + 2], "big")
        count += 1
    return count if position == len(data) else None
