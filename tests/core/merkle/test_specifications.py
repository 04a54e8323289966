# SPDX-License-Identifier: EUPL-1.2
"""The C2SP specifications line by line, where a reader or writer could get them wrong; docs/reference/log-formats.md names these tests."""

import base64
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger_core.merkle import (
    EMPTY_ROOT,
    AddCheckpoint,
    Checkpoint,
    CheckpointError,
    LogUnknownError,
    MerkleError,
    Note,
    NoteError,
    NoteSignature,
    NoteSignatureError,
    PolicyError,
    TileError,
    TileReader,
    audit,
    cosign,
    cosigned_at,
    decide,
    decode_bundle,
    fetch_from,
    follow,
    format_add_checkpoint,
    format_note,
    log_key,
    open_checkpoint,
    parse_checkpoint_text,
    parse_note,
    parse_policy,
    parse_proof,
    parse_signature_line,
    parse_tile_path,
    parse_vkey,
    sign_note,
    take_cosignatures,
    verify_note,
)
from bierger_core.merkle.vkeys import VerifierKey, cosigned_message

from .logs import LOG, LOG_KEY, NOON, ORIGIN, WITNESS_KEYS, WITNESSES, cosigned, log_of, policy_of, signed, signer_of

FILES, HEAD = log_of(300)
TEXT = parse_note(HEAD).text


def line_of(name, key_id=b"\1\2\3\4", value=b"x" * 64):
    return NoteSignature(name, key_id, value)


def with_lines(*lines, note=HEAD):
    known = parse_note(note)
    return format_note(Note(known.text, (*known.signatures, *lines)))


def timed(seconds, name="w0"):
    """A cosignature at any number of seconds, made with the witness's own key."""
    key, signer = WITNESS_KEYS[name], WITNESSES[name]
    return NoteSignature(key.name, key.key_id, struct.pack(">Q", seconds) + signer.sign(cosigned_message(TEXT, seconds)))


# -- signed-note ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["\u00adsoft", "a\u200bb", "\ue000", "\U000e0001", "ŵïtness.example/日本", "a" * 3000])
def test_a_stranger_may_have_any_name_without_spaces_and_plus(name):
    assert open_checkpoint(with_lines(line_of(name)), [LOG_KEY]).checkpoint.size == 300
    assert parse_signature_line(line_of(name).line.rstrip("\n")).name == name


@pytest.mark.parametrize("space", "\u0085\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000+")
def test_no_name_has_a_unicode_space_or_a_plus(space):
    with pytest.raises(NoteError) as refused:
        parse_signature_line(line_of(f"a{space}b").line.rstrip("\n"))
    assert refused.value.code == "note-name"


def test_a_key_that_is_believed_has_a_name_that_can_be_seen():
    with pytest.raises(NoteError) as refused:
        log_key("log.example\u200b", bytes(32))
    assert refused.value.code == "note-name"


def test_a_key_shares_a_name_or_an_id_with_a_stranger_and_neither_disturbs():
    namesake, same_id = line_of(ORIGIN), line_of("stranger.example", LOG_KEY.key_id)
    assert open_checkpoint(with_lines(namesake, same_id), [LOG_KEY]).signed_by == LOG_KEY


@pytest.mark.parametrize("kind", [0x00, 0x02, 0x03, 0x05, 0x06, 0xFA, 0xFF])
def test_signatures_of_other_kinds_are_passed_over_and_their_keys_refused(kind):
    long = line_of("other.example", value=b"y" * 2428)  # as long as one of ML-DSA-44 with its time
    assert open_checkpoint(with_lines(long), [LOG_KEY]).checkpoint.size == 300
    material = base64.b64encode(bytes([kind]) + bytes(32)).decode()
    with pytest.raises(NoteError) as refused:
        parse_vkey(f"other.example+01020304+{material}")
    assert refused.value.code == "vkey-kind"


def test_sixteen_signatures_of_the_longest_kind_are_read():
    long = [line_of(f"w{n}.example", value=b"z" * 5000) for n in range(15)]
    assert len(parse_note(with_lines(*long)).signatures) == 16


