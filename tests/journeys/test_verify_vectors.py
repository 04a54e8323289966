# SPDX-License-Identifier: EUPL-1.2
"""The browser's verifier and the core give the same answer, step by step and code by code, to good and to hostile seals."""

from __future__ import annotations

import base64
import random
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from bierger_core.merkle import Checkpoint, Policy, cosign, format_proof, log_key, parse_policy, sign_checkpoint, witness_key
from bierger_core.seals import (
    INVALID,
    RESTS_ON,
    SUSPENDED,
    Claims,
    KeyList,
    Revocation,
    RevocationUnavailableError,
    StatusList,
    StatusListToken,
    TypeRegistry,
    base45,
    cbor,
    dump_key_list,
    dump_registry,
    open_seal,
    open_status_list,
    seal,
    sign_status_list,
    verify_act,
    verify_receipt,
    verify_seal,
    with_opening,
)
from bierger_core.values import CoreError, Kind, Signer, Term
from tests.core.merkle.logs import signer_of
from tests.core.seals.acts import (
    CHECKPOINT,
    CODE,
    EVENT_HASH,
    FACTS,
    FACTS_PROOF,
    FILE_PROOF,
    FILE_SALT,
    ISSUED,
    KEYS,
    LOG_KEY,
    LOG_SIGNER,
    ORIGIN,
    OTHER_SIGNER,
    PDF,
    RECEIPT_PROOF,
    RECEIPT_SALT,
    RESIDENCE,
    SALT,
    SIGNER,
    entry_of,
    proof_of,
)
from tests.core.seals.residence import CLAIMED, COMPACT, REGISTRY, RESIDENCE_1
from tests.core.seals.test_compact import ORDER, PACKED, message
from tests.core.seals.test_statuses import DATA, FINE, TOKEN, URI
from tests.core.seals.test_statuses import message as status_message
from tests.journeys.verify_site import serving

