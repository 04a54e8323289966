# SPDX-License-Identifier: EUPL-1.2
"""The tree: published roots of small trees, and proofs of random trees that hold, and hold only as they are."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bierger_core.merkle import (
    EMPTY_ROOT,
    Frontier,
    MemoryHashes,
    ProofInvalidError,
    TreeRangeError,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# The leaves and tree heads that Certificate Transparency implementations publish for RFC 6962.
LEAVES = [
    bytes.fromhex(h)
    for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def tree_of(size):
    tree = MemoryHashes()
    for n in range(size):
        tree.append(leaf_hash(n.to_bytes(4, "big")))
    return tree


def flipped(data, bit):
    return bytes([*data[: bit // 8], data[bit // 8] ^ (1 << bit % 8), *data[bit // 8 + 1 :]])


def test_the_published_roots_of_small_trees():
    frontier, tree = Frontier(), MemoryHashes()
    assert frontier.root() == EMPTY_ROOT == hashlib.sha256(b"").digest() == tree.root()
    for size, (leaf, root) in enumerate(zip(LEAVES, ROOTS, strict=True), start=1):
        frontier = frontier.append(leaf_hash(leaf))
        tree.append(leaf_hash(leaf))
        assert frontier.root().hex() == root
        assert tree.root().hex() == root
        assert root_of(map(leaf_hash, LEAVES[:size])).hex() == root


def test_every_proof_of_every_small_tree_holds():
    tree, roots = tree_of(40), [root_of([])]
    for size in range(1, 41):
        roots.append(root_of(tree.levels[0][:size]))
        for index in range(size):
            verify_inclusion(tree.read(0, index), index, size, inclusion_proof(index, size, tree.read), roots[size])
        for old in range(size + 1):
            verify_consistency(old, roots[old], size, roots[size], consistency_proof(old, size, tree.read))


@given(st.data())
def test_an_inclusion_proof_with_any_bit_changed_is_refused(data):
    size = data.draw(st.integers(1, 600))
    index = data.draw(st.integers(0, size - 1))
    tree = tree_of(size)
    leaf, root, proof = tree.read(0, index), tree.root(), inclusion_proof(index, size, tree.read)
    verify_inclusion(leaf, index, size, proof, root)
    bit = data.draw(st.integers(0, 8 * 32 * (len(proof) + 2) - 1))
    everything = flipped(b"".join((leaf, root, *proof)), bit)
    leaf, root, *proof = (everything[i : i + 32] for i in range(0, len(everything), 32))
    with pytest.raises(ProofInvalidError) as refused:
        verify_inclusion(leaf, index, size, proof, root)
    assert refused.value.code == "inclusion-proof-invalid"


@given(st.data())
def test_a_consistency_proof_with_any_bit_changed_is_refused(data):
    new = data.draw(st.integers(2, 600))
    old = data.draw(st.integers(1, new - 1))
    tree = tree_of(new)
    old_root, new_root, proof = root_of(tree.levels[0][:old]), tree.root(), consistency_proof(old, new, tree.read)
    verify_consistency(old, old_root, new, new_root, proof)
    bit = data.draw(st.integers(0, 8 * 32 * (len(proof) + 2) - 1))
    everything = flipped(b"".join((old_root, new_root, *proof)), bit)
    old_root, new_root, *proof = (everything[i : i + 32] for i in range(0, len(everything), 32))
    with pytest.raises(ProofInvalidError) as refused:
        verify_consistency(old, old_root, new, new_root, proof)
    assert refused.value.code == "consistency-proof-invalid"


@given(st.integers(1, 300), st.integers(0, 299), st.integers(0, 301))
def test_a_proof_for_another_place_is_refused(size, index, other):
    tree = tree_of(size)
    index %= size
    proof = inclusion_proof(index, size, tree.read)
    if other != index:
        with pytest.raises(ProofInvalidError):
            verify_inclusion(tree.read(0, index), other, size, proof, tree.root())
    for wrong in ([*proof, bytes(32)], proof[:-1] if proof else [b""], [step + b"\0" for step in proof] or [b""]):
        with pytest.raises(ProofInvalidError):
            verify_inclusion(tree.read(0, index), index, size, wrong, tree.root())
        with pytest.raises(ProofInvalidError):
            verify_consistency(size, tree.root(), size + 1, tree.root(), wrong)


def test_sizes_and_places_outside_the_tree_are_refused():
    tree = tree_of(5)
    for call in (
        lambda: inclusion_proof(5, 5, tree.read),
        lambda: inclusion_proof(-1, 5, tree.read),
        lambda: consistency_proof(6, 5, tree.read),
        lambda: tree.read(0, 5),
        lambda: tree.read(9, 0),
    ):
        with pytest.raises(TreeRangeError):
            call()
    with pytest.raises(ProofInvalidError):
        verify_consistency(5, tree.root(), 4, tree.root(), [])
    with pytest.raises(ProofInvalidError):
        verify_consistency(0, bytes(32), 5, tree.root(), [])
