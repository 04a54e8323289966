# SPDX-License-Identifier: EUPL-1.2
"""Verification: what is accepted, and which step refuses each thing that is wrong."""

import base64
import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger_core.merkle import Checkpoint, format_proof, log_key, parse_vkey, policy_of_logs, sign_checkpoint
from bierger_core.seals import (
    FAILED_CODES,
    NOT_CHECKED_CODES,
    RECEIPT_STEPS,
    RESTS_ON,
    SEAL_STEPS,
    Claims,
    KeyList,
    Revocation,
    RevocationUnavailableError,
    load_key_list,
    open_seal,
    seal,
    verify_act,
    verify_receipt,
    verify_seal,
    with_opening,
)
from bierger_core.values import Kind

from .acts import (
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
    POLICY,
    RECEIPT_PROOF,
    RECEIPT_SALT,
    RESIDENCE,
    SALT,
    SIGNER,
    entry_of,
    proof_of,
)


def act(pdf=PDF, **changes):
    given = {"code": CODE, "facts_proof": FACTS_PROOF, "file_proof": FILE_PROOF, "key_list": KEYS, "policy": POLICY}
    return verify_act(pdf, **(given | changes))


def outcomes(verdict):
    return {step.name: step.outcome for step in verdict.steps}


def test_an_act_with_everything_is_authentic():
    verdict = act(revocations=lambda _: None, now=ISSUED)
    assert verdict.result == "authentic"
    assert outcomes(verdict) == dict.fromkeys(SEAL_STEPS, "ok")
    assert verdict.accepted
    assert verdict.failed is None
    assert dict(verdict.claims.facts) == FACTS
    assert verdict.key.owner == "bettborn"
    assert (verdict.facts_logged.index, verdict.file_logged.index) == (1, 2)


def test_a_code_alone_proves_the_facts_and_nothing_else():
    verdict = verify_seal(CODE, KEYS)
    assert verdict.result == "facts-only"
    assert {step.name: step.code for step in verdict.steps if step.outcome != "ok"} == {
        "facts-in-log": "facts-proof-not-given",
        "file-in-log": "facts-only",
        "revocation": "lookup-not-given",
    }
    logged = verify_seal(CODE.encode(), KEYS, policy=POLICY, facts_proof=FACTS_PROOF)
    assert logged.result == "facts-only"
    assert logged.step("facts-in-log").outcome == "ok"


def test_the_verdict_is_plain_json_for_machines():
    plain = json.loads(json.dumps(act(revocations=lambda _: Revocation(ISSUED, "error in the address")).plain()))
    assert plain["result"] == "revoked"
    assert plain["facts"] == FACTS
    assert [step["name"] for step in plain["steps"]] == list(SEAL_STEPS)
    assert plain["file_logged"] == {"origin": ORIGIN, "index": 2, "size": 5, "witnesses": {}}
    assert plain["revocation"] == {"at": "2026-11-22T09:30:00Z", "reason": "error in the address"}


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(CODE) - 1), st.integers(1, 255))
def test_a_code_with_any_byte_changed_is_refused_at_a_named_step(position, change):
    code = bytearray(CODE.encode())
    code[position] ^= change
    verdict = verify_seal(bytes(code), KEYS)
    assert verdict.result == "refused"
    assert verdict.failed.name in {"readable", "seal-format", "key-known", "signature", "key-valid"}
    assert verdict.failed.code in FAILED_CODES


@settings(max_examples=500, deadline=None)
@given(st.integers(0, len(PDF) - 1), st.integers(1, 255))
def test_a_file_with_any_byte_changed_is_refused(position, change):
    pdf = bytearray(PDF)
    pdf[position] ^= change
    verdict = act(bytes(pdf))
    assert verdict.result == "refused"
    assert verdict.failed.name == ("readable" if position < 5 else "file-in-log")


