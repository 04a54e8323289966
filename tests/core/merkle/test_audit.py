# SPDX-License-Identifier: EUPL-1.2
"""Watching from outside: damage of every kind, planted at a random place, is found and named; health is left alone."""

import base64
import hashlib
import json
import sys
import tracemalloc
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger_core.merkle import (
    DAMAGE_CODES,
    EMPTY_EDGE,
    EMPTY_ROOT,
    Edge,
    Fork,
    NoteError,
    PolicyError,
    Seen,
    SeenError,
    Tile,
    audit,
    dump_seen,
    edge_tiles,
    encode_bundle,
    fetch_from,
    follow,
    grow,
    leaf_hash,
    load_seen,
    log_key,
    parse_note,
    parse_policy,
    parse_tile_path,
    root_of,
    sign_note,
    survey,
)
from bierger_core.merkle.survey import MOST_DAMAGES

from .logs import LOG_KEY, NOON, ORIGIN, cosigned, entries_of, log_of, policy_of, signed, signer_of

SIZES = st.one_of(st.integers(1, 1400), st.sampled_from([1, 255, 256, 257, 511, 512, 1024]))
POLICY = policy_of()
STRANGER = signer_of(99)


def codes(found):
    return [(damage.code, damage.path) for damage in found.damages]


@settings(max_examples=30, deadline=None)
@given(st.lists(SIZES, min_size=1, max_size=3).map(sorted))
def test_nothing_is_reported_on_a_healthy_log(sizes):
    edge, files, seen = EMPTY_EDGE, {}, None
    for size in sizes:
        growth = grow(edge, entries_of(edge.size, size))
        edge, files = growth.edge, files | growth.files
        note = signed(size, edge.root())
        for look in (follow, audit):
            found = look(fetch_from(files), note, POLICY, seen=seen, now=NOON, oldest=timedelta(days=1))
            assert found.is_healthy
            assert found.fork is None
            assert found.seen == Seen.of(note)
        seen = load_seen(dump_seen(found.seen))


def test_the_empty_log_and_the_log_of_three_levels_are_healthy():
    assert audit(fetch_from({}), signed(0, EMPTY_ROOT), POLICY).is_healthy
    files, note = log_of(66_000)
    before = Seen.of(signed(65_800, grow(EMPTY_EDGE, entries_of(0, 65_800)).edge.root()))
    assert audit(fetch_from(files), note, POLICY, seen=before).is_healthy


@settings(max_examples=15, deadline=None)
@given(SIZES, st.integers(0, 300))
def test_a_log_that_grew_since_its_checkpoint_and_swept_its_partial_files_is_healthy(size, more):
    small = grow(EMPTY_EDGE, entries_of(0, size))
    later = grow(small.edge, entries_of(size, size + more + 256))
    full = {path: data for path, data in {**small.files, **later.files}.items() if parse_tile_path(path).width == 256}
    kept = {path: data for path, data in small.files.items() if path.partition(".p/")[0] not in full}
    assert audit(fetch_from(full | kept), signed(size, small.edge.root()), POLICY).is_healthy


@settings(max_examples=60, deadline=None)
@given(SIZES, st.data())
def test_a_file_that_is_missing_cut_or_too_long_is_named(size, data):
    files, note = log_of(size)
    path = data.draw(st.sampled_from(sorted(files)))
    content, kind = files[path], "bundle" if path.startswith("tile/entries/") else "tile"
    match data.draw(st.sampled_from(["missing", "cut", "long"])):
        case "missing":
            del files[path]
            expected = {f"{kind}-missing"}
        case "cut":
            length = data.draw(st.integers(0, len(content) - 1))
            files[path] = content[:length]
            expected = {f"{kind}-missing"} if not length else {f"{kind}-truncated", f"{kind}-width"}
        case _:
            extra = b"\0\0" if kind == "bundle" else bytes(32)
            files[path] = content + extra
            expected = {f"{kind}-width"}
    found = audit(fetch_from(files), note, POLICY)
    assert [damage.path for damage in found.damages] == [path]
    assert {damage.code for damage in found.damages} <= expected & DAMAGE_CODES
    assert found.seen == Seen.of(note)


def test_a_tile_cut_inside_a_hash_is_truncated_and_one_cut_between_two_has_another_width():
    files, note = log_of(300)
    content = files["tile/0/000"]
    for length, code in ((100, "tile-truncated"), (96, "tile-width"), (0, "tile-missing")):
        found = audit(fetch_from({**files, "tile/0/000": content[:length]}), note, POLICY)
        assert codes(found) == [(code, "tile/0/000")]


