# SPDX-License-Identifier: EUPL-1.2
"""Chains of readings and their batches."""

from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bierger_core.merkle import (
    ReadingBatch,
    ReadingEntry,
    TreeRangeError,
    chain,
    leaf_hash,
    make_batch,
    reading_commitment,
    reading_tag,
    split_leaves,
    verify_inclusion,
)
from bierger_core.merkle.readings import FEWEST_LEAVES, GENESIS, padded_size

AT = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
WHO = UUID(int=7)
LEAVES = st.lists(st.binary(min_size=64, max_size=64), max_size=40, unique_by=lambda leaf: leaf[:32])


def test_the_definition_word_by_word():
    entry = ReadingEntry(WHO, 1, GENESIS, b"\x02" * 32)
    said = f'{{"commitment":"{"02" * 32}","previous":"{"00" * 32}","sequence":1,"subject":"{WHO}"}}'
    assert entry.digest() == sha256(b"bierger/reading-entry/v1" + said.encode()).digest()
    assert (
        reading_commitment(b"s" * 32, {"b": 1, "a": "é"})
        == sha256(b"bierger/reading/v1" + b"s" * 32 + '{"a":"é","b":1}'.encode()).digest()
    )


def test_a_chain_goes_on_where_it_ended():
    whole = chain(WHO, 0, GENESIS, [bytes([n]) * 32 for n in range(5)])
    first = chain(WHO, 0, GENESIS, [bytes([n]) * 32 for n in range(2)])
    rest = chain(WHO, 2, first[-1].digest(), [bytes([n]) * 32 for n in range(2, 5)])
    assert first + rest == whole
    assert [one.sequence for one in whole] == [1, 2, 3, 4, 5]


@given(LEAVES, st.binary(min_size=32, max_size=32))
def test_every_leaf_is_found_and_proved(leaves: list[bytes], seed: bytes):
    batch = make_batch(3, AT, leaves, seed, 730)
    assert len(batch.leaves) == padded_size(len(leaves)) >= FEWEST_LEAVES
    assert set(leaves) <= set(batch.leaves)
    assert list(batch.leaves) == sorted(batch.leaves)
    assert split_leaves(b"".join(batch.leaves)) == batch.leaves
    for leaf in leaves:
        place, path = batch.proof_of(leaf[:32])
        verify_inclusion(leaf_hash(leaf), place, len(batch.leaves), path, batch.root)


def test_what_the_log_commits_to_changes_with_every_part():
    batch = make_batch(1, AT, [b"x" * 64], b"seed", 730)
    others = [
        ReadingBatch(2, AT, batch.leaves, 730),
        ReadingBatch(1, AT.replace(year=2027), batch.leaves, 730),
        ReadingBatch(1, AT, batch.leaves[:-1], 730),
        ReadingBatch(1, AT, batch.leaves, 729),
        ReadingBatch(1, AT, batch.leaves, None),
    ]
    salt = b"s" * 32
    assert batch.commitment(salt)[0] == 9
    assert len({one.commitment(salt) for one in [batch, *others]} | {batch.commitment(b"t" * 32)}) == 7


def test_a_batch_of_the_first_form_is_committed_to_as_it_was():
    first = ReadingBatch(1, AT, (b"x" * 64,), None)
    said = f'{{"at":"2026-11-22T17:00:00Z","number":1,"root":"{first.root.hex()}","size":1,"v":1}}'
    assert first.content() == said.encode()
    now = ReadingBatch(1, AT, (b"x" * 64,), 730)
    assert now.content() == said.replace('"number"', '"kept_days":730,"number"').replace('"v":1', '"v":2').encode()


def test_tags_of_two_batches_tell_nothing_about_each_other():
    assert len({reading_tag(key, number) for key in (b"a" * 32, b"b" * 32) for number in (1, 2)}) == 4


def test_what_is_no_salt_no_leaf_no_tag_is_refused():
    with pytest.raises(TreeRangeError):
        reading_commitment(b"short", {})
    with pytest.raises(TreeRangeError):
        split_leaves(b"x" * 65)
    with pytest.raises(TreeRangeError):
        make_batch(1, AT, [], b"seed", 730).proof_of(b"t" * 32)