def test_the_same_signature_twice_counts_once_and_a_wrong_one_beside_it_refuses():
    own = parse_note(HEAD).signatures[0]
    assert verify_note(parse_note(with_lines(own, own)), [LOG_KEY]) == (LOG_KEY,)
    with pytest.raises(NoteSignatureError):
        verify_note(parse_note(with_lines(line_of(ORIGIN, LOG_KEY.key_id))), [LOG_KEY])


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note.replace(b"\n", b"\r\n"),
        lambda note: note + b"\n",
        lambda note: note[:-1],
        lambda note: note.replace("\u2014 ".encode(), "\u2013 ".encode()),
        lambda note: note.replace("\u2014 ".encode(), "\u2014\u00a0".encode()),
        lambda note: note[:-1] + b" \n",
        lambda note: note[:-2] + b"\n",  # one `=` less
        lambda note: note.replace(b"\n\n", b"\n\t\n"),
        lambda note: b"\xef\xbb\xbf" + note,
        lambda note: note.replace(b"/", b"\xc0\xaf"),
    ],
)  # fmt: skip
def test_a_note_has_one_form(change):
    with pytest.raises(MerkleError):
        open_checkpoint(change(HEAD), [LOG_KEY])


def test_an_empty_line_inside_the_text_belongs_to_it():
    text = "a\n\nb\n"
    note = format_note(Note(text, (sign_note(text, LOG_KEY, LOG),)))
    assert parse_note(note).text == text
    assert verify_note(parse_note(note), [LOG_KEY]) == (LOG_KEY,)


def test_base64_with_loose_bits_is_no_second_form():
    own = parse_note(HEAD).signatures[0].line.rstrip("\n")
    assert own.endswith("=")
    swapped = own[:-2] + chr(ord(own[-2]) + 1) + "="
    with pytest.raises(NoteError):
        parse_signature_line(swapped)


# -- tlog-checkpoint ------------------------------------------------------------------------------------------------------


def test_extension_lines_are_signed_with_the_rest_and_mean_nothing():
    checkpoint = Checkpoint(ORIGIN, 300, parse_checkpoint_text(TEXT).root, ("more", "\u2014 not a signature"))
    note = format_note(Note(checkpoint.text, (sign_note(checkpoint.text, LOG_KEY, LOG),)))
    assert open_checkpoint(note, [LOG_KEY]).checkpoint == checkpoint
    assert cosigned_at(parse_note(cosigned(note, "w0")), WITNESS_KEYS["w0"]) == NOON
    with pytest.raises(NoteSignatureError):
        open_checkpoint(note.replace(b"more\n", b"less\n"), [LOG_KEY])
    with pytest.raises(CheckpointError):
        parse_checkpoint_text(TEXT + "\n")


def test_a_reader_assumes_nothing_about_an_origin():
    for origin in ("my first log", "a+b", "https://log.example/", "\u200b"):
        text = TEXT.replace(ORIGIN, origin)
        assert parse_checkpoint_text(text).origin == origin
        note = format_note(Note(text, parse_note(HEAD).signatures))
        with pytest.raises(LogUnknownError):
            policy_of().judge(note)


@pytest.mark.parametrize("size", ["", "+1", "1e3", "0x1", "\u0661", " 1", "1 ", "00", str(2**63), str(2**64), "9" * 5000])
def test_a_size_is_a_plain_number_of_at_most_63_bits(size):
    with pytest.raises(CheckpointError):
        parse_checkpoint_text(TEXT.replace("\n300\n", f"\n{size}\n"))


def test_the_largest_and_the_smallest_log():
    root = parse_checkpoint_text(TEXT).root
    assert parse_checkpoint_text(Checkpoint(ORIGIN, 2**63 - 1, root).text).size == 2**63 - 1
    empty = signed(0, EMPTY_ROOT)
    assert audit(fetch_from({}), empty, policy_of()).is_healthy
    assert "root-mismatch" in {one.code for one in audit(fetch_from({}), signed(0, root), policy_of()).damages}


