# SPDX-License-Identifier: EUPL-1.2
"""Tiles: their names, what a growth writes, and a reader that believes nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger_core.merkle import (
    EMPTY_EDGE,
    EMPTY_ROOT,
    Bundle,
    MemoryHashes,
    Tile,
    TileError,
    TileMissingError,
    TileReader,
    TreeRangeError,
    consistency_proof,
    decode_bundle,
    edge_tiles,
    encode_bundle,
    fetch_from,
    grow,
    inclusion_proof,
    leaf_hash,
    load_edge,
    parse_tile_path,
    verify_inclusion,
)


def entries_of(start, end):
    return [b"entry %d" % n for n in range(start, end)]


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(1, 1234067, 5), "tile/1/x001/x234/067.p/5"),
        (Tile(63, 999, 255), "tile/63/999.p/255"),
        (Tile(2, 1000), "tile/2/x001/000"),
        (Bundle(273, 112), "tile/entries/273.p/112"),
    ],
)
def test_a_tile_has_one_name(tile, path):
    assert tile.path == path
    assert parse_tile_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/64/000",
        "tile/00/000",
        "tile/0/0",
        "tile/0/x000/005",
        "tile/0/001/002",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/05",
        "tile/0/../../key",
        "tile/0/000\n",
        "/tile/0/000",
        "tile/entries/000/",
        "tile/0/" + "x001/" * 9 + "000",
    ],
)
def test_any_other_path_is_refused(path):
    with pytest.raises(TileError):
        parse_tile_path(path)


def growth_tiles(old, new):
    """Every tile and bundle that changes when a tree grows from `old` to `new` leaves."""
    touched, level = [], 0
    while new > old:
        for index in range(old // 256, -(-new // 256)):
            width = min(256, new - index * 256)
            touched += [Tile(level, index, width)] if level else [Tile(0, index, width), Bundle(index, width)]
        old, new, level = old // 256, new // 256, level + 1
    return touched


def test_the_example_of_the_specification():
    tiles = growth_tiles(0, 70_000)
    assert sum(isinstance(t, Tile) and t.level == 0 and t.width == 256 for t in tiles) == 273
    assert edge_tiles(70_000) == (Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1))
    assert edge_tiles(256) == (Tile(1, 0, 1),)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 700), min_size=1, max_size=5))
def test_a_log_written_in_batches_reads_like_one(batches):
    files, edge, tree = {}, EMPTY_EDGE, MemoryHashes()
    for batch in batches:
        growth = grow(edge, entries_of(edge.size, edge.size + batch))
        assert set(growth.files) == {tile.path for tile in growth_tiles(edge.size, growth.edge.size)}
        files |= growth.files
        edge = growth.edge
        for entry in entries_of(tree.size, edge.size):
            tree.append(leaf_hash(entry))
        assert edge.root() == tree.root()
        assert load_edge(fetch_from(files), edge.size, edge.root()) == edge
    reader = TileReader(fetch_from(files), edge.size, edge.root())
    for index in range(0, edge.size, 97):
        assert reader.inclusion(index) == inclusion_proof(index, edge.size, tree.read)
        assert reader.consistency(index) == consistency_proof(index, edge.size, tree.read)
        assert reader.entry(index) == b"entry %d" % index


def test_a_log_of_three_levels():
    growth = grow(EMPTY_EDGE, entries_of(0, 66_000))
    reader = TileReader(fetch_from(growth.files), 66_000, growth.edge.root())
    for index in (0, 255, 256, 65_535, 65_536, 65_999):
        verify_inclusion(leaf_hash(b"entry %d" % index), index, 66_000, reader.inclusion(index), reader.root)
    assert reader.read(16, 0) == grow(EMPTY_EDGE, entries_of(0, 65_536)).edge.root()
    assert load_edge(fetch_from(growth.files), 66_000, reader.root) == growth.edge


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_changed_byte_of_any_file_is_noticed(data):
    growth = grow(EMPTY_EDGE, entries_of(0, 600))
    path = data.draw(st.sampled_from(sorted(growth.files)))
    content = bytearray(growth.files[path])
    position = data.draw(st.integers(0, len(content) - 1))
    content[position] ^= data.draw(st.integers(1, 255))
    with pytest.raises(TileError):
        read_all({**growth.files, path: bytes(content)}, growth.edge.root())


def read_all(files, root):
    reader = TileReader(fetch_from(files), 600, root)
    return [reader.entry(index) for index in range(600)]


def test_a_partial_tile_may_be_gone_once_it_is_full():
    early, late = grow(EMPTY_EDGE, entries_of(0, 100)), grow(EMPTY_EDGE, entries_of(0, 300))
    reader = TileReader(fetch_from(late.files), 100, early.edge.root())
    assert reader.entry(99) == b"entry 99"


def test_a_missing_or_cut_tile_is_named():
    growth = grow(EMPTY_EDGE, entries_of(0, 300))
    without = {path: data for path, data in growth.files.items() if path != "tile/0/000"}
    reader = TileReader(fetch_from(without), 300, growth.edge.root())
    with pytest.raises(TileMissingError) as missing:
        reader.read(0, 0)
    assert missing.value.data["path"] == "tile/0/000"
    with pytest.raises(TileError):
        TileReader(fetch_from({**growth.files, "tile/0/001.p/44": b"short"}), 300, growth.edge.root())
    with pytest.raises(TileError) as wrong:
        TileReader(fetch_from(growth.files), 300, bytes(32))
    assert wrong.value.code == "tile-mismatch"
    with pytest.raises(TreeRangeError):
        reader.read(0, 300)
    with pytest.raises(TreeRangeError):
        reader.entry(300)


def test_the_empty_log_has_no_files():
    assert TileReader(fetch_from({}), 0, EMPTY_ROOT).size == 0
    assert load_edge(fetch_from({}), 0, EMPTY_ROOT) == EMPTY_EDGE
    assert grow(EMPTY_EDGE, []).files == {}


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_reads_what_it_writes(entries):
    data = encode_bundle(entries)
    assert decode_bundle(data, len(entries)) == tuple(entries)
    for wrong, width in ((data + b"\0", len(entries)), (data, len(entries) + 1), (data[:-1] or b"\0", len(entries))):
        with pytest.raises(TileError):
            decode_bundle(wrong, width)


def test_an_entry_has_a_longest_length():
    with pytest.raises(TileError) as refused:
        grow(EMPTY_EDGE, [bytes(65_536)])
    assert refused.value.code == "entry-length"
    with pytest.raises(TileError):
        encode_bundle([bytes(65_536)])