pytestmark = pytest.mark.browser
Case = dict[str, Any]
NOT_ONE = KeyList(ISSUED, ())
RUN = """async (cases) => {
  const at = "/static/js/verify/";
  const [bytes, verdict, keys, notes, types, revocations] =
    await Promise.all(["bytes", "verdict", "keys", "notes", "types", "revocations"].map((name) => import(`${at}${name}.js`)));
  const read = (text) => (text === null || text === undefined ? null : bytes.readBase64(text));
  const told = ({ result, steps, commitment, seal }) => ({
    result, steps: steps.map(({ name, outcome, code }) => [name, outcome, code]), commitment: commitment ? bytes.hex(commitment) : null,
    facts: seal ? Object.fromEntries(seal.claims.facts) : null, status: seal ? seal.status : null,
  });
  const lookups = {
    none: () => null, revoked: () => ({ at: 0n, reason: "error" }),
    unavailable: () => { throw new bytes.Refused("revocation-unavailable"); },
  };
  const answers = [];
  for (const one of cases) {
    const policy = one.policy && (await notes.readPolicy(one.policy));
    const keyList = one.keys && keys.readKeyList(read(one.keys)).list;
    const given = {
      keyList, policy, factsProof: read(one.factsProof), asked: one.asked ?? [], revocations: lookups[one.lookup] ?? null,
      types: one.types ? await types.readTypes(read(one.types)) : verdict.NO_TYPES, now: one.now ? bytes.readInstant(one.now) : null,
    };
    if (one.what === "act") {
      const more = { code: one.code, fileProof: read(one.fileProof), fileSalt: read(one.fileSalt) };
      answers.push(told(await verdict.verifyAct(read(one.pdf), { ...given, ...more })));
    } else if (one.what === "receipt") {
      const receipt = { number: one.number, eventHash: read(one.eventHash), salt: read(one.salt) };
      answers.push(told(await verdict.verifyReceipt(receipt, read(one.proof), policy)));
    } else if (one.what === "status") {
      try {
        const token = await revocations.openStatusList(read(one.data), keyList, { owner: one.owner, uri: one.uri, now: bytes.readInstant(one.now) });
        answers.push(one.places.map((place) => revocations.statusAt(token, place)));
      } catch (refused) {
        answers.push(refused.code);
      }
    } else answers.push(told(await verdict.verifySeal(one.code, given)));
  }
  return answers;
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """An empty page of a site that serves our scripts under the policy that the product sends."""
    with serving() as site:
        site.put("/", b"<!doctype html><title>-</title>", Content_Type="text/html", Content_Security_Policy="default-src 'self'")
        context = browser.new_context(base_url=site.url)
        one = context.new_page()
        one.goto("/")
        yield one
        context.close()


def b64(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


def policy_text(*lines: str, quorum: str = "none") -> str:
    return "\n".join([*(lines or [f"log {LOG_KEY.text}"]), f"quorum {quorum}", ""])


def told(verdict: Any, types: TypeRegistry, code: str | None) -> dict[str, Any]:
    """The core's answer in the form of the browser's."""
    claims = verdict.claims
    return {
        "result": verdict.result,
        "steps": [[step.name, step.outcome, step.code] for step in verdict.steps],
        "commitment": verdict.commitment.hex() if verdict.commitment else None,
        "facts": None if claims is None else dict(claims.facts),
        "status": None if claims is None or code is None else open_seal(code, types).status,
    }


def lookup_of(name: str) -> Any:
    def unavailable(_leaf: bytes) -> None:
        raise RevocationUnavailableError("No answer.")

    return {"none": lambda _leaf: None, "revoked": lambda _leaf: Revocation(ISSUED, "error"), "unavailable": unavailable, "": None}[name]


def case(
    code: str, *, keys: KeyList = KEYS, policy: str | None = None, facts_proof: bytes | None = None, types: TypeRegistry = REGISTRY,
    lookup: str = "", now: datetime | None = None, asked: tuple[str, ...] = (),
) -> tuple[Case, dict[str, Any]]:  # fmt: skip
    """A code alone, and what the core says of it."""
    read = None if policy is None else parse_policy(policy)
    verdict = verify_seal(
        code, keys, policy=read, facts_proof=facts_proof, asked=asked, revocations=lookup_of(lookup), types=types, now=now
    )
    given = {
        "what": "seal", "code": code, "keys": b64(dump_key_list(keys)), "policy": policy, "factsProof": b64(facts_proof),
        "types": b64(dump_registry(types)), "lookup": lookup, "now": now and f"{now:%Y-%m-%dT%H:%M:%SZ}", "asked": list(asked),
    }  # fmt: skip
    return given, told(verdict, types, code)


def act(
    pdf: bytes = PDF, *, code: str = CODE, facts_proof: bytes | None = FACTS_PROOF, file_proof: bytes | None = FILE_PROOF, keys: KeyList = KEYS,
    policy: str | None = None, file_salt: bytes | None = None, lookup: str = "", now: datetime | None = None,
) -> tuple[Case, dict[str, Any]]:  # fmt: skip
    """A file with its code and its proofs, and what the core says of it."""
    policy = policy or policy_text()
    verdict = verify_act(
        pdf, code=code, facts_proof=facts_proof, file_proof=file_proof, key_list=keys, policy=parse_policy(policy), file_salt=file_salt,
        revocations=lookup_of(lookup), types=REGISTRY, now=now,
    )  # fmt: skip
    given = {
        "what": "act", "pdf": b64(pdf), "code": code, "factsProof": b64(facts_proof), "fileProof": b64(file_proof), "fileSalt": b64(file_salt),
        "keys": b64(dump_key_list(keys)), "policy": policy, "types": b64(dump_registry(REGISTRY)), "lookup": lookup,
        "now": now and f"{now:%Y-%m-%dT%H:%M:%SZ}",
    }  # fmt: skip
    return given, told(verdict, REGISTRY, code)


def compare(page: Page, cases: list[tuple[Case, Any]]) -> list[Any]:
    """Run all in the browser; every answer is the core's. Gives the answers."""
    answers: list[Any] = page.evaluate(RUN, [given for given, _ in cases])
    for (given, expected), answer in zip(cases, answers, strict=True):
        assert answer == expected, given
    return answers