# -- tlog-cosignature -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0, 2**31, 2**32, 253_402_300_799, 253_402_300_800, 2**63 - 1])
def test_a_witness_may_lie_about_the_time_and_stops_nobody(seconds):
    """A key that we believe, a time that no calendar has: read as the end of the calendar, and noticed as the future."""
    note = with_lines(timed(seconds), note=cosigned(HEAD, "w1"))
    endorsed = policy_of("two", "group two 2 w0 w1 w2").judge(note)
    assert set(endorsed.witnesses) == {"w0", "w1"}
    found = follow(fetch_from(FILES), note, policy_of("w1"), now=NOON)
    codes = {damage.code for damage in found.damages}
    assert codes == ({"cosignature-future"} if seconds > 2_000_000_000 else set())
    assert set(found.witnesses) == ({"w1"} if seconds > 2_000_000_000 else {"w0", "w1"})


@pytest.mark.parametrize("seconds", [2**63, 2**64 - 1])
def test_a_time_of_more_than_63_bits_is_no_cosignature(seconds):
    with pytest.raises(NoteSignatureError):
        policy_of("w0").judge(with_lines(timed(seconds)))


@given(st.binary(max_size=90))
@settings(max_examples=30)
def test_a_cosignature_has_72_bytes(value):
    key = WITNESS_KEYS["w0"]
    with pytest.raises((NoteSignatureError, NoteError)):
        verify_note(parse_note(with_lines(NoteSignature(key.name, key.key_id, value or b"x"))), [key])


def test_a_cosignature_is_not_taken_for_a_signature_of_the_log():
    """One key in both roles: its name and key are the same, its id and its message are not."""
    both = VerifierKey(ORIGIN, WITNESS_KEYS["w0"].kind, LOG.public_key)
    alone = Note(TEXT, (parse_note(cosign(HEAD, both, LOG, NOON)).signatures[1],))
    assert both.key_id != LOG_KEY.key_id
    with pytest.raises(NoteError):
        open_checkpoint(format_note(alone), [LOG_KEY])


# -- tlog-tiles -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["tile/0/x001/067.p/256", "tile/0/x001/067.p/00", "tile/0/x001/067.p/-1", "tile/0/x001/067/p/1", "tile/0/067x", "tile/0/x001/x067",
     "tile/0/X001/067", "tile/0/x01/067", "tile/-1/000", "tile/+0/000", "tile/0/\u0661\u0661\u0661", "tile/data/000", "tile/0/000.p", "tile/0//000",
     "tile/0/./000", "tile/0/000%2e", "TILE/0/000", "tile\\0\\000", "tile/0/000\x00"],
)  # fmt: skip
def test_a_tile_has_no_second_name(path):
    with pytest.raises(TileError):
        parse_tile_path(path)


@given(st.integers(0, 10**18), st.integers(1, 256), st.integers(0, 63))
@settings(max_examples=60)
def test_every_name_is_read_back_as_it_was_written(index, width, level):
    for path in (f"tile/{level}/", "tile/entries/"):
        groups = [f"{index % 1000:03d}"]
        rest = index // 1000
        while rest:
            groups.append(f"x{rest % 1000:03d}")
            rest //= 1000
        name = path + "/".join(reversed(groups)) + ("" if width == 256 else f".p/{width}")
        assert parse_tile_path(name).path == name


def test_no_partial_tile_is_asked_for_that_the_checkpoint_does_not_need():
    asked = []

    def fetch(path):
        asked.append(path)
        return FILES[path]

    reader = TileReader(fetch, 300, parse_checkpoint_text(TEXT).root)
    reader.inclusion(3)
    reader.entry(299)
    assert {path for path in asked if ".p/" in path} == {"tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44"}


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\5abc", b"\0\1a\0", b"\xff\xff" + b"x" * 65_534, b"\0\1a" * 257])
def test_a_bundle_holds_exactly_its_entries(data):
    with pytest.raises(TileError):
        decode_bundle(data, 256)


# -- tlog-witness ---------------------------------------------------------------------------------------------------------


def asked(body, state=None):
    return decide(state or {}, body, logs=[LOG_KEY], cosigners=[(WITNESS_KEYS["w0"], WITNESSES["w0"])], at=NOON)