@pytest.mark.parametrize(
    ("changes", "step", "code"),
    [
        ({"pdf": b"MZ\x90"}, "readable", "act-not-pdf"),
        ({"code": "HC1:ABC"}, "readable", "seal-prefix"),
        ({"code": "BRG1:abc"}, "readable", "base45-sign"),
        ({"code": "BRG1:BB8"}, "seal-format", "seal-format"),
        ({"key_list": KeyList(ISSUED, ())}, "key-known", "key-unknown"),
        ({"key_list": KeyList(ISSUED, (entry_of(owner="redange"),))}, "key-known", "key-of-other-owner"),
        ({"key_list": KeyList(ISSUED, (entry_of(OTHER_SIGNER, kid=SIGNER.kid),))}, "signature", "signature-wrong"),
        ({"key_list": KeyList(ISSUED, (entry_of(public_key=b"\4" + bytes(64)),))}, "signature", "signing-key"),
        ({"key_list": KeyList(ISSUED, (entry_of(valid_to=ISSUED),))}, "key-valid", "key-expired"),
        ({"key_list": KeyList(ISSUED, (entry_of(status="revoked"),))}, "key-valid", "key-revoked"),
        ({"now": ISSUED - timedelta(minutes=6)}, "key-valid", "issued-in-future"),
        ({"facts_proof": None}, "facts-in-log", "facts-proof-missing"),
        ({"facts_proof": FILE_PROOF}, "facts-in-log", "inclusion-proof-invalid"),
        ({"facts_proof": b"nothing"}, "facts-in-log", "log-proof-format"),
        ({"facts_proof": with_opening(FACTS_PROOF, Kind.FACTS, bytes(32))}, "facts-in-log", "opening-mismatch"),
        ({"file_proof": None}, "file-in-log", "file-proof-missing"),
        ({"file_proof": format_proof(proof_of(2))}, "file-in-log", "file-salt-missing"),
        ({"file_proof": FACTS_PROOF}, "file-in-log", "opening-mismatch"),
        ({"file_proof": with_opening(FILE_PROOF, Kind.FILE, SALT)}, "file-in-log", "inclusion-proof-invalid"),
        (
            {"file_proof": FILE_PROOF.replace(b"\n5\n", b"\n6\n")},
            "file-in-log",
            "note-signature-wrong",
        ),
        ({"policy": policy_of_logs([log_key("stranger.example", LOG_SIGNER.public_key)])}, "facts-in-log", "log-unknown"),
        ({"policy": policy_of_logs([log_key(ORIGIN, bytes(32))])}, "facts-in-log", "note-unverified"),
    ],
)
def test_what_is_wrong_is_refused_at_its_step(changes, step, code):
    verdict = act(**changes)
    assert verdict.result == "refused"
    assert (verdict.failed.name, verdict.failed.code) == (step, code)
    assert verdict.failed.message
    assert verdict.failed.code in FAILED_CODES
    assert not verdict.accepted
    assert all(one.code in NOT_CHECKED_CODES for one in verdict.steps if one.outcome == "not_checked")


def test_a_proof_of_another_trusted_log_is_not_taken():
    other = log_key("log.redange.lu", LOG_SIGNER.public_key)
    checkpoint = sign_checkpoint(Checkpoint(other.name, 5, root_of_checkpoint()), other, LOG_SIGNER)
    verdict = act(facts_proof=format_proof(proof_of(1, checkpoint)), policy=policy_of_logs([LOG_KEY, other]))
    assert (verdict.failed.name, verdict.failed.code) == ("facts-in-log", "log-other-origin")


def root_of_checkpoint():
    return act().facts_logged.checkpoint.root


def test_steps_that_do_not_need_each_other_all_run():
    """The key was not valid yet, and file and log are not as they should be: all three are said."""
    verdict = act(PDF + b" ", facts_proof=None, key_list=KeyList(ISSUED, (entry_of(valid_from=ISSUED + timedelta(days=1)),)))
    assert {step.name: step.code for step in verdict.steps if step.outcome != "ok"} == {
        "key-valid": "key-not-yet-valid",
        "facts-in-log": "facts-proof-missing",
        "file-in-log": "inclusion-proof-invalid",
        "revocation": "earlier-step-failed",
    }


OTHER_SIGNED = KeyList(ISSUED, (entry_of(OTHER_SIGNER, kid=SIGNER.kid),))
EXPIRED = KeyList(ISSUED, (entry_of(valid_to=ISSUED),))


