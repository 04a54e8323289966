# SPDX-License-Identifier: EUPL-1.2
"""The signature of a file: made from its parts, put into its hole, and every change noticed."""

from __future__ import annotations

import hashlib
import secrets

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding

from bierger_core.signatures import (
    SignatureError,
    SignaturesError,
    answer_stamp,
    check_file_signature,
    embed,
    find_hole,
    open_answer,
    raw_signer,
    signed_attributes,
    signed_data,
    stamp_request,
)
from bierger_core.signatures.files import digest_of
from bierger_core.values import LocalSigner
from tests.core.signatures.papers import AT, AUTHORITY, CA, CHAIN, OWN, SIGN, certificate, hollow, key


def stamp_of(signature: bytes) -> bytes:
    digest = hashlib.sha256(signature).digest()
    said = answer_stamp(AUTHORITY, stamp_request(digest, 5), at=AT, serial=secrets.token_bytes(16))
    return open_answer(said, digest=digest, nonce=5)[0]


def signed(*, stamped: bool = True, chain=CHAIN, sign=SIGN, stamp_other: bytes | None = None) -> bytes:
    data, hole = hollow()
    attributes = signed_attributes(digest_of(data, hole), chain[0])
    signature = sign(attributes)
    token = stamp_of(stamp_other or signature) if stamped else None
    return embed(data, hole, signed_data(attributes, signature, chain, token=token))


def test_a_signature_says_who_and_when():
    found = check_file_signature(signed(), anchors=[CA])
    assert found is not None
    assert (found.name, found.issuer, found.trusted, found.stamp_trusted, found.at) == ("Commune", "Root", True, True, AT)
    bare = check_file_signature(signed(stamped=False))
    assert bare is not None
    assert (bare.name, bare.trusted, bare.stamp, bare.at, bare.stamp_trusted) == ("Commune", None, None, None, None)


def test_a_file_without_one_has_none():
    assert check_file_signature(b"%PDF-1.7 nothing") is None
    assert find_hole(b"") is None


def test_every_changed_byte_outside_the_hole_is_noticed():
    good = signed()
    hole = find_hole(good)
    assert hole is not None
    for at in [*range(hole.start), *range(hole.end, len(good))]:
        changed = bytearray(good)
        changed[at] ^= 1
        try:
            found = check_file_signature(bytes(changed))
        except SignaturesError:
            continue
        assert found is None, at  # the words /ByteRange themselves: then it carries no signature
    with pytest.raises(SignatureError) as refused:
        check_file_signature(good + b"more")
    assert refused.value.code == "signature-digest"


def test_the_signature_is_the_signers_and_of_the_certificate_it_names():
    for sign, chain, code in (
        (raw_signer(LocalSigner.of(key())), CHAIN, "signature-wrong"),
        (SIGN, (certificate("Other", key()), CA), "signature-wrong"),
    ):
        with pytest.raises(SignatureError) as refused:
            check_file_signature(signed(stamped=False, sign=sign, chain=chain))
        assert refused.value.code == code
    data, hole = hollow()
    attributes = signed_attributes(digest_of(data, hole), CA)  # names another certificate than the one beside it
    with pytest.raises(SignatureError) as refused:
        check_file_signature(embed(data, hole, signed_data(attributes, SIGN(attributes), CHAIN)))
    assert refused.value.code == "signature-certificate"


def test_a_stamp_of_another_signature_is_noticed():
    with pytest.raises(SignaturesError) as refused:
        check_file_signature(signed(stamp_other=b"another"))
    assert refused.value.code == "stamp-other-digest"


def test_who_is_believed_is_the_callers_word():
    stranger = certificate("Stranger", key(), is_ca=True)
    found = check_file_signature(signed(), anchors=[stranger])
    assert found is not None
    assert (found.trusted, found.stamp_trusted) == (False, False)


def test_a_hole_that_is_none_is_refused():
    data, hole = hollow()
    for changed in (
        data.replace(b"/ByteRange [0", b"/ByteRange [1"),
        data.replace(b"<0", b"(0"),
        data[:-1],
        data.replace(b"0>", b"0)"),
    ):
        with pytest.raises(SignatureError):
            find_hole(changed)
    with pytest.raises(SignatureError) as refused:
        embed(data, hole, bytes(hole.room + 1))
    assert refused.value.code == "signature-space"
    assert len(embed(data, hole, bytes(hole.room))) == len(data)


def test_another_library_reads_the_same():
    hole = find_hole(file := signed())
    assert hole is not None
    info = cms.ContentInfo.load(bytes.fromhex(file[hole.start + 1 : hole.end - 1].decode()))
    (signer,) = info["content"]["signer_infos"]
    attributes = {one["type"].native: one["values"][0] for one in signer["signed_attrs"]}
    assert set(attributes) == {"content_type", "message_digest", "signing_certificate_v2", "cms_algorithm_protection"}
    assert attributes["message_digest"].native == digest_of(file, hole)
    assert (
        attributes["signing_certificate_v2"]["certs"][0]["cert_hash"].native
        == hashlib.sha256(OWN.public_bytes(Encoding.DER)).digest()
    )
    assert [one["type"].native for one in signer["unsigned_attrs"]] == ["signature_time_stamp_token"]
    assert len(info["content"]["certificates"]) == 2


def test_what_is_read_is_read_or_refused():
    hole = find_hole(file := signed())
    assert hole is not None
    for at in range(hole.start + 1, hole.start + 2_400, 61):
        changed = bytearray(file)
        changed[at] = ord("0") if changed[at] != ord("0") else ord("f")
        try:
            found = check_file_signature(bytes(changed))
        except SignaturesError:
            continue
        assert found is not None
        assert found.certificate == OWN  # bytes that nobody signed: the certificates above