def test_from_nothing_no_proof_is_sent():
    assert asked(format_add_checkpoint(AddCheckpoint(0, (), HEAD))).status == 200
    assert asked(format_add_checkpoint(AddCheckpoint(0, (bytes(32),), HEAD))).status == 422


def test_an_empty_log_has_the_root_of_nothing():
    assert asked(format_add_checkpoint(AddCheckpoint(0, (), signed(0, EMPTY_ROOT)))).status == 200
    assert asked(format_add_checkpoint(AddCheckpoint(0, (), signed(0, bytes(32))))).status == 409


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace(b"\n", b"\r\n"),
        lambda body: body.replace(b"old 0", b"old  0"),
        lambda body: body.replace(b"old 0", b"old 0 "),
        lambda body: body.replace(b"old 0", b"old +0"),
        lambda body: body.replace(b"old 0", b"old 9999999999999999999"),
        lambda body: body.replace(b"old 0", b"Old 0"),
        lambda body: b"\n" + body,
        lambda body: body.replace(b"old 0\n", b"old 0\n" + b"A" * 43 + b"B\n"),
        lambda body: body.replace(b"old 0\n", b"old 0\n" + (base64.b64encode(bytes(32)) + b"\n") * 64),
    ],
)  # fmt: skip
def test_a_request_has_one_form(change):
    assert asked(change(format_add_checkpoint(AddCheckpoint(0, (), HEAD)))).status == 400


def test_an_unknown_log_is_told_whatever_it_is_called():
    text = TEXT.replace(ORIGIN, "a log with spaces")
    note = format_note(Note(text, (line_of("somebody.example"),)))
    assert asked(format_add_checkpoint(AddCheckpoint(0, (), note))).status == 404


def test_lines_of_strangers_are_neither_needed_nor_kept():
    answer = asked(format_add_checkpoint(AddCheckpoint(0, (), with_lines(line_of("stranger.example")))))
    assert answer.status == 200
    assert b"stranger" not in answer.state[ORIGIN].note


def test_a_witness_that_answers_with_lies_changes_nothing():
    good = asked(format_add_checkpoint(AddCheckpoint(0, (), HEAD))).body.decode()
    key = WITNESS_KEYS["w0"]
    other = parse_note(cosigned(signed(299, bytes(32)), "w0")).signatures[1].line
    for lie in (other, line_of(key.name, key.key_id, bytes(72)).line, good.replace("w0.", "w1."), good[:-1], "", "\n", good + "x\n", "500\n"):
        with pytest.raises(MerkleError):
            take_cosignatures(HEAD, lie.encode(), [key])
    taken = take_cosignatures(HEAD, (line_of("stranger.example").line + good + good).encode(), [key])
    assert b"stranger" not in taken
    assert set(policy_of("w0").judge(taken).witnesses) == {"w0"}


# -- tlog-proof -----------------------------------------------------------------------------------------------------------

PROOF = b"c2sp.org/tlog-proof@v1\nindex 0\n" + base64.b64encode(bytes(32)) + b"\n\n" + HEAD


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b"@v1", b"@v2"),
        lambda text: text.replace(b"\n", b"\r\n", 1),
        lambda text: text.replace(b"index 0", b"index 00"),
        lambda text: text.replace(b"index 0", b"index -1"),
        lambda text: text.replace(b"index 0", b"Index 0"),
        lambda text: text.replace(b"index 0\n", b"index 0\nextra AAAA\n"),
        lambda text: text.replace(b"index 0", b"extra AAAA\nextra AAAA\nindex 0"),
        lambda text: text.replace(b"index 0", b"extra AAB=\nindex 0"),
        lambda text: text.replace(b"index 0\n", b"index 0\n" + (base64.b64encode(bytes(32)) + b"\n") * 63),
        lambda text: text.replace(b"\n\n", b"\n", 1),
    ],
)  # fmt: skip
def test_a_proof_has_one_form(change):
    with pytest.raises(MerkleError):
        parse_note(parse_proof(change(PROOF)).checkpoint)


