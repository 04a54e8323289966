# SPDX-License-Identifier: EUPL-1.2
"""Sealing: what a seal carries, how large its code is, that others can read it, and what is refused."""

from datetime import UTC, datetime

import cwt
import pytest
import zxingcpp
from cryptography.hazmat.primitives import serialization

from bierger_core.seals import (
    Claims,
    DocumentType,
    SealError,
    SealSignatureError,
    base45,
    cbor,
    facts_commitment,
    open_seal,
    seal,
)
from bierger_core.values import CommitmentError

from .acts import CLAIMS, CODE, FACTS, ISSUED, LOG_SIGNER, ORIGIN, OTHER_SIGNER, RESIDENCE, SALT, SIGNER


def sealed(claims=CLAIMS, document_type=RESIDENCE, salt=SALT, origin=ORIGIN, signer=SIGNER):
    return seal(claims, document_type=document_type, salt=salt, log_origin=origin, signer=signer)


def test_a_seal_reads_back_as_it_was_made():
    opened = open_seal(CODE)
    assert opened.claims == CLAIMS
    assert (opened.salt, opened.log_origin, opened.kid) == (SALT, ORIGIN, SIGNER.kid)
    assert opened.commitment == facts_commitment(CLAIMS, SALT)
    opened.check(SIGNER.public_key)
    with pytest.raises(SealSignatureError) as refused:
        opened.check(OTHER_SIGNER.public_key)
    assert refused.value.code == "signature-wrong"
    assert open_seal(CODE.encode()).claims == CLAIMS
    assert sealed() == CODE