def revoked(signer: Signer = SIGNER, **changes: Any) -> KeyList:
    return KeyList(ISSUED, (entry_of(signer, status="revoked", **changes),))


OTHER_KEYS = [
    NOT_ONE,
    KeyList(ISSUED, (entry_of(owner="redange"),)),
    KeyList(ISSUED, (entry_of(OTHER_SIGNER, kid=SIGNER.kid),)),
    KeyList(ISSUED, (entry_of(public_key=b"\4" + bytes(64)),)),
    KeyList(ISSUED, (entry_of(LOG_SIGNER, kid=SIGNER.kid),)),
    KeyList(ISSUED, (entry_of(purpose="log"),)),
    KeyList(ISSUED, (entry_of(valid_to=ISSUED),)),
    KeyList(ISSUED, (entry_of(valid_to=ISSUED + timedelta(seconds=1)),)),
    KeyList(ISSUED, (entry_of(valid_from=ISSUED + timedelta(seconds=1)),)),
    KeyList(ISSUED, (entry_of(status="retired"),)),
    revoked(),
    revoked(revoked_from=ISSUED),
    revoked(revoked_from=ISSUED + timedelta(seconds=1)),
    revoked(revoked_from=ISSUED + timedelta(days=90), revoked_at_log=(ORIGIN, 2)),
    revoked(revoked_from=ISSUED + timedelta(days=90), revoked_at_log=(ORIGIN, 1)),
    revoked(revoked_from=ISSUED + timedelta(days=90), revoked_at_log=("other.example", 9)),
]


def turned(code: str, types: TypeRegistry) -> str:
    """The same seal with the other form of its signature."""
    signature = open_seal(code, types).signature
    other = signature[:32] + (ORDER - int.from_bytes(signature[32:], "big")).to_bytes(32, "big")
    return code[:5] + base45.encode(base45.decode(code[5:]).replace(signature, other))