@settings(max_examples=60, deadline=None)
@given(SIZES, st.data())
def test_a_changed_byte_is_found_in_its_file(size, data):
    files, note = log_of(size)
    path = data.draw(st.sampled_from(sorted(files)))
    content = bytearray(files[path])
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    found = audit(fetch_from({**files, path: bytes(content)}), note, POLICY)
    assert [damage.path for damage in found.damages] == [path]
    tile, bundle = {"tile-mismatch"}, {"entry-changed", "bundle-truncated", "bundle-width"}
    assert found.damages[0].code in (bundle if path.startswith("tile/entries/") else tile)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 1400), st.data())
def test_swapped_entries_are_found_and_named(size, data):
    one = data.draw(st.integers(0, size - 2))
    other = data.draw(st.integers(one + 1, min(size - 1, one + 20)))
    entries = entries_of(0, size)
    entries[one], entries[other] = entries[other], entries[one]
    files, note = log_of(size)
    swapped, _ = log_of(size, entries)
    bundles = {path: content for path, content in swapped.items() if path.startswith("tile/entries/")}
    found = audit(fetch_from(files | bundles), note, POLICY)
    if one // 256 == other // 256:
        assert [(damage.code, damage.data) for damage in found.damages] == [("entries-swapped", {"entry": one, "entries": 2})]
    else:
        assert [damage.code for damage in found.damages] == ["entry-changed", "entry-changed"]


@settings(max_examples=40, deadline=None)
@given(st.integers(600, 1400), st.data())
def test_several_damages_are_all_named(size, data):
    files, note = log_of(size)
    paths = data.draw(st.lists(st.sampled_from(sorted(files)), min_size=2, max_size=4, unique=True))
    for path in paths:
        content = bytearray(files[path])
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1
        files[path] = bytes(content)
    found = audit(fetch_from(files), note, POLICY)
    assert set(paths) <= {damage.path for damage in found.damages}


def test_files_of_another_tree_are_no_damage_of_one_file():
    files, _ = log_of(700)
    lie = signed(700, bytes(32))
    found = audit(fetch_from(files), lie, POLICY)
    assert codes(found) == [("root-mismatch", "")]
    assert found.seen is None
    seen = Seen.of(log_of(300)[1])
    found = audit(fetch_from(files), lie, POLICY, seen=seen)
    assert [damage.code for damage in found.damages] == ["root-mismatch", "consistency-unproven"]
    assert found.seen == seen
    found = follow(fetch_from(files), lie, POLICY, seen=seen)
    assert [(damage.code, damage.data["cause"]) for damage in found.damages] == [("consistency-unproven", "tile-mismatch")]
    assert found.seen == seen


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_a_rewritten_history_is_a_fork_with_both_checkpoints(data):
    size = data.draw(st.integers(1, 900))
    later = data.draw(st.integers(size, size + 400))
    rewritten = entries_of(0, later)
    rewritten[data.draw(st.integers(0, size - 1))] = b"another past"
    files, note = log_of(later, rewritten)
    seen = Seen.of(log_of(size)[1])
    for look in (audit, follow):
        found = look(fetch_from(files), note, POLICY, seen=seen)
        assert codes(found) == [("fork", "")]
        assert found.fork == Fork(seen.note, note)
        assert found.seen == seen
        assert found.fork.is_self_evident([LOG_KEY]) == (later == size)


def test_the_same_size_with_another_root_convicts_the_log_without_any_file():
    seen, note = Seen.of(signed(5, bytes(32))), signed(5, bytes([1]) * 32)
    found = follow(fetch_from({}), note, POLICY, seen=seen)
    assert found.fork is not None
    assert found.fork.is_self_evident([LOG_KEY])
    with pytest.raises(NoteError):  # nobody convicts a log with a checkpoint that it did not sign
        found.fork.is_self_evident([log_key(ORIGIN, STRANGER.public_key)])


def test_a_smaller_checkpoint_is_named_and_not_remembered():
    files, note = log_of(300)
    seen = Seen.of(signed(301, grow(EMPTY_EDGE, entries_of(0, 301)).edge.root()))
    for look in (audit, follow):
        found = look(fetch_from(files), note, POLICY, seen=seen)
        assert codes(found) == [("checkpoint-smaller", "")]
        assert (found.seen, found.fork) == (seen, None)


def test_a_checkpoint_that_is_not_the_logs_own_word_is_refused_by_cause():
    files, note = log_of(10)
    for wrong, cause in (
        (b"nothing", "note-format"),
        (note.replace(b"\n10\n", b"\n11\n"), "note-signature-wrong"),
        (signed(10, bytes(32), signer=STRANGER, key=log_key(ORIGIN, STRANGER.public_key)), "note-unverified"),
    ):
        found = audit(fetch_from(files), wrong, POLICY)
        assert [(damage.code, damage.data["cause"]) for damage in found.damages] == [("checkpoint-refused", cause)]
        assert found.seen is None