def test_extra_data_is_read_and_vouches_for_nothing():
    assert parse_proof(PROOF.replace(b"index", b"extra AAAA\nindex")).extra == bytes(3)
    assert parse_proof(PROOF.replace(b"index", b"extra \nindex")).extra == b""


# -- tlog-policy ----------------------------------------------------------------------------------------------------------


def lines_of(*more):
    logs = [f"log {LOG_KEY.text}"]
    return "\n".join([*logs, *(f"witness {name} {key.text}" for name, key in WITNESS_KEYS.items()), *more]) + "\n"


def test_the_example_of_the_specification_two_levels_of_groups():
    text = lines_of("group X 2 w0 w1 w2", "group Y any w3 w4", "group both all X Y", "quorum both")
    policy = parse_policy(text)
    enough = {frozenset(names) for names in ([*"013"], [*"124"], [*"0124"])}
    for names in ([*"01"], [*"03"], [*"34"], [*"013"], [*"124"], [*"0124"]):
        assert policy.is_quorum(f"w{n}" for n in names) == (frozenset(names) in enough), names


@pytest.mark.parametrize(
    "text",
    [
        lines_of("quorum both", "group both all w0 w1"),
        lines_of("group a all b", "group b all w0", "quorum a"),
        lines_of("group a all a", "quorum a"),
        lines_of("group a 3 w0 w1", "quorum a"),
        lines_of("group a 0 w0", "quorum a"),
        lines_of("group a 01 w0", "quorum a"),
        lines_of("group a \u0661 w0", "quorum a"),
        lines_of("group a any", "quorum a"),
        lines_of("group a any w0 w0", "quorum a"),
        lines_of("group a any w0", "group b any w0", "quorum b"),
        lines_of("group a any none", "quorum a"),
        lines_of("group none any w0", "quorum none"),
        lines_of("group w0 any w1", "quorum w0"),
        lines_of(),
        lines_of("quorum none", "quorum w0"),
        lines_of("Quorum none"),
        lines_of(f"witness w9 {log_key('x', WITNESSES['w0'].public_key).text}", "quorum none"),
        lines_of(f"witness w9 {VerifierKey('other', WITNESS_KEYS['w0'].kind, WITNESSES['w0'].public_key).text}", "quorum none"),
        lines_of(f"log {log_key('other', LOG.public_key).text}", "quorum none"),
        lines_of("quorum none\r"),
        lines_of("quorum\x0bnone"),
        lines_of("quorum none # why"),
        lines_of("quorum\u00a0none"),
    ],
)  # fmt: skip
def test_a_policy_that_says_anything_else_is_refused(text):
    with pytest.raises(PolicyError):
        parse_policy(text)


def test_a_policy_is_octets_and_a_name_is_its_octets():
    text = lines_of("\t # caf\u00e9", "group K all w0", "group \u212a all w1", "  quorum \t K  ").encode()
    assert parse_policy(text.replace("\u00e9".encode(), b"\xe9")).quorum == "K"
    names = parse_policy(text.replace("\u212a".encode(), b"\xff") + b"group \xfe all w2\n").groups
    assert len(names) == 3
    with pytest.raises(PolicyError):
        parse_policy(b"log caf\xe9" + LOG_KEY.text.encode() + b"\nquorum none\n")


def test_a_policy_of_thirty_two_of_each():
    signers = [signer_of(100 + number) for number in range(64)]
    logs = [f"log {log_key(f'log{n}.example', one.public_key).text}" for n, one in enumerate(signers[:32])]
    witnesses = [f"witness w{n} {VerifierKey(f'w{n}', WITNESS_KEYS['w0'].kind, one.public_key).text}" for n, one in enumerate(signers[32:])]
    groups = [f"group g{n} all w{n}" for n in range(31)] + ["group all-of-them all " + " ".join(f"g{n}" for n in range(31)) + " w31"]
    policy = parse_policy("\n".join([*logs, *witnesses, *groups, "quorum all-of-them"]))
    assert policy.is_quorum(f"w{n}" for n in range(32))
    assert not policy.is_quorum(f"w{n}" for n in range(31))