def strange_codes() -> list[str]:
    """Codes that are no seals, each in its own way."""
    content = base45.decode(COMPACT[5:])
    tag = cbor.decode(content)
    assert isinstance(tag, cbor.Tag)
    assert isinstance(tag.value, list)
    header, _, payload, signature = tag.value

    def with_parts(*parts: Any, number: int = 18) -> str:
        return "BRG2:" + base45.encode(cbor.encode(cbor.Tag(number, list(parts))))

    alg = {1: -8, 4: SIGNER.kid, -65537: [SALT, ORIGIN]}
    parts = {1: -7, 4: SIGNER.kid, -65537: [SALT, ORIGIN]}
    headers: list[dict[Any, Any]] = [alg, {**parts, 5: 1}, {1: -7}, {**parts, 4: b"short"}, {**parts, -65537: [SALT[:-1], ORIGIN]}, {**parts, -65537: [SALT, ""]}, {**parts, -65537: [SALT, "x" * 121]}]
    packed: list[Any] = [
        [RESIDENCE_1.digest, PACKED[:-1]], [RESIDENCE_1.digest, [*PACKED[:-1], "2019-06-01"]], [RESIDENCE_1.digest, [*PACKED[:-1], 2**40]],
        [RESIDENCE_1.digest, [*PACKED[:-1], True]], [RESIDENCE_1.digest, [0, *PACKED[1:]]], [RESIDENCE_1.digest, ["a\nb", *PACKED[1:]]],
        [RESIDENCE_1.digest, ["\u202e", *PACKED[1:]]], [RESIDENCE_1.digest, ["x" * 301, *PACKED[1:]]], [RESIDENCE_1.digest, ["\U0001f600" * 300, *PACKED[1:]]],
        [RESIDENCE_1.digest, PACKED, -1], [RESIDENCE_1.digest, PACKED, True], [RESIDENCE_1.digest, PACKED, 2**31], [RESIDENCE_1.digest, PACKED, 1, 2],
        [RESIDENCE_1.digest], [bytes(12), PACKED], [RESIDENCE_1.digest, [*PACKED[:-1], -719162]], [RESIDENCE_1.digest, [*PACKED[:-1], -719163]],
    ]  # fmt: skip
    claims: list[dict[Any, Any]] = [
        {1: "bettborn", 6: 1}, {1: 1, 6: 1, -65538: [RESIDENCE_1.digest, PACKED]}, {1: "bettborn", 6: True, -65538: [RESIDENCE_1.digest, PACKED]},
        {1: "bett born", 6: 1, -65538: [RESIDENCE_1.digest, PACKED]}, {1: "", 6: 1, -65538: [RESIDENCE_1.digest, PACKED]},
        {1: "bettborn", 6: 2**62, -65538: [RESIDENCE_1.digest, PACKED]}, {1: "bettborn", 6: -62135596800, -65538: [RESIDENCE_1.digest, PACKED]},
        {1: "bettborn", 6: -62135596801, -65538: [RESIDENCE_1.digest, PACKED]}, {1: "bettborn", 6: 253402300799, -65538: [RESIDENCE_1.digest, PACKED]},
        {1: "bettborn", 6: 1, -65538: [RESIDENCE_1.digest, PACKED], 7: 1},
    ]  # fmt: skip
    raw = [b"", b"\xa0", content + b"\0", content[:-1], b"\xd2\x9f\xff", b"\x1b" + b"\xff" * 8, b"\x9b" + b"\xff" * 8, b"\x81" * 30, b"\xf9\x00\x00", b"\x18\x01", b"\x62\xff\xff"]
    return [
        "", "BRG3:" + COMPACT[5:], "HC1:ABC", "BRG1:abc", "BRG1:BB8", "BRG2:" + CODE[5:], "BRG1:" + COMPACT[5:], CODE + "0", CODE[:-1], CODE + "   ", "brg1:" + CODE[5:],
        CODE + "A" * 4296, "BRG1:::::::", "BRG1:\U0001f60000", turned(CODE, REGISTRY), turned(COMPACT, REGISTRY),
        *(message(one) for one in packed), *(message(None, one) for one in claims), *("BRG2:" + base45.encode(one) for one in raw),
        *(with_parts(cbor.encode(one), {}, payload, signature) for one in headers), with_parts(header, {1: 1}, payload, signature),
        with_parts(header, {}, payload, signature, number=17), with_parts(header, {}, payload), with_parts(header, {}, payload, signature[:63]),
        with_parts(header, {}, payload, b""), with_parts(header, {}, payload, bytes(64)), with_parts(header, {}, payload, signature + b"\0"),
        with_parts(header, {}, payload, b"\0" * 31 + signature), with_parts(cbor.encode([1]), {}, payload, signature), with_parts(header, {}, b"", signature),
    ]  # fmt: skip


def test_good_and_strange_codes(page: Page) -> None:
    cases = [case(code) for code in (CODE, COMPACT)]
    cases += [case(CODE, lookup=lookup) for lookup in ("none", "revoked", "unavailable")]
    cases += [case(COMPACT, types=TypeRegistry((replace(RESIDENCE_1, version=2),))), case(COMPACT, types=TypeRegistry(()))]
    cases += [case(CODE, keys=keys) for keys in OTHER_KEYS]
    cases += [case(CODE, keys=keys, policy=policy_text(), facts_proof=FACTS_PROOF) for keys in OTHER_KEYS]
    cases += [case(CODE, now=ISSUED - timedelta(minutes=minutes)) for minutes in (4, 5, 6)]
    cases += [case(code) for code in strange_codes()]
    answers = compare(page, cases)
    codes = {code for answer in answers for _, outcome, code in answer["steps"] if outcome == "failed"}
    assert {
        "seal-prefix", "seal-limit", "base45-sign", "base45-length", "base45-value", "seal-format", "seal-algorithm", "seal-claims", "seal-facts",
        "document-type-unknown", "key-unknown", "key-of-other-owner", "signature-wrong", "signing-key", "key-expired", "key-not-yet-valid",
        "key-revoked", "issued-in-future", "act-revoked",
    } <= codes  # fmt: skip