def test_a_key_of_an_unknown_kind_is_refused_before_anything_is_watched():
    material = bytes([0x63]) + LOG_KEY.public_key
    key_id = hashlib.sha256(ORIGIN.encode() + b"\n" + material).digest()[:4]
    with pytest.raises(PolicyError) as refused:
        parse_policy(f"log {ORIGIN}+{key_id.hex()}+{base64.b64encode(material).decode()}\nquorum none\n")
    assert refused.value.data["cause"] == "vkey-kind"


def test_signatures_of_keys_nobody_knows_do_not_disturb():
    files, note = log_of(10)
    other = sign_note(parse_note(note).text, log_key("stranger.example", STRANGER.public_key), STRANGER)
    assert audit(fetch_from(files), note + other.line.encode(), POLICY).is_healthy


def test_cosignatures_from_the_future_and_from_long_ago_do_not_count():
    files, note = log_of(10)
    policy = policy_of("g", "group g 2 w0 w1 w2")
    day = timedelta(days=1)
    fine = cosigned(note, "w0", "w1", at=NOON - day / 2)
    assert audit(fetch_from(files), fine, policy, now=NOON, oldest=day).is_healthy
    ahead = cosigned(cosigned(note, "w0"), "w1", at=NOON + 365 * day)
    found = audit(fetch_from(files), ahead, policy, now=NOON, oldest=day)
    assert [damage.code for damage in found.damages] == ["cosignature-future", "quorum-missing"]
    assert found.damages[0].data["witness"] == "w1"
    assert set(found.witnesses) == {"w0"}
    late = cosigned(cosigned(note, "w0", "w2"), "w1", at=NOON - 2 * day)
    found = audit(fetch_from(files), late, policy, now=NOON, oldest=day)
    assert [damage.code for damage in found.damages] == ["cosignature-stale"]
    assert audit(fetch_from(files), late, policy, now=NOON).is_healthy
    found = audit(fetch_from(files), cosigned(note, "w0"), policy, now=NOON)
    assert [damage.code for damage in found.damages] == ["quorum-missing"]


def test_what_was_refused_is_never_remembered():
    """Not for want of witnesses either: a size that nobody vouches for would be held against the log ever after."""
    files, note = log_of(300)
    policy = policy_of("g", "group g 2 w0 w1 w2")
    known = Seen.of(cosigned(log_of(10)[1], "w0", "w1"))
    for look in (audit, follow):
        for unbelieved, path in ((cosigned(note, "w0"), fetch_from(files)), (signed(10**12, bytes(32)), fetch_from({}))):
            for seen in (None, known):
                found = look(path, unbelieved, policy, seen=seen, now=NOON)
                assert "quorum-missing" in {damage.code for damage in found.damages}
                assert found.seen == seen
        assert look(fetch_from(files), cosigned(note, "w0", "w1"), policy, seen=known, now=NOON).seen == Seen.of(cosigned(note, "w0", "w1"))


# -- a log that says it is very large -------------------------------------------------------------------------------------


class Alike:
    """A tree of any size whose entries are all the same: no file of it has to be kept. Counts what it is asked for."""

    def __init__(self, size):
        self.hashes = [leaf_hash(b"")]
        while len(self.hashes) < 6:
            self.hashes.append(root_of([self.hashes[-1]] * 256))
        self.asked = 0
        rows = {tile.level: (self.hashes[tile.level],) * tile.width for tile in edge_tiles(size)}
        self.root = Edge(size, tuple(rows.get(level, ()) for level in range(6))).root()

    def fetch(self, path):
        self.asked += 1
        named = parse_tile_path(path)
        return self.hashes[named.level] * named.width if isinstance(named, Tile) else encode_bundle([b""] * named.width)


HUGE = 10**12


def asked_of(fetch, root):
    """How often a survey asks for a file, and what it finds."""
    asked = []
    found = survey(lambda path: asked.append(path) or fetch(path), HUGE, root)
    return len(asked), found


