# SPDX-License-Identifier: EUPL-1.2
"""Status lists: the vectors of the draft, other libraries' eyes, acts that still hold and acts that do not."""

import zlib
from dataclasses import replace
from datetime import timedelta

import cbor2
import cwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger_core.seals import (
    INVALID,
    SUSPENDED,
    KeyOfOtherOwnerError,
    SealsError,
    SealSignatureError,
    StatusList,
    StatusListError,
    StatusListToken,
    UnknownKeyError,
    cbor,
    open_seal,
    open_status_list,
    room_for,
    sign_status_list,
    signed_with,
    status_list_commitment,
    verify_seal,
)

from .acts import CODE, ISSUED, KEYS, LOG_SIGNER, ORIGIN, OTHER_SIGNER, SALT, SIGNER
from .residence import COMPACT, REGISTRY
from .test_sealing import cwt_key

URI = "https://bettborn.lu/statuses/1"
HOUR = timedelta(hours=1)
# 412 is the place of the act in `residence`.
TOKEN = StatusListToken(URI, ISSUED, ISSUED + 24 * HOUR, HOUR, StatusList.of(1000, {412: INVALID, 7: SUSPENDED}, bits=2))
DATA = sign_status_list(TOKEN, SIGNER)


@pytest.mark.parametrize(
    ("bits", "statuses", "packed", "lst"),
    [
        (1, [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1], "b9a3", "78dadbb918000217015d"),
        (2, [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3], "c944f9", "78da3be9f2130003df0207"),
    ],
)
def test_the_vectors_of_the_draft(bits, statuses, packed, lst):
    made = StatusList.of(len(statuses), dict(enumerate(statuses)), bits)
    assert made.data.hex() == packed
    assert StatusList.decompressed(bits, bytes.fromhex(lst)) == made
    assert zlib.decompress(made.compressed()) == made.data
    assert [made.status(place) for place in range(len(statuses))] == statuses
    assert made.status(len(statuses)) is None
    assert made.status(-1) is None


@given(st.sampled_from([1, 2, 4, 8]), st.data())
def test_every_status_is_found_where_it_was_put(bits, data):
    statuses = data.draw(st.lists(st.integers(0, 2**bits - 1), max_size=200))
    made = StatusList.of(len(statuses), dict(enumerate(statuses)), bits)
    assert [StatusList.decompressed(bits, made.compressed()).status(place) for place in range(len(statuses))] == statuses


def read(data=DATA, *, keys=KEYS, owner="bettborn", uri=URI, now=ISSUED + HOUR):
    return open_status_list(data, keys, owner=owner, uri=uri, now=now)


def test_a_list_reads_back_as_it_was_signed():
    assert read() == TOKEN


def test_another_library_verifies_and_reads_it():
    data = sign_status_list(replace(TOKEN, expires_at=ISSUED + timedelta(days=7300)), SIGNER)  # it looks at the clock of today
    claims = cwt.decode(data, cwt_key(SIGNER, private=False))
    assert claims[2] == URI
    assert claims[65534] == 3600
    assert zlib.decompress(claims[65533]["lst"]) == TOKEN.statuses.data
    assert cbor2.loads(cbor2.loads(data).value[0]) == {1: -7, 4: SIGNER.kid, 16: "application/statuslist+cwt"}


def test_an_act_is_looked_up_at_its_place():
    seal = open_seal(COMPACT, REGISTRY)
    verdict = verify_seal(COMPACT, KEYS, types=REGISTRY, revocations=read().lookup(seal))
    assert (verdict.result, verdict.revocation.reason) == ("revoked", "status-invalid")
    fine = replace(TOKEN, statuses=StatusList.of(1000, {}))
    assert verify_seal(COMPACT, KEYS, types=REGISTRY, revocations=fine.lookup(seal)).step("revocation").outcome == "ok"
    suspended = replace(TOKEN, statuses=StatusList.of(1000, {412: SUSPENDED}, bits=2))
    assert suspended.lookup(seal)(b"").reason == "status-suspended"
    own = replace(TOKEN, statuses=StatusList.of(1000, {412: 3}, bits=2))
    assert own.lookup(seal)(b"").reason == "status-3"


def test_a_list_that_does_not_reach_the_act_says_nothing():
    short = replace(TOKEN, statuses=StatusList.of(400, {}))
    verdict = verify_seal(COMPACT, KEYS, types=REGISTRY, revocations=short.lookup(open_seal(COMPACT, REGISTRY)))
    assert verdict.step("revocation").code == "revocation-unavailable"
    verdict = verify_seal(CODE, KEYS, revocations=TOKEN.lookup(open_seal(CODE)))
    assert verdict.step("revocation").outcome == "not_checked"