def test_acts_that_end_within_a_day_are_asked_about_no_list(page: Page) -> None:
    short = replace(RESIDENCE_1, valid_for=Term(24, "hours"))
    code = seal(CLAIMED, document_type=short, salt=SALT, log_origin=ORIGIN, signer=SIGNER)
    types = TypeRegistry((short,))
    answers = compare(page, [case(one, types=types, lookup=lookup) for lookup in ("none", "revoked", "unavailable") for one in (code, message([short.digest, PACKED, 7]))])
    steps = [(answer["result"], answer["steps"][-1][1:]) for answer in answers]
    assert steps == [("facts-only", ["not_checked", "short-lived"]), ("refused", ["not_checked", "earlier-step-failed"])] * 3


def test_what_rests_on_a_step_that_failed_is_not_checked(page: Page) -> None:
    """One table in the core, the same in the browser; and every pair of steps, with a lookup that would answer."""
    table = page.evaluate("import('/static/js/verify/verdict.js').then(({ RESTS_ON }) => RESTS_ON)")
    assert table == {name: list(grounds) for name, grounds in RESTS_ON.items()}
    short = replace(RESIDENCE_1, valid_for=Term(24, "hours"))
    ending = seal(CLAIMED, document_type=short, salt=SALT, log_origin=ORIGIN, signer=SIGNER)
    cases = []
    for keys in (KEYS, *OTHER_KEYS):
        for lookup in ("none", "revoked", "unavailable", ""):
            cases += [act(pdf, facts_proof=proof, keys=keys, lookup=lookup) for pdf in (PDF, PDF + b" ") for proof in (FACTS_PROOF, None)]
            cases += [case(CODE, keys=keys, policy=policy_text(), asked=asked, lookup=lookup) for asked in ((), (ORIGIN,))]
            cases.append(case(ending, keys=keys, types=TypeRegistry((short,)), lookup=lookup))
    for answer in compare(page, cases):
        outcome = {name: said for name, said, _ in answer["steps"]}
        assert outcome["signature"] == "ok" or outcome["revocation"] == "not_checked"


def test_logs_that_nobody_names(page: Page) -> None:
    redange, stranger = (log_key(name, LOG_SIGNER.public_key) for name in ("log.redange.lu", "stranger.example"))
    ours = KeyList(ISSUED, (entry_of(), entry_of(LOG_SIGNER, owner=ORIGIN, purpose="log", status="revoked")))
    policies = [None, policy_text(), policy_text(f"log {redange.text}")]
    asked = [(), (ORIGIN,), (redange.name,), (ORIGIN, redange.name)]
    cases = [case(code, keys=keys, policy=policy, asked=some) for code in (CODE, COMPACT) for keys in (KEYS, ours, NOT_ONE) for policy in policies for some in asked]
    cases += [act(policy=policy_text(f"log {one.text}"), keys=keys) for one in (redange, stranger) for keys in (KEYS, ours, NOT_ONE)]
    codes = {code for answer in compare(page, cases) for name, _, code in answer["steps"] if name == "facts-in-log"}
    assert codes == {"log-unknown", "facts-not-logged", "facts-proof-not-given", "earlier-step-failed"}


def test_any_changed_byte_is_refused_at_the_same_step(page: Page) -> None:
    chance = random.Random(7)
    cases = []
    for code in (CODE, COMPACT):
        content = base45.decode(code[5:])
        for _ in range(60):
            flipped = bytearray(content)
            flipped[chance.randrange(len(content))] ^= chance.randrange(1, 256)
            cases.append(case(code[:5] + base45.encode(bytes(flipped))))
        for _ in range(20):
            position = chance.randrange(len(code))
            cases.append(case(code[:position] + chance.choice("0AZ% :b\n") + code[position + 1 :]))
    answers = compare(page, cases)
    assert sum(answer["result"] == "facts-only" for answer in answers) < 6  # a sign that was replaced by itself


