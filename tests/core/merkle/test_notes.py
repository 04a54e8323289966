# SPDX-License-Identifier: EUPL-1.2
"""Notes, checkpoints, cosignatures, proofs and policies, against published examples and hostile texts."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger_core.merkle import (
    EMPTY_EDGE,
    Checkpoint,
    CheckpointError,
    LogProof,
    LogProofError,
    LogUnknownError,
    MerkleError,
    Note,
    NoteError,
    NoteSignatureError,
    NoteUnverifiedError,
    PolicyError,
    ProofInvalidError,
    QuorumError,
    TileReader,
    build_proof,
    cosign,
    cosigned_at,
    fetch_from,
    format_note,
    format_policy,
    format_proof,
    grow,
    log_key,
    open_checkpoint,
    parse_checkpoint_text,
    parse_note,
    parse_policy,
    parse_proof,
    parse_vkey,
    policy_of_logs,
    sign_checkpoint,
    sign_note,
    verify_note,
    verify_proof,
    witness_key,
)
from bierger_core.values import CoreError, LocalSigner

# The example in the documentation of Go's package golang.org/x/mod/sumdb/note.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ORIGIN = "log.example.lu/bettborn"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENTRIES = [b"entry %d" % n for n in range(300)]


def signer_of(number):
    return LocalSigner.of(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


LOG = signer_of(1)
LOG_KEY = log_key(ORIGIN, LOG.public_key)
WITNESSES = {f"w{n}": signer_of(10 + n) for n in range(3)}
WITNESS_KEYS = {name: witness_key(f"{name}.example.lu", signer.public_key) for name, signer in WITNESSES.items()}
GROWTH = grow(EMPTY_EDGE, ENTRIES)
CHECKPOINT = Checkpoint(ORIGIN, 300, GROWTH.edge.root())
SIGNED = sign_checkpoint(CHECKPOINT, LOG_KEY, LOG)


def cosigned_by(*names):
    note = SIGNED
    for name in names:
        note = cosign(note, WITNESS_KEYS[name], WITNESSES[name], NOON)
    return note


def policy_text(quorum, *groups):
    lines = [f"log {LOG_KEY.text} https://log.example.lu/", *(f"witness {n} {k.text}" for n, k in WITNESS_KEYS.items())]
    return "# whom we trust\n\n" + "\n".join([*lines, *groups, f"quorum {quorum}"]) + "\n"


def test_a_note_signed_elsewhere_verifies():
    note, key = parse_note(NEUMANN_NOTE.encode()), parse_vkey(NEUMANN)
    assert verify_note(note, [key]) == (key,)
    assert format_note(note) == NEUMANN_NOTE.encode()
    assert key.text == NEUMANN


def test_the_key_of_a_public_log_is_read():
    key = parse_vkey("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
    assert key.name == "sum.golang.org"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "vkey-format"),
        ("a+b", "vkey-format"),
        (NEUMANN.replace("c74f20a3", "c74f20a4"), "vkey-format"),
        (NEUMANN + "=", "vkey-format"),
        (NEUMANN.replace("+ARpc", "+Axpc"), "vkey-kind"),
        ("a b+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "note-name"),
        ("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "note-name"),
        ("a+c74f20a3+AQ==", "vkey-format"),
    ],
)
def test_a_wrong_key_is_refused_by_code(text, code):
    with pytest.raises(NoteError) as refused:
        parse_vkey(text)
    assert refused.value.code == code


def test_unknown_keys_are_ignored_and_wrong_signatures_are_named():
    other = parse_vkey(NEUMANN)
    with pytest.raises(NoteUnverifiedError):
        verify_note(parse_note(SIGNED), [other])
    note = parse_note(cosigned_by("w0"))
    assert verify_note(note, [LOG_KEY, other]) == (LOG_KEY,)
    forged = Note(note.text.replace("300", "301"), note.signatures)
    with pytest.raises(NoteSignatureError) as refused:
        verify_note(forged, [LOG_KEY])
    assert refused.value.data["name"] == ORIGIN
    # A namesake with another key is unknown, not wrong.
    with pytest.raises(NoteUnverifiedError):
        verify_note(note, [log_key(ORIGIN, signer_of(9).public_key)])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "note-format"),
        (b"text\n", "note-format"),
        (b"text\n\n", "note-format"),
        (b"te\x00xt\n\n\xe2\x80\x94 a AAAAAAA=\n", "note-format"),
        (b"\xff\n\n\xe2\x80\x94 a AAAAAAA=\n", "note-format"),
        (b"text\n\n- a AAAAAAA=\n", "note-format"),
        (b"text\n\n\xe2\x80\x94 a AAAAAAB=\n", "note-format"),
        (b"text\n\n\xe2\x80\x94 a AAAA\n", "note-format"),
        (b"text\n\n\xe2\x80\x94 a+b AAAAAAA=\n", "note-name"),
        (b"text\n\n\xe2\x80\x94 a AAAAAAA=", "note-format"),
        (b"text\n\n" + b"\xe2\x80\x94 a AAAAAAA=\n" * 65, "note-limit"),
        (bytes(200_000), "note-limit"),
    ],
)
def test_a_malformed_note_is_refused_by_code(data, code):
    with pytest.raises(NoteError) as refused:
        parse_note(data)
    assert refused.value.code == code


def test_a_signer_without_the_key_signs_nothing():
    for attempt in (
        lambda: sign_note("text\n", LOG_KEY, signer_of(2)),
        lambda: sign_note("text\n", WITNESS_KEYS["w0"], WITNESSES["w0"]),
        lambda: cosign(SIGNED, WITNESS_KEYS["w0"], signer_of(2), NOON),
        lambda: cosign(SIGNED, LOG_KEY, LOG, NOON),
    ):
        with pytest.raises(NoteError) as refused:
            attempt()
        assert refused.value.code == "note-signer"
    with pytest.raises(CheckpointError) as elsewhere:
        sign_checkpoint(Checkpoint("other.example", 0, bytes(32)), LOG_KEY, LOG)
    assert elsewhere.value.code == "checkpoint-origin"


def test_a_checkpoint_is_opened_with_its_log_key():
    opened = open_checkpoint(SIGNED, [LOG_KEY])
    assert opened.checkpoint == CHECKPOINT
    assert opened.signed_by == LOG_KEY
    stranger = log_key("stranger.example", LOG.public_key)
    signature = sign_note(CHECKPOINT.text, stranger, LOG)
    with pytest.raises(CheckpointError) as refused:
        open_checkpoint(format_note(Note(CHECKPOINT.text, (signature,))), [stranger])
    assert refused.value.code == "checkpoint-origin"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n",
        "a\n1\n",
        "a\n01\nAAAA\n",
        "a\n-1\n" + "A" * 43 + "=\n",
        "a\n1\n" + "A" * 40 + "\n",
        "a\n1\n" + "A" * 43 + "=\n\n",
        "\n1\n" + "A" * 43 + "=\n",
        "a\n99999999999999999999\n" + "A" * 43 + "=\n",
    ],
)
def test_a_malformed_checkpoint_is_refused(text):
    with pytest.raises(MerkleError):
        parse_checkpoint_text(text)


def test_a_witness_says_when():
    note = parse_note(cosigned_by("w0", "w1"))
    assert cosigned_at(note, WITNESS_KEYS["w0"]) == NOON
    assert cosigned_at(note, WITNESS_KEYS["w2"]) is None
    later = parse_note(cosign(cosigned_by("w0"), WITNESS_KEYS["w0"], WITNESSES["w0"], NOON.replace(hour=13)))
    assert len(later.signatures) == 2
    assert cosigned_at(later, WITNESS_KEYS["w0"]) == NOON.replace(hour=13)


@pytest.mark.parametrize(
    ("quorum", "groups", "names", "enough"),
    [
        ("none", [], [], True),
        ("w0", [], [], False),
        ("w0", [], ["w0"], True),
        ("w0", [], ["w1"], False),
        ("g", ["group g 2 w0 w1 w2"], ["w0"], False),
        ("g", ["group g 2 w0 w1 w2"], ["w0", "w2"], True),
        ("g", ["group g all w0 w1"], ["w0"], False),
        ("g", ["group g any w0 w1"], ["w1"], True),
        ("h", ["group g any w0 w1", "group h all g w2"], ["w0", "w1"], False),
        ("h", ["group g any w0 w1", "group h all g w2"], ["w1", "w2"], True),
    ],
)
def test_a_quorum_counts_as_written(quorum, groups, names, enough):
    policy = parse_policy(policy_text(quorum, *groups))
    if enough:
        endorsed = policy.judge(cosigned_by(*names))
        assert endorsed.witnesses == dict.fromkeys(names, NOON)
        assert endorsed.log == LOG_KEY
    else:
        with pytest.raises(QuorumError) as refused:
            policy.judge(cosigned_by(*names))
        assert refused.value.data["cosigned"] == tuple(names)


def test_a_policy_knows_its_logs_and_names_a_wrong_witness():
    with pytest.raises(LogUnknownError):
        policy_of_logs([parse_vkey(NEUMANN)]).judge(SIGNED)
    note = parse_note(cosigned_by("w0"))
    broken = Note(
        note.text,
        (note.signatures[0], type(note.signatures[1])(note.signatures[1].name, note.signatures[1].key_id, bytes(72))),
    )
    with pytest.raises(NoteSignatureError) as refused:
        parse_policy(policy_text("none")).judge(format_note(broken))
    assert refused.value.data["name"] == "w0.example.lu"


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ([], 0),
        (["quorum w0"], 1),
        (["quorum none", "quorum none"], 0),
        (["wiggle"], 1),
        (["log"], 1),
        ([f"log {NEUMANN} a b"], 1),
        (["log x+y"], 1),
        ([f"log {NEUMANN}", f"log {NEUMANN}"], 2),
        ([f"witness a {NEUMANN}"], 1),
        ([f"log {WITNESS_KEYS['w0'].text}"], 1),
        ([f"witness none {WITNESS_KEYS['w0'].text}"], 1),
        ([f"witness a {WITNESS_KEYS['w0'].text}", "group g 2 a"], 2),
        ([f"witness a {WITNESS_KEYS['w0'].text}", "group g 0 a"], 2),
        ([f"witness a {WITNESS_KEYS['w0'].text}", "group g all a a"], 2),
        ([f"witness a {WITNESS_KEYS['w0'].text}", "group a all a"], 2),
        (["group g all h"], 1),
        (["\rquorum none"], 0),
    ],
)
def test_a_wrong_policy_is_refused_at_its_line(lines, line):
    with pytest.raises(PolicyError) as refused:
        parse_policy("\n".join(lines) + "\n")
    assert refused.value.data["line"] == line


READER = TileReader(fetch_from(GROWTH.files), 300, GROWTH.edge.root())
PROOF = build_proof(123, READER.read, SIGNED, b"extra")


def test_a_proof_stands_alone():
    data = format_proof(PROOF)
    assert data.startswith(b"c2sp.org/tlog-proof@v1\nextra ZXh0cmE=\nindex 123\n")
    assert parse_proof(data) == PROOF
    logged = verify_proof(parse_proof(data), b"entry 123", policy_of_logs([LOG_KEY]))
    assert (logged.index, logged.checkpoint) == (123, CHECKPOINT)
    plain = LogProof(0, (), sign_checkpoint(Checkpoint(ORIGIN, 1, GROWTH.edge.root()), LOG_KEY, LOG))
    assert parse_proof(format_proof(plain)) == plain


def test_a_proof_of_something_else_is_refused():
    policy = policy_of_logs([LOG_KEY])
    with pytest.raises(ProofInvalidError):
        verify_proof(PROOF, b"entry 124", policy)
    with pytest.raises(ProofInvalidError):
        verify_proof(LogProof(124, PROOF.hashes, SIGNED), b"entry 123", policy)
    with pytest.raises(LogUnknownError):
        verify_proof(PROOF, b"entry 123", policy_of_logs([]))


@settings(max_examples=300)
@given(st.data())
def test_a_proof_text_with_any_byte_changed_never_passes_for_another(data):
    text = bytearray(format_proof(LogProof(PROOF.index, PROOF.hashes, SIGNED)))
    position = data.draw(st.integers(0, len(text) - 1))
    text[position] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CoreError) as refused:
        verify_proof(parse_proof(bytes(text)), b"entry 123", policy_of_logs([LOG_KEY]))
    assert refused.value.code != "merkle-error"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"c2sp.org/tlog-proof@v1",
        b"c2sp.org/tlog-proof@v1\n\n",
        b"c2sp.org/tlog-proof@v1\nindex 01\n\nx",
        b"c2sp.org/tlog-proof@v1\nextra !\nindex 1\n\nx",
        b"c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx",
        b"\xff\n\n",
        b"c2sp.org/tlog-proof@v1\nindex 9999999999999999999\n\nx",
        bytes(300_000),
    ],
)
def test_a_malformed_proof_is_refused(data):
    with pytest.raises(LogProofError):
        parse_proof(data)


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_the_errors_drawn(data):
    refusals = []
    for read in (
        parse_note,
        parse_proof,
        lambda d: parse_policy(d.decode("latin-1")),
        lambda d: parse_vkey(d.decode("latin-1")),
    ):
        try:
            read(data)
        except MerkleError as refused:
            refusals.append(refused.code)
    assert all(refusals)


def test_a_policy_that_was_written_is_read_back():
    keys = [witness_key(f"w{n}.example.lu", bytes([n]) * 32) for n in range(3)]
    lines = [f"log {log_key('a.lu', bytes(32)).text} https://a.lu/log", *(f"witness w{n} {key.text}" for n, key in enumerate(keys))]
    text = "\n".join([*lines, "group inner any w0 w1", "group outer all inner w2", "quorum outer"]) + "\n"
    policy = parse_policy(text)
    written = format_policy(policy)
    assert parse_policy(written) == policy
    assert written == text.replace(" any ", " 1 ").replace(" all ", " 2 ")
    assert format_policy(policy_of_logs(policy.logs * 2)).endswith("quorum none\n")
    with pytest.raises(PolicyError):
        format_policy(replace(policy, witnesses={"a b": keys[0]}))
