# SPDX-License-Identifier: EUPL-1.2
"""The Merkle tree of RFC 6962 section 2.1 (shared by RFC 9162), over SHA-256.

Proofs are computed through a reader `read_hash(level, index)` that gives the hash of the perfect subtree over the
leaves `[index * 2**level, (index + 1) * 2**level)`. So the same code works over memory, a table or tiles on a disk.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from bierger_core.merkle.errors import ProofInvalidError, TreeRangeError

HASH_BYTES = 32
LARGEST_SIZE = 2**63 - 1
EMPTY_ROOT = hashlib.sha256(b"").digest()

ReadHash: TypeAlias = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry): the prefix keeps a leaf from ever passing for a node."""
    return hashlib.sha256(b"\x00" + entry).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """`leaf_hash` of each entry, in one loop."""
    sha256 = hashlib.sha256
    return [sha256(b"\x00" + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold_peaks(peaks: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees of falling size, left to right. No peaks: the root of the empty tree."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """The tree head over these leaf hashes, in order."""
    row, peaks = list(leaf_hashes), []
    while row:
        if len(row) % 2:  # no sibling to its right: a finished subtree, smaller than all that follow
            peaks.append(row.pop())
        row = node_hashes(row)
    return fold_peaks(peaks[::-1])


def node_hashes(row: Sequence[bytes]) -> list[bytes]:
    """The hashes above a row of an even number of hashes. One loop, for this is where building a tree spends its time."""
    sha256 = hashlib.sha256
    return [sha256(b"\x01" + row[at] + row[at + 1]).digest() for at in range(0, len(row), 2)]


def _push(peaks: list[bytes], size: int, leaf: bytes) -> None:
    # Each trailing one bit of the size is a finished subtree waiting for its right sibling.
    node = leaf
    while size & 1:
        node = node_hash(peaks.pop(), node)
        size >>= 1
    peaks.append(node)


@dataclass(frozen=True)
class Frontier:
    """A compact range from 0: enough to append leaves and know the root, in a logarithm of space."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> "Frontier":
        """The frontier with one more leaf hash."""
        peaks = list(self.peaks)
        _push(peaks, self.size, leaf)
        return Frontier(self.size + 1, tuple(peaks))

    def root(self) -> bytes:
        """The tree head of the leaves so far."""
        return fold_peaks(self.peaks)


@dataclass
class MemoryHashes:
    """All hashes of a small tree in memory: `read` is a `ReadHash`."""

    levels: list[list[bytes]] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self.levels[0]) if self.levels else 0

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash and every perfect subtree that it finishes."""
        node, level = leaf, 0
        while True:
            if level == len(self.levels):
                self.levels.append([])
            row = self.levels[level]
            row.append(node)
            if len(row) % 2:
                return
            node = node_hash(row[-2], row[-1])
            level += 1

    def read(self, level: int, index: int) -> bytes:
        """The hash of one perfect subtree. Raises `TreeRangeError` if the tree has none there yet."""
        if level < 0 or index < 0 or level >= len(self.levels) or index >= len(self.levels[level]):
            raise TreeRangeError("The tree has no such subtree.", level=level, index=index)
        return self.levels[level][index]

    def root(self) -> bytes:
        """The tree head."""
        return range_hash(0, self.size, self.read)


def range_hash(start: int, end: int, read_hash: ReadHash) -> bytes:
    """The Merkle tree hash of the leaves `[start, end)`, for the ranges into which RFC 6962 splits a tree."""
    peaks, position, width = [], start, end - start
    for level in reversed(range(width.bit_length())):
        if width >> level & 1:
            peaks.append(read_hash(level, position >> level))
            position += 1 << level
    return fold_peaks(peaks)


def _split(width: int) -> int:
    """The largest power of two below `width` (`width` at least 2)."""
    return 1 << ((width - 1).bit_length() - 1)


def inclusion_proof(index: int, size: int, read_hash: ReadHash) -> tuple[bytes, ...]:
    """The hashes beside the way from leaf `index` to the root of the first `size` leaves, from the leaf upwards."""
    if not 0 <= index < size <= LARGEST_SIZE:
        raise TreeRangeError("This leaf is not in the tree.", index=index, size=size)
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_hash(middle, end, read_hash))
            end = middle
        else:
            path.append(range_hash(start, middle, read_hash))
            start = middle
    return tuple(reversed(path))


def consistency_proof(old: int, new: int, read_hash: ReadHash) -> tuple[bytes, ...]:
    """The hashes that show the tree of `old` leaves to be the beginning of the tree of `new` leaves.

    Empty when the sizes are equal or `old` is 0 (everything extends the empty tree).
    """
    if not 0 <= old <= new <= LARGEST_SIZE:
        raise TreeRangeError("The older tree is larger than the newer one.", old=old, new=new)
    if old == 0:
        return ()
    start, end, path = 0, new, []
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(range_hash(middle, end, read_hash))
            end = middle
        else:
            path.append(range_hash(start, middle, read_hash))
            start = middle
    if start:  # the old root itself is known to the verifier; any other subtree must be told
        path.append(range_hash(start, end, read_hash))
    return tuple(reversed(path))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Follow RFC 9162 section 2.1.3.2. Returns nothing, or raises `ProofInvalidError` (inclusion-proof-invalid)."""
    sides = _sides(index, size - 1, proof) if 0 <= index < size <= LARGEST_SIZE else None
    if sides is not None:
        node = leaf
        for step, stands_left in zip(proof, sides, strict=True):
            node = node_hash(step, node) if stands_left else node_hash(node, step)
        if node == root:
            return
    raise ProofInvalidError("The proof does not lead from this entry to the root.", index=index, size=size)


def verify_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Follow RFC 9162 section 2.1.4.2. Returns nothing, or raises `ProofInvalidError` (consistency-proof-invalid)."""
    if not 0 <= old <= new <= LARGEST_SIZE or not _is_extension(old, old_root, new, new_root, proof):
        raise ProofInvalidError(
            "The newer tree is not an extension of the older one.", code="consistency-proof-invalid", old=old, new=new
        )


def _is_extension(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    if old in {0, new}:
        return not proof and old_root == (new_root if old == new else EMPTY_ROOT)
    if any(len(step) != HASH_BYTES for step in proof):
        return False
    # A power of two is itself a subtree of the new tree, so the proof leaves its hash out.
    start, *steps = [old_root, *proof] if old & (old - 1) == 0 else (proof or [b""])
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    sides = _sides(fn, sn, steps)
    if sides is None:
        return False
    first = second = start
    for step, stands_left in zip(steps, sides, strict=True):
        first = node_hash(step, first) if stands_left else first
        second = node_hash(step, second) if stands_left else node_hash(second, step)
    return first == old_root and second == new_root


def _sides(fn: int, sn: int, proof: Sequence[bytes]) -> list[bool] | None:
    """For each step whether it stands on the left, on the way from node `fn` of a level that ends with node `sn`.

    None if the proof has not exactly the steps of this way. `fn` and `sn` are the names of RFC 9162.
    """
    sides = []
    for step in proof:
        if sn == 0 or len(step) != HASH_BYTES:
            return None
        sides.append(bool(fn & 1) or fn == sn)
        if sides[-1]:
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        fn, sn = fn >> 1, sn >> 1
    return sides if sn == 0 else None