@pytest.mark.parametrize(
    ("changes", "failing", "resting"),
    [
        ({"code": "HC1:ABC"}, "readable", SEAL_STEPS[1:]),
        ({"code": "BRG1:BB8"}, "seal-format", SEAL_STEPS[2:]),
        ({"key_list": KeyList(ISSUED, ())}, "key-known", SEAL_STEPS[3:]),
        ({"key_list": OTHER_SIGNED}, "signature", SEAL_STEPS[4:]),
        ({"key_list": EXPIRED}, "key-valid", ("revocation",)),
        ({"facts_proof": b"nothing"}, "facts-in-log", ("revocation",)),
        ({"pdf": PDF + b" "}, "file-in-log", ()),
    ],
)
def test_what_rests_on_a_step_that_failed_is_not_checked(changes, failing, resting):
    """And nobody is asked: a list that does not name what a forger made up would say that it is not revoked."""
    asked = []
    verdict = act(**changes, revocations=asked.append, now=ISSUED)
    expected = dict.fromkeys(SEAL_STEPS, "ok") | {failing: "failed"} | dict.fromkeys(resting, "not_checked")
    assert outcomes(verdict) == expected
    assert {verdict.step(name).code for name in resting} <= {"earlier-step-failed"}
    assert (verdict.result, len(asked)) == ("refused", 0 if resting else 1)
    if "pdf" in changes or "facts_proof" in changes:
        return
    alone = verify_seal(changes.get("code", CODE), changes.get("key_list", KEYS), asked=(ORIGIN,), revocations=asked.append)
    assert alone.step("revocation").code == "earlier-step-failed", "Of a code alone too, whatever else would be a reason."
    assert (alone.step("file-in-log").code == "facts-only") == (failing == "key-valid")


def test_a_changed_file_does_not_hide_that_its_act_was_revoked():
    verdict = act(PDF + b" ", revocations=lambda _: Revocation(ISSUED, "error"))
    assert (verdict.result, verdict.step("revocation").code) == ("refused", "act-revoked")


def test_every_step_rests_on_steps_before_it():
    for steps in (SEAL_STEPS, RECEIPT_STEPS):
        for place, name in enumerate(steps):
            assert set(RESTS_ON.get(name, ())) <= set(steps[:place]), name
            assert bool(RESTS_ON.get(name)) == (place > 0)


def test_a_genuine_seal_on_another_file_is_refused():
    other = seal(
        Claims("bettborn", ISSUED, "residence", FACTS | {"name": "Weber"}),
        document_type=RESIDENCE,
        salt=SALT,
        log_origin=ORIGIN,
        signer=SIGNER,
    )
    assert act(code=other).failed.name == "facts-in-log"


def test_a_revoked_act_was_true_once():
    asked = []

    def lookup(commitment):
        asked.append(commitment)
        return Revocation(ISSUED, "wrong address")

    verdict = act(revocations=lookup)
    assert verdict.result == "revoked"
    assert verdict.failed.code == "act-revoked"
    assert asked == [open_seal(CODE).commitment]
    assert verify_seal(CODE, KEYS, revocations=lookup).result == "revoked"


def test_a_lookup_without_answer_is_said_and_nothing_more():
    def lookup(_commitment):
        raise RevocationUnavailableError("No answer.")

    verdict = act(revocations=lookup)
    assert verdict.result == "authentic"
    assert (verdict.step("revocation").outcome, verdict.step("revocation").code) == ("not_checked", "revocation-unavailable")


def test_a_salt_may_come_beside_the_proof():
    assert act(file_proof=format_proof(proof_of(2)), file_salt=FILE_SALT).result == "authentic"


def test_a_receipt_is_verified():
    verdict = verify_receipt("F-2026-000001", EVENT_HASH, RECEIPT_SALT, RECEIPT_PROOF, POLICY)
    assert verdict.result == "authentic"
    assert outcomes(verdict) == dict.fromkeys(RECEIPT_STEPS, "ok")


@pytest.mark.parametrize(
    ("number", "event_hash", "salt", "proof", "step", "code"),
    [
        ("F-2026-000002", EVENT_HASH, RECEIPT_SALT, RECEIPT_PROOF, "submission-in-log", "inclusion-proof-invalid"),
        ("F-2026-000001", bytes(32), RECEIPT_SALT, RECEIPT_PROOF, "submission-in-log", "inclusion-proof-invalid"),
        ("F-2026-000001", EVENT_HASH, SALT, RECEIPT_PROOF, "submission-in-log", "inclusion-proof-invalid"),
        ("F-2026-000001", EVENT_HASH, RECEIPT_SALT, None, "submission-in-log", "receipt-proof-missing"),
        ("F 2026", EVENT_HASH, RECEIPT_SALT, RECEIPT_PROOF, "readable", "receipt-format"),
        ("F-2026-000001", b"short", RECEIPT_SALT, RECEIPT_PROOF, "readable", "receipt-format"),
        ("F-2026-000001", EVENT_HASH, b"short", RECEIPT_PROOF, "readable", "commitment-salt"),
    ],
)
def test_a_wrong_receipt_is_refused_at_its_step(number, event_hash, salt, proof, step, code):
    verdict = verify_receipt(number, event_hash, salt, proof, POLICY)
    assert verdict.result == "refused"
    assert (verdict.failed.name, verdict.failed.code) == (step, code)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.text(max_size=100))