@pytest.mark.parametrize(
    ("attempt", "code"),
    [
        (lambda: read(uri="https://bettborn.lu/statuses/2"), "status-list-other"),
        (lambda: read(now=TOKEN.expires_at), "status-list-expired"),
        (lambda: read(owner="redange"), KeyOfOtherOwnerError.default_code),
        (lambda: read(keys=replace(KEYS, entries=KEYS.entries[1:])), UnknownKeyError.default_code),
        (lambda: read(DATA[:-1] + bytes([DATA[-1] ^ 1])), SealSignatureError.default_code),
        (lambda: read(b""), "status-list-format"),
        (lambda: read(cbor.encode(5)), "status-list-format"),
        (lambda: read(sign_status_list(replace(TOKEN, statuses=StatusList(1, b"")), OTHER_SIGNER)), "key-of-other-owner"),
        (lambda: sign_status_list(TOKEN, LOG_SIGNER), "seal-algorithm"),
        (lambda: StatusList(3, b""), "status-list-limit"),
        (lambda: StatusList.of(8, {8: 1}), "status-list-limit"),
        (lambda: StatusList.of(8, {1: 2}), "status-list-limit"),
        (lambda: StatusList.of(2**40, {}), "status-list-limit"),
        (lambda: StatusList.decompressed(1, b"no zlib"), "status-list-format"),
        (lambda: StatusList.decompressed(1, zlib.compress(b"a")[:-1]), "status-list-format"),
        (lambda: StatusList.decompressed(1, zlib.compress(b"a") + b"b"), "status-list-format"),
        (lambda: StatusList.decompressed(1, zlib.compress(bytes(20_000_000))), "status-list-limit"),
    ],
)
def test_a_wrong_list_is_refused_by_code(attempt, code):
    with pytest.raises(SealsError) as refused:
        attempt()
    assert refused.value.code == code


def message(header=None, claims=None):
    protected = {1: -7, 4: SIGNER.kid, 16: "application/statuslist+cwt"} if header is None else header
    payload = {2: URI, 4: 2, 6: 1, 65534: 1, 65533: {"bits": 1, "lst": b""}} if claims is None else claims
    return cbor.encode(cbor.Tag(18, [cbor.encode(protected), {}, cbor.encode(payload), bytes(64)]))


FINE = {2: URI, 4: 2, 6: 1, 65534: 1, 65533: {"bits": 1, "lst": zlib.compress(b"")}}


@pytest.mark.parametrize(
    "data",
    [
        message({1: -8, 4: SIGNER.kid, 16: "application/statuslist+cwt"}, FINE),
        message({1: -7, 4: SIGNER.kid, 16: "application/cwt"}, FINE),
        message({1: -7, 4: SIGNER.kid, 16: "application/statuslist+cwt", 5: 1}, FINE),
        message(None, {**FINE, 4: True}),
        message(None, {**FINE, 4: 2**62}),
        message(None, {**FINE, 65534: -1}),
        message(None, {**FINE, 65533: 1}),
        message(),
        message({1: -7, 4: b"", 16: "application/statuslist+cwt", -65537: [SALT, ORIGIN]}, FINE),
    ],
)
def test_a_malformed_list_is_refused(data):
    with pytest.raises(StatusListError):
        read(data)


@settings(max_examples=100)
@given(st.data())
def test_no_byte_of_a_list_can_be_changed(data):
    content = bytearray(DATA)
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealsError):
        read(bytes(content))


def test_the_length_of_a_list_tells_an_order_of_magnitude_only():
    assert [room_for(places) for places in (0, 1, 65_536, 65_537, 1_000_000)] == [131_072, 131_072, 131_072, 262_144, 2_097_152]
    for places in (-1, 100_000_000):
        with pytest.raises(StatusListError) as refused:
            room_for(places)
        assert refused.value.code == "status-list-limit"


def test_a_file_alone_is_opened_without_knowing_from_where_it_came():
    assert read(uri=None) == TOKEN
    with pytest.raises(KeyOfOtherOwnerError):
        read(uri=None, owner="esch")
    assert signed_with(DATA) == SIGNER.kid
    with pytest.raises(StatusListError):
        signed_with(b"damaged")


def test_what_a_list_says_on_a_day_has_one_leaf():
    leaf = status_list_commitment(TOKEN)
    assert (len(leaf), leaf[0]) == (33, 11)
    assert status_list_commitment(replace(TOKEN, issued_at=ISSUED + timedelta(minutes=10), keep=2 * HOUR)) == leaf
    others = (
        replace(TOKEN, issued_at=ISSUED + 24 * HOUR), replace(TOKEN, uri="https://x.lu"),
        replace(TOKEN, statuses=StatusList.of(1000, {412: INVALID}, bits=2)), replace(TOKEN, statuses=StatusList(1, TOKEN.statuses.data)),
    )  # fmt: skip
    assert len({leaf, *(status_list_commitment(one) for one in others)}) == 5
