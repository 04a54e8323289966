# SPDX-License-Identifier: EUPL-1.2
"""The signature of a file: made from its parts, put into its hole, and every change noticed."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding

from bierger_core.signatures import (
    Authority,
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
from tests.core.signatures.papers import AT, AUTHORITY, CA, CA_KEY, CHAIN, OWN, OWN_KEY, SIGN, certificate, hollow, key


def stamp_of(signature: bytes, authority: Authority = AUTHORITY) -> bytes:
    digest = hashlib.sha256(signature).digest()
    said = answer_stamp(authority, stamp_request(digest, 5), at=AT, serial=secrets.token_bytes(16))
    return open_answer(said, digest=digest, nonce=5)[0]


def signed(*, stamped: bool = True, chain=CHAIN, sign=SIGN, stamp_other: bytes | None = None, authority=AUTHORITY) -> bytes:
    data, hole = hollow()
    attributes = signed_attributes(digest_of(data, hole), chain[0])
    signature = sign(attributes)
    token = stamp_of(stamp_other or signature, authority) if stamped else None
    return embed(data, hole, signed_data(attributes, signature, chain, token=token))


def check(pdf: bytes, *, now=AT, anchors=()):
    return check_file_signature(pdf, now=now, anchors=anchors)


def test_a_signature_says_who_and_when():
    found = check(signed(), anchors=[CA])
    assert found is not None
    assert (found.name, found.issuer, found.trusted, found.stamp_trusted, found.at) == ("Commune", "Root", True, True, AT)
    bare = check(signed(stamped=False))
    assert bare is not None
    assert (bare.name, bare.trusted, bare.stamp, bare.at, bare.stamp_trusted) == ("Commune", None, None, None, None)


def test_a_file_without_one_has_none():
    assert check(b"%PDF-1.7 nothing") is None
    assert find_hole(b"") is None


def test_every_changed_byte_outside_the_hole_is_noticed():
    good = signed()
    hole = find_hole(good)
    assert hole is not None
    for at in [*range(hole.start), *range(hole.end, len(good))]:
        changed = bytearray(good)
        changed[at] ^= 1
        try:
            found = check(bytes(changed))
        except SignaturesError:
            continue
        assert found is None, at  # the words /ByteRange themselves: then it carries no signature
    with pytest.raises(SignatureError) as refused:
        check(good + b"more")
    assert refused.value.code == "signature-digest"


def test_the_signature_is_the_signers_and_of_the_certificate_it_names():
    for sign, chain, code in (
        (raw_signer(LocalSigner.of(key())), CHAIN, "signature-wrong"),
        (SIGN, (certificate("Other", key()), CA), "signature-wrong"),
    ):
        with pytest.raises(SignatureError) as refused:
            check(signed(stamped=False, sign=sign, chain=chain))
        assert refused.value.code == code
    data, hole = hollow()
    attributes = signed_attributes(digest_of(data, hole), CA)  # names another certificate than the one beside it
    with pytest.raises(SignatureError) as refused:
        check(embed(data, hole, signed_data(attributes, SIGN(attributes), CHAIN)))
    assert refused.value.code == "signature-certificate"


def test_a_stamp_of_another_signature_is_noticed():
    with pytest.raises(SignaturesError) as refused:
        check(signed(stamp_other=b"another"))
    assert refused.value.code == "stamp-other-digest"


def test_who_is_believed_is_the_callers_word():
    stranger = certificate("Stranger", key(), is_ca=True)
    found = check(signed(), anchors=[stranger])
    assert found is not None
    assert (found.trusted, found.stamp_trusted) == (False, False)


def test_what_cannot_be_dated_is_not_believed():
    """Whoever stole the key of a certificate that ended may sign with it today, and have a stamp of any day from their own clock."""
    ended = OWN.not_valid_after_utc + dt.timedelta(seconds=1)
    own_ca, clock = key(), key()
    theirs = certificate("Their root", own_ca, is_ca=True)
    false_clock = Authority((certificate("Clock", clock, by=theirs, by_key=own_ca, stamps=True), theirs), raw_signer(LocalSigner.of(clock)))

    def judged(pdf, now, anchors=(CA,)):
        found = check(pdf, now=now, anchors=anchors)
        return found.dated, found.trusted

    assert judged(signed(), ended) == ("stamp", True)
    assert judged(signed(stamped=False), AT) == ("certificate", True)
    assert judged(signed(stamped=False), ended) == ("nothing", False)
    assert judged(signed(stamped=False), AT - dt.timedelta(days=2)) == ("nothing", False)
    assert judged(signed(stamped=False), ended, ()) == ("nothing", None)
    assert judged(signed(authority=false_clock), ended) == ("nothing", False)
    assert judged(signed(authority=false_clock), AT) == ("certificate", True)
    early = certificate("Commune", OWN_KEY, by=CA, by_key=CA_KEY, valid=(AT + dt.timedelta(days=1), AT + dt.timedelta(days=9)))
    assert judged(signed(chain=(early, CA)), AT + dt.timedelta(days=2)) == ("nothing", False), "Stamped before it began."


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
            found = check(bytes(changed))
        except SignaturesError:
            continue
        assert found is not None
        assert found.certificate == OWN  # bytes that nobody signed: the certificates above