def test_no_input_raises(data, text):
    for verdict in (
        verify_seal(text, KEYS),
        verify_seal(b"BRG1:" + data, KEYS),
        act(data, code=text, facts_proof=data, file_proof=data),
    ):
        assert verdict.result == "refused"
        assert {step.code for step in verdict.steps if step.outcome == "failed"} <= FAILED_CODES


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_proof_with_any_byte_changed_is_refused_at_its_step(data):
    name, step = data.draw(st.sampled_from([("facts_proof", "facts-in-log"), ("file_proof", "file-in-log")]))
    proof = bytearray({"facts_proof": FACTS_PROOF, "file_proof": FILE_PROOF}[name])
    proof[data.draw(st.integers(0, len(proof) - 1))] ^= data.draw(st.integers(1, 255))
    verdict = act(**{name: bytes(proof)})
    assert verdict.result == "refused"
    assert verdict.failed.name == step
    assert verdict.failed.code in FAILED_CODES


GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("act-*.json")), ids=lambda path: path.stem)
def test_acts_sealed_by_every_earlier_release_still_verify(path):
    golden = json.loads(path.read_text())
    log = parse_vkey(golden["log"])
    verdict = verify_act(
        base64.b64decode(golden["pdf"]),
        code=golden["code"],
        facts_proof=golden["facts_proof"].encode(),
        file_proof=golden["file_proof"].encode(),
        key_list=load_key_list(json.dumps(golden["keys"]).encode(), [log]),
        policy=policy_of_logs([log]),
    )
    assert verdict.result == "authentic"
    assert dict(verdict.claims.facts) == golden["facts"]


def test_the_first_release_has_left_an_act():
    assert (GOLDEN / "act-1.json").exists()


@pytest.mark.parametrize(
    ("proof", "asked", "outcome", "code"),
    [
        (None, (), "not_checked", "facts-proof-not-given"),
        (None, (ORIGIN,), "failed", "facts-not-logged"),
        (None, ("log.redange.lu",), "failed", "log-unknown"),  # the act names a log that nobody trusts
        (FACTS_PROOF, (ORIGIN,), "ok", ""),
    ],
)
def test_a_code_that_its_log_was_asked_for_and_does_not_know_is_refused(proof, asked, outcome, code):
    policy = policy_of_logs([LOG_KEY] if code != "log-unknown" else [log_key("log.redange.lu", LOG_SIGNER.public_key)])
    verdict = verify_seal(CODE, KEYS, policy=policy, facts_proof=proof, asked=asked)
    step = verdict.step("facts-in-log")
    assert (step.outcome, step.code) == (outcome, code)
    assert verdict.result == ("refused" if outcome == "failed" else "facts-only")
    assert outcome != "failed" or code in FAILED_CODES


def test_a_trusted_log_that_was_not_the_one_asked_says_nothing():
    policy = policy_of_logs([LOG_KEY, log_key("log.redange.lu", LOG_SIGNER.public_key)])
    verdict = verify_seal(CODE, KEYS, policy=policy, asked=("log.redange.lu",))
    assert (verdict.result, verdict.step("facts-in-log").code) == ("facts-only", "facts-proof-not-given")


@pytest.mark.parametrize(
    ("key_list", "logs", "code"),
    [
        (KEYS, [log_key("log.redange.lu", LOG_SIGNER.public_key)], "log-unknown"),
        (KEYS, [LOG_KEY], "facts-proof-not-given"),
        (KEYS, None, "facts-proof-not-given"),  # no policy: nobody said whom to trust
        # Its key was revoked: nothing new is believed of it, but it is no stranger.
        (KeyList(ISSUED, (entry_of(), entry_of(LOG_SIGNER, owner=ORIGIN, purpose="log", status="revoked"))), [], "facts-proof-not-given"),
    ],
)
def test_a_log_that_nobody_names_is_refused_though_nobody_was_asked(key_list, logs, code):
    """With its proof such an act is refused; that the proof was left out makes it no better."""
    verdict = verify_seal(CODE, key_list, policy=None if logs is None else policy_of_logs(logs))
    assert (verdict.result, verdict.step("facts-in-log").code) == ("refused" if code == "log-unknown" else "facts-only", code)
    forged = verify_seal(CODE, OTHER_SIGNED, policy=policy_of_logs([]))
    assert (forged.failed.code, forged.step("facts-in-log").code) == ("signature-wrong", "earlier-step-failed")