def test_eight_facts_fit_a_code_of_69_modules():
    code = zxingcpp.create_barcode(CODE, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    modules = code.to_image(scale=1, add_quiet_zones=False).shape[0]
    assert len(CODE) <= 483  # the most that version 13 holds at level M, in alphanumeric mode
    assert modules <= 69
    read = zxingcpp.read_barcode(code.to_image(scale=4))
    assert read.text == CODE


def cwt_key(signer, *, private):
    key = signer.private_key if private else signer.private_key.public_key()
    if private:
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    else:
        pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return cwt.COSEKey.from_pem(pem, alg="ES256", kid=signer.kid)


def test_another_library_verifies_our_seals():
    message = base45.decode(CODE.removeprefix("BRG1:"))
    claims = cwt.decode(message, cwt_key(SIGNER, private=False))
    assert claims == {1: "bettborn", 6: int(ISSUED.timestamp()), -65537: ["residence", FACTS]}
    with pytest.raises(cwt.VerifyError):
        cwt.decode(message, cwt_key(OTHER_SIGNER, private=False) if OTHER_SIGNER.kid == SIGNER.kid else same_kid(OTHER_SIGNER))


def same_kid(signer):
    pem = signer.private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return cwt.COSEKey.from_pem(pem, alg="ES256", kid=SIGNER.kid)


def test_we_verify_seals_of_another_library():
    protected = {1: -7, 4: SIGNER.kid, -65537: [SALT, ORIGIN]}
    message = cwt.COSE.new().encode(CLAIMS.canonical(), cwt_key(SIGNER, private=True), protected=protected, unprotected={})
    opened = open_seal("BRG1:" + base45.encode(message))
    opened.check(SIGNER.public_key)
    assert opened.claims == CLAIMS


def test_the_order_of_facts_belongs_to_the_document_type():
    backwards = Claims("bettborn", ISSUED, "residence", dict(reversed(FACTS.items())))
    assert backwards.canonical() == CLAIMS.canonical()
    assert [name for name, _ in backwards.ordered({"residence": RESIDENCE})] == list(RESIDENCE.facts)
    assert [name for name, _ in backwards.ordered({})] == sorted(FACTS)
    assert hash(backwards) == hash(CLAIMS)


@pytest.mark.parametrize(
    ("attempt", "code"),
    [
        (lambda: sealed(document_type=DocumentType("permit", RESIDENCE.facts)), "seal-facts"),
        (lambda: sealed(document_type=DocumentType("residence", RESIDENCE.facts[:-1])), "seal-facts"),
        (lambda: sealed(signer=LOG_SIGNER), "seal-algorithm"),
        (lambda: sealed(salt=b"short"), "seal-format"),
        (lambda: sealed(origin=""), "seal-format"),
        (lambda: Claims("bettborn", ISSUED, "residence", {}), "seal-facts"),
        (lambda: Claims("bettborn", ISSUED, "residence", {"name": "a\nb"}), "seal-facts"),
        (lambda: Claims("bettborn", ISSUED, "residence", {"name": "a\u202eb"}), "seal-facts"),
        (lambda: Claims("bettborn", ISSUED, "residence", {"name": "a" * 301}), "seal-facts"),
        (lambda: Claims("bettborn", ISSUED, "residence", {"Name": "a"}), "seal-facts"),
        (lambda: Claims("bett born", ISSUED, "residence", {"name": "a"}), "seal-claims"),
        (lambda: Claims("bettborn", ISSUED, "Residence", {"name": "a"}), "seal-claims"),
        (lambda: DocumentType("residence", ()), "seal-facts"),
        (lambda: DocumentType("residence", ("a", "a")), "seal-facts"),
        (lambda: DocumentType("Residence", ("a",)), "seal-facts"),
    ],
)
def test_what_cannot_be_sealed_is_refused_by_code(attempt, code):
    with pytest.raises(SealError) as refused:
        attempt()
    assert refused.value.code == code


def test_a_seal_too_long_for_any_code_is_refused():
    names = tuple(f"fact-{n}" for n in range(20))
    claims = Claims("bettborn", ISSUED, "long", dict.fromkeys(names, "x" * 200))
    with pytest.raises(SealError) as refused:
        sealed(claims, DocumentType("long", names))
    assert refused.value.code == "seal-limit"


HEADER = {1: -7, 4: SIGNER.kid, -65537: [SALT, ORIGIN]}
ACT = {1: "bettborn", 6: 1, -65537: ["residence", {"name": "a"}]}


def message(header=None, claims=None, unprotected=None, tag=18):
    protected, payload = cbor.encode(HEADER if header is None else header), cbor.encode(ACT if claims is None else claims)
    return "BRG1:" + base45.encode(cbor.encode(cbor.Tag(tag, [protected, unprotected or {}, payload, bytes(64)])))


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("", "seal-prefix"),
        ("HC1:NCF", "seal-prefix"),
        ("brg1:" + CODE[5:], "seal-prefix"),
        ("BRG1:" + "A" * 5000, "seal-limit"),
        ("BRG1:a", "seal-format"),
        ("BRG1:", "seal-format"),
        (message(tag=17), "seal-format"),
        (message(unprotected={4: b"x"}), "seal-format"),
        (message(header={**HEADER, 1: -8}), "seal-algorithm"),
        (message(header={**HEADER, 2: [9]}), "seal-format"),
        (message(header={1: -7}), "seal-format"),
        (message(header=[1]), "seal-format"),
        (message(header={**HEADER, 4: b"short"}), "seal-format"),
        (message(header={**HEADER, -65537: [b"x", ORIGIN]}), "seal-format"),
        (message(claims={**ACT, 2: "x"}), "seal-claims"),
        (message(claims={**ACT, 6: 2**63}), "seal-claims"),
        (message(claims={**ACT, 6: True}), "seal-claims"),
        (message(claims={**ACT, 1: 1}), "seal-claims"),
        (message(claims={**ACT, -65537: ["residence", {"name": 1}]}), "seal-claims"),
        (message(claims={**ACT, -65537: ["residence", {}]}), "seal-facts"),
        (message(claims=[]), "seal-claims"),
        ("BRG1:é", "seal-format"),
    ],
)
def test_a_malformed_seal_is_refused_by_code(code, refusal):
    with pytest.raises(SealError) as refused:
        open_seal(code)
    assert refused.value.code == refusal


def test_a_salt_of_another_length_commits_to_nothing():
    with pytest.raises(CommitmentError):
        facts_commitment(CLAIMS, b"short")


def test_instants_of_issue_are_kept_to_the_second():
    assert Claims("bettborn", datetime(2026, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC), "residence", FACTS).issued_at.microsecond == 0
