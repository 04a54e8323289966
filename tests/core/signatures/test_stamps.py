# SPDX-License-Identifier: EUPL-1.2
"""Time stamps: asked for, given, refused, and held against what was asked."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from asn1crypto import tsp

from bierger_core.signatures import Authority, StampError, answer_stamp, der, open_answer, raw_signer, stamp_request
from bierger_core.values import LocalSigner
from tests.core.signatures.papers import AT, AUTHORITY, CA, CA_KEY, STAMP_KEY, STAMPER, certificate

DIGEST, NONCE = hashlib.sha256(b"a file").digest(), 2**63 - 1


def ask(request: bytes = stamp_request(DIGEST, NONCE), authority: Authority = AUTHORITY, serial: int = 7) -> bytes:
    return answer_stamp(authority, request, at=AT, serial=serial.to_bytes(16, "big"))


def refusal(code: str, answer: bytes, digest: bytes = DIGEST, nonce: int = NONCE) -> StampError:
    with pytest.raises(StampError) as refused:
        open_answer(answer, digest=digest, nonce=nonce)
    assert refused.value.code == code
    return refused.value


def test_a_stamp_says_when():
    token, stamp = open_answer(ask(), digest=DIGEST, nonce=NONCE)
    assert (stamp.at, stamp.nonce, stamp.serial, stamp.certificate, stamp.others) == (AT, NONCE, 7, STAMPER, (CA,))
    assert der.read(token)[3] == b""


def test_another_library_reads_the_same():
    said = tsp.TimeStampResp.load(ask(), strict=True)
    info = said["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed.native
    assert said["status"]["status"].native == "granted"
    assert info["message_imprint"]["hashed_message"] == DIGEST
    assert (info["gen_time"], info["nonce"], info["serial_number"], info["accuracy"]["seconds"]) == (AT, NONCE, 7, 1)


@pytest.mark.parametrize(("hash_name", "oid"), [("sha384", "2.16.840.1.101.3.4.2.2"), ("sha512", "2.16.840.1.101.3.4.2.3")])
def test_longer_digests_are_stamped_too(hash_name, oid):
    imprint = der.sequence(
        der.sequence(der.oid(oid), der.tagged(der.NULL, b"")), der.octets(hashlib.new(hash_name, b"x").digest())
    )
    said = tsp.TimeStampResp.load(ask(der.sequence(der.integer(1), imprint)))
    info = said["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
    assert info["message_imprint"].dump() == imprint
    assert info["nonce"].native is None
    assert said["time_stamp_token"]["content"]["certificates"].native is None  # nobody asked for them


IMPRINT = der.sequence(der.sequence(der.oid("2.16.840.1.101.3.4.2.1")), der.octets(DIGEST))


@pytest.mark.parametrize(
    ("request_bytes", "failure"),
    [
        (b"", {"bad_data_format"}), (b"\x30\x80\x00\x00", {"bad_data_format"}), (b"\xff" * 50, {"bad_data_format"}),
        (stamp_request(DIGEST, NONCE) + b"x", {"bad_data_format"}), (bytes(5_000), {"bad_data_format"}),
        (der.sequence(der.integer(2), IMPRINT), {"bad_data_format"}),
        (der.sequence(der.integer(1), IMPRINT, der.integer(1), der.integer(2)), {"bad_data_format"}),
        (stamp_request(DIGEST[:20], NONCE), {"bad_alg"}),
        (stamp_request(DIGEST, NONCE).replace(bytes.fromhex("608648016503040201"), bytes.fromhex("608648016503040207")), {"bad_alg"}),
        (der.sequence(der.integer(1), IMPRINT, der.oid("1.2.3")), {"unaccepted_policy"}),
        (der.sequence(der.integer(1), IMPRINT, der.context(0, b"")), {"unaccepted_extensions"}),
    ],
)  # fmt: skip
def test_what_is_refused_is_told_why(request_bytes, failure):
    answer = ask(request_bytes)
    ((_, _, status),) = der.parts(der.only(answer, der.SEQUENCE))  # asn1crypto reads no answer without a stamp
    said = tsp.PKIStatusInfo.load(status, strict=True)
    assert (said["status"].native, said["fail_info"].native) == ("rejection", failure)
    assert said["status_string"].native
    assert refusal("stamp-refused", answer).data["status"] == 2


def test_a_stamp_for_something_else_is_no_stamp():
    refusal("stamp-other-digest", ask(), digest=hashlib.sha256(b"another").digest())
    refusal("stamp-other-nonce", ask(), nonce=NONCE - 1)
    refusal("stamp-format", b"")
    refusal("stamp-format", ask()[:-1])


def test_a_changed_stamp_is_noticed():
    good = ask()
    for at in range(30, len(good), 23):
        changed = bytearray(good)
        changed[at] ^= 1
        try:
            _, stamp = open_answer(bytes(changed), digest=DIGEST, nonce=NONCE)
        except StampError:
            continue
        # What is not signed: the order and the bytes of certificates that stand beside the signer's own.
        assert (stamp.at, stamp.serial, stamp.certificate) == (AT, 7, STAMPER)


def test_only_a_certificate_for_stamps_makes_stamps():
    sign = raw_signer(LocalSigner.of(STAMP_KEY))
    for stamps in (None, False):
        other = certificate("No clock", STAMP_KEY, by=CA, by_key=CA_KEY, stamps=stamps)
        refusal("stamp-certificate", ask(authority=Authority((other, CA), sign)))
    old = certificate(
        "Old clock", STAMP_KEY, by=CA, by_key=CA_KEY, stamps=True, valid=(AT.replace(year=2020), AT.replace(year=2021))
    )
    refusal("stamp-certificate", ask(authority=Authority((old, CA), sign)))
    refusal("stamp-wrong", ask(authority=replace(AUTHORITY, sign=raw_signer(LocalSigner.of(CA_KEY)))))