def test_files_and_their_proofs(page: Page) -> None:
    other = seal(Claims("bettborn", ISSUED, "residence", FACTS | {"name": "Weber"}), document_type=RESIDENCE, salt=SALT, log_origin=ORIGIN, signer=SIGNER)
    stranger, false = (f"log {log_key(name, key).text}" for name, key in (("stranger.example", LOG_SIGNER.public_key), (ORIGIN, bytes(32))))
    elsewhere = signer_of(30)
    redange = log_key("log.redange.lu", elsewhere.public_key)
    root = sign_checkpoint(Checkpoint(redange.name, 5, verify_act_root()), redange, elsewhere)
    cases = [
        act(), act(lookup="revoked", now=ISSUED), act(lookup="none"), act(b"MZ\x90"), act(PDF + b" "), act(code="HC1:ABC"), act(code=other), act(code=COMPACT),
        act(facts_proof=None), act(facts_proof=FILE_PROOF), act(facts_proof=b"nothing"), act(facts_proof=with_opening(FACTS_PROOF, Kind.FACTS, bytes(32))),
        act(file_proof=None), act(file_proof=format_proof(proof_of(2))), act(file_proof=format_proof(proof_of(2)), file_salt=FILE_SALT),
        act(file_proof=FACTS_PROOF), act(file_proof=with_opening(FILE_PROOF, Kind.FILE, SALT)), act(file_proof=FILE_PROOF.replace(b"\n5\n", b"\n6\n")),
        act(policy=policy_text(stranger)), act(policy=policy_text(false)), act(keys=NOT_ONE),
        act(facts_proof=format_proof(proof_of(1, root)), policy=policy_text(f"log {LOG_KEY.text}", f"log {redange.text}")),
        act(facts_proof=b"x" * 200_000), *(act(keys=keys) for keys in OTHER_KEYS),
    ]  # fmt: skip
    chance = random.Random(8)
    for _ in range(60):
        name = chance.choice(["facts_proof", "file_proof"])
        proof = bytearray({"facts_proof": FACTS_PROOF, "file_proof": FILE_PROOF}[name])
        proof[chance.randrange(len(proof))] ^= chance.randrange(1, 256)
        cases.append(act(facts_proof=bytes(proof)) if name == "facts_proof" else act(file_proof=bytes(proof)))
    answers = compare(page, cases)
    assert answers[0]["result"] == "authentic"
    codes = {code for answer in answers for _, outcome, code in answer["steps"] if outcome == "failed"}
    assert {"act-not-pdf", "file-proof-missing", "file-salt-missing", "opening-mismatch", "log-other-origin", "inclusion-proof-invalid", "log-unknown",
            "note-unverified", "note-signature-wrong", "log-proof-format", "log-proof-limit", "facts-proof-missing"} <= codes  # fmt: skip


def verify_act_root() -> bytes:
    verdict = verify_act(PDF, code=CODE, facts_proof=FACTS_PROOF, file_proof=FILE_PROOF, key_list=KEYS, policy=parse_policy(policy_text()))
    assert verdict.facts_logged is not None
    return verdict.facts_logged.checkpoint.root


def test_witnesses_and_their_quorum(page: Page) -> None:
    signers = [signer_of(20 + number) for number in range(3)]
    keys = [witness_key(f"w{number}.example", signer.public_key) for number, signer in enumerate(signers)]
    lines = [f"log {LOG_KEY.text}", *(f"witness w{number} {key.text}" for number, key in enumerate(keys)), "group two 2 w0 w1 w2"]
    cases = []
    for count in range(4):
        note = CHECKPOINT
        for key, signer in list(zip(keys, signers, strict=True))[:count]:
            note = cosign(note, key, signer, datetime(2026, 11, 22, tzinfo=UTC))
        cases += [case(CODE, policy=policy_text(*lines, quorum=quorum), facts_proof=format_proof(proof_of(1, note))) for quorum in ("none", "two", "w1")]
    broken = cosign(CHECKPOINT, keys[0], signers[0], datetime(2026, 11, 22, tzinfo=UTC))
    broken = broken[:-10] + b"AAAAA" + broken[-5:]
    cases.append(case(CODE, policy=policy_text(*lines), facts_proof=format_proof(proof_of(1, broken))))
    answers = compare(page, cases)
    steps = [{name: code for name, _, code in answer["steps"]}["facts-in-log"] for answer in answers]
    assert steps == ["", "quorum-missing", "quorum-missing", "", "quorum-missing", "quorum-missing", "", "", "", "", "", "", "note-signature-wrong"]
    assert isinstance(parse_policy(policy_text(*lines)), Policy)