@pytest.mark.parametrize(
    ("shown", "most"),
    [
        (fetch_from({}), 50),
        (fetch_from(log_of(300)[0]), 1_200),
        (lambda _path: b"<html>Please sign in</html>", 50),
        (lambda path: bytes(32 * parse_tile_path(path).width), 3_000),
        (Alike(HUGE).fetch, 3_000),
    ],
    ids=["nothing", "a small log", "a page", "zeros", "a tree of another root"],
)
def test_a_signed_size_that_nothing_stands_behind_is_refused_soon(shown, most, monkeypatch):
    """Whoever signs any size must not keep an audit busy: the right edge is looked at first, and reading ends."""
    monkeypatch.setattr(sys.modules[survey.__module__], "_MOST_DOUBTED", 64)
    asked, found = asked_of(shown, bytes(32))
    assert asked < most
    assert not found.is_of_root
    assert [damage.code for damage in found.damages[:2]] == ["root-mismatch", "audit-stopped"]
    assert len(found.damages) <= MOST_DAMAGES + 2
    assert found.earlier_root is None


def test_a_right_edge_with_nothing_behind_it_is_refused_soon():
    tree = Alike(HUGE)
    edge = {tile.path for tile in edge_tiles(HUGE)}
    asked, found = asked_of(lambda path: tree.fetch(path) if path in edge else fetch_from({})(path), tree.root)
    assert asked < 5_000
    assert "audit-stopped" in {damage.code for damage in found.damages}
    assert found.is_of_root


def test_however_long_a_log_is_no_more_of_it_is_in_memory_and_the_reader_is_told():
    class Enough(Exception):
        pass

    def peak_after(files):
        def progress(read, damages):
            assert damages == 0
            if read == files:
                raise Enough

        tracemalloc.start()
        with pytest.raises(Enough):
            survey(tree.fetch, HUGE, tree.root, 10**11 + 7, progress)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    tree = Alike(HUGE)
    peak_after(50)  # what is made once
    assert peak_after(400) < peak_after(100) + 20_000


# -- three levels, several damages ----------------------------------------------------------------------------------------

LONG = 66_000


@pytest.fixture(scope="module")
def long_log():
    return log_of(LONG)


@pytest.mark.parametrize(
    "paths",
    [
        ("tile/1/000",),
        ("tile/1/000", "tile/0/007"),
        ("tile/1/000", "tile/entries/007"),
        ("tile/1/000", "tile/2/000.p/1"),
        ("tile/1/001.p/1", "tile/0/256", "tile/entries/012"),
        ("tile/0/257.p/208", "tile/1/000", "tile/2/000.p/1"),
    ],
)
@pytest.mark.parametrize("how", ["changed", "gone"])
def test_several_files_of_a_long_log_are_named_and_the_others_overrule_them(long_log, paths, how):
    files, note = dict(long_log[0]), long_log[1]
    for path in paths:
        content = files.pop(path)
        if how == "changed":
            files[path] = content[:40] + bytes([content[40] ^ 1]) + content[41:] if len(content) > 40 else bytes(32)
    before = Seen.of(signed(65_800, grow(EMPTY_EDGE, entries_of(0, 65_800)).edge.root()))
    found = audit(fetch_from(files), note, POLICY, seen=before)
    assert {damage.path for damage in found.damages} == set(paths)
    assert found.seen == Seen.of(note)


def test_files_that_cannot_tell_the_past_accuse_nobody():
    """A tile and its bundle are both damaged where the earlier tree ended: that is no fork, and nothing to be remembered."""
    files, note = log_of(700)
    files |= {"tile/0/001": bytes(256 * 32), "tile/entries/001": b""}
    seen = Seen.of(log_of(300)[1])
    found = audit(fetch_from(files), note, POLICY, seen=seen)
    assert codes(found) == [("tile-mismatch", "tile/0/001"), ("bundle-missing", "tile/entries/001"), ("consistency-unproven", "")]
    assert (found.fork, found.seen) == (None, seen)


def test_memory_of_one_log_is_not_held_against_another():
    _, note = log_of(10)
    other = log_key("log.other.lu", LOG_KEY.public_key)
    seen = Seen.of(signed(5, bytes(32), key=other))
    with pytest.raises(SeenError) as refused:
        follow(fetch_from({}), note, POLICY, seen=seen)
    assert refused.value.code == "seen-other-origin"


def test_a_damaged_memory_is_refused_and_never_taken_for_none():
    data = dump_seen(Seen.of(log_of(10)[1]))
    assert load_seen(data) == Seen.of(log_of(10)[1])
    plain = json.loads(data)
    for wrong in (b"", b"null", b"[]", data[:-30], *(json.dumps({**plain, name: 11}).encode() for name in plain)):
        with pytest.raises(SeenError):
            load_seen(wrong)
    with pytest.raises(SeenError):
        load_seen(json.dumps({**plain, "size": 11}).encode())


def test_a_log_that_cannot_be_reached_is_not_a_damaged_log():
    def fetch(_path):
        raise ConnectionError

    with pytest.raises(ConnectionError):
        audit(fetch, log_of(10)[1], POLICY)
