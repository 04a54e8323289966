# SPDX-License-Identifier: EUPL-1.2
"""A witness's decisions, one after the other: what it cosigns, what it refuses by which number, what it remembers."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger_core.merkle import (
    EMPTY_ROOT,
    SIZE_TYPE,
    AddCheckpoint,
    CheckpointError,
    Fork,
    MemoryHashes,
    NoteError,
    NoteSignatureError,
    NoteUnverifiedError,
    QuorumError,
    WitnessRequestError,
    consistency_proof,
    cosigned_at,
    decide,
    format_add_checkpoint,
    leaf_hash,
    log_key,
    monitoring_path,
    parse_add_checkpoint,
    parse_note,
    sign_note,
    size_answered,
    take_cosignatures,
)

from .logs import LOG_KEY, NOON, ORIGIN, WITNESS_KEYS, WITNESSES, entries_of, policy_of, signed, signer_of

STRANGER = signer_of(99)
OTHER_LOG = log_key("log.other.lu", STRANGER.public_key)
TREE = MemoryHashes()
for _entry in entries_of(0, 60):
    TREE.append(leaf_hash(_entry))
ROOTS = [EMPTY_ROOT] + [b""] * 60


def root_at(size):
    if size and not ROOTS[size]:
        small = MemoryHashes()
        for entry in entries_of(0, size):
            small.append(leaf_hash(entry))
        ROOTS[size] = small.root()
    return ROOTS[size]


def request(old, new, *, note=None, proof=None):
    steps = consistency_proof(old, new, TREE.read) if proof is None else proof
    return format_add_checkpoint(AddCheckpoint(old, tuple(steps), note or signed(new, root_at(new))))


def asked(state, body, *, witness="w0", at=NOON):
    return decide(state, body, logs=[LOG_KEY, OTHER_LOG], cosigners=[(WITNESS_KEYS[witness], WITNESSES[witness])], at=at)


def test_the_first_checkpoint_is_cosigned_and_remembered():
    decision = asked({}, request(0, 5))
    assert (decision.status, decision.code, decision.fork) == (200, "cosigned", None)
    seen = decision.state[ORIGIN]
    assert (seen.size, seen.root) == (5, root_at(5))
    assert cosigned_at(parse_note(seen.note), WITNESS_KEYS["w0"]) == NOON
    note = take_cosignatures(signed(5, root_at(5)), decision.body, [WITNESS_KEYS["w0"]])
    assert set(policy_of("w0").judge(note).witnesses) == {"w0"}


def test_each_next_one_needs_its_proof_from_the_last():
    state = asked({}, request(0, 5)).state
    decision = asked(state, request(5, 60))
    assert (decision.status, decision.state[ORIGIN].size) == (200, 60)
    again = asked(decision.state, request(60, 60))
    assert again.status == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "request-malformed"),
        (b"old 5\n\nnothing", 400, "request-malformed"),
        (request(5, 6, proof=[b"short"]), 400, "request-malformed"),
        (b"old 05" + request(0, 5)[5:], 400, "request-malformed"),
        (request(9, 6, proof=[]), 400, "old-size-larger"),
        (request(5, 6, note=signed(6, root_at(6), key=log_key("nobody.lu", LOG_KEY.public_key))), 404, "log-unknown"),
        (request(5, 6, note=signed(6, root_at(6), STRANGER, log_key(ORIGIN, STRANGER.public_key))), 403, "checkpoint-unsigned"),
        (request(5, 6).replace(b"\n6\n", b"\n7\n"), 403, "checkpoint-unsigned"),
        (request(4, 6), 409, "old-size-conflict"),
        (request(0, 6), 409, "old-size-conflict"),
        (request(5, 5, note=signed(5, bytes(32))), 409, "root-conflict"),
        (request(5, 6, note=signed(6, bytes(32))), 422, "consistency-proof-invalid"),
        (request(5, 6, proof=[bytes(32)]), 422, "consistency-proof-invalid"),
        (request(5, 6, proof=[]), 422, "consistency-proof-invalid"),
    ],
)
def test_a_refusal_has_its_number_and_changes_nothing(body, status, code):
    state = asked({}, request(0, 5)).state
    decision = asked(state, body)
    assert (decision.status, decision.code) == (status, code)
    assert decision.state is state
    assert (decision.media_type == SIZE_TYPE) == (status == 409)
    if status == 409:
        assert size_answered(decision.body) == 5


def test_two_signed_trees_of_one_size_are_kept_as_evidence():
    state = asked({}, request(0, 5)).state
    decision = asked(state, request(5, 5, note=signed(5, bytes(32))))
    assert decision.fork == Fork(state[ORIGIN].note, signed(5, bytes(32)))
    assert decision.fork.is_self_evident([LOG_KEY])
    assert asked(state, request(5, 6, note=signed(6, bytes(32)))).fork is not None
    assert asked(state, request(4, 6)).fork is None


def test_logs_are_witnessed_apart():
    state = asked({}, request(0, 5)).state
    other = signed(7, bytes([7]) * 32, STRANGER, OTHER_LOG)
    decision = asked(state, request(0, 7, note=other, proof=[]))
    assert decision.status == 200
    assert {origin: seen.size for origin, seen in decision.state.items()} == {ORIGIN: 5, "log.other.lu": 7}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.booleans()), max_size=12))
def test_whatever_is_asked_a_witness_signs_one_history_forwards(requests):
    state, signatures = {}, []
    for old, new, honest in requests:
        note = signed(new, root_at(new) if honest else hashlib.sha256(b"%d" % new).digest())
        proof = consistency_proof(old, new, TREE.read) if old <= new else ()
        decision = asked(state, request(old, new, note=note, proof=proof))
        assert (decision.status == 200) == (decision.state is not state)
        if decision.status == 200:
            signatures.append((new, honest))
        state = decision.state
    sizes = [size for size, _ in signatures]
    assert sizes == sorted(sizes)
    # The first tree with entries is taken on the log's word; after it nothing but its own history.
    grown = [(size, honest) for size, honest in signatures if size]
    assert all(honest for _, honest in grown) or len(set(grown)) == 1


@given(st.integers(0, 2**63 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=63))
def test_a_request_reads_what_it_writes(old, proof):
    asking = AddCheckpoint(old, tuple(proof), b"a\n0\nb\n\n")
    assert parse_add_checkpoint(format_add_checkpoint(asking)) == asking


def test_what_is_no_request_and_no_answer_is_refused():
    with pytest.raises(WitnessRequestError):
        format_add_checkpoint(AddCheckpoint(1, (bytes(32),) * 64, b""))
    for wrong in (b"5", b"05\n", b"-1\n", b"", b"9999999999999999999\n"):
        with pytest.raises(WitnessRequestError):
            size_answered(wrong)
    with pytest.raises(WitnessRequestError):
        parse_add_checkpoint(b"old 1\n\n" + bytes(200_000))


@given(st.binary(max_size=300))
def test_no_request_raises_anything(body):
    assert asked({}, body).status in {400, 403, 404}


def test_a_log_takes_only_cosignatures_that_hold():
    note = signed(5, root_at(5))
    first, second = (asked({}, request(0, 5), witness=name).body for name in ("w0", "w1"))
    keys = [WITNESS_KEYS["w0"], WITNESS_KEYS["w1"]]
    both = take_cosignatures(take_cosignatures(note, first, keys), second, keys)
    assert take_cosignatures(both, second, keys) == both
    policy = policy_of("g", "group g all w0 w1")
    assert set(policy.judge(both).witnesses) == {"w0", "w1"}
    with pytest.raises(QuorumError):
        policy.judge(take_cosignatures(note, first, keys))
    mixed = first + asked({}, request(0, 5), witness="w2").body
    assert take_cosignatures(note, mixed, keys) == take_cosignatures(note, first, keys)
    with pytest.raises(NoteUnverifiedError):
        take_cosignatures(note, first, [WITNESS_KEYS["w3"]])
    with pytest.raises(NoteSignatureError):
        take_cosignatures(signed(6, root_at(6)), first, keys)
    for wrong in (b"", first[:-1], b"\xff\n"):
        with pytest.raises(NoteError):
            take_cosignatures(note, wrong, keys)
    with pytest.raises(CheckpointError):
        take_cosignatures(note, sign_note(parse_note(note).text, LOG_KEY, signer_of(1)).line.encode(), [LOG_KEY])


# Bodies of a country: each runs a log and two witnesses; a verifier asks for two bodies of three.
BODIES = policy_of("country", "group a any w0 w1", "group b any w2 w3", "group country 2 a b w4")


@settings(max_examples=40)
@given(st.sets(st.sampled_from(sorted(WITNESS_KEYS))))
def test_a_quorum_of_bodies_counts_each_body_once(names):
    bodies = bool(names & {"w0", "w1"}) + bool(names & {"w2", "w3"}) + ("w4" in names)
    assert BODIES.is_quorum(names) == (bodies >= 2)


def test_where_a_witness_shows_what_it_saw():
    assert monitoring_path("example.com/log") == hashlib.sha256(b"example.com/log").hexdigest() + "/checkpoint"