def test_receipts(page: Page) -> None:
    cases = []
    for number, event_hash, salt, proof in (
        ("F-2026-000001", EVENT_HASH, RECEIPT_SALT, RECEIPT_PROOF), ("F-2026-000002", EVENT_HASH, RECEIPT_SALT, RECEIPT_PROOF),
        ("F-2026-000001", bytes(32), RECEIPT_SALT, RECEIPT_PROOF), ("F-2026-000001", EVENT_HASH, SALT, RECEIPT_PROOF),
        ("F-2026-000001", EVENT_HASH, RECEIPT_SALT, None), ("F 2026", EVENT_HASH, RECEIPT_SALT, RECEIPT_PROOF),
        ("F-2026-000001", b"short", RECEIPT_SALT, RECEIPT_PROOF), ("F-2026-000001", EVENT_HASH, b"short", RECEIPT_PROOF),
    ):  # fmt: skip
        given = {"what": "receipt", "number": number, "eventHash": b64(event_hash), "salt": b64(salt), "proof": b64(proof), "policy": policy_text()}
        verdict = verify_receipt(number, event_hash, salt, proof, parse_policy(policy_text()))
        cases.append((given, told(verdict, REGISTRY, None)))
    assert compare(page, cases)[0]["result"] == "authentic"


def test_status_lists(page: Page) -> None:
    places = [0, 6, 7, 8, 411, 412, 999, 1000, 5000]
    lists = [DATA, b"", cbor.encode(5), status_message(), *(status_message(None, one) for one in (FINE, {**FINE, 4: True}, {**FINE, 4: 2**62}, {**FINE, 65534: -1}, {**FINE, 65533: 1}))]
    lists += [status_message(header, FINE) for header in ({1: -8, 4: SIGNER.kid, 16: "application/statuslist+cwt"}, {1: -7, 4: SIGNER.kid, 16: "application/cwt"})]
    bodies = [b"no zlib", zlib.compress(b"a")[:-1], zlib.compress(b"a") + b"b", zlib.compress(bytes(20_000_000)), zlib.compress(bytes(16_777_216))]
    lists += [status_message(None, {**FINE, 65533: {"bits": bits, "lst": lst}}) for lst in bodies for bits in (1, 3)]
    made = [StatusList.of(3000, dict.fromkeys(range(0, 3000, 7), SUSPENDED), bits=bits) for bits in (2, 4, 8)]
    made.append(StatusList.of(200_000, dict.fromkeys(random.Random(9).sample(range(200000), 2000), INVALID)))
    lists += [sign_status_list(replace(TOKEN, statuses=one), SIGNER) for one in made] + [sign_status_list(TOKEN, OTHER_SIGNER)]
    chance = random.Random(10)
    for _ in range(40):
        flipped = bytearray(DATA)
        flipped[chance.randrange(len(DATA))] ^= chance.randrange(1, 256)
        lists.append(bytes(flipped))
    hour = timedelta(hours=1)
    asked = [(data, KEYS, URI, "bettborn", ISSUED + hour) for data in lists]
    asked += [(DATA, KEYS, URI + "x", "bettborn", ISSUED), (DATA, KEYS, URI, "redange", ISSUED), (DATA, NOT_ONE, URI, "bettborn", ISSUED), (DATA, KEYS, URI, "bettborn", TOKEN.expires_at)]
    cases = []
    for data, keys, uri, owner, now in asked:
        given = {"what": "status", "data": b64(data), "keys": b64(dump_key_list(keys)), "uri": uri, "owner": owner, "now": f"{now:%Y-%m-%dT%H:%M:%SZ}", "places": places}
        cases.append((given, status_answer(data, keys, owner, uri, now, places)))
    answers = compare(page, cases)
    assert answers[0] == [0, 0, 2, 0, 0, 1, 0, None, None]


def status_answer(data: bytes, keys: KeyList, owner: str, uri: str, now: datetime, places: list[int]) -> list[int | None] | str:
    try:
        token: StatusListToken = open_status_list(data, keys, owner=owner, uri=uri, now=now)
    except CoreError as refused:
        return refused.code
    return [token.statuses.status(place) for place in places]
