# SPDX-License-Identifier: EUPL-1.2
"""Compact seals: small enough for paper, read with the registry, and no byte of them can mean anything else."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import cwt
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger_core.merkle import (
    EMPTY_EDGE,
    Checkpoint,
    TileReader,
    build_proof,
    fetch_from,
    format_proof,
    grow,
    parse_vkey,
    policy_of_logs,
    sign_checkpoint,
)
from bierger_core.seals import (
    FAILED_CODES,
    Claims,
    DocumentType,
    RegisteredFact,
    RegisteredType,
    Revocation,
    SealError,
    SealSignatureError,
    TypeRegistry,
    UnknownTypeError,
    base45,
    cbor,
    dump_registry,
    facts_commitment,
    load_key_list,
    load_registry,
    open_seal,
    seal,
    text_room,
    verify_seal,
)
from bierger_core.values import Term, Text, low_s

from .acts import CODE, KEYS, LOG_KEY, LOG_SIGNER, ORIGIN, OTHER_SIGNER, POLICY, RESIDENCE, SALT, SIGNER
from .residence import CLAIMED, COMPACT, HOLDER, LEAF, REGISTRY, RESIDENCE_1, TITLE
from .test_sealing import cwt_key

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def sealed(claims=CLAIMED, document_type=RESIDENCE_1, **changes):
    given = {"salt": SALT, "log_origin": ORIGIN, "signer": SIGNER, "status": 412}
    return seal(claims, document_type=document_type, **(given | changes))


PASS = replace(RESIDENCE_1, valid_for=Term(24, "hours"))
"""The same as a short-lived type."""


def modules_of(code):
    return zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image(scale=1, add_quiet_zones=False).shape[0]


def test_the_eight_facts_of_a_residence_certificate_need_65_modules():
    plain = seal(CLAIMED, document_type=RESIDENCE_1.document_type, salt=SALT, log_origin=ORIGIN, signer=SIGNER)
    assert modules_of(plain) == 73  # version 14: what was printed until release 0.1
    assert len(COMPACT) <= 483  # the most that version 13 holds at level M
    assert modules_of(COMPACT) == 65  # version 12
    code = zxingcpp.create_barcode(COMPACT, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    assert zxingcpp.read_barcode(code.to_image(scale=4)).text == COMPACT


def test_longer_facts_and_a_longer_origin_still_fit_version_13():
    long = {"family-name": "Schmit-van den Broek", "given-name": "Anne-Marie Joséphine", "street": "142, rue de la Libération"}
    claims = replace(CLAIMED, facts=HOLDER | long | {"locality": "Mondorf-les-Bains"}, issuer="mondorf-les-bains")
    code = sealed(claims, log_origin="log.mondorf.lu")
    assert len(code) <= 483
    assert modules_of(code) <= 69


def test_a_compact_seal_reads_back_as_it_was_made():
    opened = open_seal(COMPACT, REGISTRY)
    assert opened.claims == CLAIMED
    assert (opened.salt, opened.log_origin, opened.kid, opened.status) == (SALT, ORIGIN, SIGNER.kid, 412)
    assert opened.registered == RESIDENCE_1
    assert opened.commitment == LEAF
    opened.check(SIGNER.public_key)
    assert open_seal(sealed(status=None), REGISTRY).status is None
    assert [name for name, _ in opened.claims.ordered(REGISTRY.document_types())] == [fact.name for fact in RESIDENCE_1.facts]


def test_another_library_verifies_a_compact_seal():
    claims = cwt.decode(base45.decode(COMPACT.removeprefix("BRG2:")), cwt_key(SIGNER, private=False))
    packed = ["2026-000001", "Weber", "Marie", 5551, "12, rue de la Gare", "L-7535", "Mersch", 18048]
    assert claims == {1: "bettborn", 6: int(CLAIMED.issued_at.timestamp()), -65538: [RESIDENCE_1.digest, packed, 412]}


def test_it_is_verified_with_key_list_and_registry_and_nothing_else():
    growth = grow(EMPTY_EDGE, [b"another", LEAF])
    note = sign_checkpoint(Checkpoint(ORIGIN, 2, growth.edge.root()), LOG_KEY, LOG_SIGNER)
    reader = TileReader(fetch_from(growth.files), 2, growth.edge.root())
    verdict = verify_seal(COMPACT, KEYS, policy=POLICY, facts_proof=format_proof(build_proof(1, reader.read, note)), types=REGISTRY)
    assert (verdict.result, verdict.failed) == ("facts-only", None)
    assert dict(verdict.claims.facts) == HOLDER
    assert verdict.facts_logged.index == 1
    unknown = verify_seal(COMPACT, KEYS)
    assert (unknown.result, unknown.failed.code) == ("refused", "document-type-unknown")
    assert unknown.failed.code in FAILED_CODES


def test_seals_of_release_0_1_are_read_with_a_registry_too():
    assert open_seal(CODE, REGISTRY) == open_seal(CODE)
    assert verify_seal(CODE, KEYS, types=REGISTRY).accepted


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_byte_of_a_compact_seal_can_be_changed(data):
    content = bytearray(base45.decode(COMPACT.removeprefix("BRG2:")))
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    assert not verify_seal("BRG2:" + base45.encode(bytes(content)), KEYS, types=REGISTRY).accepted


def test_the_other_form_of_the_signature_is_refused_and_in_release_0_1_means_the_same():
    for code, types in ((COMPACT, REGISTRY), (CODE, REGISTRY)):
        opened = open_seal(code, types)
        turned = opened.signature[:32] + (ORDER - int.from_bytes(opened.signature[32:], "big")).to_bytes(32, "big")
        other = code[:5] + base45.encode(base45.decode(code[5:]).replace(opened.signature, turned))
        verdict = verify_seal(other, KEYS, types=types)
        if code == CODE:
            assert (verdict.accepted, verdict.commitment) == (True, opened.commitment)
        else:
            assert (verdict.failed.code, verdict.failed.data["cause"]) == ("seal-format", "signature-high-s")


@settings(max_examples=30)
@given(st.binary(min_size=64, max_size=64))
def test_the_small_s_is_a_form_of_its_own(signature):
    s = int.from_bytes(signature[32:], "big")
    small = low_s(signature)
    assert low_s(small) == small
    assert small == signature or int.from_bytes(small[32:], "big") == ORDER - s
    assert not 0 < s < ORDER or int.from_bytes(small[32:], "big") <= ORDER // 2


def test_signers_that_answer_with_a_high_s_seal_all_the_same():
    class High:
        kid, alg = SIGNER.kid, "ES256"

        def sign(self, message):
            made = low_s(SIGNER.sign(message))
            return made[:32] + (ORDER - int.from_bytes(made[32:], "big")).to_bytes(32, "big")

    assert sealed(signer=High()) == COMPACT


def test_a_changed_definition_is_another_type():
    words = replace(RESIDENCE_1.facts[7], label=Text.of(fr="Jusqu'au", de="Bis", en="Until", lb="Bis"))
    for other in (
        replace(RESIDENCE_1, facts=(*RESIDENCE_1.facts[:7], words)),
        replace(RESIDENCE_1, facts=RESIDENCE_1.facts[::-1]),
        replace(RESIDENCE_1, version=2),
        replace(RESIDENCE_1, valid_for=None),
        replace(RESIDENCE_1, code="residence"),
    ):
        assert other.digest != RESIDENCE_1.digest
        with pytest.raises(UnknownTypeError):
            open_seal(COMPACT, TypeRegistry((other,)))


def test_the_digest_of_a_definition_is_for_ever():
    assert RESIDENCE_1.digest.hex() == "4efebb8a766eaab76d2360b2"


PLAIN = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=0, max_size=30)


@settings(max_examples=60, deadline=None)
@given(st.lists(PLAIN | st.dates(), min_size=1, max_size=12), st.none() | st.integers(0, 2**31 - 1))
def test_any_facts_come_back(values, status):
    facts = tuple(RegisteredFact(f"f{n}", "date" if isinstance(v, date) else "text", TITLE) for n, v in enumerate(values))
    registered = RegisteredType("any", 1, TITLE, facts)
    claims = Claims("bettborn", CLAIMED.issued_at, "any", {f"f{n}": v if isinstance(v, str) else v.isoformat() for n, v in enumerate(values)})
    opened = open_seal(sealed(claims, registered, status=status), TypeRegistry((registered,)))
    assert (opened.claims, opened.status) == (claims, status)
    assert opened.commitment == facts_commitment(claims, SALT, registered=registered, status=status)
    opened.check(SIGNER.public_key)
    with pytest.raises(SealSignatureError):
        opened.check(OTHER_SIGNER.public_key)


@pytest.mark.parametrize(
    ("attempt", "code"),
    [
        (lambda: sealed(replace(CLAIMED, facts={**HOLDER, "since": "1.6.2019"})), "seal-facts"),
        (lambda: sealed(replace(CLAIMED, facts={**HOLDER, "since": "2019-02-30"})), "seal-facts"),
        (lambda: sealed(replace(CLAIMED, facts={**HOLDER, "more": "x"})), "seal-facts"),
        (lambda: sealed(replace(CLAIMED, document_type="other")), "seal-facts"),
        (lambda: sealed(status=-1), "seal-format"),
        (lambda: sealed(status=2**31), "seal-format"),
        (lambda: sealed(signer=LOG_SIGNER), "seal-algorithm"),
        (lambda: seal(CLAIMED, document_type=RESIDENCE_1.document_type, salt=SALT, log_origin=ORIGIN, signer=SIGNER, status=1), "seal-format"),
        (lambda: open_seal("BRG1:" + COMPACT[5:], REGISTRY), "seal-claims"),
        (lambda: open_seal("BRG2:" + CODE[5:], REGISTRY), "seal-claims"),
        (lambda: open_seal(COMPACT), "document-type-unknown"),
        (lambda: REGISTRY.newest("permit"), "document-type-unknown"),
        (lambda: TypeRegistry((RESIDENCE_1, replace(RESIDENCE_1, valid_for=None))), "seal-format"),
        (lambda: replace(RESIDENCE_1, version=0), "seal-format"),
        (lambda: replace(RESIDENCE_1, title=Text.of(fr="Certificat")), "seal-format"),
        (lambda: replace(RESIDENCE_1, valid_for=Term(5, "working-days")), "seal-format"),
        (lambda: replace(RESIDENCE_1, valid_for=Term(25, "hours")), "seal-format"),
        (lambda: replace(RESIDENCE_1, valid_for=Term(0, "hours")), "seal-format"),
        (lambda: sealed(document_type=PASS), "seal-claims"),
        (lambda: replace(RESIDENCE_1, facts=(RegisteredFact("a", "number", TITLE),)), "seal-format"),
        (lambda: replace(RESIDENCE_1, facts=()), "seal-facts"),
    ],
)
def test_what_is_no_compact_seal_is_refused_by_code(attempt, code):
    with pytest.raises(SealError) as refused:
        attempt()
    assert refused.value.code == code


def message(act, claims=None):
    payload = {1: "bettborn", 6: 1, -65538: act} if claims is None else claims
    protected = {1: -7, 4: SIGNER.kid, -65537: [SALT, ORIGIN]}
    content = cbor.Tag(18, [cbor.encode(protected), {}, cbor.encode(payload), bytes(64)])
    return "BRG2:" + base45.encode(cbor.encode(content))


PACKED = ["1", "a", "b", 0, "c", "d", "e", 0]


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        (message([RESIDENCE_1.digest, PACKED[:-1]]), "seal-facts"),
        (message([RESIDENCE_1.digest, [*PACKED[:-1], "2019-06-01"]]), "seal-facts"),
        (message([RESIDENCE_1.digest, [*PACKED[:-1], 2**40]]), "seal-facts"),
        (message([RESIDENCE_1.digest, [*PACKED[:-1], True]]), "seal-facts"),
        (message([RESIDENCE_1.digest, [0, *PACKED[1:]]]), "seal-facts"),
        (message([RESIDENCE_1.digest, ["a\nb", *PACKED[1:]]]), "seal-facts"),
        (message([RESIDENCE_1.digest, PACKED, -1]), "seal-claims"),
        (message([RESIDENCE_1.digest, PACKED, True]), "seal-claims"),
        (message([RESIDENCE_1.digest, PACKED, 1, 2]), "seal-claims"),
        (message([RESIDENCE_1.digest]), "seal-claims"),
        (message([bytes(12), PACKED]), "document-type-unknown"),
        (message(None, {1: "bettborn", 6: 1}), "seal-claims"),
        (message(None, {1: 1, 6: 1, -65538: [RESIDENCE_1.digest, PACKED]}), "seal-claims"),
    ],
)
def test_a_malformed_compact_seal_is_refused_by_code(code, refusal):
    with pytest.raises(SealError) as refused:
        open_seal(code, REGISTRY)
    assert refused.value.code == refusal


def test_a_registry_reads_what_it_writes():
    registry = TypeRegistry((RESIDENCE_1, replace(RESIDENCE_1, version=2, valid_for=None)))
    assert load_registry(dump_registry(registry)) == registry
    assert registry.newest("residence-certificate").version == 2
    assert registry.find(RESIDENCE_1.digest) == RESIDENCE_1
    plain = json.loads(dump_registry(registry))
    first = plain["types"][0]
    broken = [{**first, name: wrong} for name in first for wrong in ({"xx": "y"}, [5], True)]
    broken += [{**first, "facts": [{**first["facts"][0], name: 5}]} for name in first["facts"][0]]
    broken += [{name: first[name] for name in first if name != missing} for missing in first]
    texts = [json.dumps({**plain, "types": [one]}).encode() for one in broken]
    for wrong in (*texts, b"", b"[]", b"{}", b"null", dump_registry(registry).replace(b"@v1", b"@v2")):
        with pytest.raises(SealError) as refused:
            load_registry(wrong)
        assert refused.value.code == "seal-format"


@pytest.mark.parametrize(
    ("term", "last"),
    [
        (Term(3, "months"), date(2027, 2, 28)),
        (Term(1, "years"), date(2027, 11, 30)),
        (Term(2, "weeks"), date(2026, 12, 14)),
        (Term(10, "days"), date(2026, 12, 10)),
        (Term(24, "hours"), date(2026, 12, 1)),
        (Term(13, "hours"), date(2026, 11, 30)),
        (Term(9999, "years"), date.max),
        (None, None),
    ],
)
def test_how_long_an_act_may_be_relied_on(term, last):
    assert replace(RESIDENCE_1, valid_for=term).last_day(CLAIMED.issued_at) == last


def test_the_day_of_issue_is_the_day_in_luxembourg():
    evening = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)  # half past midnight there
    assert RESIDENCE_1.last_day(evening) == date(2027, 3, 1)


KIND = RegisteredFact("kind", "choice", TITLE, {"shed": Text.of(fr="Abri", de="Schuppen", en="Shed", lb="Schapp"), "house": TITLE})
CHOSEN = RegisteredType("works", 1, TITLE, (RegisteredFact("number", "text", TITLE), KIND))


def test_a_choice_is_sealed_by_its_place_among_the_codes_and_its_words_are_registered():
    types = load_registry(dump_registry(TypeRegistry((CHOSEN,))))
    assert types.types == (CHOSEN,)
    assert types.find(CHOSEN.digest).facts[1].words("shed").in_("de") == "Schuppen"
    code = sealed(Claims("bettborn", CLAIMED.issued_at, "works", {"number": "1", "kind": "shed"}), CHOSEN)
    assert cwt.decode(base45.decode(code[5:]), cwt_key(SIGNER, private=False))[-65538][1] == ["1", 1]  # house, shed
    assert open_seal(code, types).claims.facts["kind"] == "shed"
    for packed in ("shed", -1, 2, True):
        with pytest.raises(SealError) as refused:
            open_seal(message([CHOSEN.digest, ["1", packed]]), types)
        assert refused.value.code == "seal-facts"
    assert CHOSEN.holding({"number": "1", "kind": "cellar"}).facts[1].kind == "text"
    assert CHOSEN.holding({"number": "1", "kind": "house"}) is CHOSEN
    for wrong in (("choice", {}), ("text", {"a": TITLE}), ("choice", {"A B": TITLE})):
        with pytest.raises(SealError):
            RegisteredFact("kind", wrong[0], TITLE, wrong[1])


def test_the_room_for_texts_keeps_a_code_small():
    room = text_room(RESIDENCE_1, issuer="bettborn", log_origin=ORIGIN)
    texts = [fact.name for fact in RESIDENCE_1.facts if fact.kind == "text"]
    each = room // len(texts)
    facts = {**HOLDER, **dict.fromkeys(texts, "é" * (each // 2))}
    code = sealed(replace(CLAIMED, facts=facts), status=2**31 - 1)
    assert 440 < len(code) <= 483


def test_a_short_lived_act_ends_at_an_instant_and_others_with_a_day():
    assert PASS.ends_at(CLAIMED.issued_at) == CLAIMED.issued_at + timedelta(hours=24)
    assert RESIDENCE_1.ends_at(CLAIMED.issued_at) == datetime(2027, 2, 28, 23, tzinfo=UTC)
    assert replace(RESIDENCE_1, valid_for=None).ends_at(CLAIMED.issued_at) is None
    # Hours pass the same on the night when clocks change; 13 hours after half past eleven end before midnight there.
    autumn = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert (PASS.ends_at(autumn), PASS.last_day(autumn)) == (datetime(2026, 10, 25, 12, tzinfo=UTC), date(2026, 10, 25))
    midnight = datetime(2026, 11, 29, 23, tzinfo=UTC)  # midnight in Luxembourg: the day that is over then is the last one
    assert PASS.last_day(midnight) == date(2026, 11, 30)


def test_a_short_lived_act_is_not_asked_whether_it_was_taken_back():
    code = sealed(document_type=PASS, status=None)
    revoked = Revocation(CLAIMED.issued_at, "error")
    for lookup in (None, lambda _leaf: revoked):
        verdict = verify_seal(code, KEYS, types=TypeRegistry((PASS,)), revocations=lookup, now=CLAIMED.issued_at)
        assert (verdict.result, verdict.step("revocation").code, verdict.is_short_lived) == ("facts-only", "short-lived", True)
    end = CLAIMED.issued_at + timedelta(hours=24)
    assert [verdict.is_over(at) for at in (end - timedelta(seconds=1), end)] == [False, True]
    assert (verdict.plain()["ends_at"], verdict.plain()["short_lived"]) == ("2026-12-01T09:30:00Z", True)
    assert load_registry(dump_registry(TypeRegistry((PASS,)))).types == (PASS,)


def test_a_short_lived_act_with_a_place_is_refused_also_when_it_is_signed():
    with pytest.raises(SealError) as refused:
        open_seal(message([PASS.digest, PACKED, 7]), TypeRegistry((PASS,)))
    assert refused.value.code == "seal-claims"


def test_a_forged_seal_dated_at_the_end_of_the_calendar_is_refused_and_does_not_break_its_reader():
    for at in (253370764800, 253402300799):
        with pytest.raises(SealError) as refused:
            open_seal(message(None, {1: "bettborn", 6: at, -65538: [RESIDENCE_1.digest, PACKED]}), REGISTRY)
        assert refused.value.code == "seal-claims"
    late = open_seal(message(None, {1: "bettborn", 6: 253370764799, -65538: [RESIDENCE_1.digest, PACKED]}), REGISTRY)
    assert (RESIDENCE_1.last_day(late.claims.issued_at), RESIDENCE_1.ends_at(late.claims.issued_at).year) == (date(9999, 4, 1), 9999)


def test_the_published_vector_verifies_and_is_made_again():
    golden = json.loads((Path(__file__).parent / "golden" / "compact-1.json").read_text())
    log = parse_vkey(golden["log"])
    types = load_registry(json.dumps(golden["types"]).encode())
    verdict = verify_seal(
        golden["code"],
        load_key_list(json.dumps(golden["keys"]).encode(), [log]),
        policy=policy_of_logs([log]),
        facts_proof=golden["facts_proof"].encode(),
        types=types,
    )
    assert (verdict.result, verdict.failed) == ("facts-only", None)
    assert dict(verdict.claims.facts) == golden["facts"]
    assert open_seal(golden["code"], types).status == golden["status"]
    assert golden["code"] == COMPACT


def test_a_document_type_without_words_is_still_sealed_as_in_release_0_1():
    assert isinstance(RESIDENCE, DocumentType)
    assert CODE.startswith("BRG1:")
